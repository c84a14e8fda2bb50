"""Files beside a pledge: what may come in, found by content and not by name, and how it is kept.

Pictures are drawn anew, so that what cameras write into them (place, owner) stays outside and nothing hides in them.
Documents are kept as they are and only ever handed out as downloads, in a sandbox (views/files.py).
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import filetype
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kept.base.lifecycle import Refused
from kept.pledges.models import Attachment, Pledge, Revision
from kept.pledges.reading import clean

LARGEST = 10 * 2**20  # bytes
MOST_PIXELS = 60_000_000  # of a picture, before it is opened: a small file can hold a huge one
LONGEST_SIDE = 4000
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_SLIDES = "application/vnd.oasis.opendocument.presentation"
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    WORD: ".docx",
    SHEET: ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "text/csv": ".csv",
    "text/plain": ".txt",
    SLIDES: ".pptx",
    OPEN_SLIDES: ".odp",
}
TAKEN = ENDINGS.keys() - {SLIDES, OPEN_SLIDES}  # beside a pledge; what is shown on a stage is another room's
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
LETTERS = {"application/pdf", *PICTURES}  # what a signed letter can be
ACCEPT = ",".join(
    [*(ENDINGS[each] for each in ENDINGS if each in TAKEN), ".jpeg"]
)  # for the file chooser; what counts is the content


class FileRefused(Refused):
    """A file that is not taken; `message` says why and what to do."""


@dataclass(frozen=True)
class Examined:
    """A file that may be kept: its bytes as they are stored, its name as it is shown, what it is."""

    data: bytes
    name: str
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def examine(upload: Any, *, letter: bool = False) -> Examined:
    """Look at an uploaded file (Django's UploadedFile). Raises FileRefused."""
    if upload.size > LARGEST:
        raise FileRefused(_("This file is larger than 10 MB. Make it smaller, or give a link to it."))
    data = upload.read(LARGEST + 1)
    if not data:
        raise FileRefused(_("This file is empty."))
    if len(data) > LARGEST:
        raise FileRefused(_("This file is larger than 10 MB. Make it smaller, or give a link to it."))
    media_type = media_type_of(data, upload.name or "")
    if media_type not in (LETTERS if letter else TAKEN):
        if letter:
            raise FileRefused(_("A signed letter is a PDF or a picture (PNG, JPEG, WebP)."))
        raise FileRefused(_("This kind of file is not taken. Use PDF, PNG, JPEG, WebP, Word, Excel, ODT, CSV or text."))
    if media_type in PICTURES:
        data = redrawn(data, PICTURES[media_type])
    return Examined(data, shown_name(upload.name or "", media_type), media_type)


def media_type_of(data: bytes, name: str) -> str:
    """What a file is, by its content; the name only tells tables of text from other text. "" for anything else."""
    guessed = filetype.guess(data[:8192])
    if guessed is not None and guessed.mime in {"application/pdf", *PICTURES}:
        return guessed.mime
    if data[:4] == b"PK\x03\x04":
        return _packed(data)
    if guessed is not None or not _is_text(data):
        return ""
    return "text/csv" if name.lower().endswith((".csv", ".tsv")) else "text/plain"


def _packed(data: bytes) -> str:
    """A Word, Excel, PowerPoint or OpenDocument file, looked at without unpacking it; none of them with macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()[:5000]}
            if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
                return ""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                found = archive.read("mimetype").decode("ascii", "replace")
                return found if found in ENDINGS else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return ""
    if "[Content_Types].xml" not in names:
        return ""
    inside = {"word/document.xml": WORD, "xl/workbook.xml": SHEET, "ppt/presentation.xml": SLIDES}
    return next((kind for name, kind in inside.items() if name in names), "")


def _is_text(data: bytes) -> bool:
    """Text in UTF-8, UTF-16 or an office's old code: no control characters but line ends and tabs."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            return False
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    head = text[:200_000]
    return not any(ord(c) < 32 and c not in "\t\n\r\f" for c in head) and "\ufffd" not in head


def redrawn(data: bytes, kind: str) -> bytes:
    """A picture drawn anew: turned as its camera meant, without what was written beside it. Raises FileRefused."""
    refused = FileRefused(_("This picture cannot be opened. Save it again as PNG or JPEG."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[kind]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise FileRefused(_("This picture has too many points. Make it smaller."))
                picture.load()
                made = ImageOps.exif_transpose(picture)
        made.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        made = made.convert("RGB" if kind == "JPEG" else "RGBA" if "A" in made.getbands() or "transparency" in made.info
                            else "RGB")  # fmt: skip
        made.info = {}
        out = io.BytesIO()
        made.save(out, kind, **({"quality": 88} if kind != "PNG" else {"optimize": True}))
        return out.getvalue()
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise FileRefused(_("This picture has too many points. Make it smaller.")) from bomb
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        IndexError,
        TypeError,
    ) as odd:
        raise refused from odd


_ODD = re.compile(r'[/\\:*?"<>|\x00-\x1f]+')


def shown_name(given: str, media_type: str) -> str:
    """The name a file is shown and downloaded under: without folders, with the ending of what it is."""
    name = clean(_ODD.sub(" ", PurePath(given.replace("\\", "/")).name)).strip(". ")
    ending = ENDINGS[media_type]
    stem = name[: -len(PurePath(name).suffix)] if PurePath(name).suffix else name
    return (stem[:100].strip(". ") or "file") + ending


def kept_file(examined: Examined) -> ContentFile:
    """The file as it goes into storage: under a random name, so that no address can be guessed."""
    return ContentFile(examined.data, name=secrets.token_hex(16) + ENDINGS[examined.media_type])


def is_public(attachment: Attachment, pledge: Pledge) -> bool:
    """Whether readers may have it: a public text of the pledge lists it, and it is no letter."""
    if attachment.is_letter or not pledge.is_public:
        return False
    texts = Revision.objects.filter(pledge=pledge, n__isnull=False).values_list("content", flat=True)
    return any(attachment.pk in (content.get("attachments") or ()) for content in texts)
