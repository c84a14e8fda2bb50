"""Asking every focal point, each by one letter; reminding by plan, each time once, until there is an answer.

The worker does it in transactions of some hundred letters: a letter and its mail are written together, so that a worker
that is killed half-way leaves nobody asked twice and nobody forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.events import announce, listens
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.links import link_address
from kept.people.models import Membership, Organisation, Person
from kept.pledges.models import Pledge, Status
from kept.progress.models import Asked, Letter, LetterAsked, Reminder, Round, RoundState, Standing
from kept.progress.permissions import may_hand_over, may_run_rounds
from kept.progress.restate import restate
from kept.progress.who import name_of, person_of

CHUNK = 500
LETTERS = 200  # in one transaction
LINK_LIVES = timedelta(days=180)  # after the deadline


# --- whom ----------------------------------------------------------------------------------------------


def pledges_of(round_: Round) -> Any:
    """The pledges that a round asks about: published by the end of its period, still open, and in its selection."""
    ended = datetime.combine(round_.period_end + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    found = Pledge.objects.filter(status=Status.PUBLISHED, published_at__lt=ended)
    closed = Standing.objects.filter(pledge=OuterRef("pk"), valid_to=None, reporting="closed")
    found = found.filter(~Exists(closed))
    chosen = round_.selection or {}
    if years := chosen.get("years"):
        found = found.filter(published_at__year__in=years)
    if kinds := chosen.get("entity_types"):
        found = found.filter(current__entity_type__in=kinds)
    if origins := chosen.get("origins"):
        found = found.filter(current__origin__in=origins)
    if references := chosen.get("references"):
        found = found.filter(number__in=[int(r[2:]) for r in references if r[2:].isdecimal()])
    if focus := chosen.get("focus_areas"):
        found = found.filter(Exists(_tagged(focus)))
    return found


def _tagged(slugs: list[str]) -> Any:
    from kept.pledges.models import RevisionTag

    return RevisionTag.objects.filter(revision=OuterRef("current"), taxonomy="focus", slug__in=slugs)


def ask_due(now: datetime) -> int:
    """Ask for every open round until everybody has been asked; returns how many letters left. The worker's duty."""
    sent = 0
    for round_ in Round.objects.filter(state=RoundState.OPEN, asked_at=None).order_by("opened_at"):
        while _write_down(round_, now):
            pass
        while count := _send_letters(round_, now):
            sent += count
        with transaction.atomic():
            Round.objects.filter(pk=round_.pk, asked_at=None).update(asked_at=now)
    return sent


def _write_down(round_: Round, now: datetime) -> int:
    """Note the next pledges that are asked about, and the letters to their people. Returns how many."""
    today = now.astimezone(UTC).date()
    with transaction.atomic():
        known = Asked.objects.filter(round=round_, pledge=OuterRef("pk"))
        pledges = list(pledges_of(round_).filter(~Exists(known)).select_related("lead").order_by("pk")[:CHUNK])
        asked = Asked.objects.bulk_create(
            Asked(round=round_, pledge=p, organisation=p.lead, asked_on=today, due=round_.deadline) for p in pledges
        )
        _address(round_, asked, {p.pk: p for p in pledges}, today)
        restate([p.pk for p in pledges], at=now)
    return len(pledges)


def _address(round_: Round, asked: list[Asked], pledges: dict[int, Pledge], today: date) -> None:
    """The letters: one for each person and round, about all pledges that this person answers for."""
    speakers = speakers_of({a.organisation_id for a in asked if a.organisation_id})
    wanted: dict[str, Letter] = {}
    about: list[tuple[str, Asked]] = []
    nobody: list[int] = []
    for one in asked:
        reachable = False
        for letter in _letters_for(round_, pledges[one.pledge_id], speakers.get(one.organisation_id or 0, [])):
            reachable = reachable or letter.bounced_at is None
            wanted.setdefault(letter.email, letter)
            about.append((letter.email, one))
        if not reachable:
            nobody.append(one.pk)
    Letter.objects.bulk_create(wanted.values(), ignore_conflicts=True)
    there = {letter.email: letter for letter in Letter.objects.filter(round=round_, email__in=list(wanted))}
    LetterAsked.objects.bulk_create(
        [LetterAsked(letter=there[email], asked=one) for email, one in about], ignore_conflicts=True
    )
    Asked.objects.filter(pk__in=nobody).update(unreachable_since=today)


def _letters_for(round_: Round, pledge: Pledge, people: list[Person]) -> list[Letter]:
    """Those who speak for its lead; where nobody does, the contact that came with the pledge."""
    end = datetime.combine(round_.deadline, datetime.min.time(), tzinfo=UTC) + LINK_LIVES
    if people:
        return [
            Letter(round=round_, person=p, email=p.email, name=p.name, language=p.language, expires_at=end,
                   bounced_at=p.bounced_at)
            for p in people
        ]  # fmt: skip
    if pledge.contact_email:
        language = pledge.current.language if pledge.current else "en"
        return [Letter(round=round_, email=pledge.contact_email.lower(), name=pledge.contact_name,
                       language=_written(language), expires_at=end)]  # fmt: skip
    return []


