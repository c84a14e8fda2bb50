"""Text files with separators: CSV, TSV and what offices make of them.

Encodings: a byte order mark decides, then UTF-8 if the whole file is UTF-8, then Windows-1252 (said in a remark);
others (Windows-1251, -1256, …) only where the mapping names them, because no program can tell them apart.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from kept.pledges.importing.headers import LOOKED_AT, Header, find_header, plain, unique_names
from kept.pledges.importing.sources import Layout, Row, Source, UnusableFile

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2000
SAMPLE = 200
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass
class _Text:
    path: Path
    name: str
    encoding: str
    delimiter: str = ","
    skip_line: bool = False  # Excel's "sep=;" in the first line

    def records(self, *, whole: bool = False) -> Iterator[tuple[int, list[str]]]:
        """(line on which the record starts, its cells), as they stand in the file.

        With `whole` the end is looked at, too: a quotation mark that nobody closed has swallowed what follows it.
        """
        held: list[str] = []
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                if self.skip_line:
                    file.readline()
                reader = csv.reader(_noting(file, held) if whole else file, delimiter=self.delimiter)
                offset = 2 if self.skip_line else 1
                line = 0
                for cells in reader:
                    yield line + offset, cells
                    last, line = line, reader.line_num
                    del held[: -(line - last) or None]
                if len(held) > 1:
                    self._check_end(held, last + offset)
        except csv.Error as error:
            raise UnusableFile(self._csv_error(str(error), line + offset)) from None
        except UnicodeError:
            raise UnusableFile(
                _("%(name)s is not written in the encoding %(encoding)s. Name the right one in the mapping.")
                % {"name": self.name, "encoding": self.encoding}
            ) from None

    def _check_end(self, lines: list[str], line: int) -> None:
        """The last record, once more and strictly. Raises UnusableFile where it is not closed."""
        try:
            list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise UnusableFile(self._csv_error("field limit", line)) from None

    def _csv_error(self, why: str, line: int) -> str:
        if "field limit" in why:
            text = _("%(name)s, line %(line)s: a quotation mark that is opened there is never closed.")
        elif "new-line" in why:
            text = _("%(name)s, line %(line)s: the line ends are broken. Open the file and save it again.")
        else:
            text = _("%(name)s, line %(line)s cannot be read: %(why)s")
        return text % {"name": self.name, "line": line, "why": why}


def _noting(lines: Iterable[str], held: list[str]) -> Iterator[str]:
    for line in lines:
        held.append(line)
        yield line


def open_delimited(path: Path, name: str, layout: Layout, known: Callable[[str], bool]) -> Source:
    """Open a text file. Raises UnusableFile where it is no table, or breaks off."""
    remarks: list[str] = []
    text = _Text(path, name, _encoding(path, name, layout.encoding, remarks, known))
    text.skip_line, text.delimiter = _delimiter(text, layout, known)
    top, count = _look_through(text)
    if count <= SAMPLE and not any(cell.strip() for _line, cells in top for cell in cells):
        raise UnusableFile(_("%(name)s is empty.") % {"name": name})
    fixed = None if layout.header_row is None else layout.header_row - 1
    header = find_header([cells for _line, cells in top], known=known, fixed=fixed)
    if header.last >= 0:  # a row that is longer than its header has lost a quotation mark: `rows` says so
        header.names = header.names[: len(top[header.last][1])]
    width = max(len(header.names), 1)
    return Source(
        path=path,
        name=name,
        kind="csv",
        columns=header.names,
        read=lambda: _rows(text, header, width),
        total=max(count - header.last - 1, 0),
        header_row=header.last + 1,
        encoding=text.encoding,
        delimiter=text.delimiter,
        remarks=remarks,
        aliases=header.aliases,
        sample=[Row(i + 1, cells, line) for i, (line, cells) in enumerate(top) if i > header.last and any(cells)],
    )


def _rows(text: _Text, header: Header, width: int) -> Iterator[Row]:
    names = [plain(n) for n in header.names]
    first = header.last + 1
    padding = [""] * width
    for index, (line, cells) in enumerate(text.records()):
        if index < first or not any(cells):
            continue
        if len(cells) < width:
            cells += padding[len(cells) :]
        if first and cells[0] and plain(cells[0]) == names[0] and [plain(c) for c in unique_names(cells)] == names:
            continue  # the header, repeated for printing
        yield Row(index + 1 + text.skip_line, cells, line)


def _look_through(text: _Text) -> tuple[list[tuple[int, list[str]]], int]:
    """The first records, and how many there are: a file that breaks off is found before its first row is used."""
    top: list[tuple[int, list[str]]] = []
    count = 0
    for count, record in enumerate(text.records(whole=True), 1):
        if count <= SAMPLE:
            top.append(record)
            if len(record[1]) > MOST_COLUMNS:
                raise UnusableFile(_("%(name)s has too many columns to be a table of pledges.") % {"name": text.name})
    return top, count


# --- encoding ----------------------------------------------------------------------------------------


def _encoding(path: Path, name: str, said: str, remarks: list[str], known: Callable[[str], bool]) -> str:
    with path.open("rb") as file:
        start = file.read(65536)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "")
    if marked:
        return marked
    if said:
        try:
            return codecs.lookup(said).name
        except LookupError:
            raise UnusableFile(_("There is no encoding called %(encoding)s.") % {"encoding": said}) from None
    wide = _wide(start)
    if wide:
        return wide
    found = _scan(path)
    if found == "nul":
        raise UnusableFile(_("%(name)s contains bytes that no text has. It may be damaged.") % {"name": name})
    if found == "utf-8":
        return found
    told = _by_its_words(start, known)
    if told:
        remarks.append(
            _(
                "The file is not UTF-8; it was read as %(encoding)s, because its columns are known then. Check the letters."
            )
            % {"encoding": told}
        )
        return told
    if found == "unknown":
        raise UnusableFile(
            _("%(name)s is written in an encoding that cannot be found out. Save it as “CSV UTF-8”.") % {"name": name}
        )
    remarks.append(_("The file is not UTF-8; it was read as Windows-1252. Check accented letters."))
    return "cp1252"


OLD = ("windows-1251", "windows-1256", "gb18030")  # of other scripts, as old programs write them


def _by_its_words(start: bytes, known: Callable[[str], bool]) -> str:
    """The encoding in which at least two columns have names that are looked for, and more than in Windows-1252."""

    def names(encoding: str) -> int:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(start)
        except UnicodeDecodeError:
            return 0
        top = text.splitlines()[:LOOKED_AT] or [""]
        return max(len({plain(c) for c in re.split(r'[,;\t|"]', line) if not c.isascii() and known(c)}) for line in top)

    best = max(OLD, key=names)
    return best if names(best) >= 2 and names(best) > names("windows-1252") else ""


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: every second byte of western text is zero."""
    if len(start) < 4 or b"\0" not in start:
        return ""
    even, odd = start[0::2].count(0) / (len(start) / 2), start[1::2].count(0) / (len(start) / 2)
    return "utf-16-le" if odd > 0.4 and even < 0.05 else "utf-16-be" if even > 0.4 and odd < 0.05 else ""


