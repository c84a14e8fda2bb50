"""What a file is, by its first bytes and not by its name; and the sentence for those that cannot be read."""

from __future__ import annotations

import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from kept.pledges.importing.sources import UnusableFile

LARGEST = {"csv": 4 * 2**30, "json": 4 * 2**30, "xlsx": 200 * 2**20, "xls": 200 * 2**20, "ods": 200 * 2**20}
LARGEST_UNPACKED = 2 * 2**30
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORD = "WordDocument".encode("utf-16-le")


def kind_of_file(path: Path, name: str) -> str:
    """csv, xlsx, xls, ods or json. Raises UnusableFile for everything else."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise UnusableFile(_("%(name)s cannot be opened: %(why)s") % {"name": name, "why": error.strerror}) from None
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnusableFile(_("%(name)s is empty.") % {"name": name})
    kind = _kind(path, start, name)
    other = {
        "protected": _("%(name)s is protected by a password. Save it without one and try again."),
        "word": _("%(name)s is a text document. Copy its table to a spreadsheet and save that."),
        "page": _("%(name)s is a web page with the name of a spreadsheet. Open it and save it as .xlsx."),
        "damaged": _("%(name)s is damaged: it cannot be unpacked. Open it, save it again, and try once more."),
        "bomb": _("%(name)s unpacks to far more than a spreadsheet needs. Save it as .csv and try again."),
        "other": _("%(name)s is neither a spreadsheet nor text nor JSON."),
    }
    if kind in other:
        raise UnusableFile(other[kind] % {"name": name})
    if size > LARGEST[kind]:
        raise UnusableFile(
            _("%(name)s is too large: %(size)s MB. Save it as .csv, or in parts.") % {"name": name, "size": size >> 20}
        )
    return kind


def _kind(path: Path, start: bytes, name: str) -> str:
    if start.startswith(b"PK"):
        return _kind_of_zip(path)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_compound(path)
    if start.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"SQLite")
    ):
        return "other"
    head = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "ignore")
    head = head.removeprefix("ï»¿").lstrip("\ufeff \t\r\n")
    if head[:1] == "<" and any(
        word in head[:2000].lower() for word in ("<html", "<table", "<!doctype", "<?xml", "<workbook")
    ):
        return "page"
    if head[:1] in ("[", "{") and (head[1:].lstrip()[:1] in ('"', "{", "[", "}", "]", "") or "json" in name.lower()):
        return "json"
    return "csv"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = {i.filename: i for i in archive.infolist()}
            if sum(i.file_size for i in inside.values()) > LARGEST_UNPACKED:
                return "bomb"
            if "xl/workbook.xml" in inside or "xl/workbook.bin" in inside:
                return "xlsx"
            if "word/document.xml" in inside:
                return "word"
            if "content.xml" in inside and "mimetype" in inside:
                kind = archive.read("mimetype")[:200] if inside["mimetype"].file_size < 1000 else b""
                return "ods" if b"spreadsheet" in kind else "word" if b"text" in kind else "other"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return "damaged"
    return "other"


def _kind_of_compound(path: Path) -> str:
    """Old Excel, old Word, or a protected new one: all are OLE compound files; their parts' names tell."""
    with path.open("rb") as file:
        while block := file.read(4 << 20):
            if _ENCRYPTED in block:
                return "protected"
            if _WORD in block:
                return "word"
    return "xls"
