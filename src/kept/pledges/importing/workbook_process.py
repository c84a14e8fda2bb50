"""Opens a workbook in a process of its own and writes its rows to standard output, one JSON line each.

A workbook is a program's input that strangers send: one cell in the last corner of a sheet, or a row that says
it repeats a million times, asks for all the memory there is. Here the limit is this process's, and its end
harms nobody. Run by `workbooks.py` as a file, apart from the rest of Kept; imports nothing of it.

Protocol: writes {"sheets": [...]} with the first rows of each sheet, reads the number of a sheet, writes
[row number, cells] or [row number, cells, filled, broken] for each of its rows that is not empty, then
{"end": number of rows}.
{"error": code} at any time instead.
"""

import json
import re
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 3 * 2**30
SECONDS = 600
LOOKED_AT = 80
SHOWN_MERGES = 5000


def main(path: str) -> None:
    limit()
    try:
        import python_calamine

        work(path, python_calamine)
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except MemoryError:
        say({"error": "too_large"})
    except BaseException as error:  # noqa: BLE001  (a panic of the parser is no Exception)
        kind, why = type(error).__name__, str(error)[:300]
        code = "protected" if kind == "PasswordError" else "too_large" if "limit exceeded" in why else "damaged"
        say({"error": code, "why": f"{kind}: {why}"})


def limit() -> None:
    """Memory and time that this process may take."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # not everywhere


def work(path: str, calamine: Any) -> None:
    with calamine.CalamineWorkbook.from_path(path) as book:
        sheets = []
        for index, about in enumerate(book.sheets_metadata):
            if str(about.typ).endswith("WorkSheet"):
                shown = str(about.visible).endswith(".Visible")
                sheets.append(preview(book, index, about.name, shown))
        say({"sheets": sheets})
        chosen = sys.stdin.readline().strip()
        if chosen:
            stream(path, book, int(chosen))


def preview(book: Any, index: int, name: str, shown: bool) -> dict[str, Any]:
    """A sheet's name and first rows, for choosing a sheet and finding its header."""
    sheet = book.get_sheet_by_index(index)
    rows = []
    for number, cells in enumerate(sheet.iter_rows()):
        if number == LOOKED_AT:
            break
        rows.append(plain_row(left_out(sheet) + cells))
    merges = [(a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or () if a < LOOKED_AT]
    return {"index": index, "name": name, "shown": shown, "height": sheet.total_height, "rows": rows,
            "merges": merges[:SHOWN_MERGES]}  # fmt: skip


def stream(path: str, book: Any, index: int) -> None:
    sheet = book.get_sheet_by_index(index)
    broken = broken_cells(path, book.sheet_names[index])
    under: dict[int, list[tuple[int, int]]] = {}  # row → (column, row of the first cell) for cells under a merged one
    begins: dict[int, set[int]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if top < bottom <= top + 100_000:
            begins.setdefault(top, set()).add(left)
            for row in range(top + 1, bottom + 1):
                under.setdefault(row, []).append((left, top))
    tops: dict[tuple[int, int], Any] = {}
    count = 0
    before = left_out(sheet)
    for number, raw in enumerate(sheet.iter_rows()):
        cells = plain_row(before + raw)
        for column in begins.get(number, ()):
            if column < len(cells):
                tops[number, column] = cells[column]
        own = any(cell != "" for cell in cells)
        filled = []
        for column, top in under.get(number, ()) if own else ():
            if (top, column) in tops and (column >= len(cells) or cells[column] == ""):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = tops[top, column]
                filled.append(column)
        if own:
            count += 1
            wrong = broken.get(number + 1)
            say([number + 1, cells, filled, wrong or {}] if filled or wrong else [number + 1, cells])
    say({"end": count})


def left_out(sheet: Any) -> list[str]:
    """The empty columns left of the table, which the parser leaves out of its rows."""
    return [""] * sheet.start[1] if sheet.start else []


def plain_row(cells: list[Any]) -> list[Any]:
    """Cells as JSON has them: dates as {"d": ISO 8601}, without the empty ones at the end."""
    row = [
        cell if isinstance(cell, str | bool | int | float)
        else {"d": cell.isoformat()} if isinstance(cell, date | datetime)
        else cell.isoformat(timespec="minutes") if isinstance(cell, time)
        else str(cell) if isinstance(cell, timedelta)
        else "" if cell is None
        else str(cell)
        for cell in cells
    ]  # fmt: skip
    while row and row[-1] == "":
        row.pop()
    return row


def say(thing: Any) -> None:
    sys.stdout.write(json.dumps(thing, separators=(",", ":")) + "\n")
    if isinstance(thing, dict):
        sys.stdout.flush()


# --- what the parser leaves out: failed formulas, and formulas that were never computed ----------------

_ERROR = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:(?!</c>).){0,2000}?<v>([^<]{1,30})</v>', re.S
)
_UNCOMPUTED = re.compile(
    rb'<c\b[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:</c>|<v\s*/>|<v></v>)'
)


def broken_cells(path: str, sheet: str) -> dict[int, dict[int, str]]:
    """Row → column (from 0) → what the cell shows: "#N/A", or "=" for a formula without a result. xlsx only."""
    found: dict[int, dict[int, str]] = {}
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part_of(archive, sheet)) as part:
            rest = b""
            while block := part.read(1 << 20):
                text = rest + block
                cut = max(text.rfind(b"<c "), 0)
                if cut == 0 and len(text) > 8 << 20:
                    break  # nothing that a spreadsheet program writes
                rest = text[cut:]
                collect(text[:cut], found)
            collect(rest, found)
    except (zipfile.BadZipFile, KeyError, StopIteration, OSError, ValueError):
        pass  # other formats: the parser's word is all there is
    return found


def collect(text: bytes, found: dict[int, dict[int, str]]) -> None:
    if b't="e"' in text:
        for column, row, shown in _ERROR.findall(text):
            found.setdefault(int(row), {})[index_of(column)] = shown.decode("utf-8", "replace")
    if b"<f" in text:
        for column, row in _UNCOMPUTED.findall(text):
            found.setdefault(int(row), {})[index_of(column)] = "="


def index_of(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The archive's file that holds a sheet (ECMA-376, part 1, 18.2.19)."""
    from defusedxml.ElementTree import fromstring

    book = fromstring(archive.read("xl/workbook.xml"))
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target") or "" for r in relations}
    wanted = next(e for e in book.iter() if e.tag.endswith("}sheet") and e.get("name") == sheet)
    number = next(v for k, v in wanted.items() if k.endswith("}id"))
    target = targets[number]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


if __name__ == "__main__":
    main(sys.argv[1])
