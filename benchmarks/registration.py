"""5,000 people register for 300 seats at the same moment: `kept serve`, two workers, real sockets, 16 and 64 connections.

What everybody waits for is the click on the mail's button ("Yes, this is my address"): from then on a seat is theirs or a place
in line. Their forms are sent before. The clicks come as fast as the server answers. `walk` is the whole way of some hundred more
people on the same server: begin, three steps, send, click.

Checked afterwards, and a fault ends the run: every click was answered by a redirect, each registration is confirmed or waits,
the room has not one seat too many, nobody is lost, numbers of arrival have no gap, the first arrivals have the seats, and whoever
was answered before another clicked arrived before them.

SQLite in a folder of its own, or the database that `BENCH_DATABASE_URL` names: a fresh one. With a PostgreSQL of this machine:
`KEPT_TEST_FSYNC=on python tests/with_postgres.py sh -c 'BENCH_DATABASE_URL=$DATABASE_URL kept bench registration'`.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))

from meeting import KEPT, free_port, served

PEOPLE, SEATS, WALKS = 5_000, 300, 200
SECRET = "k" * 32  # of the token against forged requests: cookie and field say the same
PATIENCE = 60.0  # seconds until an answer counts as lost


def run(figure: Callable, *, rows: int = PEOPLE) -> None:
    for connections in (int(n) for n in os.environ.get("BENCH_CONNECTIONS", "16,64").split(",")):
        with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder:
            once(figure, rows, connections, folder)


def once(figure: Callable, people: int, connections: int, folder: str) -> None:
    """Fill, serve, click, look; then the whole walks on the same server."""
    port = free_port()
    env = os.environ | {
        "KEPT_DATA": folder, "KEPT_BASE_URL": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "kept.site.settings",
    }  # fmt: skip
    env.pop("DATABASE_URL", None)
    if named := os.environ.get("BENCH_DATABASE_URL"):
        env["DATABASE_URL"] = named
    slug, name = f"bench-{connections}", f"registration-{'postgresql' if named else 'sqlite'}-{connections}"
    subprocess.run([KEPT, "migrate", "-v0"], env=env, check=True)
    tokens = child(env, "fill", slug, people)
    command = [KEPT, "serve", "--port", str(port), "--workers", "2"]
    with served(command, env, f"http://127.0.0.1:{port}/readyz", folder):
        for _n in range(8):
            ask_once(port, "/meetings/")
        clicks = [[post(port, f"/l/{token}/", {})] for token in tokens]
        lasted, times, failed = asked(port, clicks, connections)
        moments = Path(folder, "clicks.txt")
        moments.write_text("\n".join(f"{tokens[n]} {times[n][0]:.6f} {times[n][1]:.6f}" for n in range(len(times))))
        took = sorted(end - start for start, end in times)
        figure("people", len(tokens), "people", name)
        figure("confirmed_a_second", round(len(times) / lasted, 1), "1/s", name)
        figure("p50", part(took, 0.5), "ms", name)
        figure("p95", part(took, 0.95), "ms", name)
        figure("longest", part(took, 1.0), "ms", name)
        figure("failed", failed, "requests", name)
        wrong = child(env, "look", slug, moments)
        figure("faults", len(wrong), "faults", name)
        if WALKS:
            lasted, times, failed = walked(port, slug, env, connections)
            figure("whole_walks_a_second", round(WALKS / lasted, 1), "1/s", name)
            figure("failed_in_walks", failed, "requests", name)
    if wrong or failed:
        raise SystemExit("\n".join(wrong) or "requests failed")


def part(times: list[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 1)


def child(env: dict[str, str], *words: object) -> list[str]:
    done = subprocess.run([sys.executable, __file__, *map(str, words)], env=env, stdout=subprocess.PIPE, text=True,
                          check=True)  # fmt: skip
    return done.stdout.split("\n")[:-1]


# Asking ----------------------------------------------------------------------------------------------------------------


def post(
    port: int,
    path: str,
    said: dict[str, str],
) -> bytes:
    body = urlencode({"csrfmiddlewaretoken": SECRET, **said}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\nCookie: csrftoken={SECRET}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask_once(port: int, path: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        found = b""
        while piece := one.recv(65536):
            found += piece
        return found


class Asker:
    """One connection that sends the next request as soon as the last one was answered."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.whose, self.since, self.left = bytearray(), -1, 0.0, []

    def ask(self, whose: int, requests: list) -> None:
        self.whose, self.left, self.since = whose, list(requests), time.perf_counter()
        self.next()

    def next(self) -> None:
        self.buffer.clear()
        first = self.left.pop(0)
        self.socket.sendall(first() if callable(first) else first)

    def answered(self) -> bool:
        """Take what came; True where the answer is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server hung up")
        self.buffer += piece
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.buffer[:end]).lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        return len(self.buffer) >= end + 4 + length


def asked(port: int, people: list[list], connections: int) -> tuple[float, list[tuple[float, float]], int]:
    """Everybody's requests over so many connections: seconds, (sent, answered) of each, answers that were no redirect."""
    poll, askers = select.epoll(), {}
    waiting = iter(enumerate(people))
    times: list[tuple[float, float]] = [(0.0, 0.0)] * len(people)
    start, failed, busy = time.perf_counter(), 0, 0
    for _n in range(connections):
        one = Asker(port)
        askers[one.socket.fileno()] = one
        poll.register(one.socket.fileno(), select.EPOLLIN)
        if (mine := next(waiting, None)) is not None:
            one.ask(*mine)
            busy += 1
    while busy:
        ready = poll.poll(PATIENCE)
        if not ready:
            raise SystemExit(f"{busy} requests are not answered after {PATIENCE} s")
        for number, _event in ready:
            one = askers[number]
            if not one.answered():
                continue
            if one.buffer[9:12] != b"302":
                failed += 1
                sys.stderr.write(f"{bytes(one.buffer[:12])!r}\n")
            elif one.left:
                one.next()
                continue
            times[one.whose] = (one.since, time.perf_counter())
            busy -= 1
            if (mine := next(waiting, None)) is not None:
                one.ask(*mine)
                busy += 1
    return time.perf_counter() - start, times, failed


