"""Translations of a pledge's text: asked for, written side by side, checked by somebody else, published.

asked → draft → written → published. A published one is a document of its own in the log; who wrote it and who
checked it is shown with it. Writer and checker are two people.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.languages import normalise
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.log.actions import NewEntry, document_bytes, new_salt, open_head
from kept.pledges.actions.correcting import is_redacted
from kept.pledges.content import PledgeContent
from kept.pledges.models import Message, Pledge, Revision, Translation, TranslationState
from kept.pledges.permissions import may_check_translation, may_translate_pledge
from kept.pledges.rules import LIMITS
from kept.pledges.translations import TEXTS, is_outdated

FORMAT = "kept/translation/1"
OPEN = (TranslationState.ASKED, TranslationState.DRAFT)


class Overwritten(WrongState):
    """Somebody else saved this translation since it was opened."""


def ask_translation(pledge: Pledge, language: str, *, by: Any, at: datetime) -> Translation:
    """Ask for the text of a public pledge in another of the six languages.

    Where an earlier revision was translated, its words are there to begin with. One that was asked for is
    returned as it is. Raises NotAllowed, WrongState (not public), Refused (its own language, or none of the six).
    """
    pledge = Pledge.objects.select_related("current").get(pk=pledge.pk)
    if not may_translate_pledge(by, pledge):
        raise NotAllowed(_("You may not do this."))
    if not pledge.is_public or is_redacted(pledge.current):
        raise WrongState(_("Only a published pledge can be translated."))
    code = normalise(language)
    if code is None or code == normalise(pledge.current.language):
        raise Refused(_("Choose another language than the one it is written in."))
    with transaction.atomic():
        former = Translation.objects.filter(pledge=pledge, language=code).order_by("-n").first()
        if former and former.n < pledge.current.n and former.state != TranslationState.PUBLISHED:
            former.delete()  # its words go on in the new one
        words = {name: getattr(former, name) for name in TEXTS} if former else {}
        translation, made = Translation.objects.get_or_create(
            pledge=pledge, n=pledge.current.n, language=code, defaults={**words, "asked_by": by, "changed_at": at}
        )
        if made:
            history.record("pledge", pledge.pk, "ask_translation", by=by, at=at, data={"language": code})
            announce("translation.asked", pledge=pledge, translation=translation, by=by, at=at)
    return translation


def _locked(translation: Translation, by: Any) -> Translation:
    found = Translation.objects.select_for_update(of=("self",)).select_related("pledge", "pledge__current")
    fresh = found.get(pk=translation.pk)
    if not may_translate_pledge(by, fresh.pledge):
        raise NotAllowed(_("You may not do this."))
    return fresh


def source_of(translation: Translation) -> Revision:
    """The public text that it translates. Raises Revision.DoesNotExist."""
    return Revision.objects.get(pledge=translation.pledge_id, n=translation.n)


def save_translation(
    translation: Translation, *, title: str, summary: str, description: str, by: Any, at: datetime, seen: str = ""
) -> Translation:
    """Save what is written so far; half of it is welcome. `seen` is `changed_at` of what was opened, ISO 8601.

    Raises NotAllowed, WrongState (it is being checked, or published), Overwritten (somebody else saved since).
    """
    with transaction.atomic():
        fresh = _locked(translation, by)
        if fresh.state not in OPEN:
            raise WrongState(_("This translation is finished. Send it back before you change it."))
        if seen and seen != fresh.changed_at.isoformat():
            raise Overwritten(_("Somebody else saved this translation since you opened it."))
        fresh.title, fresh.summary, fresh.description = title.strip()[:300], summary.strip(), description.strip()
        fresh.state, fresh.changed_at = TranslationState.DRAFT, at
        fresh.written_by, fresh.written_by_name = by, by.name
        fresh.save(update_fields=[*TEXTS, "state", "changed_at", "written_by", "written_by_name"])
    return fresh


def finish_translation(translation: Translation, *, by: Any, at: datetime) -> Translation:
    """Say that it is written, so that somebody else checks it. Raises NotAllowed, WrongState, Refused."""
    with transaction.atomic():
        fresh = _locked(translation, by)
        if fresh.state != TranslationState.DRAFT:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        _check_complete(fresh)
        fresh.state, fresh.changed_at = TranslationState.WRITTEN, at
        fresh.written_by, fresh.written_by_name = by, by.name
        fresh.save(update_fields=["state", "changed_at", "written_by", "written_by_name"])
        announce("translation.written", pledge=fresh.pledge, translation=fresh, by=by, at=at)
    return fresh


def _check_complete(translation: Translation) -> None:
    source = PledgeContent.from_json(source_of(translation).content)
    for name in TEXTS:
        text = getattr(translation, name)
        if getattr(source, name).strip() and not text.strip():
            raise Refused(_("Something is not translated yet. Every text of the original needs its translation."))
        if len(text) > LIMITS[name] * 2:  # a translation may be longer than its original, not without end
            raise Refused(_("A text is much longer than its original. Shorten it."))


def send_translation_back(translation: Translation, *, by: Any, at: datetime, reason: str) -> Translation:
    """Ask for another look at a translation; the reason stands in the pledge's notes. Raises as usual."""
    with transaction.atomic():
        fresh = _locked(translation, by)
        if fresh.state != TranslationState.WRITTEN:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if not reason.strip():
            raise ReasonOwed(_("Say why. The reason is kept with the decision."))
        fresh.state, fresh.changed_at = TranslationState.DRAFT, at
        fresh.save(update_fields=["state", "changed_at"])
        Message.objects.create(
            pledge=fresh.pledge,
            at=at,
            by=by,
            by_name=str(by),
            from_secretariat=True,
            internal=True,
            text=reason.strip(),
        )
        announce("translation.sent_back", pledge=fresh.pledge, translation=fresh, by=by, at=at, reason=reason)
    return fresh


