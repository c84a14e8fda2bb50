"""The fields of the form. Each reads what was typed into normal form, and writes normal form for its control.

They are Django's fields for what is drawn; what is read goes by `read` and `write` here, because a half-filled form
is saved too: a value that cannot be read is kept as typed, with its error beside it.

The raw value of a field is what its control holds: text, a list of texts, or a list of rows ({column: text}).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from kept.base.widgets import MultiSelect, PickOne
from kept.pledges import reading
from kept.pledges.forms.choices import Choices
from kept.pledges.forms.widgets import OrganisationRows, Rows
from kept.pledges.reading import Unreadable

Raw = Any  # str | list[str] | list[dict[str, str]]


class Field(forms.Field):
    """A field of one line of text, and the base of the others."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        needed, self.size = options.pop("needed", False), options.pop("size", "")
        super().__init__(required=needed, **options)

    def read(self, raw: Raw) -> Any:
        """Normal form. Raises Unreadable."""
        return reading.read_text(raw)

    def write(self, value: Any) -> Raw:
        """What the control shows for a value."""
        return value or ""

    def keep(self, raw: Raw) -> str:
        """What was typed, as the text that is stored where it cannot be read."""
        return reading.clean(str(raw)[: reading.MOST_SIGNS])

    def kept(self, typed: str) -> Raw:
        """The control's value for what was kept as typed."""
        return typed

    def data(self, name: str, raw: Raw) -> dict[str, list[str]]:
        """The raw value as a form sends it."""
        return {name: [raw]}


class Paragraphs(Field):
    widget = forms.Textarea

    def read(self, raw: Raw) -> str:
        return reading.read_text(raw, lines=True)

    def keep(self, raw: Raw) -> str:
        return reading.clean(str(raw)[: reading.MOST_SIGNS], lines=True)


class Parsed(Field):
    """A line that is read and shown by two functions, in the reader's language."""

    def __init__(self, read: Callable[[str], Any], show: Callable[[Any], str] = str, **options: Any) -> None:
        super().__init__(**options)
        self._read, self._show = read, show

    def read(self, raw: Raw) -> Any:
        return self._read(raw)

    def write(self, value: Any) -> str:
        return "" if value in ("", None) else self._show(value)


class One(Field):
    """One of a list; what is not in it is refused."""

    def __init__(self, choices: Choices, *, widget: type = PickOne, **options: Any) -> None:
        self.choices = choices
        control = widget(choices=choices.options) if widget is forms.Select else widget(
            choices=choices.options, also=choices.also, notes=choices.notes
        )  # fmt: skip
        super().__init__(widget=control, **options)

    def read(self, raw: Raw) -> str:
        return raw if raw in self.choices.values else ""


class Id(One):
    """One of a list of ids."""

    def read(self, raw: Raw) -> int | None:
        return int(raw) if raw and raw in self.choices.values else None

    def write(self, value: Any) -> str:
        return str(value) if value else ""


class Several(Field):
    """Several of a list, in the list's order; what is not in it is dropped."""

    def __init__(self, choices: Choices, *, folded: bool | None = None, **options: Any) -> None:
        self.choices = choices
        control = MultiSelect(choices=choices.options, also=choices.also, notes=choices.notes, folded=folded)
        super().__init__(widget=control, **options)

    def read(self, raw: Raw) -> tuple[str, ...]:
        chosen = set(raw or ())
        return tuple(value for value in _in_order(self.choices.options) if value in chosen)

    def write(self, value: Any) -> list[str]:
        return list(value)

    def data(self, name: str, raw: Raw) -> dict[str, list[str]]:
        return {name: list(raw)}


def _in_order(options: Sequence[Any]) -> list[str]:
    found: list[str] = []
    for value, label in options:
        found += [v for v, _text in label] if isinstance(label, list) else [value]
    return list(dict.fromkeys(found))


class Table(Field):
    """Lines of several cells: indicators, links. `columns` read and show one cell each."""

    def __init__(
        self,
        columns: Mapping[str, tuple[Callable[[str], Any], Callable[[Any], str]]],
        made: Callable[[dict[str, Any]], Any],
        widget: Rows,
        **options: Any,
    ) -> None:
        super().__init__(widget=widget, **options)
        self.columns, self.made = columns, made
        self.cell_errors: dict[tuple[int, str], str] = {}

    def read(self, raw: Raw) -> tuple[Any, ...]:
        """The lines in normal form, empty ones left out. Raises Unreadable; `cell_errors` then says where."""
        self.cell_errors = {}
        rows = []
        for number, row in enumerate(self.filled(raw)):
            cells: dict[str, Any] = {"row": row}
            for column, (read, _show) in self.columns.items():
                try:
                    cells[column] = read(row.get(column, ""))
                except Unreadable as error:
                    self.cell_errors[number, column] = str(error.message)
            cells.pop("row")
            rows.append(cells)
        if self.cell_errors:
            raise Unreadable("\n".join(dict.fromkeys(self.cell_errors.values())))
        return tuple(self.made(cells) for cells in rows)

    def filled(self, raw: Raw) -> list[dict[str, str]]:
        """The lines in which somebody wrote something."""
        return [row for row in raw or () if any(row.get(column, "").strip() for column in self.columns)]

    def write(self, value: Any) -> list[dict[str, str]]:
        rows = []
        for item in value:
            row = {column: show(getattr(item, column)) for column, (_read, show) in self.columns.items()}
            rows.append(row | self.flags(item))
        return rows

    def flags(self, item: Any) -> dict[str, str]:
        """What a line has beside its cells of text."""
        return {"headline": "on"} if getattr(item, "headline", False) else {}

    def keep(self, raw: Raw) -> str:
        from kept.pledges.typed import keep_rows

        wanted = {*self.columns, "headline"}
        rows = [{k: reading.clean(str(v)[:1000]) for k, v in row.items() if k in wanted} for row in self.filled(raw)]
        return keep_rows(rows[:100])

    def kept(self, typed: str) -> Raw:
        from kept.pledges.typed import kept_rows

        return kept_rows(typed)

    def data(self, name: str, raw: Raw) -> dict[str, list[str]]:
        return self.widget.flat(name, raw)


class Organisations(Field):
    """Partners: an organisation and its part a line. Which organisations there are is asked of `known`."""

    def __init__(self, made: Callable[[int, str], Any], widget: OrganisationRows, **options: Any) -> None:
        super().__init__(widget=widget, **options)
        self.made = made

    def read(self, raw: Raw) -> tuple[Any, ...]:
        known = self.widget.known
        seen: dict[int, str] = {}
        for row in raw or ():
            key = row.get("organisation", "")
            if key.isdecimal() and len(key) < 19 and int(key) in known:
                seen.setdefault(int(key), reading.read_text(row.get("part", ""))[:300])
        return tuple(self.made(pk, part) for pk, part in seen.items())

    def write(self, value: Any) -> list[dict[str, str]]:
        return [{"organisation": str(p.organisation), "part": p.part} for p in value]

    def data(self, name: str, raw: Raw) -> dict[str, list[str]]:
        return self.widget.flat(name, raw)