def walked(port: int, slug: str, env: dict[str, str], connections: int) -> tuple[float, list, int]:
    """Whole walks: begin, who, part, consents, send (one after the other for each person), then everybody's click."""
    begin = [post(port, f"/meetings/{slug}/register/", {"category": "delegate", "mode": "in_person",
                                                        "email": f"walker{n}@example.org"}) for n in range(WALKS)]  # fmt: skip
    lasted, times, failed = asked(port, [[one] for one in begin], connections)
    own = child(env, "tokens", slug, "registration")
    steps = [
        ("who", {"given_name": "Ada", "family_name": "Walker", "organisation_name": "Lake Networks", "country": "CHE",
                 "entity_type": "private-sector", "version": "0", "go": "next"}),
        ("part", {"language": "en", "version": "1", "go": "next"}),
        ("consents", {"processing": "on", "version": "2", "go": "next"}),
        ("check", {"version": "3"}),
    ]  # fmt: skip
    walks = [
        [post(port, f"/meetings/registration/{token}/step/{step}/", said) for step, said in steps] for token in own
    ]
    seconds, times, bad = asked(port, walks, connections)
    lasted, failed = lasted + seconds, failed + bad
    clicks = [[post(port, f"/l/{token}/", {})] for token in child(env, "tokens", slug, "registration_address")]
    if len(clicks) != WALKS:
        raise SystemExit(f"{len(clicks)} of {WALKS} walks came to their mail")
    seconds, times, bad = asked(port, clicks, connections)
    return lasted + seconds, times, failed + bad


# In a process with Django ----------------------------------------------------------------------------------------------


