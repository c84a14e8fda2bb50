"""Paper and pictures: PDFs set by Typst from a template of a room, in faces that Kept carries, so that every machine sets the same.

A template (`<room>/paper/<name>.typ`) reads `json(bytes(sys.inputs.data))`. What people wrote goes in as data and is
never read as markup.
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent / "data/fonts"
# For `#set text(font: …)`: the first that has the letter sets it.
FACES = ("Noto Sans", "Noto Sans Arabic", "Noto Sans SC")


def pdf(template: Path, data: dict[str, Any], *, at: datetime) -> bytes:
    """Set `template` with `data` (what JSON can hold); `at` is the day that the file says it was made."""
    import typst  # 80 MB of program: only whoever sets paper loads it

    return typst.compile(
        str(template), root=str(template.parent), font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf",
        sys_inputs={"data": json.dumps({"fonts": FACES, **data}, ensure_ascii=False)}, timestamp=int(at.timestamp()),
    )  # fmt: skip


def png(svg: str, *, dots: int = 144) -> bytes:
    """A drawing as pixels, `dots` to the inch (a unit of SVG is 1/96 of an inch), in the same faces."""
    import typst

    page = """#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")"""
    made = typst.compile(
        page.encode(), font_paths=[str(FONTS)], ignore_system_fonts=True, format="png", ppi=dots,
        sys_inputs={"svg": svg},
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def qr(text: str, *, border: int = 0) -> str:
    """A square code as SVG, a module one unit, error correction M; for paper and pages alike."""
    import segno

    out = io.BytesIO()
    made = segno.make_qr(text, error="m", boost_error=False)
    made.save(out, kind="svg", border=border, xmldecl=False, svgns=True, nl=False, omitsize=True, svgclass="qr",
              lineclass=None)  # fmt: skip
    return out.getvalue().decode()
