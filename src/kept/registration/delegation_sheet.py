"""A delegation, or for the team people of several organisations, as a spreadsheet: an empty one to fill in, read back whole or
not at all.

What cannot be read is told with its row, its column, what stands there and what to do. Heads of columns and words are understood
in all six languages, whatever the language of the page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy

from kept.base import places
from kept.base.formats import format_list, format_number
from kept.base.languages import LANGUAGES
from kept.meetings.models import Meeting
from kept.pledges.importing.readers import Layout, Row, UnusableFile, open_source
from kept.registration.actions.delegating import Sent, places_of
from kept.registration.models import LIVE, Category, Delegation, Mode, Registration
from kept.registration.queries import organisation_named

MOST_ROWS = 500
COLUMNS: tuple[tuple[str, Any, int], ...] = (
    ("given_name", gettext_lazy("Given name"), 18),
    ("family_name", gettext_lazy("Family name"), 18),
    ("name_native", gettext_lazy("Name in its own script"), 22),
    ("title", pgettext_lazy("of a person", "Title"), 26),
    ("email", gettext_lazy("Mail address"), 28),
    ("category", gettext_lazy("Category"), 18),
    ("mode", gettext_lazy("Takes part"), 14),
    ("country", gettext_lazy("Country"), 18),
    ("language", gettext_lazy("Language of our mails"), 18),
)
OF_SEVERAL = (
    ("organisation", gettext_lazy("Organisation"), 28),
    *COLUMNS,
)  # the team's, which is of no one organisation
LABELS = {key: label for key, label, _width in OF_SEVERAL}
NEEDED = ("given_name", "family_name", "email")
LIMITS = {"given_name": 120, "family_name": 120, "name_native": 200, "title": 200, "email": 254}


@dataclass(frozen=True)
class Wrong:
    """One cell that was refused, and what to do about it."""

    row: int
    column: str
    value: str
    reason: str


@dataclass
class Sheet:
    """What stands in a spreadsheet: the people of it, and what was refused."""

    people: list[Sent] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


Columns = tuple[tuple[str, Any, int], ...]


def written(categories: list[Category], language: str, *, columns: Columns = COLUMNS) -> bytes:
    """The empty workbook, with lists to choose from where there is something to choose."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(str(_("Delegation"))[:31])
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    lists = {
        "category": [one.name_in(language) for one in categories],
        "mode": [str(label) for _value, label in Mode.choices],
        "language": [one.native_name for one in LANGUAGES],
    }
    for at, (key, label, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, str(label), head)
        words = lists.get(key, [])
        if words and len(",".join(words)) <= 255:
            sheet.data_validation(1, at, MOST_ROWS, at, {"validate": "list", "source": words, "error_type": "warning"})
    sheet.freeze_panes(1, 2)
    if language == "ar":
        sheet.right_to_left()
    book.close()
    return out.getvalue()


@cache
def _heads() -> dict[str, str]:
    """{head of a column in any language: its key}."""
    found = {key: key for key in LABELS}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(label).casefold().strip(): key for key, label in LABELS.items()}
    return found


@cache
def _ways() -> dict[str, str]:
    found = {mode.value: mode.value for mode in Mode}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(label).casefold(): value for value, label in Mode.choices}
    return found


class _Expected:
    """What the reader of files has to know of this one: its head is its first row."""

    layout = Layout(header_row=1)

    @staticmethod
    def expects(name: str) -> bool:
        return name.casefold().strip() in _heads()


def read(
    path: Path, name: str, delegation: Delegation | Senders, categories: list[Category], *, language: str
) -> Sheet:
    """Who stands in a file, of one delegation or of several; with one wrong cell nobody of it is to be registered.

    Raises UnusableFile.
    """
    source = open_source(path, _Expected, name=name)  # type: ignore[arg-type]
    columns = {n: _heads().get(str(head).casefold().strip(), "") for n, head in enumerate(source.columns)}
    needed = NEEDED if isinstance(delegation, Delegation) else ("organisation", *NEEDED)
    for key in needed:
        if key not in columns.values():
            raise UnusableFile(
                _("There is no column “%(name)s”. Use the file that you downloaded here.") % {"name": LABELS[key]}
            )
    reader = _Reader(delegation, categories, language)
    for row, cells in _filled(source.rows(), columns):
        reader.take(row, cells)
        if len(reader.sheet.people) > MOST_ROWS:
            raise UnusableFile(_("There are too many rows."))
    if not reader.sheet.people and not reader.sheet.wrong:
        raise UnusableFile(_("Nobody stands in this file."))
    reader.sheet.wrong.sort(key=lambda one: one.row)
    return reader.sheet


def _filled(rows: Iterator[Row], columns: dict[int, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(number, {key: text}) of the rows in which somebody stands."""
    for row in rows:
        cells = {columns[n]: " ".join(str(cell if cell is not None else "").split()) for n, cell in enumerate(row.cells)
                 if columns.get(n)}  # fmt: skip
        if any(cells.values()):
            yield row.number, cells


class Senders:
    """The delegations of a meeting, by what stands in the column of the organisation; what `person` may not see is not found."""

    def __init__(self, meeting: Meeting, person: Any) -> None:
        self.meeting_id, self.meeting, self.person = meeting.pk, meeting, person
        self._known: dict[str, Delegation | None] = {}

    def of(self, words: str) -> Delegation | None:
        """The delegation of the one organisation of that name; not kept yet where nobody of it was registered."""
        if words not in self._known:
            found = organisation_named(words, self.person)
            rows = Delegation.objects.filter(meeting=self.meeting, organisation=found).select_related("organisation")
            there = rows.first() if found else None
            self._known[words] = there or (Delegation(meeting=self.meeting, organisation=found) if found else None)
        return self._known[words]


class _Reader:
    """Reads row after row, and remembers what was refused, which addresses came, how many places are left."""

    def __init__(self, delegation: Delegation | Senders, categories: list[Category], language: str) -> None:
        self.sheet, self.sender, self.language = Sheet(), delegation, language
        self.categories = {one.code: one for one in categories}
        self.named = {word.casefold(): one for one in categories for word in (one.code, *one.names.values())}
        self.rows_of: dict[str, int] = {}  # address: the row in which it came first
        rows = Registration.objects.filter(meeting=delegation.meeting_id, state__in=LIVE)
        self.known = {email.casefold() for email in rows.values_list("email", flat=True)}
        self.left: dict[int, int] = {}  # {delegation: places in the room}, of those that have a number

    def take(self, row: int, cells: dict[str, str]) -> None:
        before = len(self.sheet.wrong)
        delegation = self._delegation(row, cells.get("organisation", ""))
        values = {
            key: self._text(row, key, cells.get(key, ""))
            for key in ("given_name", "family_name", "name_native", "title")
        }
        email = self._email(row, cells.get("email", ""))
        category = self._category(row, cells.get("category", ""))
        mode = self._way(row, cells.get("mode", ""), category)
        values["country"] = self._country(row, cells.get("country", ""), delegation)
        values["language"] = self._language(row, cells.get("language", ""))
        if mode == Mode.IN_PERSON and delegation is not None and delegation.most is not None:
            left = self.left.get(delegation.pk)
            self.left[delegation.pk] = (delegation.most - places_of(delegation) if left is None else left) - 1
            if self.left[delegation.pk] < 0:
                n = format_number(delegation.most, self.language)
                self._refuse(row, "mode", cells.get("mode", ""),
                             _("Your delegation has %(n)s places in the room, and this is one more. Write “online”, leave "
                               "somebody out, or ask the secretariat.") % {"n": n})  # fmt: skip
        if category is not None and len(self.sheet.wrong) == before:
            sender = None if isinstance(self.sender, Delegation) or delegation is None else delegation.organisation
            self.sheet.people.append(Sent(category, mode, email, values, row, sender))

    def _delegation(self, row: int, text: str) -> Delegation | None:
        if isinstance(self.sender, Delegation):
            return self.sender
        if (found := self.sender.of(text)) is None:
            self._refuse(row, "organisation", text,
                         _("There is no organisation of this name, or more than one. Write its full name."))  # fmt: skip
        return found

    def _refuse(self, row: int, key: str, value: str, reason: str) -> None:
        self.sheet.wrong.append(Wrong(row, str(LABELS[key]), value[:200], reason))

    def _text(self, row: int, key: str, text: str) -> str:
        if not text and key in NEEDED:
            self._refuse(row, key, text, _("Write it here."))
        elif len(text) > LIMITS[key]:
            self._refuse(row, key, text, _("This is too long. Shorten it."))
        return text

    def _email(self, row: int, text: str) -> str:
        email = text.casefold()
        try:
            validate_email(email)
        except ValidationError:
            self._refuse(row, "email", text, _("Write one mail address here, like name@example.org."))
            return ""
        if (first := self.rows_of.get(email)) is not None:
            n = format_number(first, self.language)
            self._refuse(
                row, "email", text, _("This address stands in row %(n)s, too. Everybody needs their own.") % {"n": n}
            )
        elif email in self.known:
            self._refuse(row, "email", text, _("This address is registered already. Take the row out."))
        self.rows_of.setdefault(email, row)
        return email

    def _category(self, row: int, text: str) -> Category | None:
        if not text and len(self.categories) == 1:
            return next(iter(self.categories.values()))
        found = self.named.get(text.casefold())
        if found is None:
            names = format_list([one.name_in(self.language) for one in self.categories.values()], self.language)
            self._refuse(row, "category", text, _("Write one of these: %(words)s") % {"words": names})
        return found

    def _way(self, row: int, text: str, category: Category | None) -> str:
        modes = category.modes if category else list(Mode.values)
        if not text:
            return Mode.IN_PERSON.value if Mode.IN_PERSON in modes else modes[0]
        found = _ways().get(text.casefold(), "")
        if found not in modes:
            names = format_list([str(Mode(mode).label) for mode in modes], self.language)
            self._refuse(row, "mode", text, _("Write one of these: %(words)s") % {"words": names})
        return found

    def _country(self, row: int, text: str, delegation: Delegation | None) -> str:
        if not text:
            if delegation is not None and not delegation.organisation.country:
                self._refuse(row, "country", text, _("Write the country that they represent."))
            return ""
        found = places.find(text, self.language)
        if found is None:
            self._refuse(
                row, "country", text, _("No country of this name is known. Write its name, or its three letters.")
            )
        return found or ""

    def _language(self, row: int, text: str) -> str:
        if not text:
            return self.language
        known = {one.native_name.casefold(): one.code for one in LANGUAGES} | {one.code: one.code for one in LANGUAGES}
        if text.casefold() not in known:
            names = format_list([one.native_name for one in LANGUAGES], self.language)
            self._refuse(row, "language", text, _("Write one of these: %(words)s") % {"words": names})
        return known.get(text.casefold(), "")
