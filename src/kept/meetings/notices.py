"""What speakers are written: the invitation, the reminder; each with the personal link, in the language they read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kept.base import mail, outbox
from kept.base.formats import format_date, format_datetime
from kept.base.models import MailState, OutgoingMail
from kept.meetings.models import Assistant, Meeting, Profile, RoleKind, RoleState, SessionRole, Speaking
from kept.people.actions import make_link
from kept.people.links import link_address
from kept.people.models import Link

SPEAK = "speak"  # purpose of the personal link
ASSIST = "speak_for"  # purpose of an assistant's own link
ANSWERS_FOR = 60  # days after the meeting
COPY = ":copy:"  # in the key of a mail that is an assistant's copy
INVITATION, REMINDER, PRESENTATION = "invitation", "reminder", "presentation"
ASKED = (RoleState.PLANNED, RoleState.INVITED, RoleState.CONFIRMED)


def subject_of(meeting: Meeting, profile: Profile) -> str:
    return f"{meeting.pk}-{profile.pk}"


def address_to(profile: Profile) -> str:
    """Where somebody is written to; "" where nobody knows."""
    private = getattr(profile, "private", None)
    return (private.email if private else "") or (profile.person.email if profile.person else "")


def language_of(meeting: Meeting, profile: Profile) -> str:
    """In which language somebody is written to about a meeting: as was said for it, else their account's."""
    said = Speaking.objects.filter(meeting=meeting, profile=profile).values_list("language", flat=True).first()
    return said or (profile.person.language if profile.person else "en")


def personal_link(meeting: Meeting, profile: Profile, *, at: datetime, by: Any = None) -> Link:
    """The link that is good now and was made for this address, or a new one."""
    email = address_to(profile)
    links = Link.objects.filter(purpose=SPEAK, subject=subject_of(meeting, profile), revoked_at=None)
    found = links.filter(email=email, expires_at__gt=at + timedelta(days=1)).order_by("-pk").first()
    days = max((meeting.ends_at - at) / timedelta(days=1), 0) + ANSWERS_FOR
    return found or make_link(SPEAK, subject_of(meeting, profile), at=at, days=days, email=email, by=by, once=False)


def revoke_links(meeting: Meeting, profile: Profile, *, at: datetime) -> None:
    """Every personal link of somebody for a meeting answers no more."""
    Link.objects.filter(purpose=SPEAK, subject=subject_of(meeting, profile), revoked_at=None).update(revoked_at=at)


def words_of(kind: str, meeting: Meeting, profile: Profile, language: str, url: str) -> dict[str, Any]:
    """What a mail's template knows."""
    roles = list(
        SessionRole.objects.filter(profile=profile, session__meeting=meeting, state__in=ASKED).select_related("session")
    )
    with translation.override(language):
        lines = [{"title": role.session.title_in(language), "role": str(RoleKind(role.kind).label)} for role in roles]
    called = f"{profile.form_of_address} {profile.name}".strip()
    return {
        "name": called, "meeting": meeting.name_in(language), "day": format_date(meeting.starts_on, language),
        "until": until_of(meeting, language), "lines": lines,
        "serves": bool(roles) and all(role.serves for role in roles),
        "action": _("Open your page"), "action_url": url,
    }  # fmt: skip


def until_of(meeting: Meeting, language: str) -> str:
    """Until when presentations are asked for, on the meeting's clock; "" where none are."""
    until = meeting.presentations_until
    return format_datetime(until, language, meeting.time_zone) if until else ""


def preview(kind: str, meeting: Meeting, profile: Profile, language: str) -> tuple[str, str]:
    """(subject, text) of a mail as it would be written now; its link is not made yet."""
    url = link_address(None, language=language, path="/l/…/")
    title, text, _html = mail.written(f"meetings/{kind}", language, words_of(kind, meeting, profile, language, url))
    return title, text


def write(kind: str, row: Speaking, *, key: str, by: Any, at: datetime, hold: bool = True) -> OutgoingMail | None:
    """Queue a mail to somebody who speaks, held for a person to read and let go. None where `key` was written before.

    Assistants who get copies have theirs beside it, with their own link in it.
    """
    link = personal_link(row.meeting, row.profile, at=at, by=by)
    url = link_address(link, language=row.language)
    made = mail.queue(
        f"meetings/{kind}", to=link.email, language=row.language, at=at, hold=hold, key=key,
        subject=("profile", row.profile_id), context=words_of(kind, row.meeting, row.profile, row.language, url),
    )  # fmt: skip
    if made is not None:
        for one in copied_to(row.meeting, row.profile):
            words = words_of(kind, row.meeting, row.profile, one.language, own_address(one, at=at))
            write_copy(f"meetings/{kind}", one, words, key=key, subject=("profile", row.profile_id), at=at, hold=hold)
    return made


def copied_to(meeting: Meeting, profile: Profile) -> list[Assistant]:
    """Assistants who get copies of what somebody is written about a meeting."""
    return list(Assistant.objects.filter(meeting=meeting, profile=profile, revoked_at=None, copies=True))


def write_copy(
    kind: str, one: Assistant, words: dict[str, Any], *, key: str, subject: tuple[str, int], at: datetime, hold: bool
) -> OutgoingMail | None:
    """Queue an assistant's copy of a mail; `words` in their language. It waits, is stopped and leaves by itself."""
    return mail.queue(
        kind, to=one.email, language=one.language, at=at, hold=hold, key=f"{key}{COPY}{one.pk}", subject=subject,
        context={**words, "copy_of": one.profile.name},
    )  # fmt: skip


def own_address(one: Assistant, *, at: datetime) -> str:
    """The address of an assistant's own link; of the meeting's page where theirs has run out."""
    link = Link.objects.filter(purpose=ASSIST, subject=str(one.pk), revoked_at=None, expires_at__gt=at).first()
    path = "" if link else f"/meetings/{one.meeting.slug}/"
    return link_address(link, language=one.language, path=path)


def row_of(meeting: Meeting, profile: Profile) -> Speaking:
    """A person at a meeting, made where nothing was said yet."""
    language = profile.person.language if profile.person else "en"
    row, _made = Speaking.objects.select_related("meeting", "profile").get_or_create(
        meeting=meeting, profile=profile, defaults={"language": language}
    )
    return row


KEYS = {REMINDER: "remind", PRESENTATION: "presentation"}  # first word of a reminder's key


def key_of(kind: str, meeting: Meeting, profile: Profile, number: int) -> str:
    """The key under which the nth reminder of a kind is written once and no more."""
    return f"{KEYS[kind]}:{meeting.pk}:{profile.pk}:{number}"


def recall(kind: str, meeting: Meeting, profile: Profile, *, at: datetime) -> int:
    """An answer came: what waits to remind of it does not leave. Returns how many."""
    prefix = f"{KEYS[kind]}:{meeting.pk}:{profile.pk}:"
    waiting = OutgoingMail.objects.filter(key__startswith=prefix, state__in=[MailState.HELD, MailState.QUEUED])
    for one in list(waiting):
        outbox.cancel(one, by=None, at=at)
    return len(waiting)


def asked_at(meeting: Meeting, profile: Profile) -> datetime | None:
    """When the newest invitation really left; None while it waits in the outbox."""
    sent = OutgoingMail.objects.filter(key__startswith=f"speak:{meeting.pk}:{profile.pk}:", state=MailState.SENT)
    sent = sent.exclude(key__contains=COPY)
    return sent.order_by("-sent_at").values_list("sent_at", flat=True).first()
