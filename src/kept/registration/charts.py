"""Charts of this room, as the progress page draws them: a title, a sentence, a table with bars, a CSV, a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.http import HttpResponse

from kept.base import formats
from kept.base.installation import installation
from kept.pledges.importing.cells import harmless
from kept.progress.sums import shares
from kept.registry import picture
from kept.registry.implementing import Chart, Piece, Row

Head = tuple[str, str]  # (look, title): a key of picture.COLOURS and what it stands for


def crossed(
    key: str, title: str, sentence: str, heads: Sequence[Head], rows: Sequence[tuple[str, str, Sequence[int]]]
) -> Chart:
    """A bar of several parts a row: `rows` (value, name, how many of each head). Each bar is the whole of its row."""
    return Chart(
        key, title, sentence, heads=tuple(heads),
        rows=tuple(_row(value, name, counts, [look for look, _t in heads]) for value, name, counts in rows),
    )  # fmt: skip


def shared(
    key: str, title: str, sentence: str, counts: Sequence[tuple[str, str, int]], *, look: str = "going"
) -> Chart:
    """A bar a row, each a share of all: `counts` (value, name, how many)."""
    parts = shares({n: count for n, (_value, _name, count) in enumerate(counts)}, digits=1)
    return Chart(key, title, sentence, tuple(
        Row(value, name, count, "", (Piece(count, parts[n], Decimal(0), look, ""),))
        for n, (value, name, count) in enumerate(counts)
    ))  # fmt: skip


def _row(value: str, name: str, counts: Sequence[int], looks: Sequence[str]) -> Row:
    parts, pieces, start = shares(dict(enumerate(counts)), digits=1), [], Decimal(0)
    for n, count in enumerate(counts):
        pieces.append(Piece(count, parts[n], start, looks[n], ""))
        start += parts[n]
    return Row(value, name, sum(counts), "", tuple(pieces))


def as_csv(charts: Sequence[Chart], name: str) -> HttpResponse:
    """All of them in one file, a line for each figure: chart, value, name, part, how many."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["chart", "value", "name", "part", "number"])
    for chart in charts:
        for row in chart.rows:
            titles = [title for _look, title in chart.heads] or [""]
            for title, piece in zip(titles, row.pieces, strict=True):
                writer.writerow([chart.key, harmless(row.value), harmless(row.name), title, piece.count])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_picture(chart: Chart, language: str, *, at: datetime, about: str, path: str) -> HttpResponse:
    """SVG to take away: of which meeting, of which day, where it is found again."""
    source = f"{installation().display_name}, {about}, {formats.format_date(at.date(), language)}"
    drawn = picture.svg(chart, picture.Said(source, settings.KEPT_BASE_URL + path), language)
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response.headers["Content-Disposition"] = f'inline; filename="{chart.key}.svg"'
    return response
