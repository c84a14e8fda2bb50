"""How a pledge and its texts stand in addresses."""

from __future__ import annotations

from datetime import date

from django.urls import register_converter


class Reference:
    """`P-00831` (also `p-831`, which leads there), or the opaque key that its draft had."""

    regex = r"[Pp]-[0-9]{1,9}|[0-9a-f]{16,32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RevisionNumber:
    """1, 2, 3, … as far as a pledge can have them."""

    regex = r"[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class PlaceCode:
    """`BDI`, `002`, `itu-africa`, `ldc`."""

    regex = r"[A-Za-z0-9-]{2,20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Day:
    """2026-11-26"""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


class DumpEnding:
    """csv.gz, xlsx, json.gz, xml.gz"""

    regex = r"csv\.gz|xlsx|json\.gz|xml\.gz"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Day, "day")
register_converter(DumpEnding, "dump")
register_converter(Reference, "reference")
register_converter(RevisionNumber, "n")
register_converter(PlaceCode, "place")
