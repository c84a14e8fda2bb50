"""A mail server of a few lines, real enough to be spoken to by smtplib: it keeps what it takes, or misbehaves."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class Session(socketserver.StreamRequestHandler):
    """One connection. `server.behave` says what it does: see `MailServer`."""

    def handle(self) -> None:
        self.say("220 tests.example ESMTP")
        while line := self.rfile.readline():
            words = line.decode("latin-1").strip()
            verb = words[:4].upper()
            if verb in {"EHLO", "HELO"}:
                self.say("250 tests.example")
            elif verb == "MAIL":
                self.say("250 ok")
            elif verb == "RCPT":
                refused = self.server.refuse.get(words.partition("<")[2].partition(">")[0])
                self.say(refused or "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                self.take()
                if self.server.hangs_up:
                    return  # took it, and never said so
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        with self.server.lock:
            self.server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class MailServer(socketserver.ThreadingTCPServer):
    """`taken` are the mails it has; `refuse` {address: answer}; `hangs_up`: closes after a mail without an answer."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.hangs_up = False
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return self.server_address[1]