def _written(language: str) -> str:
    from django.conf import settings

    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def speakers_of(organisations: Iterable[int]) -> dict[int, list[Person]]:
    """{organisation: who speaks for it}; of one that was merged, those of the one it lives on as."""
    roots = {
        o.pk: o.root.pk for o in Organisation.objects.filter(pk__in=list(organisations)).select_related("merged_into")
    }
    speaking = Membership.objects.speaking().filter(organisation__in={*roots, *roots.values()}).select_related("person")
    by: dict[int, dict[int, Person]] = defaultdict(dict)
    for membership in speaking.order_by("pk"):
        by[membership.organisation_id][membership.person_id] = membership.person
    return {pk: list({**by[root], **by[pk]}.values()) for pk, root in roots.items()}


# --- letters -------------------------------------------------------------------------------------------


def _send_letters(round_: Round, now: datetime) -> int:
    """Queue the next letters' mails, each with its letter in one transaction. Returns how many."""
    with transaction.atomic():
        waiting = Letter.objects.select_for_update().filter(round=round_, queued_at=None, revoked_at=None)
        letters = list(waiting.order_by("pk")[:LETTERS])
        titles = _titles(letters)
        mail.queue_many([_mail("asked", round_, letter, titles[letter.pk], key="asked", at=now) for letter in letters])
        Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(queued_at=now)
    return len(letters)


def _titles(letters: list[Letter], *, unanswered: bool = False) -> dict[int, list[Asked]]:
    """{letter: what it is about, with the pledges}."""
    rows = LetterAsked.objects.filter(letter__in=letters).select_related("asked", "asked__pledge").order_by("asked")
    if unanswered:
        rows = rows.filter(asked__answered_at=None)
    found: dict[int, list[Asked]] = {letter.pk: [] for letter in letters}
    for row in rows:
        found[row.letter_id].append(row.asked)
    return found


def _mail(kind: str, round_: Round, letter: Letter, asked: list[Asked], *, key: str, at: datetime) -> dict[str, Any]:
    """The words of one mail for `mail.queue_many`."""
    due = min((one.due for one in asked), default=round_.deadline)
    return {
        "kind": f"progress/{kind}",
        "to": letter.email,
        "language": letter.language,
        "person": None,
        "context": {
            "round": round_.name_in(letter.language),
            "introduction": round_.introduction_in(letter.language),
            "name": letter.name,
            "pledges": [one.pledge for one in asked][:10],
            "count": len(asked),
            "due": due,
            "late": due < at.astimezone(UTC).date(),
            "action": gettext_lazy("Write the report"),
            "action_url": link_address(None, language=letter.language, path=f"/report/{letter.token}/"),
        },
        "key": f"round:{round_.pk}:{letter.pk}:{key}",
        "at": at,
        "subject": ("letter", letter.pk),
    }


def remind_due(now: datetime) -> int:
    """Send the reminders whose day has come: each once, to those who have not answered. The worker's duty.

    Of several that are due for one letter at once (the worker stood still, a question was handed over late) only the last
    is sent. Returns how many mails were queued.
    """
    today, sent = now.astimezone(UTC).date(), 0
    for round_ in Round.objects.filter(state=RoundState.OPEN).exclude(asked_at=None):
        while count := _remind_some(round_, today, now):
            sent += count
    return sent


def _remind_some(round_: Round, today: date, now: datetime) -> int:
    plan = sorted(int(offset) for offset in round_.reminders)
    mails, rows = [], []
    with transaction.atomic():
        open_letters = Letter.objects.filter(round=round_, revoked_at=None, bounced_at=None).exclude(queued_at=None)
        open_letters = open_letters.filter(asked__answered_at=None).annotate(first_due=Min("asked__due"))
        due = Q()
        for offset in plan:
            done = Reminder.objects.filter(letter=OuterRef("pk"), offset=offset)
            due |= Q(first_due__lte=today - timedelta(days=offset)) & ~Exists(done)
        letters = list(open_letters.filter(due).order_by("pk")[:LETTERS]) if plan else []
        done_already = defaultdict(set)
        for letter, offset in Reminder.objects.filter(letter__in=letters).values_list("letter", "offset"):
            done_already[letter].add(offset)
        about = _titles(letters, unanswered=True)
        for letter in letters:
            come = [
                o for o in plan if letter.first_due + timedelta(days=o) <= today and o not in done_already[letter.pk]
            ]
            rows += [Reminder(letter=letter, offset=offset, at=now) for offset in come]
            if come and letter.first_due + timedelta(days=come[-1]) > letter.queued_at.astimezone(UTC).date():
                mails.append(_mail("reminder", round_, letter, about[letter.pk], key=f"reminder:{come[-1]}", at=now))
        Reminder.objects.bulk_create(rows)
        mail.queue_many(mails)
    return len(letters)


