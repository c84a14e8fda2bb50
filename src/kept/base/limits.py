"""How often somebody may do something: buckets of tokens, each process for itself, in memory.

The buckets of addresses that were quiet are forgotten.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

MOST_ADDRESSES = 20_000


@dataclass(frozen=True)
class Limit:
    """A bucket of `burst` tokens into which `a_minute` fall every minute."""

    name: str
    a_minute: float
    burst: int


@dataclass(frozen=True)
class Taken:
    """What became of one request: may it pass, how many are left, seconds until the bucket is full or holds one."""

    passes: bool
    left: int
    full_in: int
    next_in: int


class Buckets:
    """Tokens of every address, for one limit."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.clock = limit, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address: tokens, when counted
        self._lock = threading.Lock()

    def take(self, address: str) -> Taken:
        """Take a token for a request of `address`, if there is one."""
        now, rate = self.clock(), self.limit.a_minute / 60
        with self._lock:
            tokens, since = self._held.pop(address, (float(self.limit.burst), now))
            tokens = min(float(self.limit.burst), tokens + (now - since) * rate)
            passes = tokens >= 1
            tokens -= 1 if passes else 0
            self._held[address] = (tokens, now)
            while len(self._held) > MOST_ADDRESSES:
                self._held.popitem(last=False)
        full_in = math.ceil((self.limit.burst - tokens) / rate)
        return Taken(passes, int(tokens), full_in, max(1, math.ceil((1 - tokens) / rate)))

    def forget(self) -> None:
        """Begin anew (between tests)."""
        with self._lock:
            self._held.clear()


def address_of(request: HttpRequest) -> str:
    """Who asks: one IPv4 address, or one network of IPv6 (a household has a /64).

    Forwarded headers are believed only where the installation says that a proxy of its own writes them; the last
    entry is that proxy's.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_FORWARDED:
        text = request.META.get("HTTP_X_FORWARDED_FOR", text).rpartition(",")[2].strip() or text
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text[:60]
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
