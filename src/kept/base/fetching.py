"""Asking another machine over HTTP, guarded: an address that somebody entered must not reach into our own network.

The name is resolved once and that very address is connected to, again at each redirect; addresses of private, local and
reserved networks are refused (`KEPT_FETCH_PRIVATE=1` allows them: for tests, and for partners on one network). Answers
have a largest size and a last moment.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

REDIRECTS = 3
LARGEST = 2**20
SECONDS = 10.0
WITH_ANOTHER_INSIDE = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96")]


class NotFetched(OSError):
    """The other machine could not be asked, or must not be: the message says why."""


@dataclass(frozen=True)
class Fetched:
    """An answer: its status, its body (whole), its content type, and the address that gave it."""

    status: int
    body: bytes
    content_type: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def fetch(
    url: str,
    *,
    body: bytes | None = None,
    content_type: str = "text/plain; charset=utf-8",
    headers: Mapping[str, str] | None = None,
    largest: int = LARGEST,
    seconds: float = SECONDS,
) -> Fetched:
    """GET an address, or POST `body` to it. Redirects are followed for GET alone.

    Any status is an answer. Raises NotFetched for addresses that are refused, and for machines that do not answer.
    """
    until = time.monotonic() + seconds
    sent = {"User-Agent": "Kept", "Accept-Encoding": "identity", "Connection": "close", **(headers or {})}
    if body is not None:
        sent["Content-Type"] = content_type
    for _hop in range(REDIRECTS + 1):
        answer = _ask(parts_of(url), body, sent, largest, until)
        if body is not None or answer.status not in (301, 302, 303, 307, 308) or not answer.headers.get("location"):
            return answer
        url = urljoin(url, answer.headers["location"])
    raise NotFetched(f"{url}: too many redirects")


def parts_of(url: str) -> SplitResult:
    """The parts of an address that may be asked. Raises NotFetched."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotFetched(f"{url}: this is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise NotFetched(f"{url}: only http and https are asked")
    if parts.username or parts.password or any(ord(sign) < 33 for sign in url):
        raise NotFetched(f"{parts.hostname}: an address with a name, a password or white space is not asked")
    return parts


def resolved(host: str, port: int) -> tuple[int, str]:
    """(family, address) of a host. All that its name stands for must be public. Raises NotFetched."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched(f"{host}: there is no such host") from None
    addresses = [(family, str(where[0])) for family, _type, _protocol, _name, where in found]
    for _family, address in addresses:
        if not settings.FETCH_PRIVATE and not is_public(address):
            raise NotFetched(f"{host}: {address} is no public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Is this an address of the open internet? Those that hold another address inside are none."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in WITH_ANOTHER_INSIDE):
            return False
    return found.is_global and not found.is_multicast


def _ask(parts: SplitResult, body: bytes | None, headers: Mapping[str, str], largest: int, until: float) -> Fetched:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    family, address = resolved(host, port)
    connection = http.client.HTTPConnection(host, port)
    try:
        connection.sock = _connected(family, address, port, host if parts.scheme == "https" else "", until)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            "GET" if body is None else "POST", path, body=body, headers={"Host": parts.netloc, **headers}
        )
        response = connection.getresponse()
        read = b""
        while piece := response.read1(65536):
            read += piece
            if len(read) > largest:
                raise NotFetched(f"{host}: the answer is larger than {largest} bytes")
            _in_time(connection.sock, host, until)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, NotFetched):
            raise
        raise NotFetched(f"{host}: {error or type(error).__name__}") from None
    finally:
        connection.close()
    named = {name.lower(): value for name, value in response.getheaders()}
    return Fetched(response.status, read, named.get("content-type", ""), parts.geturl(), named)


def _connected(family: int, address: str, port: int, tls_name: str, until: float) -> socket.socket:
    """A socket that is connected to the address that was looked at, with TLS for `tls_name` where it is given."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        _in_time(sock, address, until)
        sock.connect((address, port))
        return ssl.create_default_context().wrap_socket(sock, server_hostname=tls_name) if tls_name else sock
    except OSError:
        sock.close()
        raise


def _in_time(sock: socket.socket | None, host: str, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise NotFetched(f"{host}: no answer in time")
    if sock is not None:
        sock.settimeout(left)
