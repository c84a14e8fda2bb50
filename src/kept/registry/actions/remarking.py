"""“Something is wrong here”: left by a reader, confirmed by mail, answered, and put right in the open."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats, history, mail
from kept.base.events import listens
from kept.base.installation import installation
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.people.actions import make_link
from kept.people.links import link_address
from kept.people.models import Organisation
from kept.pledges.actions import begin_revision
from kept.pledges.models import Pledge, Revision
from kept.pledges.notices import people_of
from kept.registry import queries
from kept.registry.lifecycle import REMARK
from kept.registry.models import Remark, RemarkState
from kept.registry.permissions import (
    may_correct_after_remark,
    may_handle_remark,
    may_reply_to_remark,
)

CONFIRM = "confirm_remark"
DAYS = 7  # in which an address is confirmed
MOST_UNCONFIRMED = 3  # of one address
LONGEST = 4000
FORGOTTEN = timedelta(days=365)  # after which nobody needs to know any more who made it
_PLEDGE = re.compile(r"/pledges/([Pp]-[0-9]{1,9})/")
_ORGANISATION = re.compile(r"/organisations/([-\w]+)/")


def subject_of(page: str) -> tuple[Pledge | None, Organisation | None]:
    """(pledge, organisation) that a path is about, as far as they are public."""
    if found := _PLEDGE.match(page):
        pledge = queries.public_pledge(int(found[1][2:]))
        return pledge, pledge.lead if pledge else None
    if found := _ORGANISATION.match(page):
        entry = next((e for e in queries.directory() if e.slug == found[1]), None)
        return None, Organisation.objects.filter(pk=entry.pk).first() if entry else None
    return None, None


def leave_remark(page: str, text: str, *, email: str, at: datetime, name: str = "", language: str = "en") -> Remark:
    """Keep what a reader says is wrong, and ask the address to confirm it. Raises Refused (no text, too many)."""
    text, email = text.strip()[:LONGEST], email.strip().lower()
    if not text:
        raise Refused(_("Say what is wrong."))
    if Remark.objects.filter(email=email, state=RemarkState.UNCONFIRMED).count() >= MOST_UNCONFIRMED:
        raise Refused(_("Confirm your earlier remarks first: look into your mail."))
    pledge, organisation = subject_of(page)
    with transaction.atomic():
        remark = Remark.objects.create(
            page=page[:300], pledge=pledge, organisation=organisation, text=text, name=name.strip()[:200], email=email,
            language=language, made_at=at, changed_at=at,
        )  # fmt: skip
        link = make_link(CONFIRM, remark.pk, at=at, days=DAYS, email=email)
        _mail_to_author(remark, "remark_asked", at, key="asked", action=gettext_lazy("Confirm"),
                        action_url=link_address(link, language=language))  # fmt: skip
    return remark


def confirm_remark(remark: Remark, *, at: datetime) -> Remark:
    """The address said yes, by its link: secretariat and owner get it. Raises WrongState."""
    with transaction.atomic():
        remark = _moved(remark, "confirm", by=None, at=at, confirmed_at=at)
        to = installation().contact_email
        if to:
            mail.queue(
                "registry/remark_for_desk", to=to, at=at, key=f"remark:{remark.pk}:desk", subject=("remark", remark.pk),
                context={"page": remark.page, "text": remark.text, "action": gettext_lazy("Open the remark"),
                         "action_url": link_address(None, path=f"/desk/remarks/{remark.pk}/")},
            )  # fmt: skip
        _tell_owner(remark, "remark_for_owner", at, key="new")
    return remark


def pass_on_remark(remark: Remark, *, by: Any, at: datetime, note: str = "") -> Remark:
    """Ask the owner to look at it. Raises NotAllowed, WrongState, Refused (nobody speaks for the owner)."""
    if not people_of(remark.organisation_id, speakers=True):
        raise Refused(_("Nobody speaks for this organisation here. Answer it yourself."))
    with transaction.atomic():
        remark = _moved(remark, "pass_on", by=by, at=at, reason=note)
        _tell_owner(remark, "remark_passed_on", at, key=f"passed:{at:%Y%m%d%H%M%S%f}", note=note.strip())
    return remark


def answer_remark(remark: Remark, text: str, *, by: Any, at: datetime) -> Remark:
    """Answer who made it, by mail. Raises NotAllowed, WrongState, ReasonOwed (no answer was written)."""
    with transaction.atomic():
        remark = _moved(remark, "answer", by=by, at=at, reason=text, answer=text.strip()[:LONGEST])
        _mail_to_author(remark, "remark_answered", at, key=f"answered:{at:%Y%m%d%H%M%S%f}", answer=remark.answer)
    return remark


def show_remark(remark: Remark, note: str, *, by: Any, at: datetime) -> Remark:
    """Show on the pledge's page what was remarked, in the secretariat's words; an empty note shows nothing.

    Raises NotAllowed, Refused (it is about no pledge).
    """
    if not may_handle_remark(by, remark):
        raise NotAllowed(_("You may not do this."))
    if remark.pledge_id is None:
        raise Refused(_("Only a remark on a pledge is shown on its page."))
    return _changed(remark, "show", by=by, at=at, note=note.strip()[:LONGEST])


def reply_to_remark(remark: Remark, text: str, *, by: Any, at: datetime) -> Remark:
    """The owner's right: a word of theirs, shown beside the remark where that is shown. Raises NotAllowed."""
    if not may_reply_to_remark(by, remark):
        raise NotAllowed(_("You may not do this."))
    return _changed(remark, "reply", by=by, at=at, reply=text.strip()[:LONGEST], replied_at=at)


