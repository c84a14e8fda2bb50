"""Form controls of the house that Django does not have: choosing from a long list without a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.widgets import CheckboxSelectMultiple, ChoiceWidget, RadioSelect

FOLD_FROM = 9  # so many choices and more are folded away behind the chosen ones


class _LongList(ChoiceWidget):
    """Options in a fold with a filter; `also` holds more words under which an option is found ({value: words})."""

    template_name = "components/multiselect.html"
    single = False
    use_fieldset = True

    def __init__(
        self,
        attrs: dict | None = None,
        choices: Any = (),
        *,
        also: Mapping[str, str] | None = None,
        notes: Mapping[str, str] | None = None,
        folded: bool | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.also = also or {}
        self.notes = notes or {}
        self.folded = folded

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        option["words"] = f"{label} {self.also.get(str(value), '')}".strip().lower()
        option["note"] = self.notes.get(str(value), "")
        option["type"] = self.input_type
        return option

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        count = sum(len(options) for _group, options, _index in widget["optgroups"])
        widget["folded"] = self.folded if self.folded is not None else count >= FOLD_FROM
        widget["single"] = self.single
        chosen = any(option["selected"] for _group, options, _index in widget["optgroups"] for option in options)
        widget["unfolded"] = not chosen and bool(widget["attrs"].get("aria-invalid"))
        return context


class MultiSelect(_LongList, CheckboxSelectMultiple):
    """Several of a list. Short lists are plain boxes; long ones fold, with chips and a filter.

    `also`: other words an option is found under (old names of countries); `notes`: a quiet word behind an
    option; `folded`: True or False instead of counting.
    """


class PickOne(_LongList, RadioSelect):
    """One of a long list, with the same fold and filter: a country, an organisation."""

    single = True