def fill(slug: str, people: int) -> None:
    """A meeting with its pools and a category without approval; so many registrations that wait for their click."""
    from datetime import UTC, date, datetime, time, timedelta

    from django.db import connection

    from kept.meetings.models import Meeting, Status
    from kept.people.models import Link
    from kept.registration import actions
    from kept.registration.models import Consent, Mode, Registration, State

    at, day = datetime.now(UTC), date.today() + timedelta(days=60)
    meeting = Meeting(slug=slug, names={"en": "Annual Meeting"}, time_zone="Europe/Zurich", starts_on=day, starts=time(14),
                      status=Status.REGISTRATION_OPEN, ends_on=day, ends=time(16, 30))  # fmt: skip
    meeting.work_out_instants()
    meeting.save()
    pools = [
        actions.add_pool(meeting, {"names": {"en": "Popov Room"}, "bookable": SEATS}, by=None, at=at),
        actions.add_pool(meeting, {"names": {"en": "Online"}, "mode": Mode.REMOTE}, by=None, at=at),
    ]
    category = actions.add_category(
        meeting,
        "delegate",
        {"names": {"en": "Delegate"}, "modes": ["in_person", "remote"]},
        pools=pools,
        by=None,
        at=at,
    )
    rows = Registration.objects.bulk_create(
        [Registration(meeting=meeting, category=category, mode="in_person", state=State.SUBMITTED, submitted_at=at,
                      email=f"person{n}@example.org", given_name="Ada", family_name=f"Person {n}", country="CHE",
                      organisation_name="Lake Networks") for n in range(people)], batch_size=500)  # fmt: skip
    Consent.objects.bulk_create(
        [Consent(registration=one, kind="processing", text="…", language="en", given_at=at) for one in rows],
        batch_size=500)  # fmt: skip
    links = Link.objects.bulk_create(
        [Link(purpose="registration_address", subject=one.key, email=one.email, made_at=at, once=True,
              expires_at=at + timedelta(days=9)) for one in rows], batch_size=500)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sys.stdout.writelines(f"{link.token}\n" for link in links)


def tokens(slug: str, purpose: str) -> None:
    """The links of those who walk to this meeting, which stand in their address bar and in their mail. A database that a
    former run has filled has links of the same addresses to another meeting."""
    from kept.people.models import Link
    from kept.registration.models import Registration

    here = Registration.objects.filter(meeting__slug=slug, email__startswith="walker").values("key")
    rows = Link.objects.filter(purpose=purpose, subject__in=here, used_at=None, revoked_at=None)
    sys.stdout.writelines(f"{token}\n" for token in rows.values_list("token", flat=True))


def look(slug: str, moments: str) -> None:
    """A line for everything that is not as promised."""
    from kept.base.models import OutgoingMail
    from kept.people.models import Link
    from kept.registration.actions.seats import drifted
    from kept.registration.models import Registration, Seat, SeatState, State

    wrong = []
    rows = Registration.objects.filter(meeting__slug=slug)
    room = Seat.objects.filter(quota__meeting__slug=slug, quota__mode="in_person")
    arrived = dict(room.values_list("registration__key", "arrival"))
    held = set(room.filter(state=SeatState.HELD).values_list("arrival", flat=True))
    people = rows.count()
    if len(held) != min(SEATS, people) or max(held) != len(held):
        wrong.append(f"{len(held)} hold one of {SEATS} seats, the last of them came as number {max(held)}")
    if sorted(arrived.values()) != list(range(1, people + 1)):
        wrong.append(f"{len(arrived)} of {people} arrived, or their numbers have gaps")
    counts = {state: rows.filter(state=state).count() for state in (State.CONFIRMED, State.WAITLISTED)}
    if counts != {State.CONFIRMED: len(held), State.WAITLISTED: people - len(held)}:
        wrong.append(f"states: {counts}")
    if drifted():
        wrong.append("a pool's counts are not those of its seats")
    mails = OutgoingMail.objects.filter(subject_kind="registration", subject_id__in=rows.values("pk"))
    if mails.count() != people:
        wrong.append(f"{mails.count()} mails for {people} people")
    subjects = dict(Link.objects.filter(purpose="registration_address").values_list("token", "subject"))
    wrong += out_of_order(
        [(float(sent), float(back), arrived[subjects[token]]) for token, sent, back in
         (line.split() for line in Path(moments).read_text().split("\n"))]
    )  # fmt: skip
    sys.stdout.writelines(f"{line}\n" for line in wrong)


def out_of_order(clicks: list[tuple[float, float, int]]) -> list[str]:
    """Who clicked only after somebody else had their answer, and yet arrived before them; (sent, answered, arrival) of each."""
    ends = sorted((back, arrival) for _sent, back, arrival in clicks)
    wrong, latest, place = 0, 0, 0
    for sent, _back, arrival in sorted(clicks):
        while place < len(ends) and ends[place][0] < sent:
            latest = max(latest, ends[place][1])
            place += 1
        wrong += arrival < latest
    return [f"{wrong} arrived before somebody who had their answer already"] if wrong else []


if __name__ == "__main__" and sys.argv[1:]:
    import django

    django.setup()
    act, *words = sys.argv[1:]
    {"fill": lambda: fill(words[0], int(words[1])), "tokens": lambda: tokens(*words), "look": lambda: look(*words)}[
        act
    ]()
