"""Copy what Kept carries from npm packages into static/vendor/, and cut the fonts down to what pages use.

    npm ci && uv run --group front scripts/vendor.py

The result is committed, so nobody needs Node to run or test Kept. `vendor.json` beside the files says which
versions they come from and what each file's SHA-256 is; `--check` compares and changes nothing.

The faces are Source Sans 3 and Source Serif 4 (SIL Open Font License 1.1). Their name is reserved, so the cut
files are called Kept Sans and Kept Serif.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from PIL import Image, ImageDraw

HOME = Path(__file__).resolve().parent.parent
MODULES = HOME / "node_modules"
TARGET = HOME / "src/kept/base/static/vendor"
BASE = HOME / "src/kept/base/static/base"

# The same ranges as in tokens.css.
LATIN = {
    *range(0x20, 0x7F), *range(0xA0, 0x100), 0x131, 0x152, 0x153, 0x2009, *range(0x2011, 0x2015),
    *range(0x2018, 0x201B), *range(0x201C, 0x201F), 0x2022, 0x2026, 0x202F, 0x2039, 0x203A, 0x20AC, 0x2212,
}  # fmt: skip
LATIN_EXT = {
    *range(0x100, 0x131), *range(0x132, 0x152), *range(0x154, 0x250), *range(0x1E00, 0x1F00), 0x2020, 0x2021,
    0x2030, 0x20A6, *range(0x20A8, 0x20AC), *range(0x20AD, 0x20C1), 0x2113, 0x2122,
}  # fmt: skip
# Russian comes by itself, what other languages add to its letters in a file of its own.
CYRILLIC = {0x401, *range(0x410, 0x450), 0x451, 0x2116}
CYRILLIC_EXT = {*range(0x400, 0x460), 0x490, 0x491} - CYRILLIC
# Figures stay as wide as each other (tnum), marks find their place, nothing ornamental.
FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum", "pnum", "lnum"]

SANS = {"wght": (400, 600)}
# One cut of the serif: the weight of a book, drawn for titles.
SERIF = {"wght": 410, "opsz": 30}


@dataclass(frozen=True)
class Face:
    """One font file that is cut out of another."""

    target: str
    family: str
    source: str
    characters: set[int]
    axes: dict


FACES = [
    Face(f"kept-{kind}-{target}.woff2", f"Kept {kind.title()}", source.format(script=script), characters, axes)
    for kind, source, axes in (
        ("sans", "@fontsource-variable/source-sans-3/files/source-sans-3-{script}-wght-normal.woff2", SANS),
        ("serif", "@fontsource-variable/source-serif-4/files/source-serif-4-{script}-opsz-normal.woff2", SERIF),
    )
    for target, script, characters in (
        ("latin", "latin", LATIN),
        ("latin-ext", "latin-ext", LATIN_EXT),
        ("cyrillic", "cyrillic", CYRILLIC),
        ("cyrillic-ext", "cyrillic", CYRILLIC_EXT),
    )
]
SERIF_PARTS = [face for face in FACES if face.target in ("kept-serif-latin.woff2", "kept-serif-cyrillic.woff2")]
# Russian titles come in one file with the Latin letters and figures among them, French and Spanish titles of pledges
# included: 11 KB less than two.
ASCII = {*range(0x20, 0x7F), 0xA0, 0xAB, 0xBB, 0x2013, 0x2014, 0x2019, 0x201C, 0x201E, 0x2026, 0x202F}
ACCENTED = {ord(letter) for letter in "ÀÂÇÈÉÊÎÔàâçèéêëîïôùûüœÁÍÑÓÚáíñóúö¿¡·"}
RUSSIAN = Face("kept-serif-cyrillic.woff2", "Kept Serif", "", CYRILLIC | ASCII | ACCENTED, SERIF)
COPIES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx-LICENSE.txt": "htmx.org/LICENSE",
    "qr.js": "qr/index.js",
    "qr-decode.js": "qr/decode.js",
    "qr-LICENSE.txt": "qr/LICENSE-MIT",
    "source-sans-3-LICENSE.txt": "@fontsource-variable/source-sans-3/LICENSE",
    "source-serif-4-LICENSE.txt": "@fontsource-variable/source-serif-4/LICENSE",
}
RENAMED = {"qr-decode.js": ("from './index.js'", "from './qr.js'")}  # what a copy calls its neighbour
PACKAGES = ["@fontsource-variable/source-sans-3", "@fontsource-variable/source-serif-4", "htmx.org", "qr"]


def cut(face: Face) -> TTFont:
    """One face: only its characters, its features, its part of the axes."""
    font = TTFont(MODULES / face.source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 6, 13, 14]
    options.drop_tables += ["DSIG", "meta"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=face.characters)
    cutter.subset(font)
    return instancer.instantiateVariableFont(font, face.axes)


def join(face: Face, parts: list[Face]) -> TTFont:
    """One face out of several that have no axes left."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for part in parts:
            font = cut(replace(part, characters=part.characters & face.characters))
            font.flavor = None
            paths.append(str(Path(folder) / part.target))
            font.save(paths[-1])
        joined = merge.Merger().merge(paths)
        joined.recalcTimestamp = False
        joined["head"].created = joined["head"].modified = TTFont(paths[0])["head"].modified
        return joined


def write(face: Face, font: TTFont, into: Path) -> None:
    """Save a face under its own name (the reserved one is for the originals)."""
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = face.family.replace(" ", "") if record.nameID == 6 else face.family
    font.flavor = "woff2"
    font.save(into / face.target)


def draw_touch_icon(path: Path) -> None:
    """The promise bar as a picture of 180 pixels, for home screens."""
    picture = Image.new("RGB", (180, 180), "#fbfaf6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 58, 155, 121), outline="#0b6b4f", width=12)
    pen.rectangle((24, 58, 108, 121), fill="#0b6b4f")
    picture.save(path, optimize=True)


def make(into: Path) -> None:
    """Write everything into a folder, its pin file last."""
    into.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        if face.target != RUSSIAN.target:
            write(face, cut(face), into)
    write(RUSSIAN, join(RUSSIAN, SERIF_PARTS), into)
    for name, source in COPIES.items():
        shutil.copyfile(MODULES / source, into / name)
    for name, (before, after) in RENAMED.items():
        text = (into / name).read_text()
        (into / name).write_text(text.replace(before, after, 1))
    versions = {name: json.loads((MODULES / name / "package.json").read_text())["version"] for name in PACKAGES}
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(into.iterdir())
        if path.name != "vendor.json"
    }
    (into / "vendor.json").write_text(json.dumps({"packages": versions, "files": files}, indent=2) + "\n")


def main() -> int:
    """Make the files, or with --check say whether the committed ones are those that would be made."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    wanted = parser.parse_args()
    if not MODULES.is_dir():
        sys.stderr.write("There is no node_modules: run `npm ci` first.\n")
        return 2
    if not wanted.check:
        make(TARGET)
        draw_touch_icon(BASE / "touch-icon.png")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        same = (Path(folder) / "vendor.json").read_text() == (TARGET / "vendor.json").read_text()
    words = "The vendored files are up to date." if same else "The vendored files are not those of package-lock.json."
    sys.stdout.write(f"{words}\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
