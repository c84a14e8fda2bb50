"""An import in words: its state, what has been done with it, what its columns can be."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kept.base import formats, history
from kept.pledges.models import BatchState, ImportBatch

STEPS = (gettext_lazy("File"), gettext_lazy("Columns"), gettext_lazy("Check"), gettext_lazy("Import"))
AT = {BatchState.UPLOADED: 2, BatchState.CHECKING: 3, BatchState.CHECKED: 3}
SENTENCES = {
    "upload": gettext_lazy("Uploaded"),
    "check": gettext_lazy("Check asked for"),
    "start": gettext_lazy("Import asked for"),
    "import": gettext_lazy("Imported"),
    "ask_undo": gettext_lazy("Undoing asked for"),
    "undo": gettext_lazy("Undone"),
}


def steps_of(batch: ImportBatch, at: int = 0) -> dict[str, Any]:
    """The steps for the component, those behind as links."""
    now = at or AT.get(BatchState(batch.state), 4)
    urls = {2: "pledges:desk_import_columns", 3: "pledges:desk_import"}
    names: list[Any] = []
    for place, name in enumerate(STEPS, 1):
        may_go = place < now and place in urls and batch.state in (BatchState.UPLOADED, BatchState.CHECKED)
        names.append((name, reverse(urls[place], args=[batch.pk])) if may_go else name)
    return {"steps": names, "step": now}


def state_in_words(batch: ImportBatch) -> str:
    """How far it is, in a sentence."""
    count = formats.format_number(batch.rows_new, get_language() or "en")
    if batch.state == BatchState.CHECKED:
        return ngettext(
            "%(count)s pledge would go in", "%(count)s pledges would go in", batch.rows_new
        ) % {"count": count}  # fmt: skip
    if batch.state == BatchState.DONE:
        return ngettext("%(count)s pledge went in", "%(count)s pledges went in", batch.rows_new) % {"count": count}
    return str(batch.get_state_display())


def told(batch: ImportBatch) -> list[dict[str, Any]]:
    """What was done with it by whom, the newest first, for the timeline."""
    entries = history.of("import", batch.pk).order_by("-at", "-id")[:30]
    by = gettext_lazy("By %(name)s")
    return [
        {
            "at": entry.at,
            "title": SENTENCES.get(entry.verb, entry.verb),
            "text": " ".join(filter(None, (by % {"name": entry.by_name} if entry.by_name else "", entry.reason))),
        }
        for entry in entries
    ]


def column_of_file(name: str) -> str:
    """What a cell's column is called on the screen, where the file gives it no name."""
    return name or _("the row as a whole")
