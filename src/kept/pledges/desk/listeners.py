"""What the desk keeps when something happens: the text that was reviewed, answers that came by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kept.base.events import listens
from kept.base.lifecycle import NotAllowed
from kept.base.models import HistoryEntry
from kept.log.actions import open_head
from kept.people.models import Person
from kept.pledges.actions.drafting import add_message
from kept.pledges.models import Message, Pledge


@listens("pledge.changes_requested")
@listens("revision.changes_requested")
def keep_what_was_reviewed(*, pledge: Pledge, entry: HistoryEntry, **_more: Any) -> None:
    """A copy of the text goes with the request, so that what comes back is compared with what was read."""
    if pledge.working is not None:
        entry.data |= {"text": pledge.working.content}
        entry.save(update_fields=["data"])


@listens("pledge.submitted")
@listens("revision.submitted")
def look_for_the_nearest_again(*, pledge: Pledge, **_more: Any) -> None:
    """What it resembles is worked out by the worker (`tasks.note_nearest`)."""
    if pledge.nearest:
        pledge.nearest = {}
        pledge.save(update_fields=["nearest"])


@listens("mail.received")
def answer_by_mail(
    *, kind: str, subject_id: int, person_id: int, text: str, at: datetime, sender: str = "", **_more: Any
) -> None:
    """An answer to a mail about a pledge is a message in its conversation, like one typed on the page.

    From somebody who may no longer write there it becomes a note for the secretariat alone. The mail itself is
    taken in once (base/inbound.py).
    """
    if kind != "pledge" or not text.strip():
        return
    pledge = Pledge.objects.filter(pk=subject_id).first()
    person = Person.objects.filter(pk=person_id).first()
    if pledge is None or person is None:
        return
    try:
        add_message(pledge, text, by=person, at=at, by_mail=True)
    except NotAllowed:
        Message.objects.create(
            pledge=pledge,
            at=at,
            by=person,
            by_name=sender or str(person),
            internal=True,
            by_mail=True,
            text=text.strip(),
        )


@listens("settings.changed")
def show_on_public_pages(*, what: str, **_more: Any) -> None:
    """Names, digits, rates stand on pages that are kept in memory: the change number drops these."""
    with open_head() as head:
        head.changed("settings", what)
