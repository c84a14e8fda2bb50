"""Saved searches: asked for, confirmed by a link where there is no account, paused, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.actions import make_link
from kept.people.links import link_address
from kept.people.models import Link
from kept.registry.lifecycle import SEARCH
from kept.registry.models import Frequency, NewPledge, SavedSearch, SearchState
from kept.registry.selection import Selection

CONFIRM, STOP = "confirm_search", "stop_search"
DAYS = 7  # in which an address is confirmed
ALWAYS = 3650  # days in which the link that ends the mails is good
MOST = 50  # of one address or account
MOST_WAITING = 3  # that one address has not confirmed: nobody is flooded with our mails


def watched(selection: Selection) -> Selection:
    """What of a selection can bring something new: without past days, order, page; only what is published."""
    return selection.with_(as_of=None, sort="", view="").choosing("status", ())


def selection_of(saved: SavedSearch) -> Selection:
    """The selection again. One with a value that no longer exists has problems, and finds nothing."""
    return Selection.from_query(QueryDict(saved.query))


def save_search(
    selection: Selection, *, at: datetime, frequency: str, by: Any = None, email: str = "", language: str = "en"
) -> SavedSearch:
    """Tell of new pledges of a selection: an account at once, another address once it has said yes by its link.

    The same search of the same address is one: asked for again, only its frequency changes.
    Raises Refused (a value does not exist, too many).
    """
    if selection.problems:
        raise Refused(_("This asks for something that does not exist."))
    if frequency not in Frequency.values:
        raise ValueError(f"no such frequency: {frequency}")
    person = by if by is not None and by.is_authenticated else None
    email, language = (person.email, person.language) if person else (email.strip().lower(), language)
    query = watched(selection).to_query().removeprefix("?")
    if len(query) > SavedSearch._meta.get_field("query").max_length:
        raise Refused(_("This search has too many words and filters to be kept."))
    with transaction.atomic():
        mine = SavedSearch.objects.select_for_update().filter(email=email)
        known = mine.filter(query=query, state__in=[SearchState.ACTIVE, SearchState.PAUSED]).first()
        if known is not None and person is not None:
            return _again(known, frequency, person, at)
        _check_number(mine, person)
        if known is not None:
            return known  # an address that says nothing of itself learns nothing of its searches, and changes none
        saved = SavedSearch.objects.create(
            person=person, email=email, language=language, query=query, frequency=frequency, made_at=at, due_at=at,
            state=SearchState.ACTIVE if person else SearchState.WAITING, told_until=_newest(),
        )  # fmt: skip
        history.record("search", saved.pk, "save", by=person, at=at, to_state=saved.state)
        if person is None:
            _ask(saved, at)
    return saved


def _again(known: SavedSearch, frequency: str, person: Any, at: datetime) -> SavedSearch:
    """The same search of an account once more: as it is asked for now, and going on where it was paused."""
    known.person = person
    known.save(update_fields=["person"])
    if known.state == SearchState.PAUSED:
        known = resume_search(known, by=person, at=at)
    return change_search(known, frequency, by=person, at=at)


def _check_number(mine: Any, person: Any) -> None:
    live = mine.exclude(state__in=[SearchState.ENDED, SearchState.WAITING]).count()
    waiting = 0 if person else mine.filter(state=SearchState.WAITING).count()
    if live >= MOST or waiting >= MOST_WAITING:
        raise Refused(_("There are too many searches for this address. Look into your mail, or end some first."))


def _newest() -> int:
    """The last pledge that was there before: what is public already is not new."""
    return NewPledge.objects.aggregate(last=Max("pk"))["last"] or 0


def _ask(saved: SavedSearch, at: datetime) -> None:
    from kept.registry.watching import in_words

    link = make_link(CONFIRM, saved.pk, at=at, days=DAYS, email=saved.email)
    mail.queue(
        "registry/search_asked", to=saved.email, language=saved.language, at=at, key=f"search:{saved.pk}:asked",
        subject=("search", saved.pk),
        context={
            "search": in_words(selection_of(saved), saved.language),
            "action": gettext_lazy("Confirm"),
            "action_url": link_address(link, language=saved.language),
        },
    )  # fmt: skip


def _moved(saved: SavedSearch, name: str, *, by: Any, at: datetime, **changes: Any) -> SavedSearch:
    with transaction.atomic():
        saved = SavedSearch.objects.select_for_update().get(pk=saved.pk)
        move = SEARCH.check(name, saved, state=saved.state, by=by)
        before, saved.state = saved.state, move.target
        for column, value in changes.items():
            setattr(saved, column, value)
        saved.save(update_fields=["state", *changes])
        history.record("search", saved.pk, name, by=by, at=at, from_state=before, to_state=move.target)
    return saved


def confirm_search(saved: SavedSearch, *, at: datetime) -> SavedSearch:
    """The address said yes, by its link: from now on it is told. Raises WrongState."""
    with transaction.atomic():
        same = SavedSearch.objects.filter(
            email=saved.email, query=saved.query, state__in=[SearchState.ACTIVE, SearchState.PAUSED]
        ).first()
        if same is not None:  # confirmed twice by two mails: one is enough
            _moved(saved, "end", by=None, at=at)
            return same
        return _moved(saved, "confirm", by=None, at=at, told_until=_newest(), due_at=at)


def pause_search(saved: SavedSearch, *, by: Any, at: datetime) -> SavedSearch:
    """Be told nothing for a while; what becomes public meanwhile is not made up for. Raises NotAllowed, WrongState."""
    return _moved(saved, "pause", by=by, at=at)


def resume_search(saved: SavedSearch, *, by: Any, at: datetime) -> SavedSearch:
    """Be told again, of what comes from now on. Raises NotAllowed, WrongState."""
    return _moved(saved, "resume", by=by, at=at, told_until=_newest(), due_at=at)


def end_search(saved: SavedSearch, *, by: Any, at: datetime) -> SavedSearch:
    """Be told no more; `by=None`: by the link of a mail. Raises NotAllowed, WrongState."""
    return _moved(saved, "end", by=by, at=at)


def change_search(saved: SavedSearch, frequency: str, *, by: Any, at: datetime) -> SavedSearch:
    """Be told more or less often. Raises NotAllowed."""
    if by is None or saved.person_id != by.pk:
        raise NotAllowed(_("You may not do this."))
    with transaction.atomic():
        saved = SavedSearch.objects.select_for_update().get(pk=saved.pk)
        if saved.frequency != frequency:
            saved.frequency, saved.due_at = frequency, at
            saved.save(update_fields=["frequency", "due_at"])
            history.record("search", saved.pk, "change", by=by, at=at, data={"frequency": frequency})
    return saved


def stop_link(saved: SavedSearch, at: datetime) -> Link:
    """The link in every mail that ends the search: the same one, good for years."""
    found = Link.objects.filter(purpose=STOP, subject=str(saved.pk), expires_at__gt=at, revoked_at=None).first()
    return found or make_link(STOP, saved.pk, at=at, days=ALWAYS, email=saved.email, once=False)
