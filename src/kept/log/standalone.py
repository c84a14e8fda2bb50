"""The verifier as one file that needs nothing but Python: made of the very modules that Kept uses.

So there is no second verifier that could differ from the first; only the imports between them fall away.
"""

from __future__ import annotations

import re
from pathlib import Path

PARTS = ("canonical", "merkle", "ed25519", "notes", "cosignatures", "figures", "verify", "exported")
BEGINNING = '''#!/usr/bin/env python3
"""Checks an exported copy of a Kept registry's log, or the receipt of one pledge. Needs Python 3.11 or newer.

    python3 verify.py [--key KEY] [--witness KEY] [--checkpoint OLDER] [--figure DAY@SIZE] FILE

Without --key it believes the key in the export: compare the key that it prints with one that you know.
A checkpoint that you kept yourself is the best proof: nobody can change what it covers unseen. The next best
is a witness that you trust: with --witness its co-signature has to be there.
"""

from __future__ import annotations
'''
INSIDE = re.compile(r"^from kept\.log\.\w+ import (?:\([^)]*\)|[^\n]*)\n", re.MULTILINE)


def source() -> str:
    """The file's text."""
    parts = [BEGINNING]
    for name in PARTS:
        text = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        text = text.replace("from __future__ import annotations\n", "")
        parts.append(f"# ---- {name} ----\n\n" + INSIDE.sub("", text).strip() + "\n")
    parts.append('if __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))\n')
    return "\n\n".join(parts)
