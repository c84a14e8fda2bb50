"""The root application: event streams to the hub, everything else to Django as WSGI.

docs/decisions/0033-pages-and-streams-on-one-port.md says why.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from a2wsgi import WSGIMiddleware

from kept.site import metrics
from kept.site.wsgi import application as pages

from kept.site.streams import Hub, Receive, Scope, Send  # isort: skip  (after Django is set up)

PARENT_SECONDS = 1.0  # between two looks at whether the parent is there
THREADS = int(os.environ.get("KEPT_THREADS", "") or 8)


class Root:
    """Streams and pages on one port, and the server's own beginning and end."""

    def __init__(self, pages: Any, hub: Hub) -> None:
        self.pages, self.hub = pages, hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1000})
        # `X_Forwarded_For` would become the same variable as `X-Forwarded-For`: such names are nobody's honest header.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
        if self.hub.serves(scope):
            return await self.hub(scope, receive, send)

        async def body() -> Any:
            # The server's own `receive` gives a future; the bridge to WSGI takes a coroutine and nothing else.
            return await receive()

        return await self.pages(scope, body, metrics.counting(send))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                on_stop(self.hub.stopping.set)
                self.watching = asyncio.create_task(leave_with_parent())
                await send({"type": "lifespan.startup.complete"})
            else:
                self.hub.stopping.set()
                return await send({"type": "lifespan.shutdown.complete"})


async def leave_with_parent() -> None:
    """End when the process that started this one is gone, even where it could not say so (SIGKILL).

    It may be gone before this process is ready: whose child this was is known from its birth, not asked now.
    """
    begun_by = multiprocessing.parent_process()
    parent = begun_by.pid if begun_by else os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def on_stop(act: Callable[[], None]) -> None:
    """Call `act` when this process is told to stop, before the server waits for what is open.

    A stream never ends by itself, and the server tells the application only when everything has.
    """
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # The server has its own handler on the loop already; it is called after ours.
        before = getattr(loop, "_signal_handlers", {}).get(name)

        def both(before: asyncio.Handle | None = before) -> None:
            act()
            if before is not None:
                before._callback(*(before._args or ()))

        if before is not None:
            loop.add_signal_handler(name, both)


application = Root(WSGIMiddleware(pages, workers=THREADS), Hub())
