"""Mails about what happens to a pledge, in each reader's language; each is queued once, by its key.

Listeners of this room's own events. Whoever did it gets no mail about it. What a mail says of a pledge is its title
and what was said about it; the rest stands on the page it leads to, behind sign-in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from kept.base import formats, mail
from kept.base.events import listens
from kept.people.links import link_address
from kept.people.models import Link, Membership, MembershipState, Organisation, Person
from kept.pledges.models import Hold, Message, Partnership, PartnershipState, Pledge

QUIET_MINUTES = 10  # of messages that follow each other, one mail tells of the first


# --- to whom -----------------------------------------------------------------------------------------


def people_of(organisation: int | None, *, speakers: bool = False) -> list[Person]:
    """Who hears of a pledge: who writes for its organisation; with `speakers` only who speaks for it."""
    if organisation is None:
        return []
    rows = Membership.objects.filter(
        organisation=organisation, state=MembershipState.ACTIVE, person__is_active=True
    ).select_related("person")
    return [
        m.person for m in rows if m.role == "focal_point" or m.is_deputy or (not speakers and m.role == "contributor")
    ]


def owners(pledge: Pledge) -> list[Person]:
    """Those of its organisation who write; its author where it has none."""
    found = people_of(pledge.lead_id)
    return found or ([pledge.created_by] if pledge.created_by and pledge.lead_id is None else [])


def _tell(
    kind: str,
    pledge: Pledge,
    people: Iterable[Person],
    *,
    key: str,
    at: datetime,
    by: Any = None,
    page: str = "",
    action: Any = "",
    **words: Any,
) -> None:
    for person in people:
        if by is not None and person.pk == getattr(by, "pk", None):
            continue
        context = {
            "title": pledge.title,
            "action": action or _("Open the pledge"),
            "action_url": link_address(None, language=person.language, path=page or f"/my/pledges/{pledge.key}/"),
            **{name: _for(value, person.language) for name, value in words.items()},
        }
        mail.queue(
            f"pledges/{kind}",
            to=person.email,
            language=person.language,
            person=person,
            context=context,
            key=f"{kind}:{pledge.pk}:{key}:{person.pk}",
            at=at,
            subject=("pledge", pledge.pk),
        )


def _for(value: Any, language: str) -> Any:
    """A day or an organisation, as this reader writes it."""
    if isinstance(value, datetime):
        with override(language):
            return formats.format_datetime(value, language)
    return value.name_in(language) if isinstance(value, Organisation) else value


def _moment(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S%f}"


# --- what happened -----------------------------------------------------------------------------------


@listens("pledge.submitted")
def received(*, pledge: Pledge, by: Any, at: datetime, **_more: Any) -> None:
    """The owner's people know that it has arrived: also who sent it, as a receipt."""
    _tell("received", pledge, owners(pledge), key=_moment(at), at=at)


@listens("revision.submitted")
def change_received(*, pledge: Pledge, by: Any, at: datetime, **_more: Any) -> None:
    _tell("change_received", pledge, owners(pledge), key=_moment(at), at=at)


@listens("pledge.submitted")
@listens("revision.submitted")
def tell_reviewer(*, pledge: Pledge, by: Any, at: datetime, **_more: Any) -> None:
    """A colleague who has it already hears that it is back; nobody else of the staff gets a mail."""
    if pledge.reviewer is not None and pledge.reviewer.is_active:
        _tell("is_back", pledge, [pledge.reviewer], key=_moment(at), at=at, by=by, page=f"/desk/pledges/{pledge.key}/")


@listens("pledge.ready")
def ready(*, pledge: Pledge, revision: Any, by: Any, at: datetime, **_more: Any) -> None:
    """Those who may send it: once for each state of its text."""
    people = people_of(pledge.lead_id, speakers=True)
    page = f"/pledges/{pledge.key}/write/check/"
    _tell("ready", pledge, people, key=f"{revision.pk}.{revision.version}", at=at, by=by, page=page,
          action=_("Check and send"), writer=str(by))  # fmt: skip


@listens("pledge.changes_requested")
@listens("revision.changes_requested")
def changes_requested(*, pledge: Pledge, by: Any, at: datetime, reason: str, **_more: Any) -> None:
    _tell("changes_requested", pledge, owners(pledge), key=_moment(at), at=at, by=by, reason=reason)


@listens("pledge.accepted")
def accepted(*, pledge: Pledge, by: Any, at: datetime, **_more: Any) -> None:
    """Accepted and held: until a day, or until it is announced."""
    until = pledge.publish_at if pledge.hold == Hold.DATE else None
    _tell(
        "accepted", pledge, owners(pledge), key=_moment(at), at=at, by=by, until=until, announcement=pledge.announcement
    )


@listens("pledge.published")
def published(*, pledge: Pledge, at: datetime, **_more: Any) -> None:
    page = f"/pledges/{pledge.reference}/"
    _tell("published", pledge, owners(pledge), key="1", at=at, page=page, reference=pledge.reference)
    if pledge.on_behalf:
        _tell_the_one_who_confirmed(pledge, at)


def _tell_the_one_who_confirmed(pledge: Pledge, at: datetime) -> None:
    """An owner without an account confirmed by a link: the mail says that it is out."""
    link = Link.objects.filter(purpose="confirm_pledge", subject=str(pledge.pk), used_at__isnull=False).last()
    if link is None or not link.email or Person.objects.filter(email__iexact=link.email).exists():
        return
    language = link.data.get("language", "en")
    page = link_address(None, language=language, path=f"/pledges/{pledge.reference}/")
    context = {"title": pledge.title, "reference": pledge.reference, "action": _("Open the pledge"), "action_url": page}
    mail.queue(
        "pledges/published", to=link.email, language=language, context=context | {"stranger": True},
        key=f"published:{pledge.pk}:{link.pk}", at=at, subject=("pledge", pledge.pk),
    )  # fmt: skip