def _scan(path: Path) -> str:
    """utf-8, cp1252, unknown (neither), or nul (zero bytes), by looking at every byte."""
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = is_1252 = True
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            if b"\0" in block:
                return "nul"
            try:
                if is_utf8:
                    utf8.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
            # The five bytes that Windows-1252 leaves undefined.
            is_1252 = is_1252 and not block.translate(None, _DEFINED)
        try:
            utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return "utf-8" if is_utf8 else "cp1252" if is_1252 else "unknown"


_DEFINED = bytes(b for b in range(256) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D))


# --- separator ---------------------------------------------------------------------------------------


def _delimiter(text: _Text, layout: Layout, known: Callable[[str], bool]) -> tuple[bool, str]:
    """(whether the first line is Excel's "sep=;", the separator)."""
    with text.path.open(encoding=text.encoding, newline="", errors="replace") as file:
        sample = file.read(65536)
    first = sample.splitlines()[0].strip().strip('"') if sample.strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return True, layout.delimiter or first[4]
    if layout.delimiter:
        return False, layout.delimiter
    whole = sample if len(sample) < 65536 else sample[: sample.rfind("\n") + 1] or sample
    return False, max(DELIMITERS, key=lambda mark: _fitness(whole, mark, known))


def _fitness(sample: str, mark: str, known: Callable[[str], bool]) -> tuple[int, float, int]:
    """How well a separator fits: known column names first, then rows of equal length, then many columns."""
    records = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=mark):
            if any(cells):
                records.append(cells)
            if len(records) == 60:
                break
    except csv.Error:
        return (0, 0.0, 0)
    lengths = Counter(len(cells) for cells in records)
    if not lengths:
        return (0, 0.0, 0)
    length, often = max(lengths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    names = max(len({plain(c) for c in cells if c and known(c)}) for cells in records[:LOOKED_AT])
    return (names if length > 1 else 0, often / len(records) if length > 1 else 0.0, length)
