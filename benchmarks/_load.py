"""Load over kept-alive connections, asked from one process without a library: requests a second and their latencies.

`python benchmarks/_load.py PORT PATH CONNECTIONS SECONDS [gzip]` prints one JSON list:
[requests a second, p50 ms, p95 ms, p99 ms, bytes of an answer, answers that were not 200].
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time


class Connection:
    """One connection: a request out, its answer in, the next one."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.buffer = bytearray()
        self.wanted = -1
        self.since = 0.0

    def ask(self) -> None:
        self.buffer.clear()
        self.wanted = -1
        self.since = time.perf_counter()
        self.socket.sendall(self.request)

    def read(self) -> bool:
        """Take what came; True where the answer is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server hung up")
        self.buffer += piece
        if self.wanted < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.buffer[:end]).lower()
            at = head.find(b"content-length:")
            if at < 0:
                raise ConnectionError(f"an answer without a length: {head[:200]!r}")
            self.wanted = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
        return len(self.buffer) >= self.wanted


def load(port: int, path: str, connections: int, seconds: float, *, gzip: bool) -> list[float]:
    """Ask as fast as the answers come."""
    accept = "Accept-Encoding: gzip\r\n" if gzip else ""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n{accept}\r\n".encode()
    poll = select.epoll()
    by_file = {}
    for _n in range(connections):
        made = Connection(port, request)
        by_file[made.socket.fileno()] = made
        poll.register(made.socket.fileno(), select.EPOLLIN)
        made.ask()
    times: list[float] = []
    bad = size = 0
    start = time.perf_counter()
    end = start + seconds
    while (now := time.perf_counter()) < end:
        for number, _event in poll.poll(end - now):
            one = by_file[number]
            if one.read():
                times.append(time.perf_counter() - one.since)
                bad += one.buffer[9:12] != b"200"
                size = len(one.buffer)
                one.ask()
    lasted = time.perf_counter() - start
    if not times:
        raise SystemExit(f"no answer within {seconds} s")
    times.sort()

    def part(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)

    return [round(len(times) / lasted, 1), part(0.5), part(0.95), part(0.99), size, bad]


if __name__ == "__main__":
    _port, _path, _connections, _seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    sys.stdout.write(json.dumps(load(_port, _path, _connections, _seconds, gzip=sys.argv[5:] == ["gzip"])) + "\n")
