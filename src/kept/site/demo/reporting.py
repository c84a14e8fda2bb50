"""The rounds of the demonstration: for 2022, 2023 and every year since, and one that is open now.

Who answered, what became of each pledge and what supports it is drawn by `fates.py`; everything that is shown follows from
it by the room's own rules. Real organisations are asked nothing: what is known of them is what they said in public.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.text import slugify

from kept.base import history
from kept.log.actions import checkpoint
from kept.people.models import Membership
from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge, Revision
from kept.progress import actions, record, retracing
from kept.progress.findings import findings_of
from kept.progress.models import (
    Asked,
    Definition,
    Evidence,
    Letter,
    LetterAsked,
    Reminder,
    Report,
    ReportState,
    Round,
    RoundQuestion,
    RoundState,
    SilenceNotice,
    Standing,
)
from kept.progress.promised import headline_of
from kept.progress.restate import Facts, derive, facts_of
from kept.progress.silence import NOTICE_BEFORE, SILENT_AFTER
from kept.progress.statuses import Counting, Reporting
from kept.site.demo import answers
from kept.site.demo.fates import SEED, Fate, Owner, fate_of, owner_of
from kept.site.demo.inserting import insert, update
from kept.site.demo.reports import Answer, answer, documents

FIRST_YEAR = 2022
CHUNK = 500
IN_BETWEEN = 60  # pledges that the open round asks about
WAITING = 22  # reports that lie on the desk
LINK_LIVES = timedelta(days=180)


@dataclass
class Told:
    """A pledge with its fate, its owner, what was asked and said of it so far."""

    facts: Facts
    owner: Owner
    fate: Fate
    members: list[Any]
    asked_before: int = 0
    last: Answer | None = None

    def wording(self, at: datetime) -> tuple[PledgeContent, Revision]:
        known = [(text, revision) for text, revision in self.facts.wordings if revision.valid_from <= at]
        return known[-1] if known else self.facts.wordings[0]


@dataclass
class Asking:
    """One round being made: its rows, and the answers to it."""

    round: Round
    asked: list[tuple[Told, Asked]] = field(default_factory=list)
    answers: list[tuple[Told, Answer]] = field(default_factory=list)


def make(loading: Any, staff: list[Any]) -> None:
    """Make every round, its answers, and where each pledge stood from its first day until now."""
    told = _pledges(loading)
    year = FIRST_YEAR
    while date(year + 1, 6, 15) < loading.today:
        _past_round(loading, told, year, staff)
        year += 1
    _open_round(loading, told, staff)
    others = Pledge.objects.public().exclude(pk__in=[one.facts.pledge.pk for one in told])
    rest = facts_of(list(others.values_list("pk", flat=True)))
    Standing.objects.all().delete()
    every = [*(one.facts for one in told), *rest]
    insert(row for facts in every for row in retracing.retrace(facts, loading.now))
    _definitions(loading)
    for round_ in Round.objects.filter(state=RoundState.PUBLISHED):
        round_.figures = findings_of(round_, at=round_.published_at)
        round_.save(update_fields=["figures"])


# What is counted over many pledges: the indicator's name and unit in the reports, and its name in the six languages.
COUNTED: dict[str, dict[str, str]] = {
    "schools": {"en": "Schools connected", "fr": "Écoles connectées", "es": "Escuelas conectadas", "ar": "مدارس موصولة بالإنترنت",
                "ru": "Подключённые школы", "zh-hans": "已联网学校"},
    "villages": {"en": "Villages connected", "fr": "Villages connectés", "es": "Aldeas conectadas", "ar": "قرى موصولة بالإنترنت",
                 "ru": "Подключённые деревни", "zh-hans": "已联网村庄"},
    "health posts": {"en": "Health posts connected", "fr": "Postes de santé connectés", "es": "Puestos de salud conectados",
                     "ar": "مراكز صحية موصولة بالإنترنت", "ru": "Подключённые медпункты", "zh-hans": "已联网卫生站"},
    "teachers": {"en": "Teachers trained", "fr": "Enseignants formés", "es": "Docentes formados", "ar": "معلمون مدرَّبون",
                 "ru": "Обученные учителя", "zh-hans": "受训教师"},
    "libraries": {"en": "Libraries with public access", "fr": "Bibliothèques ouvertes au public",
                  "es": "Bibliotecas con acceso público", "ar": "مكتبات متاحة للجمهور", "ru": "Библиотеки с открытым доступом",
                  "zh-hans": "向公众开放的图书馆"},
}  # fmt: skip


def _definitions(loading: Any) -> None:
    """Definitions for what many of the invented pledges count alike."""
    for name, names in COUNTED.items():
        made = Definition.objects.create(
            slug=slugify(names["en"]), names=names, unit=name, counting=Counting.CUMULATIVE, made_at=loading.now
        )
        actions.give_definition(made, [name], by=None, at=loading.now)


def freeze() -> None:
    """Put the log's checkpoint beside what each round found; outside of a transaction, as what is signed is committed."""
    Round.objects.filter(state=RoundState.PUBLISHED, checkpoint="").update(checkpoint=checkpoint())


