"""Event streams: what is so comes at once, changes follow, nobody piles up, everybody is told when it ends."""

from __future__ import annotations

import asyncio
import json

import pytest

from kept.meetings import actions
from kept.site import streams
from kept.site.streams import Broadcast, Hub
from tests.meetings import making


class Reader:
    """Somebody who listens: `heard` is what came, `leave()` closes the connection."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.status = 0
        self.gone = asyncio.Event()

    async def receive(self) -> dict:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.heard.append(message.get("body", b""))

    def text(self) -> str:
        return b"".join(self.heard).decode()


class Source:
    """A text that the test changes."""

    def __init__(self) -> None:
        self.number, self.text, self.read = 1, "one", 0

    def stamp(self) -> tuple[int, str]:
        return self.number, "today"

    def make(self) -> str:
        self.read += 1
        return self.text


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(streams, "EVERY", 0.01)
    source = Source()
    made = Hub()
    made.streams = {"/stream": Broadcast("counter", source.stamp, source.make)}
    made.source = source
    return made


def scope(host: str = "127.0.0.1", method: str = "GET") -> dict:
    return {"type": "http", "path": "/stream", "method": method, "headers": [(b"host", host.encode())]}


async def until(condition) -> None:
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def test_the_present_comes_at_once_and_changes_follow_to_everybody(hub):
    async def play():
        readers = [Reader() for _ in range(50)]
        tasks = [asyncio.create_task(hub(scope(), each.receive, each.send)) for each in readers]
        await until(lambda: all("data: one" in each.text() for each in readers))
        hub.source.number, hub.source.text = 2, "two"
        await until(lambda: all("id: 2\nevent: counter\ndata: two\n\n" in each.text() for each in readers))
        for each in readers:
            each.gone.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 2)
        assert hub.listening() == 0
        assert hub.source.read == 2  # made once for all of them

    asyncio.run(play())


def test_a_change_that_leaves_the_text_as_it_was_is_not_sent(hub):
    async def play():
        reader = Reader()
        task = asyncio.create_task(hub(scope(), reader.receive, reader.send))
        await until(lambda: "data: one" in reader.text())
        before = hub.source.read
        hub.streams["/stream"]._message = hub.streams["/stream"].current
        hub.source.number = 1
        await asyncio.sleep(0.05)
        assert reader.text().count("data:") == 1
        assert hub.source.read == before
        reader.gone.set()
        await asyncio.wait_for(task, 2)

    asyncio.run(play())


def test_a_silent_stream_says_that_it_is_there(hub, monkeypatch):
    monkeypatch.setattr(streams, "ALIVE", 0.02)

    async def play():
        reader = Reader()
        task = asyncio.create_task(hub(scope(), reader.receive, reader.send))
        await until(lambda: ": still here" in reader.text())
        reader.gone.set()
        await asyncio.wait_for(task, 2)

    asyncio.run(play())


def test_when_the_server_stops_every_stream_ends(hub):
    async def play():
        reader = Reader()
        task = asyncio.create_task(hub(scope(), reader.receive, reader.send))
        await until(lambda: reader.text())
        hub.stopping.set()
        await asyncio.wait_for(task, 1)
        assert reader.heard[-1] == b""

    asyncio.run(play())


def test_a_database_that_is_away_for_a_moment_ends_no_stream(hub, monkeypatch):
    async def play():
        reader = Reader()
        task = asyncio.create_task(hub(scope(), reader.receive, reader.send))
        await until(lambda: "data: one" in reader.text())
        monkeypatch.setattr(hub.streams["/stream"], "_stamp", lambda: 1 / 0)
        await asyncio.sleep(0.05)
        hub.source.number, hub.source.text = 2, "two"
        monkeypatch.setattr(hub.streams["/stream"], "_stamp", hub.source.stamp)
        await until(lambda: "data: two" in reader.text())
        reader.gone.set()
        await asyncio.wait_for(task, 2)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("asked", "status"), [({"host": "evil.example"}, 400), ({"method": "POST"}, 405), ({"method": "HEAD"}, 200)]
)
def test_others_are_answered_and_let_go(hub, asked, status):
    async def play():
        reader = Reader()
        await asyncio.wait_for(hub(scope(**asked), reader.receive, reader.send), 1)
        assert reader.status == status

    asyncio.run(play())


def test_too_many_are_told_where_to_ask_instead(hub, monkeypatch):
    monkeypatch.setattr(streams, "MOST", 0)

    async def play():
        reader = Reader()
        await hub(scope(), reader.receive, reader.send)
        assert (reader.status, "/api/v1/counter" in reader.text()) == (503, True)

    asyncio.run(play())


@pytest.mark.django_db
def test_a_meetings_stream_says_what_visitors_see_and_a_drafts_is_not_there(secretary, monkeypatch):
    monkeypatch.setattr(streams, "close_old_connections", lambda: None)
    person = secretary
    meeting = making.meeting(by=person)
    making.session(meeting, "Opening", "14:00", by=person)
    draft = making.meeting("a-draft", by=person, state="draft")
    before = streams.programme_text("annual-meeting")
    assert json.loads(before) == {
        "meeting": "annual-meeting", "programme": None, "status": "announced", "changed": making.MADE.isoformat(),
    }  # fmt: skip
    stamp = streams.programme_stamp()
    actions.release(meeting, {}, by=person, at=making.MADE)
    assert streams.programme_stamp() > stamp
    assert json.loads(streams.programme_text("annual-meeting"))["programme"] == 1
    assert [streams.is_meeting(slug) for slug in ("annual-meeting", draft.slug, "nowhere")] == [True, False, False]


def test_an_address_of_no_meeting_is_refused(hub, monkeypatch):
    monkeypatch.setattr(streams, "is_meeting", lambda slug: slug == "known")

    async def play():
        reader = Reader()
        await asyncio.wait_for(hub(scope() | {"path": "/meetings/nowhere/stream"}, reader.receive, reader.send), 2)
        assert reader.status == 404
        assert await hub.stream_at("/meetings/known/stream") is await hub.stream_at("/meetings/known/stream")
        assert hub.serves({"path": "/meetings/known/programme/"}) is False

    asyncio.run(play())


def test_the_counters_stream_says_what_the_api_says(client, make_pledge):
    make_pledge("published", amount="1000000", currency="USD", money_nature="new")
    assert json.loads(streams.counter_text()) == client.get("/api/v1/counter").json()
    number, _day = streams.counter_stamp()
    assert number >= 1
