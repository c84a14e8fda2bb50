"""A presentation that comes in: what it may be, found by its content and not by its name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.pledges.attachments import ENDINGS, OPEN_SLIDES, SLIDES, Examined, FileRefused, media_type_of, shown_name

LARGEST = 50 * 2**20  # bytes
KINDS = ("application/pdf", SLIDES, OPEN_SLIDES)
ACCEPT = ",".join(ENDINGS[kind] for kind in KINDS)  # for the file chooser; what counts is the content


def examined_slides(upload: Any) -> Examined:
    """Look at an uploaded file (Django's UploadedFile); it is kept as it is. Raises FileRefused."""
    if upload.size > LARGEST:
        raise FileRefused(_("This file is larger than 50 MB. Make its pictures smaller, or save it as PDF."))
    data = upload.read(LARGEST + 1)
    if not data:
        raise FileRefused(_("This file is empty."))
    media_type = media_type_of(data, upload.name or "")
    if media_type not in KINDS:
        raise FileRefused(
            _("This is no presentation that we can show. Use PDF, PowerPoint (.pptx) or OpenDocument (.odp).")
        )
    return Examined(data, shown_name(upload.name or "", media_type), media_type)