def _pledges(loading: Any) -> list[Told]:
    members: dict[int, list[Any]] = {}
    for membership in Membership.objects.speaking().select_related("person").order_by("pk"):
        members.setdefault(membership.organisation_id, []).append(membership.person)
    invented = Pledge.objects.public().filter(lead__invented=True)
    ids = list(invented.order_by("pk").values_list("pk", flat=True))
    leads = {one.pk: one for one in loading.organisations}
    found = []
    for begin in range(0, len(ids), CHUNK):
        for facts in facts_of(ids[begin : begin + CHUNK]):
            headline = derive_dates(facts)
            lead = leads[facts.pledge.lead_id]
            facts.pledge.lead = lead
            people = members.get(lead.pk, [])
            fate = fate_of(facts.pledge.number, *headline)
            found.append(Told(facts, owner_of(lead.slug, bool(people)), fate, people))
    return found


def derive_dates(facts: Facts) -> tuple[date, date | None]:
    """First and last day of what was promised first."""
    first = headline_of([facts.wordings[0][0]]).first
    began = facts.pledge.published_at.date()
    return first.start or began, first.end


# --- rounds that are over ------------------------------------------------------------------------------


def _past_round(loading: Any, told: list[Told], year: int, staff: list[Any]) -> None:
    published = datetime(year + 1, 6, 15, 8, tzinfo=UTC)
    round_ = Round.objects.create(
        slug=str(year), names=_named(answers.ROUND, year), introduction=answers.INTRODUCTION,
        period_start=date(year, 1, 1), period_end=date(year, 12, 31), deadline=date(year + 1, 3, 31),
        publishes_on=published.date(), reminders=[-14, -3, 1, 14], state=RoundState.PUBLISHED, made_by=staff[0],
        made_at=datetime(year + 1, 1, 12, 9, tzinfo=UTC), opened_at=datetime(year + 1, 2, 1, 6, tzinfo=UTC),
        asked_at=datetime(year + 1, 2, 1, 7, tzinfo=UTC), closed_at=datetime(year + 1, 5, 2, 9, tzinfo=UTC),
        published_at=published,
    )  # fmt: skip
    RoundQuestion.objects.create(round=round_, key="who-benefits-least", words=answers.QUESTION)
    asking = Asking(round_)
    rng = random.Random(f"{SEED} round {year}")  # noqa: S311
    on = date(year + 1, 2, 1)
    asking.asked = [(one, _question(one, round_, on)) for one in told if _is_asked(one, on, date(year, 12, 31))]
    for one, asked in asking.asked:
        if one.owner.answers(one.fate.rng, year, one.asked_before):
            days = rng.randint(4, 58) if rng.random() < 0.8 else rng.randint(59, 88)
            at = datetime.combine(on + timedelta(days=days), time(rng.randint(6, 17), rng.randint(0, 59)), tzinfo=UTC)
            asked.answered_at = at
            asking.answers.append((one, answer(one.fate, one.wording(at), one.last, round_, at)))
        one.asked_before += 1
    _ask(asking, on)
    _report(asking, staff, published)
    _notices(asking)