def begin_correction(remark: Remark, *, by: Any, at: datetime) -> Revision:
    """Begin the change of the pledge that puts it right; once it is published, the remark is corrected.

    Raises NotAllowed, WrongState.
    """
    if not may_correct_after_remark(by, remark) or remark.pledge is None:
        raise NotAllowed(_("You may not do this."))
    if remark.state not in REMARK.moves["correct"].sources:
        raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
    with transaction.atomic():
        text = begin_revision(remark.pledge, by=by, at=at)
        _changed(remark, "begin_correction", by=by, at=at, correction=text)
    return text


def name_correction(remark: Remark, n: int, *, by: Any, at: datetime) -> Remark:
    """Say which published revision put it right. Raises NotAllowed, WrongState, Refused (there is no such, or before)."""
    found = Revision.objects.filter(pledge=remark.pledge_id, n=n, n__gt=1).first() if remark.pledge_id else None
    if found is None or found.valid_from is None or found.valid_from < remark.made_at:
        raise Refused(_("There is no revision of this number since the remark."))
    return _correct(remark, found, by=by, at=at)


def close_remark(remark: Remark, *, by: Any, at: datetime, reason: str = "") -> Remark:
    """Nothing is left to do. Raises NotAllowed, WrongState."""
    return _moved(remark, "close", by=by, at=at, reason=reason)


def reopen_remark(remark: Remark, *, by: Any, at: datetime) -> Remark:
    """It was not finished. Raises NotAllowed, WrongState."""
    return _moved(remark, "reopen", by=by, at=at)


# What follows from the correction ----------------------------------------------------------------------------


@listens("revision.submitted")
def mark_correction(*, pledge: Pledge, revision: Revision, **_more: Any) -> None:
    """The text that was begun after a remark says so in its public reason, which the log keeps."""
    remark = Remark.objects.filter(correction=revision).order_by("confirmed_at").first()
    if remark is None or remark.confirmed_at is None:
        return
    language = remark.pledge.current.language if remark.pledge and remark.pledge.current else "en"
    with translation.override(language):
        day = formats.format_date(remark.confirmed_at.date(), translation.get_language() or "en")
        mark = _("Correction after a remark of %(day)s.") % {"day": day}
    if mark not in revision.reason:
        revision.reason = f"{mark} {revision.reason}".strip()
        revision.save(update_fields=["reason"])


