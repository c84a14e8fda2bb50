"""`kept serve` as a process: pages, streams, static files, the worker beside it; it begins and ends quickly."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser import template

pytestmark = pytest.mark.slow
KEPT = [sys.executable, "-m", "kept.site.command"]


@pytest.fixture(scope="module")
def environment(templates_folder, tmp_path_factory):
    """A migrated installation in a folder of its own."""
    folder = tmp_path_factory.mktemp("served") / "var"
    shutil.copytree(template(templates_folder, demonstration=False), folder)
    environment = os.environ | {"KEPT_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "kept.site.settings"}
    for name in ("DATABASE_URL", "KEPT_BASE_URL", "KEPT_TEST_DATA"):
        environment.pop(name, None)
    return environment


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A running server: `get(path)` gives (status, headers, body)."""

    def __init__(self, environment: dict, *, ready: bool = True) -> None:
        self.port = free_port()
        words = [*KEPT, "serve", "--port", str(self.port), "--workers", "2", "--with-worker"]
        self.process = subprocess.Popen(words, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
        for _ in range(300 if ready else 0):
            try:
                self.get("/healthz")
                break
            except OSError:
                time.sleep(0.1)

    def get(self, path: str, **headers: str) -> tuple[int, dict, bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def listen(self, path: str) -> socket.socket:
        stream = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return stream

    def children(self) -> set[int]:
        """Processes of this server that are still there."""
        found = set()
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":  # session
                found.add(int(status.parent.name))
        return found


@pytest.fixture(scope="module")
def served(environment):
    server = Served(environment)
    yield server
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


def test_pages_come_compressed_and_static_files_are_kept_for_ever(served):
    status, headers, body = served.get("/", **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")
    style = re.search(r"/static/base/tokens\.[0-9a-f]{12}\.css", gzip.decompress(body).decode())[0]
    status, headers, _body = served.get(style, **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in headers["cache-control"]


def test_the_counter_comes_as_a_stream(served):
    with served.listen("/api/v1/counter/stream") as stream:
        heard = b""
        while b"\n\n" not in heard.partition(b"data: ")[2]:
            heard += stream.recv(4096)
    assert b"text/event-stream" in heard
    assert b'"pledges":0' in heard


PUBLISH = """
import time
import django
django.setup()
from kept.people.models import Organisation
from kept.pledges.content import PledgeContent
from tests.registry.conftest import put
lead = Organisation.objects.create(name="Lake Networks", slug="lake-networks", normalised="lake networks", country="BDI")
for n in range(3):
    put([(PledgeContent(title="Fibre", lead=lead.pk, targets=("BDI",), amount="5", currency="USD"), None)])
    print(time.time())
    time.sleep(2)
"""


def test_a_publication_by_another_process_is_counted_in_every_worker_within_a_second(served, environment):
    """Eight listeners on two workers; three publications by a third process, which knows of neither.

    The quickest of the three counts: other tests may keep this machine busy.
    """
    streams = [served.listen("/api/v1/counter/stream") for _ in range(8)]
    heard: dict[tuple[int, int], float] = {}

    def listen(at: int) -> None:
        streams[at].settimeout(60)
        said = b""
        for n in (1, 2, 3):
            while f'"pledges":{n},'.encode() not in said:
                said += streams[at].recv(4096)
            heard[n, at] = time.time()

    waiting = [threading.Thread(target=listen, args=(at,), daemon=True) for at in range(8)]
    for each in waiting:
        each.start()
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", PUBLISH], env=environment, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for each in waiting:
        each.join(10)
    for stream in streams:
        stream.close()
    published = [float(line) for line in done.stdout.split()]
    late = [max(heard[n, at] for at in range(8)) - moment for n, moment in enumerate(published, 1)]
    assert min(late) < 1.0, late
    assert b'"pledges":3' in served.get("/api/v1/counter")[2]


def test_health_readiness_and_figures_of_all_processes_together(served):
    assert served.get("/readyz")[0] == 200
    for _ in range(6):
        served.get("/healthz")
    text = served.get("/metrics")[2].decode()
    assert int(re.search(r'kept_requests_total\{status="2xx"\} (\d+)', text)[1]) >= 7


def test_a_header_with_an_underscore_is_nobodys_honest_header(served):
    assert served.get("/metrics", X_Forwarded_For="192.0.2.7")[0] == 200


def test_a_port_that_is_taken_is_said_in_words(served, environment):
    words = [*KEPT, "serve", "--port", str(served.port)]
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "Choose another" in ended.stderr


@pytest.mark.parametrize("whom", ["the whole group", "the first process"])
def test_it_ends_within_seconds_while_streams_are_open_and_leaves_nothing_behind(environment, whom):
    server = Served(environment)
    with server.listen("/api/v1/counter/stream") as stream:
        stream.recv(100)
        begun = time.monotonic()
        if whom == "the whole group":
            os.killpg(server.process.pid, signal.SIGTERM)
        else:
            server.process.terminate()
        assert server.process.wait(10) == 0
        assert time.monotonic() - begun < 5
    assert server.children() == set()


@pytest.mark.parametrize("when", ["serving", "starting"])
def test_when_the_first_process_is_killed_the_others_go_too(environment, when):
    server = Served(environment, ready=when == "serving")
    while when == "starting" and len(server.children()) < 4:  # itself, two that serve, the worker: born, not ready
        time.sleep(0.01)
    server.process.kill()
    server.process.wait()
    for _ in range(400):
        if not server.children():
            return
        time.sleep(0.1)
    os.killpg(server.process.pid, signal.SIGKILL)
    raise AssertionError("processes were left behind")
