"""What was served, counted by all processes of one server together: shared memory, made before they part."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Awaitable, Callable

CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
# Answers by class of status, then the microseconds they took.
_counts = multiprocessing.Array("Q", len(CLASSES) + 1)

Send = Callable[[dict], Awaitable[None]]


def note(status: int, seconds: float) -> None:
    """Count one answer."""
    with _counts.get_lock():
        _counts[min(max(status // 100, 1), 5) - 1] += 1
        _counts[len(CLASSES)] += int(seconds * 1_000_000)


def counted() -> tuple[dict[str, int], float]:
    """({class of status: answers}, seconds that all answers took together)."""
    with _counts.get_lock():
        values = list(_counts)
    return dict(zip(CLASSES, values, strict=False)), values[-1] / 1_000_000


def counting(send: Send) -> Send:
    """An ASGI `send` that counts the answer when it is complete."""
    begun, status = time.perf_counter(), 500

    async def counted_send(message: dict) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            note(status, time.perf_counter() - begun)
        await send(message)

    return counted_send
