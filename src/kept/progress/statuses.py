"""The words of this room: what is said, what supports it, how it stands, whether anybody answers. Four things, never one."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Said(TextChoices):
    """What the owner says of the pledge."""

    NOT_STARTED = "not_started", _("not started")
    ON_TRACK = "on_track", _("on track")
    DELAYED = "delayed", _("delayed")
    AT_RISK = "at_risk", _("at risk")
    COMPLETED = "completed", _("completed")
    DISCONTINUED = "discontinued", _("given up")


REASON_OWED = frozenset({Said.DELAYED, Said.AT_RISK, Said.DISCONTINUED})


class Level(TextChoices):
    """What supports a figure. It belongs to the figure, never to the pledge as a whole."""

    SELF_REPORTED = "self_reported", _("said by its owner")
    DOCUMENTED = "documented", _("supported by documents")
    VERIFIED = "verified", _("verified by someone else")


class Stands(TextChoices):
    """How a pledge stands, computed by the table in judging.py."""

    NOT_STARTED = "not_started", _("not started")
    ON_TRACK = "on_track", _("on track")
    LATE = "late", _("late")
    KEPT = "kept", _("kept")
    KEPT_LATE = "kept_late", _("kept late")
    PARTLY_KEPT = "partly_kept", _("partly kept")
    NOT_KEPT = "not_kept", _("not kept")
    GIVEN_UP = "given_up", _("given up")
    UNJUDGED = "unjudged", _("cannot be judged")


class Reason(TextChoices):
    """Why a pledge is judged as it is; of an unjudged one, why it cannot be."""

    NONE = "", ""
    REACHED_IN_TIME = "reached_in_time", _("the target was reached by the first date, and documents support it")
    REACHED_LATE = "reached_late", _("the target was reached after the first date, and documents support it")
    OWNER_GAVE_UP = "owner_gave_up", _("its owner gave it up")
    SAID_TO_BE_KEPT = "said_to_be_kept", _("said to be kept; no document supports it yet")
    ENDED_HALF_WAY = "ended_half_way", _("it ended with at least half of what was promised")
    ENDED_BELOW = "ended_below", _("it ended with less than half of what was promised")
    NEVER_SAID_DONE = "never_said_done", _("a year after its date nobody has said that it is done")
    NOTHING_REPORTED = "nothing_reported", _("nothing has been reported")
    NO_BASELINE = "no_baseline", _("no starting value was given, so that the way made cannot be measured")
    NO_FIGURE = "no_figure", _("no figure has been reported")
    NO_FIGURE_SINCE = "no_figure_since", _("no figure has been reported since the last milestone")
    NO_TARGET = "no_target", _("it names nothing that can be counted")
    NO_DATE = "no_date", _("it names no date")
    DATE_PASSED = "date_passed", _("its first date has passed")
    MILESTONE_MISSED = "milestone_missed", _("a milestone was missed")
    OWNER_SAYS_DELAYED = "owner_says_delayed", _("its owner says that it is delayed")
    START_PASSED = "start_passed", _("it should have started")
    NOT_BEGUN = "not_begun", _("it has not started")
    NO_DATE_MISSED = "no_date_missed", _("no date was missed")


class Reporting(TextChoices):
    """Whether anybody answers, moved by the calendar alone (silence.py)."""

    NOT_YET_DUE = "not_yet_due", _("not due yet")
    CURRENT = "current", _("up to date")
    DUE = "due", _("due")
    OVERDUE = "overdue", _("overdue")
    SILENT = "silent", _("nothing heard")
    UNREACHABLE = "unreachable", _("nobody could be reached")
    CLOSED = "closed", _("closed")


class Counting(TextChoices):
    """How an indicator counts: all since the start, or each period by itself. Never mixed."""

    CUMULATIVE = "cumulative", _("all since the start")
    BY_PERIOD = "by_period", _("in this period only")


class Stage(TextChoices):
    """Stages of money. They are never added to each other."""

    PROMISED = "promised", _("promised")
    COMMITTED = "committed", _("signed")
    DISBURSED = "disbursed", _("spent")
