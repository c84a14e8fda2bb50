"""One step in front of a person: what is saved, or what they have just sent, with what has to be put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from kept.pledges.forms.fields import Field, Raw, Table
from kept.pledges.forms.sheet import Sheet, fingerprint
from kept.pledges.forms.steps import MAKERS, Step
from kept.pledges.reading import Unreadable
from kept.pledges.rules import Problem


class StepForm(forms.Form):
    """The fields of a step. `posted`: raw values by field that replace what is saved; `problems`: errors to show."""

    use_required_attribute = False

    def __init__(
        self,
        sheet: Sheet,
        step: Step,
        *,
        posted: Mapping[str, Raw] | None = None,
        problems: Iterable[Problem] = (),
        more: str = "",
    ) -> None:
        self.sheet, self.step, self.problems = sheet, step, list(problems)
        made = {name: MAKERS[name](sheet) for name in step.fields if name in MAKERS}
        sent: MultiValueDict[str, str] = MultiValueDict()
        for name, field in made.items():
            raw = (posted or {}).get(name, self.saved(name, field))
            if isinstance(field, Table):
                field.widget.errors = cells_that_cannot_be_read(field, raw)
            for key, values in field.data(name, raw).items():
                sent.setlist(key, values)
        super().__init__(data=sent)
        self.fields.update(made)
        if more in self.fields and isinstance(self.fields[more], Table):
            self.fields[more].widget.extra = 1

    def saved(self, name: str, field: Field) -> Raw:
        """What the control shows for what is saved: the value, or what was typed in its place."""
        if name in self.sheet.typed:
            return field.kept(self.sheet.typed[name])
        return field.write(self.sheet.value(name))

    def mark(self, name: str) -> str:
        """Which version of a field the page shows, and its fingerprint: compared when it comes back (saving.py)."""
        field = self.fields[name]
        raw = self.saved(name, field)
        if name in self.sheet.typed:
            return f"{self.sheet.version}.{fingerprint(field.keep(raw), typed=True)}"
        return f"{self.sheet.version}.{fingerprint(field.read(raw))}"

    def full_clean(self) -> None:
        """What is wrong was found elsewhere: by the one reading of what was sent, and by rules.py."""
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}
        for problem in self.problems:
            name = problem.field if problem.field in self.fields else forms.forms.NON_FIELD_ERRORS
            if name not in self._errors:
                bound = self[name].auto_id if name in self.fields else None
                self._errors[name] = self.error_class(renderer=self.renderer, field_id=bound)
            self._errors[name].append(str(problem.message))


def cells_that_cannot_be_read(table: Table, raw: Raw) -> dict[tuple[int, str], str]:
    """{(line, column): what to do} of a table as it was typed."""
    try:
        table.read(raw)
    except Unreadable:
        return dict(table.cell_errors)
    return {}