def publish_translation(translation: Translation, *, by: Any, at: datetime) -> Translation:
    """Checked: enter it in the log as a document of its own, and show it to readers.

    The checker is somebody else than the writer. Raises NotAllowed, WrongState (not written, outdated), Refused.
    """
    with transaction.atomic():
        fresh = _locked(translation, by)
        if not may_check_translation(by, fresh):
            raise Refused(_("Who wrote a translation does not check it. Ask a colleague."), code="own_translation")
        if fresh.state != TranslationState.WRITTEN:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        source = source_of(fresh)
        if is_redacted(source):
            raise WrongState(_("The text that this translates was removed."))
        if is_outdated(fresh):
            raise WrongState(
                _("The text has changed since. Ask for a translation of the new one: your words are kept.")
            )
        _check_complete(fresh)
        fresh.state, fresh.changed_at, fresh.published_at = TranslationState.PUBLISHED, at, at
        fresh.checked_by, fresh.checked_by_name = by, by.name
        document = document_bytes(translation_document(fresh, source), new_salt())
        fresh.sha256 = hashlib.sha256(document).hexdigest()
        fresh.save()
        reference = fresh.pledge.reference
        history.record(
            "pledge", fresh.pledge_id, "publish_translation", by=by, at=at, public=True,
            data={"language": fresh.language, "revision": fresh.n},
        )  # fmt: skip
        announce("translation.published", pledge=fresh.pledge, translation=fresh, by=by, at=at)
        with open_head() as head:
            head.append(NewEntry("translation.published", reference, fresh.n, document, language=fresh.language))
            head.changed("pledge", reference)
    return fresh


def translation_document(translation: Translation, source: Revision) -> dict[str, Any]:
    """The public document of a translation, before it is salted and hashed; no names of people in it.

    `of` is the SHA-256 of the document that it translates.
    """
    document = {
        "format": FORMAT,
        "type": "translation.published",
        "reference": translation.pledge.reference,
        "revision": translation.n,
        "language": translation.language,
        "of": source.sha256,
        "of_language": source.language,
        "title": translation.title,
    }
    return document | {name: getattr(translation, name) for name in TEXTS[1:] if getattr(translation, name)}


def cancel_translation(translation: Translation, *, by: Any, at: datetime) -> None:
    """Nobody will write it: take an unpublished translation off the list. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        fresh = _locked(translation, by)
        if fresh.state == TranslationState.PUBLISHED:
            raise WrongState(_("This translation is published. It stays with its text."))
        history.record("pledge", fresh.pledge_id, "cancel_translation", by=by, at=at, data={"language": fresh.language})
        fresh.delete()
