"""The programme: sessions, where and when each stands in a version of the schedule, and what may clash.

What a session says (title, languages, people) is live: a change of words is public at once. When and where it is
stands in a `Slot` of a `ScheduleVersion`: the work in progress (`number` empty, one a meeting), or a released one that
is never changed again. Visitors see the newest released version.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.meetings.models.meeting import Meeting, Room, in_language
from kept.meetings.times import lenient_instant
from kept.pledges.models import Pledge


class SessionKind(models.TextChoices):
    PLENARY = "plenary", _("plenary")
    PANEL = "panel", _("panel")
    FIRESIDE = "fireside", _("fireside chat")
    ANNOUNCEMENT = "announcement", _("announcement of pledges")
    CEREMONY = "ceremony", _("ceremony")
    RECEPTION = "reception", _("reception")
    SIDE_EVENT = "side_event", _("side event")
    CLOSED = "closed", _("closed session")
    BREAK = "break", _("break")
    BLOCKER = "blocker", _("blocked time")  # time that nobody may use; never public


def new_code() -> str:
    """What stands in a session's address: six letters and digits that cannot be mistaken for each other."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _n in range(6))


class SessionQuerySet(models.QuerySet["Session"]):
    def public(self) -> SessionQuerySet:
        """What readers may know of: it stood in a released programme, and is no blocked time.

        Whether its meeting is public is the meeting's question: start from `Meeting.objects.public()`.
        """
        return self.filter(first_released_at__isnull=False).exclude(kind=SessionKind.BLOCKER)


# ISO 639-3; CLDR names none but the American one.
SIGNED = {
    "ils": _("International Sign"), "ase": _("American Sign Language"), "fsl": _("French Sign Language"),
}  # fmt: skip


class Session(models.Model):
    """One item of a programme. Parked while the work in progress has no slot for it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sessions")
    code = models.CharField(max_length=12, default=new_code)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of its entry in calendars, for ever
    kind = models.CharField(max_length=14, choices=SessionKind.choices, default=SessionKind.PANEL)
    titles = models.JSONField(default=dict)
    abstracts = models.JSONField(default=dict, blank=True)  # one or two sentences
    descriptions = models.JSONField(default=dict, blank=True)
    languages = models.JSONField(default=list, blank=True)  # spoken on the floor, BCP 47
    interpretation = models.JSONField(default=list, blank=True)  # into these
    captions = models.JSONField(default=list, blank=True)
    sign_languages = models.JSONField(default=list, blank=True)  # keys of SIGNED
    minutes = models.PositiveSmallIntegerField(default=30)  # how long it is meant to be
    anchored = models.BooleanField(default=False)  # its hour does not move when the ones before it run late
    open_to_all = models.BooleanField(default=False)  # may be followed without registration
    recording_url = models.URLField(max_length=300, blank=True)
    presentations_from = models.DateTimeField(
        null=True, blank=True
    )  # when readers may have what was shown; None: not yet
    links = models.JSONField(default=list, blank=True)  # [{"name": "…", "url": "…"}]
    note = models.TextField(blank=True)  # the team's own; never public
    first_released_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.JSONField(default=dict, blank=True)  # public
    sequence = models.PositiveIntegerField(default=0)  # of its calendar entry; only ever grows
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)  # grows with each save; two editors at once
    position = models.PositiveSmallIntegerField(default=0)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "code"], name="session_code_once")]

    def __str__(self) -> str:
        return self.title_in("en") or self.code

    def title_in(self, language: str) -> str:
        return in_language(self.titles, language)


class ScheduleVersion(models.Model):
    """All slots of a meeting as they were released, or (number empty) as they are being made."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True, blank=True)  # 1, 2, … in the order of release
    comments = models.JSONField(default=dict, blank=True)  # what visitors are told about it
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)  # taken back: visitors see the one before
    changes = models.JSONField(default=list, blank=True)  # what is different from the one before (docs/meetings.md)
    edit = models.PositiveIntegerField(default=0)  # of the work in progress: grows with each change of a slot

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="version_number_once"),
            models.UniqueConstraint(fields=["meeting"], condition=Q(number__isnull=True), name="one_work_in_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.number or 'work in progress'}"


class Slot(models.Model):
    """Where and when a session stands in one version: day and hour of the room's wall clock, minutes that pass."""

    schedule = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="slots")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="slots")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="slots")
    day = models.DateField()
    start = models.TimeField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # None: its end is not known
    starts_at = models.DateTimeField()  # worked out
    ends_at = models.DateTimeField(null=True, blank=True)  # worked out; None where the end is not known
    delayed = models.PositiveSmallIntegerField(default=0)  # minutes later than announced, on the day itself

    class Meta:
        ordering = ["starts_at", "room__position", "id"]
        constraints = [models.UniqueConstraint(fields=["schedule", "session"], name="slot_once")]
        indexes = [models.Index(fields=["schedule", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.session} {self.day} {self.start:%H:%M}"

    def work_out_instants(self, time_zone: str) -> None:
        self.starts_at = lenient_instant(self.day, self.start, time_zone)
        self.ends_at = self.starts_at + timedelta(minutes=self.minutes) if self.minutes is not None else None


class EditStep(models.Model):
    """One step of the work in progress, so that who made it can take it back: where a session stood, and where it was put.

    `before` and `after`: a place as in `actions.scheduling.described`, None where the session was parked.
    """

    schedule = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="steps")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.before} → {self.after}"


class PledgePurpose(models.TextChoices):
    ABOUT = "about", _("the session is about it")
    ANNOUNCE = "announce", _("to be announced in it")


class SessionPledge(models.Model):
    """A pledge that a session is about, or that is to be announced in it.

    One that is not public yet is seen by staff, its owner's people, and those who were named (`SessionViewer`).
    Public pages ask `queries.public_pledges_of`, nowhere else.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="pledges")
    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="sessions")
    purpose = models.CharField(max_length=8, choices=PledgePurpose.choices, default=PledgePurpose.ABOUT)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "pledge"], name="session_pledge_once")]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.pledge_id}"


class ViewerFunction(models.TextChoices):
    MODERATOR = "moderator", _("moderator")
    INTERPRETER = "interpreter", _("interpreter")
    CAPTIONER = "captioner", _("captioner")


class SessionViewer(models.Model):
    """Somebody who was named to see a session's embargoed pledges and early documents; each look is in its history.

    `role`: the place in the session by which they were named; when it ends, this ends too.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="viewers")
    role = models.ForeignKey("SessionRole", null=True, blank=True, on_delete=models.SET_NULL, related_name="viewings")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    function = models.CharField(max_length=12, choices=ViewerFunction.choices)
    language = models.CharField(max_length=10, default="en")
    token = models.CharField(max_length=64, unique=True, default=secrets.token_urlsafe)
    named_at = models.DateTimeField(default=timezone.now)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.function})"


class ConflictWaiver(models.Model):
    """A conflict that stands on purpose: who says so, and why. `key` names the conflict (conflicts.py)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="waivers")
    key = models.CharField(max_length=200)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "key"], condition=Q(revoked_at__isnull=True), name="waiver_in_force_once"
            )
        ]

    def __str__(self) -> str:
        return self.key