@listens("pledge.declined")
def declined(*, pledge: Pledge, by: Any, at: datetime, reason: str, **_more: Any) -> None:
    _tell("declined", pledge, owners(pledge), key=_moment(at), at=at, by=by, reason=reason)


@listens("pledge.revised")
def revised(*, pledge: Pledge, revision: Any, by: Any, at: datetime, **_more: Any) -> None:
    page = f"/pledges/{pledge.reference}/"
    _tell("revised", pledge, owners(pledge), key=str(revision.n), at=at, by=by, page=page, reference=pledge.reference)


@listens("revision.refused")
def revision_refused(*, pledge: Pledge, by: Any, at: datetime, reason: str, **_more: Any) -> None:
    _tell("revision_refused", pledge, owners(pledge), key=_moment(at), at=at, by=by, reason=reason)


@listens("pledge.withdrawn")
def withdrawn(*, pledge: Pledge, by: Any, at: datetime, reason: str, **_more: Any) -> None:
    """Taken back: the owner's other people, and the partners who had said yes."""
    words = {"reason": reason, "reference": pledge.reference, "delisted": pledge.delisted, "lead": pledge.lead}
    partners = Partnership.objects.filter(pledge=pledge, state=PartnershipState.CONFIRMED)
    people = {p.pk: p for p in owners(pledge)}
    for organisation in partners.values_list("organisation_id", flat=True):
        people |= {p.pk: p for p in people_of(organisation, speakers=True)}
    page = f"/pledges/{pledge.reference}/"
    _tell("withdrawn", pledge, people.values(), key="1", at=at, by=by, page=page, **words)


@listens("pledge.superseded")
def superseded(*, pledge: Pledge, successor: Pledge, by: Any, at: datetime, **_more: Any) -> None:
    page = f"/pledges/{successor.reference}/"
    words = {"reference": pledge.reference, "successor": successor.reference}
    _tell("superseded", pledge, owners(pledge), key="1", at=at, by=by, page=page, **words)


@listens("pledge.message")
def message(*, pledge: Pledge, message: Message, by: Any, at: datetime, **_more: Any) -> None:
    """To the other side. Of messages that follow each other within minutes, the first brings a mail."""
    if message.internal:
        return
    window = f"{int(at.timestamp()) // (QUIET_MINUTES * 60)}"
    words = {"text": message.text, "writer": message.by_name}
    if message.from_secretariat:
        _tell("message", pledge, owners(pledge), key=f"to-owner:{window}", at=at, by=by, **words)
    elif pledge.reviewer is not None and pledge.reviewer.is_active:
        page = f"/desk/pledges/{pledge.key}/"
        _tell("message", pledge, [pledge.reviewer], key=f"to-desk:{window}", at=at, by=by, page=page, **words)


# --- those who are asked -----------------------------------------------------------------------------


@listens("pledge.owner_asked")
def owner_asked(*, pledge: Pledge, link: Link, at: datetime, language: str, **_more: Any) -> None:
    """The link to confirm; it is a key, so that nobody reads it in the outbox."""
    _by_link("owner_asked", pledge, link, at=at, language=language, name=link.data.get("name", ""))


@listens("partnership.link_sent")
def partner_asked_by_link(
    *, pledge: Pledge, partnership: Partnership, yes: Link, no: Link, at: datetime, language: str, **_more: Any
) -> None:
    words = {"partner": partnership.organisation, "no_url": link_address(no, language=language)}
    _by_link("partner_link", pledge, yes, at=at, language=language, **words)


def _by_link(kind: str, pledge: Pledge, link: Link, *, at: datetime, language: str, **words: Any) -> None:
    context = {
        "title": pledge.title,
        "lead": pledge.lead.name_in(language) if pledge.lead else "",
        "action": _("Look at it and answer"),
        "action_url": link_address(link, language=language),
        **{name: _for(value, language) for name, value in words.items()},
    }
    mail.queue(
        f"pledges/{kind}", to=link.email, language=language, context=context, key=f"{kind}:{link.pk}", at=at,
        subject=("pledge", pledge.pk), secret=True,
    )  # fmt: skip


@listens("partnership.asked")
def partner_asked(*, pledge: Pledge, partnership: Partnership, by: Any, at: datetime, **_more: Any) -> None:
    """Those who speak for a partner that has people here."""
    words = {"partner": partnership.organisation, "lead": pledge.lead}
    people = people_of(partnership.organisation_id, speakers=True)
    _tell("partner_asked", pledge, people, key=str(partnership.pk), at=at, by=by, page="/my/pledges/",
          action=_("Look at it and answer"), **words)  # fmt: skip


@listens("partnership.answered")
def partner_answered(*, pledge: Pledge, partnership: Partnership, by: Any, at: datetime, **_more: Any) -> None:
    words = {"partner": partnership.organisation, "confirmed": partnership.state == PartnershipState.CONFIRMED}
    key = f"{partnership.pk}:{_moment(at)}"
    _tell("partner_answered", pledge, people_of(pledge.lead_id, speakers=True), key=key, at=at, by=by, **words)


@listens("pledge.owner_confirmed")
def owner_confirmed(*, pledge: Pledge, by: Any, at: datetime, **_more: Any) -> None:
    """The colleague who entered it, and who has it, know that it can go on."""
    staff = {p.pk: p for p in (pledge.created_by, pledge.reviewer) if p is not None and p.is_active and p.is_staff}
    _tell("owner_confirmed", pledge, staff.values(), key="1", at=at, by=by, page=f"/desk/pledges/{pledge.key}/")