def _named(words: dict[str, str], year: int) -> dict[str, str]:
    return {language: text.format(year=year) for language, text in words.items()}


def _is_asked(one: Told, on: date, period_end: date) -> bool:
    """Published by the end of the period and before the day of asking, still standing, and not closed before."""
    at, published = datetime.combine(on, time(), tzinfo=UTC), one.facts.pledge.published_at
    if published.date() > period_end or published > at:
        return False
    state = derive(retracing.known_at(one.facts, at), on)
    return state["reporting"] != Reporting.CLOSED


def _question(one: Told, round_: Round, on: date) -> Asked:
    pledge = one.facts.pledge
    gone = one.owner.gone_since is not None and round_.period_end.year >= one.owner.gone_since
    return Asked(
        round=round_, pledge=pledge, organisation=pledge.lead, asked_on=on, due=round_.deadline,
        unreachable_since=on if gone else None,
    )  # fmt: skip


def _ask(asking: Asking, on: date) -> None:
    """Write the questions, their answers and letters, and hand them to the facts that standings follow from."""
    Asked.objects.bulk_create([row for _one, row in asking.asked], batch_size=CHUNK)
    for one, asked in asking.asked:
        one.facts.asked.append((asked, None))
    _letters(asking, on)


def _letters(asking: Asking, on: date) -> None:
    """One letter for each person, about all pledges that this person answers for."""
    at = datetime.combine(on, time(7), tzinfo=UTC)
    end = datetime.combine(asking.round.deadline, time(), tzinfo=UTC) + LINK_LIVES
    made: dict[str, Letter] = {}
    about: list[tuple[str, Asked]] = []
    for one, asked in asking.asked:
        lead = one.facts.pledge.lead
        back = at + timedelta(minutes=3) if asked.unreachable_since else None
        people = [(p.email, p, p.name, p.language) for p in one.members]
        for email, person, name, language in people or [(f"office{lead.pk}@example.org", None, lead.name[:200], "en")]:
            made.setdefault(email, Letter(round=asking.round, person=person, email=email, name=name, language=language,
                                          queued_at=at, expires_at=end, bounced_at=back))  # fmt: skip
            about.append((email, asked))
    Letter.objects.bulk_create(made.values(), batch_size=CHUNK)
    insert(LetterAsked(letter=made[email], asked=asked) for email, asked in about)


def _report(asking: Asking, staff: list[Any], published: datetime) -> None:
    """The answers as reports on the record since the round's day, with their figures, documents and verifications."""
    by_pledge = {one.facts.pledge.pk: asked for one, asked in asking.asked}
    rows, supporting, checks, reports = [], [], [], []
    for one, said in asking.answers:
        report = _row(one, said, by_pledge[one.facts.pledge.pk], asking.round)
        report.state, report.decided_at, report.decided_by = ReportState.PUBLISHED, published, staff[1]
        rows.append((one, said, report, record.rows_of(report, said.supported, said.levels)))
        reports.append(report)
    Report.objects.bulk_create(reports, batch_size=CHUNK)
    for _one, said, report, made in rows:
        supporting += documents(said, report, seen_by=staff[1], at=published)
        checks += said.verified(report, made, published)
    for kind in (
        [row for *_, made in rows for row in made.values], [row for *_, made in rows for row in made.money],
        [made.people for *_, made in rows if made.people is not None], supporting, checks,
        [history.entry("report", report.pk, "publish", by=None, at=published, from_state="accepted",
                       to_state="published", public=True) for report in reports],
    ):  # fmt: skip
        insert(kind)
    record.enter_accepted(reports, at=published)
    update(reports, record.ON_RECORD)
    for one, said, report, made in rows:
        one.last = said
        one.facts.reports.append(report)
        one.facts.values[report.pk] = made.values
        one.facts.money[report.pk] = made.money
        if made.people is not None:
            one.facts.people[report.pk] = made.people