# --- by hand -------------------------------------------------------------------------------------------


def _letters_of(asked: Asked) -> list[Letter]:
    return list(Letter.objects.filter(about__asked=asked, revoked_at=None))


def remind_now(asked: Asked, *, by: Any, at: datetime) -> int:
    """Remind by hand those who were asked about a pledge. Returns to how many. Raises NotAllowed, WrongState."""
    if not may_run_rounds(by):
        raise NotAllowed(_("You may not do this."))
    if asked.answered_at is not None:
        raise WrongState(_("This has been answered already."))
    with transaction.atomic():
        letters = _letters_of(asked)
        about = _titles(letters, unanswered=True)
        key = f"by-hand:{at:%Y%m%d%H%M%S%f}"
        mails = [_mail("reminder", asked.round, letter, about[letter.pk], key=key, at=at) for letter in letters]
        mail.queue_many(mails)
        Reminder.objects.bulk_create(Reminder(letter=letter, offset=None, at=at, by=by) for letter in letters)
        history.record("asked", asked.pk, "remind", by=by, at=at, data={"letters": len(letters)})
    return len(letters)


def extend(asked: Asked, until: date, *, by: Any, at: datetime, reason: str = "") -> Asked:
    """Give one owner more time. Raises NotAllowed, Refused."""
    if not may_run_rounds(by):
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        asked = Asked.objects.select_for_update().get(pk=asked.pk)
        if until <= asked.due:
            raise Refused(_("The new day lies after the old one."))
        data = {"from": asked.due.isoformat(), "to": until.isoformat()}
        asked.due, asked.extended_by = until, by
        asked.save(update_fields=["due", "extended_by"])
        history.record("asked", asked.pk, "extend", by=by, at=at, reason=reason, data=data)
        restate([asked.pledge_id], at=at)
        announce("asked.extended", asked=asked, by=by, at=at)
    return asked


def hand_over(asked: Asked, *, email: str, name: str = "", by: Any, at: datetime) -> Letter:
    """Ask another person in place of, or beside, those who were asked: they get a letter with a link of their own.

    Raises NotAllowed, WrongState.
    """
    if not may_hand_over(by, asked):
        raise NotAllowed(_("You may not do this."))
    if asked.answered_at is not None:
        raise WrongState(_("This has been answered already."))
    email = email.strip().lower()
    with transaction.atomic():
        person = Person.objects.filter(email=email, is_active=True).first()
        language = person.language if person else by.language if hasattr(by, "language") else "en"
        end = datetime.combine(asked.due, datetime.min.time(), tzinfo=UTC) + LINK_LIVES
        letter, _made = Letter.objects.get_or_create(
            round=asked.round, email=email,
            defaults={"person": person, "name": name, "language": language, "expires_at": end, "queued_at": at},
        )  # fmt: skip
        LetterAsked.objects.get_or_create(letter=letter, asked=asked)
        if asked.unreachable_since is not None and letter.bounced_at is None:
            asked.unreachable_since = None
            asked.save(update_fields=["unreachable_since"])
            restate([asked.pledge_id], at=at)
        mail.queue_many([_mail("handed_over", asked.round, letter, [asked], key=f"handed:{asked.pk}", at=at)])
        data = {"to": email, "by": name_of(by)}
        history.record("asked", asked.pk, "hand_over", by=person_of(by), at=at, data=data)
    return letter


# --- nobody there --------------------------------------------------------------------------------------


@listens("mail.bounced")
def bounced(*, email: str, at: datetime, **_more: Any) -> None:
    """A letter came back: where every letter about a pledge did, its owner cannot be reached."""
    letters = Letter.objects.filter(email__iexact=email, bounced_at=None, round__state=RoundState.OPEN)
    ids = list(letters.values_list("pk", flat=True))
    if not ids:
        return
    Letter.objects.filter(pk__in=ids).update(bounced_at=at)
    reached = LetterAsked.objects.filter(asked=OuterRef("pk"), letter__bounced_at=None, letter__revoked_at=None)
    lost = Asked.objects.filter(about__letter__in=ids, answered_at=None, unreachable_since=None).filter(
        ~Exists(reached)
    )
    pledges = list(lost.values_list("pk", "pledge").distinct())
    Asked.objects.filter(pk__in=[pk for pk, _pledge in pledges]).update(unreachable_since=at.astimezone(UTC).date())
    restate([pledge for _pk, pledge in pledges], at=at)
