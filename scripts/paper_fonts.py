"""Cut the faces that Kept sets paper in (badges, nameplates, letters, certificates) out of Noto, for six scripts.

    uv run --group front scripts/paper_fonts.py

It fetches the pinned packages with `npm pack` and writes `src/kept/base/data/fonts/`, with `fonts.json` beside the
files: which versions they come from and each file's SHA-256. The result is committed: a machine without fonts sets the
same paper. Noto is under the SIL Open Font License 1.1 and reserves no name.

Han: the characters of GB 2312 and the common ones of Big5, which hold the names of people and countries as they are
written on paper; one weight, because one weighs 3 MB.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "src/kept/base/data/fonts"
PACKAGES = {
    "@expo-google-fonts/noto-sans": "0.4.2",
    "@expo-google-fonts/noto-sans-arabic": "0.4.3",
    "@expo-google-fonts/noto-sans-sc": "0.4.3",
}
# (file, package, file in it)
FACES = (
    ("NotoSans-Regular.ttf", "@expo-google-fonts/noto-sans", "400Regular/NotoSans_400Regular.ttf"),
    ("NotoSans-SemiBold.ttf", "@expo-google-fonts/noto-sans", "600SemiBold/NotoSans_600SemiBold.ttf"),
    ("NotoSansArabic-Regular.ttf", "@expo-google-fonts/noto-sans-arabic", "400Regular/NotoSansArabic_400Regular.ttf"),
    (
        "NotoSansArabic-SemiBold.ttf",
        "@expo-google-fonts/noto-sans-arabic",
        "600SemiBold/NotoSansArabic_600SemiBold.ttf",
    ),
    ("NotoSansSC-Medium.ttf", "@expo-google-fonts/noto-sans-sc", "500Medium/NotoSansSC_500Medium.ttf"),
)


def han() -> set[int]:
    """The characters of GB 2312 and the 5,401 common ones of Big5, with the punctuation and wide forms beside them."""
    found = {*range(0x20, 0x7F), 0xB7, *range(0x2010, 0x2027), *range(0x3000, 0x3020), *range(0xFF01, 0xFF5F)}
    for first in range(0xA1, 0xF8):
        for second in range(0xA1, 0xFF):
            found |= _decoded(bytes((first, second)), "gb2312")
    for first in range(0xA4, 0xC7):
        for second in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            found |= _decoded(bytes((first, second)), "big5")
    return found


def _decoded(code: bytes, charset: str) -> set[int]:
    try:
        return {ord(one) for one in code.decode(charset)}
    except UnicodeDecodeError:
        return set()


def fetch(name: str, version: str, into: Path) -> Path:
    """The unpacked package of that very version."""
    told = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"], cwd=into, check=True, capture_output=True, text=True
    )
    folder = into / name.replace("/", "-")
    with tarfile.open(into / told.stdout.split()[-1]) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def cut(source: Path, target: Path, characters: set[int] | None) -> None:
    """Without hints, and of the Han face only the characters."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting, options.notdef_outline, options.layout_features = False, True, ["*"]
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "meta"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=set(font.getBestCmap()) & (characters or set(font.getBestCmap())))
    cutter.subset(font)
    font.save(target)


def main() -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        there = {name: fetch(name, version, Path(folder)) for name, version in PACKAGES.items()}
        for name, package, source in FACES:
            cut(there[package] / source, TARGET / name, han() if "SC" in name else None)
        shutil.copyfile(there["@expo-google-fonts/noto-sans"] / "LICENSE_FONT", TARGET / "NOTO-LICENSE.txt")
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(TARGET.iterdir()) if path.name != "fonts.json"
    }  # fmt: skip
    (TARGET / "fonts.json").write_text(json.dumps({"packages": PACKAGES, "files": files}, indent=2) + "\n")
    sys.stdout.write(f"{sum(one['bytes'] for one in files.values()):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
