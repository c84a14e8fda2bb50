"""A million pledges as one CSV file, over HTTP: seconds, rows a second, and the memory of the process that writes it.

`kept bench export` takes a million rows, `--rows N` others. The rows are those of `kept bench registry`.
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _registry_rows import KEPT, children, registry, resident_mb  # noqa: E402


def run(figure: Callable, *, rows: int = 1_000_000) -> None:
    def told(metric: str, value: float, unit: str, workload: str = f"export-{rows}") -> None:
        figure(metric, value, unit, workload)

    with registry(rows, told) as env:
        subprocess.run([KEPT, "index"], env=env, check=True, stdout=subprocess.DEVNULL)
        exported(told, env)


def exported(figure: Callable, env: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen([KEPT, "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            while not answers(base + "/pledges/"):
                time.sleep(0.05)
            watch = Memory(server.pid)
            start, first_byte, lines, size = time.perf_counter(), 0.0, 0, 0
            with urllib.request.urlopen(base + "/pledges/export.csv?sort=largest", timeout=3600) as response:
                while piece := response.read(2**16):
                    first_byte = first_byte or time.perf_counter() - start
                    lines, size = lines + piece.count(b"\r\n"), size + len(piece)
            seconds = time.perf_counter() - start
            seen = watch.stop()
        finally:
            server.terminate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    figure("rows", lines - 1, "rows")
    figure("size", round(size / 2**20), "MB")
    figure("seconds", round(seconds, 1), "s")
    figure("cpu", round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1), "s")
    figure("first_byte", round(first_byte, 2), "s")
    figure("rows_per_second", round((lines - 1) / seconds), "rows/s")
    figure("memory_at_a_tenth", round(seen[len(seen) // 10], 1), "MB")
    figure("memory_most", round(max(seen), 1), "MB")


def answers(address: str) -> bool:
    with suppress(OSError):
        return urllib.request.urlopen(address, timeout=60).status == 200
    return False


class Memory:
    """Looks four times a second at the largest of a server's processes."""

    def __init__(self, server: int) -> None:
        self._server, self._seen, self._done = server, [self.now(server)], threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    @staticmethod
    def now(server: int) -> float:
        return max(map(resident_mb, children(server)))

    def _look(self) -> None:
        while not self._done.wait(0.25):
            self._seen.append(self.now(self._server))

    def stop(self) -> list[float]:
        self._done.set()
        self._thread.join()
        return self._seen
