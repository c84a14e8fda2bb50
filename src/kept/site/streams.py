"""Event streams (Server-Sent Events), served beside Django by a bare ASGI hub: thousands wait, nothing runs.

While somebody listens, the change number is looked at every half second, in one place for all listeners; a stream's
text is made anew only where it moved, and sent only where the text differs. Processes need not know of each other.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections
from django.http.request import split_domain_port, validate_host

from kept.log.queries import last_change
from kept.meetings.queries import programme_state, public_meeting
from kept.pledges import counting
from kept.registry.api import counter_document

log = logging.getLogger(__name__)

EVERY = 0.5  # seconds between two looks
ALIVE = 15.0  # seconds after which a silent stream says that it is still there
MOST = 2000  # listeners of one process
RETRY = 3000  # milliseconds after which a browser comes back

MEETING = re.compile(r"/meetings/([-\w]{1,120})/stream")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict]]
Send = Callable[[dict], Awaitable[None]]


class Broadcast:
    """One text that many read. `stamp()` is cheap and differs when the text may; `text()` makes it.

    Both run in a thread of their own, one at a time.
    """

    def __init__(self, event: str, stamp: Callable[[], Any], text: Callable[[], str]) -> None:
        self.event = event
        self._stamp, self._text = stamp, text
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"stream-{event}")
        self._seen: Any = None
        self._said: str | None = None
        self._failing = False
        self._watcher: asyncio.Task | None = None
        self.listeners: set[asyncio.Queue[bytes]] = set()
        self.current = self._message = b""

    async def join(self) -> asyncio.Queue[bytes]:
        """A new listener's box; what is so now lies in it."""
        box: asyncio.Queue[bytes] = asyncio.Queue(1)
        self.listeners.add(box)
        if self._watcher is None or self._watcher.done():
            await self._look()
            self._watcher = asyncio.create_task(self._watch())
        if self.current:
            put(box, self.current)
        return box

    def leave(self, box: asyncio.Queue[bytes]) -> None:
        self.listeners.discard(box)

    async def _watch(self) -> None:
        while self.listeners:
            await asyncio.sleep(EVERY)
            await self._look()
        self._watcher = None
        self._thread.submit(connections.close_all)

    async def _look(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._read)
        except Exception as fault:  # the database is away for a moment: listeners stay, the next look tries again
            if not self._failing:
                log.exception("The stream %s cannot be read.", self.event, exc_info=fault)
            self._failing = True
            return
        self._failing = False
        message = self._message
        if message != self.current:
            self.current = message
            for box in self.listeners:
                put(box, message)

    def _read(self) -> None:
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                text = self._text()
                if text != self._said:
                    self._message = f"id: {stamp[0]}\nevent: {self.event}\ndata: {text}\n\n".encode()
                self._seen, self._said = stamp, text
        finally:
            close_old_connections()


def put(box: asyncio.Queue[bytes], message: bytes) -> None:
    """The newest message takes the place of one that was not fetched yet: who is slow skips, nothing piles up."""
    if box.full():
        box.get_nowait()
    box.put_nowait(message)


def counter_stamp() -> tuple[int, str]:
    """The change number and the day: the counter moves with the one, and says the other."""
    return last_change(), datetime.now(UTC).date().isoformat()


def counter_text() -> str:
    """The counter as `GET /api/v1/counter` gives it."""
    return json.dumps(counter_document(counting.counter()), separators=(",", ":"))


def programme_stamp() -> tuple[int]:
    """Whatever readers see of a meeting raises the change number."""
    return (last_change(),)


def programme_text(slug: str) -> str:
    """What tells an open page of a meeting that it is behind: `queries.programme_state`."""
    return json.dumps(programme_state(slug), separators=(",", ":"))


def is_meeting(slug: str) -> bool:
    """Whether readers may know of a meeting with this address."""
    try:
        return public_meeting(slug) is not None
    finally:
        close_old_connections()


class Hub:
    """The streams by their addresses, as one ASGI application."""

    def __init__(self) -> None:
        self.streams: dict[str, Broadcast] = {
            "/api/v1/counter/stream": Broadcast("counter", counter_stamp, counter_text)
        }
        self.stopping = asyncio.Event()
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="stream-meetings")

    def serves(self, scope: Scope) -> bool:
        """Whether this address is a stream."""
        return scope["path"] in self.streams or MEETING.fullmatch(scope["path"]) is not None

    async def stream_at(self, path: str) -> Broadcast | None:
        """The stream of an address; that of a meeting is made when somebody first listens to it."""
        found = self.streams.get(path)
        if found is not None:
            return found
        named = MEETING.fullmatch(path)
        if named is None or not await asyncio.get_running_loop().run_in_executor(self._asking, is_meeting, named[1]):
            return None
        made = Broadcast("programme", programme_stamp, partial(programme_text, named[1]))
        return self.streams.setdefault(path, made)

    def listening(self) -> int:
        """How many listen now."""
        return sum(len(stream.listeners) for stream in self.streams.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            return await answer(send, 405, "Only GET.", [(b"allow", b"GET, HEAD")])
        if not host_is_ours(scope):
            return await answer(send, 400, "This host is not served here.")
        if self.listening() >= MOST:
            return await answer(send, 503, "Too many listen. Ask /api/v1/counter instead.", [(b"retry-after", b"30")])
        stream = await self.stream_at(scope["path"])
        if stream is None:
            return await answer(send, 404, "There is no such meeting.")
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache, no-transform"),
            (b"access-control-allow-origin", b"*"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "HEAD":
            return await send({"type": "http.response.body", "body": b""})
        return await self._follow(stream, receive, send)

    async def _follow(self, stream: Broadcast, receive: Receive, send: Send) -> None:
        """Send what the stream says until the reader goes, or the server does."""
        box = await stream.join()
        gone = asyncio.create_task(_gone(receive))
        stopped = asyncio.create_task(self.stopping.wait())
        try:
            await _write(send, f"retry: {RETRY}\n\n".encode())
            while not (gone.done() or stopped.done()):
                news = asyncio.create_task(box.get())
                done, _waiting = await asyncio.wait(
                    {news, gone, stopped}, timeout=ALIVE, return_when=asyncio.FIRST_COMPLETED
                )
                if news in done:
                    await _write(send, news.result())
                else:
                    news.cancel()
                    if not done:
                        await _write(send, b": still here\n\n")
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            stream.leave(box)
            gone.cancel()
            stopped.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def answer(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    """A short plain answer."""
    body = text.encode()
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": start + (headers or [])})
    await send({"type": "http.response.body", "body": body})


def host_is_ours(scope: Scope) -> bool:
    """The same question that Django asks of every page: is this a host that we answer for?"""
    named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    if settings.TRUST_FORWARDED:
        forwarded = next((value for name, value in scope["headers"] if name == b"x-forwarded-host"), b"")
        named = forwarded.decode("latin-1") or named
    domain, _port = split_domain_port(named)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
