"""`kept serve`: pages and streams on one port, with the worker beside them where asked for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from kept.site.assets import collect_if_changed

LAST_SECONDS = 3  # a process that has not stopped by then is ended
COMES_BACK_AFTER = 3.0  # seconds until a worker that died is started again


class Command(BaseCommand):
    help = "Serves pages and event streams on one port (127.0.0.1 unless --host says otherwise)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--host", default="127.0.0.1", help="address to bind; 0.0.0.0 for all")
        parser.add_argument("--workers", type=int, default=2, help="processes that serve")
        parser.add_argument("--with-worker", action="store_true", help="run the background worker, too")

    def handle(self, *, port: int, host: str, workers: int, with_worker: bool, **options: Any) -> None:
        from granian import Granian
        from granian.constants import Interfaces

        check_free(host, port)
        if settings.HASHED_STATIC:
            collect_if_changed()
        # Loaded once, before the processes part: they start at once and share the memory.
        import kept.site.asgi  # noqa: F401
        import kept.site.urls  # noqa: F401

        connections.close_all()
        server = Granian(
            "kept.site.asgi:application",
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=workers,
            respawn_failed_workers=True,
            workers_kill_timeout=LAST_SECONDS,
            log_level="warning",
            backlog=2048,
        )
        if with_worker:
            beside = WorkerBeside(server)
            server.on_startup(beside.start)
            server.on_shutdown(beside.stop)
        self.stdout.write(f"Serving http://{host}:{port}/")
        self.stdout.flush()
        server.serve()


def check_free(host: str, port: int) -> None:
    """Raises CommandError, in words, where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used ({error.strerror}). Choose another: --port 8001") from error


class WorkerBeside:
    """The background worker as a process of its own, which comes back if it dies and goes when the server goes."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.process: subprocess.Popen | None = None
        self.ending = threading.Event()

    def start(self) -> None:
        self._spawn()
        threading.Thread(target=self._watch, name="worker", daemon=True).start()

    def _spawn(self) -> None:
        words = [sys.executable, "-m", "kept.site.command", "worker", "--parent", str(os.getpid())]
        self.process = subprocess.Popen(words)

    def _watch(self) -> None:
        while not self.ending.is_set():
            assert self.process is not None
            self.process.wait()
            if self.ending.wait(COMES_BACK_AFTER) or self.server.interrupt_signal:
                return
            self._spawn()

    def stop(self) -> None:
        self.ending.set()
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
