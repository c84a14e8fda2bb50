"""The index follows the record: nothing missed, nothing twice, whatever happens to whoever writes it."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as conf
from django.core.management import call_command
from django.db import connection, transaction
from django.http import QueryDict

from kept.log.actions import open_head
from kept.log.models import Change, Head
from kept.log.queries import last_change
from kept.pledges import actions
from kept.pledges.actions.revising import revise_record
from kept.pledges.models import Pledge, Revision
from kept.pledges.record import put_on_record
from kept.registry import search
from kept.registry.index import answering, building, folder, following, writing
from kept.registry.index.reading import CONTENTS, Reading, State, reader
from kept.registry.selection import Selection
from tests.registry.conftest import START, put, varied

pytestmark = pytest.mark.django_db


def select(text: str = "") -> Selection:
    return Selection.from_query(QueryDict(text))


def whole() -> tuple:
    """Everything that the index can say without words, and some of what it can say with them."""
    asked = [
        select("status=published&status=withdrawn&status=superseded"),
        select("sort=largest"),
        select("sort=ending"),
    ]
    asked += [select(f"q={q}") for q in ("schools", "village", "数字", "lake", "renamed", "burundi", "numb")]
    answers = [answering.answer(one, 50) for one in asked]
    return tuple((one.count, one.keys, one.facets, one.sums) for one in answers)


def agrees() -> None:
    for text in ("", "status=withdrawn", "sort=largest&country=BDI", "focus=access&type=programme&sort=ending"):
        ours, theirs = answering.answer(select(text)), search.answer_in_sql(select(text))
        assert (ours.count, ours.keys, ours.facets, ours.sums) == (
            theirs.count,
            theirs.keys,
            theirs.facets,
            theirs.sums,
        )


def words_of(reading: Reading) -> set[str]:
    """Every word that the index has rows for."""
    known = (one.part.words for one in reading.segments)
    return {text for words in known for text in words.texts(range(len(words)))}


class Life:
    """Things that happen to a registry, at random."""

    def __init__(self, organisations, by, seed: int) -> None:
        self.luck, self.by, self.organisations = random.Random(seed), by, organisations
        self.texts = varied(organisations, 60)
        self.merged: list = []

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def happens(self) -> None:
        getattr(
            self,
            self.luck.choice(
                ["publish", "publish", "publish_several", "revise", "withdraw", "rename", "merge", "part"]
            ),
        )()

    def publish(self) -> None:
        text, _when = self.luck.choice(self.texts)
        put([(text, START + timedelta(days=self.luck.randrange(900)))])

    def publish_several(self) -> None:
        put(self.luck.sample(self.texts, 5), confirmed=[self.luck.choice(self.organisations).pk])

    def revise(self) -> None:
        pledge = self._one()
        if pledge:
            text = self.luck.choice(self.texts)[0]
            again = Revision(pledge=pledge, content=text.to_json())
            record = actions.publishing.record_of(pledge, again, "pledge.revised")
            with transaction.atomic():
                put_on_record([record], at=self.now)

    def withdraw(self) -> None:
        pledge = self._one()
        if pledge:
            with transaction.atomic():
                revise_record(pledge, pledge.current, at=self.now, event="pledge.withdrawn", reason="No money.")

    def rename(self) -> None:
        from kept.people.actions.organisations import change_organisation

        who = self.luck.choice(self.organisations)
        values = {"name": f"Renamed {self.luck.randrange(100)}", "country": self.luck.choice(["BDI", "FRA", "NPL", ""])}
        change_organisation(who, values, by=self.by, at=self.now)

    def merge(self) -> None:
        from kept.people.actions.merging import merge

        alone = [each for each in self.organisations if each not in [row.gone for row in self.merged]]
        free = [each for each in alone if each not in [row.stays for row in self.merged]]
        if len(free) > 1:
            gone, stays = self.luck.sample(free, 2)
            self.merged.append(merge(gone, into=stays, by=self.by, at=self.now, reason="One and the same."))

    def part(self) -> None:
        from kept.people.actions.merging import undo_merge

        if self.merged:
            undo_merge(self.merged.pop(), by=self.by, at=self.now, reason="They are two.")

    def _one(self) -> Pledge | None:
        known = list(Pledge.objects.filter(status="published").select_related("current").order_by("pk"))
        return self.luck.choice(known) if known else None


@pytest.mark.parametrize("seed", range(3))
def test_after_many_events_it_is_the_one_that_would_be_built_anew(organisations, secretary, indexed, seed):
    life = Life(organisations, secretary, seed)
    for n in range(60):
        life.happens()
        if life.luck.random() < 0.4:
            indexed()
        if n % 20 == 19:
            indexed()
            agrees()
    followed = whole()
    building.build()
    assert whole() == followed


def test_each_publication_is_counted_with_the_next_look(organisations, indexed):
    for n, (text, when) in enumerate(varied(organisations, 5), start=1):
        put([(text, when)])
        indexed()
        assert answering.answer(select()).count == n == search.rows(select()).count()


def test_what_this_transaction_wrote_is_answered_in_sql(organisations, indexed):
    """Nobody else can see it yet: it must not enter the index."""
    put(varied(organisations, 3))
    assert following.fresh() is None
    assert search.answer(select()).count == 3


def test_a_change_that_is_applied_twice_does_no_harm(organisations, indexed):
    put(varied(organisations, 4))
    state = reader.reading().state
    indexed()
    before, reading = whole(), reader.reading()
    writing.bring_up(reading.path, replace(reading, state=state))  # again from where it had begun
    assert reader.reading().state == reading.state
    assert whole() == before
    assert reader.reading().size == 4


def test_changes_of_settings_touch_no_pledge_and_still_count(organisations, indexed):
    put(varied(organisations, 2))
    indexed()
    with open_head() as head:
        head.changed("settings", "terms")
    indexed()
    assert reader.reading().state.change == last_change()
    agrees()


def test_an_index_of_another_database_is_not_followed(organisations, indexed):
    put(varied(organisations, 3))
    indexed()
    Change.objects.filter(number=last_change()).update(key="P-77777")
    reader.forget()
    following._checked = None
    assert following.fresh() is None
    assert indexed.asked_to_build == [True]


def test_a_database_that_was_set_back_has_its_index_built_anew(organisations, indexed):
    put(varied(organisations, 3))
    indexed()
    Change.objects.filter(number=last_change()).delete()
    Head.objects.update(change=last_change() - 1)
    following.catch_up()
    assert indexed.asked_to_build == [True]


@pytest.mark.parametrize("harm", ["gone", "empty", "contents", "cut", "other_schema", "pointer"])
def test_a_broken_index_breaks_no_page(organisations, indexed, harm):
    put(varied(organisations, 3))
    indexed()
    path = folder.current()
    reader.forget()
    if harm == "gone":
        shutil.rmtree(path)
    elif harm == "empty":
        for file in path.iterdir():
            file.unlink()
    elif harm == "contents":
        (path / CONTENTS).write_text("{}")
    elif harm == "cut":
        for file in path.glob("*.seg"):
            file.write_bytes(file.read_bytes()[:10])
    elif harm == "other_schema":
        (path / folder.ABOUT).write_text('{"schema": "older", "origin": "", "size": 0}')
    else:
        (folder.root() / folder.POINTER).write_text("made-nowhere")
    assert search.answer(select()).count == 3
    assert following.fresh() is None
    assert building.is_needed()
    call_command("index", stdout=io.StringIO())
    assert not building.is_needed()
    agrees()


def test_a_new_index_takes_its_place_in_one_step_and_the_former_goes(organisations, indexed):
    put(varied(organisations, 3))
    indexed()
    former, reading = folder.current(), reader.reading()
    building.build()
    assert folder.current() != former
    assert not former.exists()
    assert reading.size == 3  # who reads the former one finishes with it
    agrees()


def test_what_is_published_while_an_index_is_built_is_in_it(organisations, indexed):
    texts = varied(organisations, 12)
    put(texts[:6])
    told = []

    def publish_meanwhile(done: int) -> None:
        if not told:
            put(texts[6:])
        told.append(done)

    building.build(tell=publish_meanwhile)
    assert answering.answer(select()).count == 12
    agrees()


def test_only_what_is_public_is_in_it(make_pledge, indexed, secretary, focal_point, now):
    """Words of drafts, of texts under review, of embargoed ones and of revisions that wait are nowhere in its files."""
    for n, state in enumerate(("draft", "submitted", "changes_requested", "accepted", "embargoed", "declined")):
        make_pledge(state, title=f"zebra{n}secret", summary="hidden")
    published = make_pledge("published", title="okapi in the open")
    Pledge.objects.filter(pk=published.pk).update(contact_name="giraffename", contact_email="giraffe@example.org")
    waiting = actions.begin_revision(published, by=focal_point, at=now)
    Revision.objects.filter(pk=waiting.pk).update(content={**published.current.content, "title": "zebrawaits"})
    indexed()
    building.build()
    held = b"".join(file.read_bytes() for file in folder.current().iterdir())
    terms = words_of(reader.reading())
    assert "okapi" in terms
    assert not [term for term in terms if "zebra" in term or "giraffe" in term or term == "hidden"]
    assert b"zebra" not in held and b"giraffe" not in held


def test_a_text_that_was_removed_by_law_is_found_no_more_and_leaves_the_files(make_pledge, indexed, secretary, now):
    pledge = make_pledge("published", title="A slandered wombat", summary="wombatword")
    indexed()
    assert answering.answer(select("q=wombatword")).count == 1
    actions.redact(pledge, 1, by=secretary, at=now, reason="A court said so.", title="A title that may stay")
    indexed()
    assert answering.answer(select("q=wombatword")).count == 0
    assert not answering.answer(select("q=wombatwrd")).instead
    assert indexed.asked_to_build == [True]
    building.build()
    assert not [word for word in words_of(reader.reading()) if word.startswith("wombat")]
    assert b"wombat" not in b"".join(file.read_bytes() for file in folder.current().iterdir())


def test_the_state_tells_one_database_from_another():
    assert State.read(State(7, "pledge P-00001 2026").text()) == State(7, "pledge P-00001 2026")


# Threads and processes -----------------------------------------------------------------------------------------


@pytest.fixture
def for_all(transactional_db, settings, monkeypatch):
    """What is committed is seen by threads and by other processes."""
    settings.REGISTRY_INDEX = True
    monkeypatch.setattr(building, "start", lambda *, anew=False: None)
    reader.forget()
    building.build()
    yield
    while following._beside is not None and following._beside.is_alive():
        time.sleep(0.02)
    reader.forget()


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_after_a_publication_finds_it(for_all, organisations, monkeypatch):
    """Asked at once, without anybody having told the index."""
    monkeypatch.setattr(following, "PATIENCE", 30)  # a machine with other work is slow, and answers in SQL instead
    for n, (text, when) in enumerate(varied(organisations, 6), start=1):
        put([(text, when)])
        found = search.answer(select())
        assert isinstance(found, answering.IndexAnswer)
        assert found.count == n
    agrees()


@pytest.mark.django_db(transaction=True)
def test_answers_stay_true_while_things_are_published(for_all, organisations):
    """List, facets, sums and export of one answer are of one moment, and no later answer is older."""
    texts = varied(organisations, 40)
    faults: list[str] = []
    done = threading.Event()

    def publish() -> None:
        try:
            for start in range(0, 40, 2):
                put(texts[start : start + 2])
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    last, asked = 0, 0
    while not done.is_set() or asked < 5:
        found = search.answer(select(), 100)
        asked += 1
        if not len(found.keys) == found.count == found.sums.pledges == sum(found.facets["year"].values()):
            faults.append(f"{found.count}: {len(found.keys)} listed, {found.sums.pledges} summed")
        if found.count < last or found.count % 2:
            faults.append(f"{found.count} after {last}")
        last = found.count
    thread.join()
    assert not faults
    assert search.answer(select()).count == 40
    agrees()


WRITE = """
import django; django.setup()
from django.conf import settings
settings.REGISTRY_INDEX = True
from kept.registry.index import building, following
building.start = lambda *, anew=False: None
print("ready", flush=True)
while True:
    following.catch_up(linger=0.05)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_is_killed_at_a_random_point_leaves_nothing_out(for_all, organisations, settings):
    luck = random.Random(4)
    texts = varied(organisations, 60)
    database = connection.settings_dict
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.killed", "PYTHONPATH": os.pathsep.join(sys.path)}
    env |= {"TEST_DATA": str(conf.KEPT_DATA), "TEST_DATABASE": str(database["NAME"])}
    for round_ in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITE], env=env, stdout=subprocess.PIPE, text=True)
        assert writer.stdout.readline() == "ready\n"
        for text in texts[round_ * 15 : round_ * 15 + 15]:
            put([text])
        time.sleep(luck.random() * 0.25)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert following.catch_up()
        assert answering.answer(select()).count == 15 * (round_ + 1)
        agrees()
    followed = whole()
    building.build()
    assert whole() == followed


BUILDS = """
import os, django; django.setup()
from concurrent.futures import ProcessPoolExecutor
from kept.registry.index import building
pool = ProcessPoolExecutor(1, initializer=building._begin, initargs=(os.getpid(),))
assert pool.submit(os.getppid).result() == os.getpid()
print("ready", flush=True)
input()
"""


def test_who_makes_documents_ends_with_the_builder_that_was_killed_and_holds_no_lock_of_its():
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", BUILDS], env=env, stdin=-1, stdout=-1, text=True) as builder:
        assert builder.stdout.readline() == "ready\n"
        builder.kill()
        # Whoever stays holds the other end of this pipe, as it holds the lock: it is read to its end only without them.
        assert builder.communicate(timeout=10)[0] == ""
