"""Run the whole suite; what runs in real processes and browsers gets a second, quiet try, and that is said loudly.

`python tests/suite.py …` gives its words to pytest, in two processes. Rules, pages and queries are tried once: if one of
them fails, the suite has failed. A journey or a served house can also fail because the machine had no time for it: where
only such tests failed, and few, each is tried again in a process and a house of its own, and named.
docs/decisions/0092-a-journey-is-walked-twice-before-it-fails.md says why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTEST = [sys.executable, "-m", "pytest"]
IN_REAL_LIFE = {"journey", "slow"}  # marks of what needs a browser, or processes that are killed
FEW = 3
FAILED = 1  # pytest's exit code where tests failed, and nothing worse
FILE = "SUITE_FAILURES"


def pytest_terminal_summary(terminalreporter) -> None:
    """As a plugin of pytest (`-p tests.suite`): write down which tests failed, each after "twice" or "once"."""
    ended = terminalreporter.stats
    failed = {
        report.nodeid: "twice" if IN_REAL_LIFE & set(report.keywords) else "once"
        for name in ("failed", "error")
        for report in ended.get(name, [])
    }
    Path(os.environ[FILE]).write_text("".join(f"{tries} {test}\n" for test, tries in sorted(failed.items())))


def run(words: list[str]) -> tuple[int, list[str]]:
    """pytest's exit code, and what failed: each a line of `pytest_terminal_summary`."""
    with tempfile.NamedTemporaryFile() as file:
        command = [*PYTEST, "-n", "2", "--dist", "worksteal", "-p", "tests.suite", *words]
        ended = subprocess.run(command, cwd=ROOT, env=os.environ | {FILE: file.name})
        return ended.returncode, Path(file.name).read_text().split("\n")[:-1]


def main(words: list[str]) -> int:
    ended, lines = run(words)
    failed = [line.removeprefix("twice ") for line in lines if line.startswith("twice ")]
    if ended != FAILED or not 0 < len(lines) <= FEW or len(failed) < len(lines):
        return ended
    say(f"TRIED AGAIN, each by itself: {', '.join(failed)}")
    for test in failed:
        if again := subprocess.run([*PYTEST, test], cwd=ROOT).returncode:
            return again
    say(
        f"{len(failed)} held only when tried again. Look why: a test that does not wait, or a page that does not, is a fault."
    )
    return 0


def say(words: str) -> None:
    sys.stdout.write(f"\n!!! {words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
