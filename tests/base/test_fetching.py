"""Other machines are asked at the address that was looked at, and never inside a private network."""

from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kept.base import fetching
from kept.base.fetching import NotFetched, fetch, is_public


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/there")
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
        else:
            self.send_response(200)
        body = b"x" * 5000 if self.path == "/large" else self.path.encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path == "/slow":
            time.sleep(1.5)
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_words) -> None:
        pass


@pytest.fixture(scope="module")
def server():
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def private(settings):
    settings.FETCH_PRIVATE = True


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:a00:1::", "::7f00:1", "2001:0:a00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_our_own_networks_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address)


def test_a_private_address_is_refused_unless_a_setting_allows_it(server, settings):
    with pytest.raises(NotFetched, match="127.0.0.1 is no public address"):
        fetch(server)
    settings.FETCH_PRIVATE = True
    assert fetch(f"{server}/there?x=1").text == "/there?x=1"
    assert fetch(server, body=b"abc").text == "cba"


def test_a_redirect_is_looked_at_again(server, private, settings, monkeypatch):
    assert fetch(f"{server}/away").text == "/there"
    with pytest.raises(NotFetched, match="too many redirects"):
        fetch(f"{server}/round")
    asked = []
    monkeypatch.setattr(fetching, "is_public", lambda address: not asked.append(address) and len(asked) == 1)
    settings.FETCH_PRIVATE = False
    with pytest.raises(NotFetched, match="no public address"):
        fetch(f"{server}/away")
    assert len(asked) == 2


def test_a_name_is_resolved_once_and_that_address_is_connected_to(server, monkeypatch):
    """Whoever answers a public address first and a private one then (DNS rebinding) gains nothing."""
    answers = iter([[(socket.AF_INET, 1, 6, "", ("127.0.0.1", 0))]])
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_a, **_k: next(answers))
    monkeypatch.setattr(fetching, "is_public", lambda address: True)
    port = server.rpartition(":")[2]
    assert fetch(f"http://rebinding.example:{port}/once").text == "/once"


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", ("1.1.1.1", 80)), (socket.AF_INET, 1, 6, "", ("10.0.0.7", 80))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(NotFetched, match="10.0.0.7 is no public address"):
        fetch("http://two.example/")


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "file:///etc/passwd", "http://", "http://a:b@c.example/", "http://a.example:99999/",
            "http://a.example/ x", "gopher://x", "", "http://a.example/\r\nX: y", "http://[::1"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(NotFetched):
        fetch(url)


def test_answers_have_an_end_in_size_and_in_time(server, private):
    with pytest.raises(NotFetched, match="larger than 100 bytes"):
        fetch(f"{server}/large", largest=100)
    with pytest.raises(NotFetched, match="timed out|in time"):
        fetch(f"{server}/slow", seconds=0.3)


def test_a_machine_that_is_not_there_is_said(private):
    with pytest.raises(NotFetched):
        fetch("http://127.0.0.1:1/")
    with pytest.raises(NotFetched, match="there is no such host"):
        fetch("http://nobody.invalid/")
