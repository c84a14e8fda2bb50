"""One invented answer: what an owner says at the end of a period, and what came with it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.models import Revision
from kept.progress.content import Money, People, ReportContent, Value
from kept.progress.models import Evidence, Report, Round, Verification, VerificationOutcome, VerificationState
from kept.progress.promised import number
from kept.progress.record import Rows
from kept.progress.rules import REASON_OWED
from kept.progress.statuses import Level, Said
from kept.site.demo import answers
from kept.site.demo.fates import Fate, part

VERIFIER = ("Ottoline Verity", "Office of the Brass Scales (invented)")
UNCHANGED, WANTS_SUPPORT, VERIFIED = 0.05, 0.3, 0.22


@dataclass
class Answer:
    """What was said, of which wording, what documents support of it."""

    at: datetime
    revision: Revision
    content: ReportContent
    supported: dict[str, Decimal] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    is_verified: bool = False

    def verified(self, report: Report, rows: Rows, at: datetime) -> list[Verification]:
        """The verification that came with it: raises the levels of the rows that were looked at."""
        if not self.is_verified:
            return []
        found: dict[str, str] = {}
        for row in rows.values:
            if row.value is not None:
                row.verified, row.level = row.value, Level.VERIFIED
                found[row.name] = f"{row.value:f}"
        for line in rows.money:
            line.level = Level.VERIFIED
            found[f"money:{line.stage}"] = f"{line.amount:f}"
        name, organisation = VERIFIER
        return [
            Verification(
                report=report, verifier=name, organisation=organisation, email="verifier@example.org",
                expires_at=at + timedelta(days=60), state=VerificationState.DONE, asked_at=self.at + timedelta(days=3),
                has_interest=False, scope="One place in ten, drawn by lot, and the accounts.",
                outcome=VerificationOutcome.CONFIRMED, figures=found, done_at=at - timedelta(days=20),
                taken_over_at=at - timedelta(days=20),
            )
        ]  # fmt: skip


def answer(
    fate: Fate, wording: tuple[PledgeContent, Revision], former: Answer | None, round_: Round, at: datetime
) -> Answer:
    """What the owner of a pledge sends for a round at `at`."""
    promise, revision = wording
    rng, end = fate.rng, round_.period_end
    if former is not None and not former.content.unchanged and end < fate.end and rng.random() < UNCHANGED:
        return Answer(at, revision, former.content.with_(unchanged=True), former.supported, former.levels)
    said, made = fate.says(end), fate.made_by(end)
    language = promise.language if promise.language in answers.SUMMARIES else "en"
    on = min(max(fate.done_on(), round_.period_start), end) if made >= 1 else end
    values = tuple(_value(each, made, on, former, language) for each in promise.indicators[:1])
    content = ReportContent(
        language=language,
        said=said,
        said_reason=rng.choice(answers.REASONS[language]) if said in REASON_OWED else "",
        completed_on=on.isoformat() if said == Said.COMPLETED else "",
        values=values,
        money=_money(promise, fate, end, former),
        people=_people(promise, made, former, language),
        summary=rng.choice(answers.SUMMARIES[language][said]),
        support=rng.choice(answers.SUPPORT[language])
        if said != Said.COMPLETED and rng.random() < WANTS_SUPPORT
        else "",
        explanations=tuple(_explained(promise, values, said, language)),
    )
    found = Answer(at, revision, content)
    _prove(found, fate, rng)
    return found


def _value(indicator: Indicator, made: float, on: date, former: Answer | None, language: str) -> Value:
    base, target = number(indicator.baseline) or Decimal(0), number(indicator.target) or Decimal(0)
    value = base + (target - base) * Decimal(str(round(made, 3)))
    value = value // 10 * 10 if value > 2000 and made < 1 else value // 1
    last = former.content.value_of(indicator.name) if former else None
    if last is not None and last.value and Decimal(last.value) >= value:
        return last
    return Value(indicator.name, f"{value:f}", on.isoformat(), answers.SOURCES[language])


def _money(promise: PledgeContent, fate: Fate, end: date, former: Answer | None) -> tuple[Money, ...]:
    """What is signed and spent so far; never less than before."""
    amount = promise.amount_value
    if amount is None or not promise.currency:
        return ()
    planned = (end - fate.start).days / max((fate.end - fate.start).days, 1)
    signed = min(fate.signs, 0.25 + planned) if fate.stops > 0 else 0.0
    spent = min(signed, max(planned, 0.0) * fate.speed * fate.signs * 0.75, fate.stops)
    nature = promise.money_nature if promise.money_nature in ("new", "existing") else "new"
    instrument = "in_kind" if promise.money_nature == "in_kind" else promise.instrument or "own_investment"
    before = {line.stage: Decimal(line.amount) for line in former.content.money} if former else {}
    lines = []
    for stage, share in (("committed", signed), ("disbursed", spent)):
        value = max(part(amount, share), before.get(stage, Decimal(0)))
        if value > 0:
            lines.append(Money(stage, f"{value:f}", promise.currency, nature, instrument, end.isoformat()))
    return tuple(lines)


def _people(promise: PledgeContent, made: float, former: Answer | None, language: str) -> People:
    if not promise.people_expected or made <= 0:
        return former.content.people if former else People()
    total = int(part(Decimal(promise.people_expected), made))
    if former is not None and former.content.people.total is not None:
        total = max(total, former.content.people.total)
    women = int(total * 0.48) if total > 50 else None
    return People(
        total=total, women=women, men=total - women if women is not None else None, how=answers.COUNTED[language]
    )


def _explained(promise: PledgeContent, values: Sequence[Value], said: Said, language: str) -> list[tuple[str, str]]:
    """Completed below the target is asked about, and answered."""
    below = [
        each.indicator
        for each, asked in zip(values, promise.indicators, strict=False)
        if said == Said.COMPLETED and each.value and Decimal(each.value) < (number(asked.target) or Decimal(0))
    ]
    return [(f"completed_below:{name}", answers.EXPLAINED[language]) for name in below]


def _prove(found: Answer, fate: Fate, rng: random.Random) -> None:
    """What documents support: the whole figure, a part of it, or nothing."""
    content = found.content
    ended = content.said == Said.COMPLETED
    if content.said == Said.NOT_STARTED or rng.random() > min(0.9, fate.proves + (0.3 if ended else 0)):
        return
    whole = ended or rng.random() < 0.75
    for line in content.values:
        value = number(line.value)
        if value:
            found.supported[line.indicator] = value if whole else value * 8 // 10
    if ended:
        found.levels["said"] = Level.DOCUMENTED
    if content.money and whole:
        found.levels["money"] = Level.DOCUMENTED
    if content.people.total is not None and rng.random() < 0.5:
        found.levels["people"] = Level.DOCUMENTED
    found.is_verified = whole and rng.random() < VERIFIED


def documents(said: Answer, report: Report, *, seen_by: Any, at: datetime | None) -> list[Evidence]:
    """What came with a report that documents support; seen by the desk at `at`, or not yet."""
    if not (said.supported or said.levels):
        return []
    name, shows = _words(answers.DOCUMENTS, said.content.language)
    address = f"https://example.org/handed-over/{report.key}.pdf"
    return [
        Evidence(report=report, url=address, name=name, shows=shows, added_at=said.at, seen_at=at, seen_by=seen_by)
    ]  # fmt: skip


def _words(words: Mapping[str, Any], language: str) -> Any:
    return words.get(language, words["en"])
