"""Checking by somebody else: a named verifier with interest and scope; a sample that anybody can draw again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history, mail
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.links import link_address
from kept.progress.models import (
    Report,
    ReportState,
    Round,
    RoundState,
    Sample,
    SampleItem,
    Verification,
    VerificationOutcome,
    VerificationState,
)
from kept.progress.permissions import may_ask_verifier, may_run_rounds
from kept.progress.record import enter_revised, is_falling, level_of_value
from kept.progress.sampling import draw

LIVES = timedelta(days=90)


def ask_verifier(
    report: Report,
    *,
    verifier: str,
    email: str,
    organisation: str = "",
    language: str = "en",
    asked_for: str = "",
    by: Any,
    at: datetime,
) -> Verification:
    """Ask somebody by name to verify a report that was accepted. Raises NotAllowed, WrongState, Refused."""
    if not may_ask_verifier(by, report):
        raise NotAllowed(_("You may not do this."))
    if report.state not in (ReportState.ACCEPTED, ReportState.PUBLISHED):
        raise WrongState(_("Only an accepted report is verified."))
    if not verifier.strip():
        raise Refused(_("Say who verifies. Readers see the name."))
    with transaction.atomic():
        made = Verification.objects.create(
            report=report, verifier=verifier.strip(), organisation=organisation.strip(), email=email.strip().lower(),
            language=language, asked_for=asked_for.strip(), asked_at=at, asked_by=by, expires_at=at + LIVES,
        )  # fmt: skip
        mail.queue(
            "progress/verify", to=made.email, language=language, at=at, key=f"verify:{made.pk}",
            context={
                "name": made.verifier, "title": report.pledge.title, "asked_for": made.asked_for,
                "action": _("Look at the report"),
                "action_url": link_address(None, language=language, path=f"/verify/{made.token}/"),
            },
            subject=("report", report.pk),
        )  # fmt: skip
        history.record("report", report.pk, "ask_verifier", by=by, at=at, data={"verifier": made.verifier})
    return made


def verify(
    verification: Verification,
    *,
    has_interest: bool,
    interest: str,
    scope: str,
    outcome: str,
    figures: Mapping[str, Decimal],
    statement: str,
    at: datetime,
) -> Verification:
    """What the verifier found. Interest and scope are stated, or nothing is taken. Raises Refused, WrongState.

    The values that were found become the figures' verified values; of a public report as the next revision of its document.
    """
    if has_interest and not interest.strip():
        raise Refused(_("Say which interest you have. Readers see it beside what you found."))
    if not scope.strip():
        raise Refused(_("Say what you looked at, and what you did not look at."))
    if outcome not in VerificationOutcome.values:
        raise Refused(_("Say what you found."))
    with transaction.atomic():
        now = Verification.objects.select_for_update().get(pk=verification.pk)
        if now.state != VerificationState.ASKED or now.expires_at <= at:
            raise WrongState(_("This link is no longer good."))
        report = Report.objects.select_for_update().get(pk=now.report_id)
        now.has_interest, now.interest = has_interest, interest.strip()
        now.scope, now.outcome, now.statement = scope.strip(), outcome, statement.strip()
        now.figures = {name: f"{value:f}" for name, value in figures.items()}
        now.state, now.done_at, now.taken_over_at = VerificationState.DONE, at, at
        now.save()
        _take_over(report, now, figures)
        history.record("report", report.pk, "verified", by=None, at=at, public=True,
                       data={"verifier": now.verifier, "outcome": outcome})  # fmt: skip
        if report.state == ReportState.PUBLISHED:
            enter_revised(report, at=at)
        announce("report.verified", report=report, verification=now, at=at)
    return now


def _take_over(report: Report, verification: Verification, figures: Mapping[str, Decimal]) -> None:
    """The verified values, and the levels that follow. A verifier with an interest of their own raises no level."""
    for row in report.values.all():
        if row.name in figures and not verification.has_interest:
            row.verified = figures[row.name]
            falling = is_falling(row.baseline, row.target)
            row.level = level_of_value(row.value, row.supported, row.verified, falling=falling)
            row.save(update_fields=["verified", "level"])


def decline_verification(verification: Verification, *, at: datetime) -> None:
    """The verifier does not do it. Raises WrongState."""
    with transaction.atomic():
        changed = Verification.objects.filter(pk=verification.pk, state=VerificationState.ASKED)
        if not changed.update(state=VerificationState.DECLINED, done_at=at):
            raise WrongState(_("This link is no longer good."))


def draw_sample(round_: Round, *, seed: str, size: int, by: Any, at: datetime) -> Sample:
    """Draw pledges of a round for verification, by strata of the kind of organisation: the same seed draws the same.

    Raises NotAllowed, WrongState (a sample is drawn once, and not before answers are in), Refused.
    """
    if not may_run_rounds(by):
        raise NotAllowed(_("You may not do this."))
    if not seed.strip() or size < 1:
        raise Refused(_("A sample needs a seed that others can repeat, and a size."))
    if round_.state == RoundState.DRAFT or hasattr(round_, "sample"):
        raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
    reported = Report.objects.filter(round=round_, state__in=[ReportState.ACCEPTED, ReportState.PUBLISHED])
    rows = reported.values_list("pledge", "pledge__number", "pledge__current__entity_type")
    strata: dict[str, list[str]] = {}
    ids: dict[str, int] = {}
    for pledge, number, entity_type in rows.distinct():
        reference = f"P-{number:05d}"
        ids[reference] = pledge
        strata.setdefault(entity_type or "other", []).append(reference)
    drawn = draw(strata, size, seed)
    with transaction.atomic():
        told = [
            {
                "stratum": name,
                "pledges": len(strata[name]),
                "drawn": len(drawn.get(name, [])),
                "from": sorted(strata[name]),
            }
            for name in sorted(strata)
        ]
        sample = Sample.objects.create(round=round_, seed=seed, size=size, strata=told, drawn_at=at, drawn_by=by)
        chosen = [(name, reference) for name in sorted(drawn) for reference in drawn[name]]
        SampleItem.objects.bulk_create(
            SampleItem(sample=sample, pledge_id=ids[reference], stratum=name, position=position)
            for position, (name, reference) in enumerate(chosen)
        )
        history.record("round", round_.pk, "draw_sample", by=by, at=at, public=True, data={"seed": seed, "size": size})
    return sample
