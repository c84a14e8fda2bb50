"""Who may do what in this room, as predicates with names. `by` is a person, or the letter whose link somebody holds."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from kept.people.models import Organisation
from kept.people.permissions import belongs_to, is_secretariat, speaks_for, writes_for
from kept.pledges.models import Pledge
from kept.progress.models import Appeal, Asked, Letter, LetterAsked, Origin, Report, Round


def holds_letter(by: Any, asked: Asked | None) -> bool:
    """Holds the link of a letter that is about this pledge and still good."""
    if not isinstance(by, Letter) or asked is None or not by.is_good(timezone.now()):
        return False
    return LetterAsked.objects.filter(letter=by, asked=asked).exists()


def may_run_rounds(by: Any, round_: Round | None = None) -> bool:
    """Opens, closes and publishes rounds, reminds, extends: the secretariat."""
    return is_secretariat(by)


def may_define(by: Any, _definition: Any = None) -> bool:
    """Says what indicators count: the secretariat."""
    return is_secretariat(by)


def may_answer_for_part(by: Any, organisation: Organisation | int) -> bool:
    """Says whether a report is right about a partner's part: who speaks for the partner."""
    return not isinstance(by, Letter) and speaks_for(by, organisation)


def may_hand_over(by: Any, asked: Asked) -> bool:
    """Hands the question to another person: whoever may send the answer, and the secretariat."""
    return is_secretariat(by) or may_answer(by, asked)


def may_answer(by: Any, asked: Asked) -> bool:
    """May write and send the answer: who speaks for the lead, or holds the letter."""
    return holds_letter(by, asked) if isinstance(by, Letter) else speaks_for(by, asked.pledge.lead_id)


def may_write_report(by: Any, report: Report) -> bool:
    """May write in it: who writes for the lead, who holds the letter; the secretariat in one on behalf."""
    if isinstance(by, Letter):
        return holds_letter(by, report.asked)
    if is_secretariat(by):
        return report.origin == Origin.DESK
    return writes_for(by, report.pledge.lead_id)


def may_send_report(by: Any, report: Report) -> bool:
    """May send it in the owner's name."""
    if isinstance(by, Letter):
        return holds_letter(by, report.asked)
    if is_secretariat(by):
        return report.origin == Origin.DESK
    return speaks_for(by, report.pledge.lead_id)


def may_see_report(by: Any, report: Report) -> bool:
    """A public one everybody; before that its owner's people, who holds the letter, and the secretariat."""
    if report.state == "published":
        return True
    if isinstance(by, Letter):
        return holds_letter(by, report.asked)
    return is_secretariat(by) or belongs_to(by, report.pledge.lead_id)


def may_review_report(by: Any, report: Report | None = None) -> bool:
    """Asks back, accepts, refuses: the secretariat, but nobody what their own organisation sent."""
    if not is_secretariat(by):
        return False
    return report is None or not belongs_to(by, report.pledge.lead_id)


def may_ask_verifier(by: Any, report: Report | None = None) -> bool:
    return may_review_report(by, report)


def may_object(by: Any, pledge: Pledge) -> bool:
    """Objects to a status or a level: who speaks for the owner."""
    return speaks_for(by, pledge.lead_id)


def may_decide_appeal(by: Any, appeal: Appeal) -> bool:
    """Decides on an objection: the secretariat, but not who decided before, and nobody for their own organisation."""
    if not is_secretariat(by) or belongs_to(by, appeal.pledge.lead_id):
        return False
    return appeal.decided_before_by_id is None or appeal.decided_before_by_id != by.pk


def may_import_other_lists(by: Any) -> bool:
    return is_secretariat(by)


def may_decide_same_money(by: Any, _flag: Any = None) -> bool:
    return is_secretariat(by)


def may_reply_to_notice(by: Any, asked: Asked) -> bool:
    """Has the right of reply before silence is public."""
    return may_answer(by, asked)
