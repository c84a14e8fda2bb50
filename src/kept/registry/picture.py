"""A chart of /progress/ as a picture to take away: SVG, with its title, finding, figures and source; PNG out of the same.

It explains itself wherever it is put, in the reader's language; from right to left everything is mirrored. Colours are the
light ones of `tokens.css`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

from kept.base import formats
from kept.base.languages import is_rtl
from kept.base.paper import FACES
from kept.registry.implementing import Chart, Line, Piece, Row, Sums

WIDTH, MARGIN, BAR, STEP = 960, 40, 16, 50
INK, QUIET, PAPER, TRACK = "#16211e", "#4c5a55", "#fbfaf6", "#e6e5dc"
COLOURS = {
    "kept": "#0b6b4f", "partly": "#9ccdb9", "going": "#4c9f82", "late": "#a94e18", "ended": "#8e1f2f",
    "unjudged": "#5e6663",
}  # fmt: skip
WIDE = frozenset("WF")


@dataclass(frozen=True)
class Said:
    """What stands around the figures: whose they are, of which day, where they are found again."""

    source: str
    address: str


@dataclass
class Drawing:
    """Parts of a picture, drawn from above; `y` is where the next one begins."""

    rtl: bool
    y: int = MARGIN
    parts: list[str] = field(default_factory=list)

    def text(self, words: str, size: int, *, bold: bool = False, colour: str = INK, most: int = 3) -> None:
        """Lines across the picture."""
        for line in list(lines(words, (WIDTH - 2 * MARGIN) / size))[:most]:
            self.y += round(size * 1.35)
            self.parts.append(self.words(0, self.y, line, size, bold=bold, colour=colour))

    def words(
        self, x: float, y: float, words: str, size: int, *, bold: bool = False, colour: str = INK, end: bool = False
    ) -> str:
        """One line of text that begins (`end`: ends) so far from where lines begin."""
        at, to = self.x(x), "end" if end != self.rtl else "start"
        weight = ' font-weight="600"' if bold else ""
        said = f"\u2067{words}\u2069" if self.rtl else words  # its own direction, also where a number begins it
        return f'<text x="{at:g}" y="{y:g}" font-size="{size}" fill="{colour}" text-anchor="{to}"{weight}>{escape(said)}</text>'

    def x(self, x: float) -> float:
        return WIDTH - MARGIN - x if self.rtl else MARGIN + x

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        left = self.x(x) - (width if self.rtl else 0)
        self.parts.append(f'<rect x="{left:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}" fill="{colour}"/>')

    def key(self, heads: Sequence[tuple[str, str]]) -> None:
        """What the colours mean, as many beside each other as there is room for."""
        x, self.y = 0.0, self.y + 34
        for look, title in heads:
            wide = 24 + size_of(title) * 15 + 24
            if x + wide > WIDTH - 2 * MARGIN:
                x, self.y = 0.0, self.y + 26
            self.box(x, self.y - 12, 14, 14, COLOURS[look])
            self.parts.append(self.words(x + 22, self.y, title, 15))
            x += wide

    def bar(self, label: str, figure: str, pieces: Sequence[tuple[Decimal, Decimal, str]], *, indent: int = 0) -> None:
        """`pieces`: (begins, share), per cent of the whole width, and the colour. `indent`: of the label alone."""
        whole = WIDTH - 2 * MARGIN
        room = (whole - indent - size_of(figure) * 16 - 30) / 16
        short = next(lines(label, room), "")
        self.y += STEP
        self.parts.append(self.words(indent, self.y - BAR - 8, short if short == label else short + "…", 16))
        self.parts.append(self.words(WIDTH - 2 * MARGIN, self.y - BAR - 8, figure, 16, end=True))
        self.box(0, self.y - BAR, whole, BAR, TRACK)
        for start, share, colour in pieces:
            if share:
                self.box(whole * float(start) / 100, self.y - BAR, whole * float(share) / 100, BAR, colour)


def svg(chart: Chart | Sums, said: Said, language: str) -> str:
    """The picture of a chart, or of sums: these beside each other, never on top of each other."""
    drawing = Drawing(is_rtl(language))
    drawing.text(chart.title, 28, bold=True)
    drawing.y += 6
    drawing.text(chart.sentence, 18)
    drawing.y += 10
    if isinstance(chart, Sums):
        _sums(drawing, chart, language)
    else:
        if chart.heads:
            drawing.key(chart.heads)
            drawing.y += 6
        for row in chart.rows:
            _row(drawing, row, bool(chart.heads), language)
    drawing.y += 22
    drawing.text(said.source, 14, colour=QUIET, most=2)
    drawing.y += 20
    drawing.parts.append(drawing.words(0, drawing.y, f"\u2066{said.address}\u2069", 14, colour=QUIET))
    height = drawing.y + MARGIN
    faces = ", ".join(f"'{face}'" for face in FACES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="{faces}, sans-serif" role="img" xml:lang="{language}"><title>{escape(chart.title)}</title>'
        f'<desc>{escape(chart.sentence)}</desc><rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>'
        f"{''.join(drawing.parts)}</svg>"
    )


def _row(drawing: Drawing, row: Row, is_crossed: bool, language: str) -> None:
    count = formats.format_number(row.count, language)
    if is_crossed:
        return drawing.bar(row.name, count, [_piece(piece) for piece in row.pieces])
    (piece,) = row.pieces
    figure = f"{row.note or formats.format_percent(piece.per_one, language)} · {count}"
    return drawing.bar(row.name, figure, [_piece(piece)])


def _piece(piece: Piece) -> tuple[Decimal, Decimal, str]:
    return piece.start, piece.share, COLOURS[piece.look]


def _sums(drawing: Drawing, sums: Sums, language: str) -> None:
    most = max((Decimal(line.amount) for line in sums.lines), default=Decimal(0)) or Decimal(1)
    for line in sums.lines:
        share = Decimal(line.amount) / most * 100
        colour = COLOURS[LOOKS.get(line.value, "going")]
        drawing.bar(
            line.name, _amount(line, sums, language), [(Decimal(0), share, colour)], indent=28 if line.part else 0
        )


LOOKS = {"self_reported": "partly", "documented": "kept", "verified": "kept"}


def _amount(line: Line, sums: Sums, language: str) -> str:
    if sums.money:
        return formats.format_money_short(Decimal(line.amount), "USD", language)
    return formats.format_number(int(line.amount), language)


# Text in a picture has no lines of its own ------------------------------------------------------------------------


def size_of(words: str) -> float:
    """About how wide a text is, in its own size."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in WIDE else 0.56 for sign in words)


def lines(words: str, room: float) -> Iterator[str]:
    """A text in lines of about this room; broken between words, or anywhere where there are none."""
    line = ""
    for word in _breakable(words):
        if line and size_of(line + word.rstrip()) > room:
            yield line.rstrip()
            line = word.lstrip()
        else:
            line += word
    if line:
        yield line.rstrip()


def _breakable(words: str) -> Iterator[str]:
    piece = ""
    for sign in words:
        if piece and (piece[-1] == " " or unicodedata.east_asian_width(sign) == "W"):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece
