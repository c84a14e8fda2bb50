"""The hour before a meeting: 350 people checked in by three phones over HTTP, then 400 who come in online; two workers.

Three phones, each a connection of its own, send one person after the other as `door.js` does (turn, allowance, news), as
fast as the answers come. Every tenth request is sent again, as after a lost answer; at every tenth person a badge is shown
that another phone has; ten people were let in without a network and are told late, the last first, twice. Then everybody
who is online presses "Come in" on the page of their link, over 16 connections.

Checked afterwards, and a fault ends the run: nobody is lost, nobody counted twice, every request was answered, the phones
and the database say the same number, each of those online has one presence that goes on.

SQLite in a folder of its own, or the fresh database that `BENCH_DATABASE_URL` names.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from meeting import KEPT, free_port, served

from registration import ask_once, asked, part, post

PEOPLE, PHONES, AWAY, SPARE = 350, 3, 10, 100
ONLINE, CONNECTIONS = 400, 16
SLUG = "bench-admission"


def run(figure: Callable, *, rows: int = PEOPLE) -> None:
    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder:
        once(figure, rows, folder)


def once(figure: Callable, people: int, folder: str) -> None:
    """Fill, serve, let in, join, look."""
    port = free_port()
    env = os.environ | {
        "KEPT_DATA": folder, "KEPT_BASE_URL": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "kept.site.settings",
    }  # fmt: skip
    env.pop("DATABASE_URL", None)
    if named := os.environ.get("BENCH_DATABASE_URL"):
        env["DATABASE_URL"] = named
    name = f"admission-{'postgresql' if named else 'sqlite'}"
    subprocess.run([KEPT, "migrate", "-v0"], env=env, check=True)
    made = json.loads(child(env, "fill", people))
    command = [KEPT, "serve", "--port", str(port), "--workers", "2"]
    with served(command, env, f"http://127.0.0.1:{port}/readyz", folder):
        for _n in range(8):
            ask_once(port, "/meetings/")
        phones = [Phone(port, token) for token in made["tokens"]]
        lasted = all_at_once(phones, made["people"])
        told(figure, f"{name}-check-in", len(made["people"]), lasted, [one for phone in phones for one in phone.times])
        figure("requests", sum(len(phone.times) for phone in phones), "requests", f"{name}-check-in")
        figure("longest_list", part([phone.listed for phone in phones], 1.0), "ms", f"{name}-check-in")
        ask_once(port, f"/meetings/registration/{made['links'][0]}/join/")
        joins = [[post(port, f"/meetings/registration/{link}/join/", {})] for link in made["links"]]
        lasted, times, failed = asked(port, joins, CONNECTIONS)
        told(figure, f"{name}-join", len(joins), lasted, [end - start for start, end in times])
        figure("failed", failed + sum(phone.failed for phone in phones), "requests", name)
        wrong = json.loads(child(env, "look", people))
        counts = {phone.say(None)["inside"] for phone in phones}
        if counts != {people}:
            wrong.append(f"the phones say that {sorted(counts)} are in, not {people}")
        figure("faults", len(wrong), "faults", name)
    if wrong or failed:
        raise SystemExit("\n".join(wrong) or "requests failed")


def told(figure: Callable, name: str, done: int, lasted: float, times: list[float]) -> None:
    took = sorted(times)
    figure("done", done, "people", name)
    figure("seconds", round(lasted, 2), "s", name)
    figure("a_second", round(done / lasted, 1), "1/s", name)
    for metric, share in (("p50", 0.5), ("p95", 0.95), ("longest", 1.0)):
        figure(metric, part(took, share), "ms", name)


def child(env: dict[str, str], *words: object) -> str:
    done = subprocess.run([sys.executable, __file__, *map(str, words)], env=env, stdout=subprocess.PIPE, text=True,
                          check=True)  # fmt: skip
    return done.stdout


class Phone:
    """One phone with its connection, its turn and its allowance, as door.js keeps them."""

    def __init__(self, port: int, token: str) -> None:
        self.line, self.token = http.client.HTTPConnection("127.0.0.1", port, timeout=60), token
        self.turn = self.may = self.latest = self.failed = 0
        self.times: list[float] = []
        start = time.perf_counter()
        self.known = self.ask("GET", "/check-in/phone/list")["now"]
        self.listed, self.times = time.perf_counter() - start, []

    def ask(self, method: str, path: str, said: dict | None = None) -> dict:
        start = time.perf_counter()
        self.line.request(method, path, json.dumps(said) if said else None, {"Authorization": f"Bearer {self.token}"})
        answer = self.line.getresponse()
        body = answer.read()
        self.times.append(time.perf_counter() - start)
        if answer.status != 200:
            self.failed += 1
            raise SystemExit(f"{path} answers {answer.status}: {body[:300]!r}")
        return json.loads(body)

    def say(self, asks: dict | None, alone: list[dict] | None = None, *, again: bool = False) -> dict:
        """One request of the phone; `again`: the same once more, as after an answer that was lost."""
        self.turn += 1
        self.may = max(0, self.may - 1) if asks else self.may
        heard = [*(alone or []), *([asks] if asks else [])]
        said = {"turn": self.turn, "holding": self.may, "known": self.known, "latest": self.latest, "heard": heard}
        for _n in range(2 if again else 1):
            answer = self.ask("POST", "/check-in/phone/sync", said)
        self.known, self.latest, self.may = answer["now"], answer["latest"], answer["allowance"]
        return answer


def fact(who: str, nonce: str, **more: object) -> dict:
    return {"nonce": nonce, "who": who, "at": datetime.now(UTC).isoformat(), "entry": True, **more}


def all_at_once(phones: list[Phone], people: list[str]) -> float:
    """Everybody past three phones at the same time; seconds. A thread that fails ends the run."""
    away, present = people[:AWAY], people[AWAY:]
    faults: list[BaseException] = []

    def stand(number: int) -> None:
        try:
            phone = phones[number]
            if number == 0:  # was away: what it did alone comes late, the last first
                phone.say(None)
                phone.say(None, [fact(who, f"away-{n}", alone=True) for n, who in enumerate(away)][::-1], again=True)
            for n, who in enumerate(present[number :: len(phones)]):
                answer = phone.say(fact(who, f"{number}-{n}"), again=n % 10 == 0)
                if answer["results"][-1]["outcome"] not in ("admitted", "double"):
                    raise RuntimeError(f"{answer['results'][-1]} at {answer['inside']} of {answer['limit']}")
                if n % 10 == 5:  # the same badge at another phone's door
                    phone.say(fact(present[(number + 1) % len(phones)], f"{number}-{n}-twice"))
        except BaseException as fault:  # noqa: BLE001  (told by the thread that waits)
            faults.append(fault)

    start = time.perf_counter()
    threads = [threading.Thread(target=stand, args=(n,)) for n in range(len(phones))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if faults:
        raise SystemExit(f"a phone failed: {faults[0]}")
    return time.perf_counter() - start


# In a process with Django ----------------------------------------------------------------------------------------------


def fill(people: int) -> None:
    """A meeting that begins now, with people confirmed for the room and online, their links, and phones at the entrance."""
    from datetime import timedelta

    from kept.meetings.models import Meeting, Status
    from kept.people.models import Link, Person
    from kept.registration import actions
    from kept.registration.codes import fingerprint
    from kept.registration.models import Category, Mode, Registration, State

    at = datetime.now(UTC)
    ends = at + timedelta(hours=3)
    meeting = Meeting(slug=SLUG, names={"en": "Annual Meeting"}, time_zone="UTC", status=Status.ANNOUNCED,
                      starts_on=at.date(), starts=at.time().replace(second=0, microsecond=0), ends_on=ends.date(),
                      ends=ends.time().replace(second=0, microsecond=0))  # fmt: skip
    meeting.work_out_instants()
    meeting.save()
    actions.add_pool(
        meeting, {"names": {"en": "Popov Room"}, "bookable": people, "fire_limit": people + SPARE}, by=None, at=at
    )
    category = Category.objects.create(meeting=meeting, code="delegate", names={"en": "Delegate"},
                                       modes=["in_person", "remote"])  # fmt: skip
    rows = Registration.objects.bulk_create([
        Registration(meeting=meeting, category=category, state=State.CONFIRMED, country="CHE", given_name="Ada",
                     mode=Mode.IN_PERSON if n < people else Mode.REMOTE, family_name=f"Person {n}",
                     email=f"person{n}@example.org", organisation_name="Lake Networks", confirmed_at=at)
        for n in range(people + ONLINE)
    ], batch_size=500)  # fmt: skip
    entrance = actions.set_up_doors(meeting, by=None, at=at)
    officer = Person.objects.create(email="officer@example.org", is_staff=True, is_superuser=True)
    tokens = [actions.add_device(entrance.gates.get(), f"Phone {n}", by=officer, at=at)[1] for n in range(PHONES)]
    links = Link.objects.bulk_create([
        Link(purpose="registration", subject=one.key, email=one.email, made_at=at, expires_at=at + timedelta(days=9))
        for one in rows[people:]
    ], batch_size=500)  # fmt: skip
    sys.stdout.write(json.dumps({
        "tokens": tokens, "people": [fingerprint(one.key) for one in rows[:people]],
        "links": [link.token for link in links],
    }))  # fmt: skip


def look(people: int) -> None:
    """A line for everything that is not as promised."""
    from kept.registration import guests
    from kept.registration.admission import fold
    from kept.registration.models import CheckIn, CheckInList, Presence, Registration, State

    wrong = []
    entrance = CheckInList.objects.get(meeting__slug=SLUG)
    presences = fold(guests.passages(entrance))
    inside = sum(one.inside for one in presences.values())
    if inside != people or entrance.fire_limit != people + SPARE:
        wrong.append(f"{inside} of {people} are in, {entrance.fire_limit} may be")
    if any(len(one.spells) != 1 for one in presences.values()):
        wrong.append("somebody came in more than once")
    rows = CheckIn.objects.filter(list=entrance)
    if rows.count() != len(set(rows.values_list("nonce", flat=True))):
        wrong.append("a check-in was written twice")
    attended = Registration.objects.filter(meeting__slug=SLUG, state=State.ATTENDED).count()
    if attended != people:
        wrong.append(f"{attended} of {people} have attended")
    present = Presence.objects.filter(registration__meeting__slug=SLUG, ended_at=None)
    if present.count() != ONLINE or present.values("registration").distinct().count() != ONLINE:
        wrong.append(f"{present.count()} of {ONLINE} are online")
    sys.stdout.write(json.dumps(wrong))


if __name__ == "__main__" and sys.argv[1:]:
    import django

    django.setup()
    {"fill": fill, "look": look}[sys.argv[1]](int(sys.argv[2]))
