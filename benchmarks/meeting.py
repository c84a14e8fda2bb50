"""Programme pages of a meeting of 60 sessions on two days: requests a second from `kept serve`, two workers, 16 connections.

Served in a folder of its own, over real sockets, asked by `_load.py` from the same machine: what the loader takes of the two
cores, the server does not have. Pages come out of memory, as they do for readers; a change drops them (`metric` says when
the first page after one is made).

Beside it, in the same run, pretalx with as many sessions: name a virtual environment that has pretalx and gunicorn in
`BENCH_PRETALX` (`python -m venv V; V/bin/pip install pretalx==2025.2.2 gunicorn`). Two gunicorn processes, its own defaults,
SQLite, DEBUG off.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

KEPT = Path(sys.executable).parent / "kept"
HERE = Path(__file__).parent
CONNECTIONS, SECONDS, WARM = 16, 10.0, 2.0
SESSIONS, DAYS = 60, 2


def run(figure: Callable, *, rows: int = SESSIONS) -> None:
    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder:
        kept(figure, rows, folder)
    if environment := os.environ.get("BENCH_PRETALX"):
        with tempfile.TemporaryDirectory(prefix="pretalx-bench-") as folder:
            pretalx(figure, rows, folder, Path(environment))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def served(command: list, env: dict[str, str], ready: str, folder: str) -> Iterator[None]:
    """A server that answers `ready`; stopped at the end, with its children."""
    with subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          start_new_session=True) as process:  # fmt: skip
        try:
            for _n in range(240):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(ready, timeout=2).close()
                    break
                time.sleep(0.5)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def asked(port: int, path: str, *, seconds: float, gzip: bool = False) -> list[float]:
    command = [sys.executable, HERE / "_load.py", str(port), path, str(CONNECTIONS), str(seconds)]
    done = subprocess.run([*command, *(["gzip"] if gzip else [])], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def measured(figure: Callable, workload: str, port: int, path: str, *, gzip: bool = False) -> None:
    """Warm, then ask; what was measured."""
    for _n in range(4):  # both workers have it in memory, in all likelihood
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").close()
    asked(port, path, seconds=WARM, gzip=gzip)
    a_second, p50, p95, p99, size, bad = asked(port, path, seconds=SECONDS, gzip=gzip)
    for metric, value, unit in (
        ("requests_a_second", a_second, "1/s"), ("p50", p50, "ms"), ("p95", p95, "ms"), ("p99", p99, "ms"),
        ("answer", round(size / 1024, 1), "KB"), ("not_200", bad, "answers"),
    ):  # fmt: skip
        figure(metric, value, unit, workload)


# Kept -----------------------------------------------------------------------------------------------------------


def kept(figure: Callable, sessions: int, folder: str) -> None:
    port = free_port()
    env = os.environ | {"KEPT_DATA": folder, "KEPT_BASE_URL": f"http://127.0.0.1:{port}",
                        "DJANGO_SETTINGS_MODULE": "kept.site.settings"}  # fmt: skip
    env.pop("DATABASE_URL", None)
    subprocess.run([KEPT, "migrate", "-v0"], env=env, check=True)
    subprocess.run([sys.executable, __file__, "fill", str(sessions)], env=env, check=True)
    command = [KEPT, "serve", "--port", str(port), "--workers", "2"]
    with served(command, env, f"http://127.0.0.1:{port}/readyz", folder):
        for name, path in (
            ("list", "/meetings/bench/programme/"), ("grid", "/meetings/bench/programme/?view=grid"),
            ("own-time", "/meetings/bench/programme/?tz=Asia/Kathmandu"), ("calendar", "/meetings/bench/programme.ics"),
        ):  # fmt: skip
            measured(figure, f"kept-{name}", port, path)
        measured(figure, "kept-list-gzip", port, "/meetings/bench/programme/", gzip=True)
        figure("first_view", first_view(port, "/meetings/bench/programme/"), "KB", "kept-list")
        start = time.perf_counter()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/meetings/bench/programme/?view=rooms").read()
        figure("page_made_anew", round((time.perf_counter() - start) * 1000, 1), "ms", "kept-rooms")


def first_view(port: int, path: str) -> float:
    """What a browser takes at a first visit: the page, style sheets, scripts, faces that the page names; KB over the wire."""
    seen: set[str] = set()

    def take(address: str) -> bytes:
        seen.add(address)
        request = urllib.request.Request(f"http://127.0.0.1:{port}{address}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
            sizes.append(len(body) + len(str(answer.headers)))
            if answer.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            return body

    sizes: list[int] = []
    page = take(path).decode()
    for address in re.findall(r'(?:<script src|<link rel="stylesheet" href|<link rel="preload" href)="([^"]+)"', page):
        if address not in seen:
            take(address)
    return round(sum(sizes) / 1024, 1)


def fill(sessions: int) -> None:
    """A meeting of two days in two rooms, each session with two people, by the room's own actions."""
    import django

    django.setup()
    from datetime import UTC, date, datetime, timedelta
    from datetime import time as hour

    from kept.meetings import actions
    from kept.meetings.models import Room

    at = datetime.now(UTC)
    first = date(at.year + 1, 5, 11)
    meeting = actions.create_meeting(
        "bench",
        {"names": {"en": "Annual Meeting"}, "cities": {"en": "Geneva"}, "time_zone": "Europe/Zurich", "starts_on": first,
         "ends_on": first + timedelta(days=DAYS - 1), "starts": hour(9), "ends": hour(18)},
        by=None, at=at,
    )  # fmt: skip
    rooms = [
        Room.objects.create(meeting=meeting, names={"en": name}, position=n) for n, name in enumerate(("One", "Two"))
    ]
    people = [actions.add_profile({"name": f"Speaker {n}"}, by=None, at=at, released=True) for n in range(sessions)]
    for n in range(sessions):
        day, place = divmod(n, -(-sessions // DAYS))
        start = hour(9 + place // 4, 30 * (place // 2 % 2))
        session = actions.add_session(
            meeting,
            {"kind": "panel", "titles": {"en": f"Session {n}: connecting the unconnected"}, "languages": ["en"],
             "interpretation": ["fr", "es", "ar"], "captions": ["en"],
             "abstracts": {"en": "What was promised, what was kept, and what comes next for those who wait. " * 2}},
            by=None, at=at,
        )  # fmt: skip
        actions.place(
            session, room=rooms[n % 2], day=first + timedelta(days=day), start=start, minutes=30, by=None, at=at
        )
        for person in (people[n], people[(n + sessions // 2) % sessions]):
            actions.confirm_role(actions.give_role(session, person, "panellist", by=None, at=at), by=None, at=at)
    actions.announce_meeting(meeting, by=None, at=at)
    actions.release(meeting, {}, by=None, at=at)


# pretalx ---------------------------------------------------------------------------------------------------------

PRETALX_FILL = """
import datetime as dt, random
from django_scopes import scope, scopes_disabled
from django.core.management import call_command
from pretalx.event.models import Event
from pretalx.event.utils import create_organiser_with_team
from pretalx.person.models import SpeakerProfile, User
from pretalx.schedule.models import Room, TalkSlot
from pretalx.submission.models import Submission
with scopes_disabled():
    organiser = create_organiser_with_team(name="Bench", slug="bench", users=[])[0]
    day = dt.date(dt.date.today().year + 1, 5, 11)
    event = Event.objects.create(name="Annual Meeting", slug="bench", organiser=organiser, is_public=True,
        email="bench@example.org", date_from=day, date_to=day + dt.timedelta(days=1), timezone="Europe/Zurich",
        locale_array="en", content_locale_array="en")
    event.build_initial_data()
with scope(event=event):
    rooms = [Room.objects.create(event=event, name=name) for name in ("One", "Two")]
    tz = event.tz
    for n in range(SESSIONS):
        person = User.objects.create_user(email=f"s{n}@example.org", name=f"Speaker {n}", password=None)
        SpeakerProfile.objects.create(user=person, event=event, biography="Speaks.")
        talk = Submission.objects.create(event=event, title=f"Session {n}: connecting the unconnected", state="submitted",
            submission_type=event.cfp.default_type, content_locale="en",
            abstract="What was promised, what was kept, and what comes next for those who wait. " * 2)
        talk.speakers.add(person)
        talk.accept(force=True)
        talk.confirm(force=True)
        slot = talk.slots.filter(schedule=event.wip_schedule).first()
        d, place = divmod(n, -(-SESSIONS // 2))
        slot.room = rooms[n % 2]
        slot.start = dt.datetime.combine(day + dt.timedelta(days=d), dt.time(9 + place // 4, 30 * (place // 2 % 2)), tzinfo=tz)
        slot.end = slot.start + dt.timedelta(minutes=30)
        slot.save()
    event.wip_schedule.freeze("1", notify_speakers=False)
"""


def pretalx(figure: Callable, sessions: int, folder: str, environment: Path) -> None:
    port = free_port()
    Path(folder, "pretalx.cfg").write_text(
        f"[filesystem]\ndata={folder}/data\nlogs={folder}/logs\nmedia={folder}/media\n"
        f"[site]\ndebug=False\nurl=http://127.0.0.1:{port}\nsecret={'x' * 50}\n"
        f"[database]\nbackend=sqlite3\nname={folder}/db.sqlite3\n[mail]\nfrom=bench@example.org\n"
    )
    python = environment / "bin" / "python"
    env = {**os.environ, "PRETALX_CONFIG_FILE": f"{folder}/pretalx.cfg", "DJANGO_SETTINGS_MODULE": "pretalx.settings"}
    for name in ("DATABASE_URL", "KEPT_DATA"):
        env.pop(name, None)

    def step(*words: str) -> None:
        done = subprocess.run([python, "-m", "pretalx", *words], env=env, cwd=folder, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(f"pretalx {words[0]}: {done.stderr[-800:]}")

    step("migrate", "-v0")
    step("collectstatic", "--noinput", "-v0")
    script = Path(folder, "fill.py")
    script.write_text("import django\n\ndjango.setup()\n" + PRETALX_FILL.replace("SESSIONS", str(sessions)))
    done = subprocess.run([python, script], env=env, cwd=folder, text=True, capture_output=True)
    if done.returncode:
        raise SystemExit(f"pretalx: {done.stderr[-800:]}")
    command = [environment / "bin" / "gunicorn", "pretalx.wsgi", "-w", "2", "-b", f"127.0.0.1:{port}", "--keep-alive", "60",
               "--worker-class", "gthread", "--threads", "8"]  # fmt: skip
    with served(command, env, f"http://127.0.0.1:{port}/bench/schedule/", folder):
        measured(figure, "pretalx-schedule", port, "/bench/schedule/")


if __name__ == "__main__" and sys.argv[1:2] == ["fill"]:
    fill(int(sys.argv[2]))