def _row(one: Told, said: Answer, asked: Asked, round_: Round) -> Report:
    pledge = Pledge(pk=one.facts.pledge.pk, number=one.facts.pledge.number, lead=one.facts.pledge.lead)
    pledge.current = said.revision  # as it was worded that day
    return Report(
        pledge=pledge, asked=asked, round=round_, organisation=pledge.lead, organisation_name=pledge.lead.name,
        period_start=round_.period_start, period_end=round_.period_end, content=said.content.to_json(),
        state=ReportState.SUBMITTED, made_at=said.at, changed_at=said.at, submitted_at=said.at,
        submitted_by_name=one.members[0].name if one.members else "",
    )  # fmt: skip


def _notices(asking: Asking) -> None:
    """The notice 14 days before silence is public, to those who did not answer and could be reached."""
    on = asking.round.deadline + SILENT_AFTER - NOTICE_BEFORE
    owed = [(one, a) for one, a in asking.asked if a.answered_at is None and a.unreachable_since is None]
    made = {
        a.pk: SilenceNotice(asked=a, sent_on=on, sent_at=datetime.combine(on, time(8), tzinfo=UTC)) for _o, a in owed
    }
    SilenceNotice.objects.bulk_create(made.values(), batch_size=CHUNK)
    for one, asked in owed:
        one.facts.asked[-1] = (asked, made[asked.pk])


# --- the one that is open ------------------------------------------------------------------------------


def _open_round(loading: Any, told: list[Told], staff: list[Any]) -> None:
    """A question in between, to some owners: something to answer for a focal point, something to review for the desk."""
    until = loading.today.replace(day=1) - timedelta(days=1)
    begins = date(until.year, 1, 1)
    on = loading.today - timedelta(days=20)
    standing = [
        one for one in told
        if one.members and one.owner.gone_since is None and _is_asked(one, on, until)
        and one.facts.pledge.status == "published"
    ]  # fmt: skip
    ours = [one for one in standing if one.facts.pledge.lead_id == loading.organisations[0].pk][:3]
    rng = random.Random(f"{SEED} between")  # noqa: S311
    rest = [one for one in standing if one not in ours]
    whom = [*ours, *rng.sample(rest, min(IN_BETWEEN, len(rest)))]
    at = datetime.combine(on, time(6), tzinfo=UTC)
    round_ = Round.objects.create(
        slug=f"{until.year}-between", names=_named(answers.BETWEEN, until.year), introduction=answers.INTRODUCTION,
        period_start=begins, period_end=until, deadline=loading.today + timedelta(days=10),
        publishes_on=loading.today + timedelta(days=40), reminders=[-14, -3, 1, 14], state=RoundState.OPEN,
        selection={"references": [one.facts.pledge.reference for one in whom]}, made_by=staff[0], made_at=at,
        opened_at=at, asked_at=at + timedelta(hours=1),
    )  # fmt: skip
    RoundQuestion.objects.create(round=round_, key="who-benefits-least", words=answers.QUESTION)
    asking = Asking(round_, [(one, _question(one, round_, on)) for one in whom])
    answered = asking.asked[len(ours) : len(ours) + WAITING]
    said = [_waiting(loading, one, asked, round_, rng) for one, asked in answered]
    _ask(asking, on)
    reports = [(each, _row(one, each, asked, round_)) for each, (one, asked) in zip(said, answered, strict=True)]
    Report.objects.bulk_create([report for _said, report in reports])
    seen = [file for said, report in reports for file in documents(said, report, seen_by=None, at=None)]
    Evidence.objects.bulk_create(seen)
    for _said, report in reports[:4]:
        actions.ask_back(
            report, by=staff[1], at=loading.now - timedelta(days=2), reason="Of which day is the figure? Please add it."
        )
        next(a for o, a in asking.asked if a.pk == report.asked_id).sent_back_at = loading.now - timedelta(days=2)
    letters = Letter.objects.filter(round=round_, asked__answered_at=None).distinct()
    Reminder.objects.bulk_create(
        [Reminder(letter=letter, offset=-14, at=loading.now - timedelta(days=4)) for letter in letters]
    )


def _waiting(loading: Any, one: Told, asked: Asked, round_: Round, rng: random.Random) -> Answer:
    at = loading.now - timedelta(days=rng.randint(3, 17), minutes=rng.randint(0, 600))
    asked.answered_at = at
    return answer(one.fate, one.wording(at), one.last, round_, at)
