"""`kept receive-mail`: reads one mail from its input (a mail server pipes it in) and takes it where it belongs."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kept.base import inbound

MOST = 30 * 2**20  # bytes of one mail


class Command(BaseCommand):
    help = "Takes one mail from standard input: what bounced is noted, an answer goes to its conversation."

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(MOST + 1)
        if not raw.strip():
            raise CommandError("No mail came in.")
        if len(raw) > MOST:
            raise CommandError("This mail is too large.")
        self.stdout.write(inbound.receive(raw, at=timezone.now()))