@listens("pledge.revised")
def corrected(*, pledge: Pledge, revision: Revision, at: datetime, **_more: Any) -> None:
    """The correction is public: the remarks that asked for it are settled, and who made them is told."""
    for remark in Remark.objects.filter(correction=revision, state__in=REMARK.moves["correct"].sources):
        _correct(remark, revision, by=None, at=at)


def _correct(remark: Remark, revision: Revision, *, by: Any, at: datetime) -> Remark:
    with transaction.atomic():
        remark = _moved(remark, "correct", by=by, at=at, correction=revision)
        pledge = revision.pledge
        page = f"/pledges/{pledge.reference}/revisions/{revision.n}/"
        _mail_to_author(remark, "remark_corrected", at, key=f"corrected:{revision.pk}", title=pledge.title,
                        action=gettext_lazy("See the difference"),
                        action_url=link_address(None, language=remark.language, path=page))  # fmt: skip
    return remark


# Shared ------------------------------------------------------------------------------------------------------


def _moved(remark: Remark, name: str, *, by: Any, at: datetime, reason: str = "", **changes: Any) -> Remark:
    """Permission → move → history, on the row as it is now."""
    with transaction.atomic():
        remark = Remark.objects.select_for_update().get(pk=remark.pk)
        move = REMARK.check(name, remark, state=remark.state, by=by, reason=reason)
        if move.reason and not reason.strip():
            raise ReasonOwed(_("Write the answer first."))
        before, remark.state, remark.changed_at = remark.state, move.target, at
        for column, value in changes.items():
            setattr(remark, column, value)
        remark.save(update_fields=["state", "changed_at", *changes])
        history.record("remark", remark.pk, name, by=by, at=at, from_state=before, to_state=move.target, reason=reason)
    return remark


def forget_old_remarks(now: datetime) -> None:
    """The worker's duty: what nobody confirmed goes; what was settled a year ago loses who made it, and stays."""
    Remark.objects.filter(state=RemarkState.UNCONFIRMED, made_at__lt=now - timedelta(days=DAYS)).delete()
    settled = (RemarkState.ANSWERED, RemarkState.CORRECTED, RemarkState.CLOSED)
    old = Remark.objects.filter(state__in=settled, changed_at__lt=now - FORGOTTEN)
    old.exclude(name="", email="").update(name="", email="")


def _changed(remark: Remark, verb: str, *, by: Any, at: datetime, **changes: Any) -> Remark:
    """Something about it that is no move."""
    with transaction.atomic():
        remark = Remark.objects.select_for_update().get(pk=remark.pk)
        for column, value in changes.items():
            setattr(remark, column, value)
        remark.changed_at = at
        remark.save(update_fields=["changed_at", *changes])
        history.record("remark", remark.pk, verb, by=by, at=at)
    return remark


def _mail_to_author(remark: Remark, kind: str, at: datetime, *, key: str, **words: Any) -> None:
    if not remark.email:
        return
    mail.queue(
        f"registry/{kind}", to=remark.email, language=remark.language, at=at, key=f"remark:{remark.pk}:{key}",
        subject=("remark", remark.pk), context={"page": remark.page, "text": remark.text, **words},
    )  # fmt: skip


def _tell_owner(remark: Remark, kind: str, at: datetime, *, key: str, **words: Any) -> None:
    title = remark.pledge.title if remark.pledge else remark.page
    for person in people_of(remark.organisation_id, speakers=True):
        page = link_address(None, language=person.language, path=f"/my/remarks/{remark.pk}/")
        mail.queue(
            f"registry/{kind}", to=person.email, person=person, language=person.language, at=at,
            key=f"remark:{remark.pk}:{key}:{person.pk}", subject=("remark", remark.pk),
            context={"title": title, "text": remark.text, "action": gettext_lazy("Open the remark"),
                     "action_url": page, **words},
        )  # fmt: skip
