"""The command as it is, in a process of its own, killed while it writes: run again, every row is in once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as conf
from django.db import connection

from kept.log.checks import verify_database
from kept.people.models import Organisation
from kept.pledges.models import BatchState, ImportBatch, Pledge, Revision
from tests.pledges.importing import row, write

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 2200
KILLS = 3  # at moments that nobody chose; each further start of the process costs about a second


def command(path) -> subprocess.Popen:
    """`kept import-pledges --publish`, with the test's own database and folder."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.killed", "PYTHONPATH": os.pathsep.join(sys.path),
        "TEST_DATABASE": str(connection.settings_dict["NAME"]), "TEST_DATA": str(conf.KEPT_DATA),
    }  # fmt: skip
    words = [sys.executable, "-m", "django", "import-pledges", str(path), "--publish"]
    return subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def begun(process: subprocess.Popen) -> int:
    """Wait until something of the file is in, or the process has ended; how many pledges there are."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if (count := Pledge.objects.count()) > 0:
            return count
        time.sleep(0.02)
    return Pledge.objects.count()


@pytest.mark.slow
def test_killed_at_moments_that_nobody_chose_and_run_again_each_row_is_in_once(tmp_path):
    rng = random.Random(os.environ.get("KEPT_SEED") or time.time())
    people = [f"Invented Organisation {n}" for n in range(150)]
    rows = [row(str(n), f"Promise {n}", rng.choice(people), amount=str(n + 1), currency="USD") for n in range(ROWS)]
    path = write(tmp_path / "list.csv", *rows)
    seen = []
    for _time in range(KILLS):
        process = command(path)
        begun(process)
        time.sleep(rng.uniform(0, 0.6))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        seen.append(Pledge.objects.count())
        whole()
    process = command(path)
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    assert seen == sorted(seen)
    assert Pledge.objects.count() == Revision.objects.count() == ROWS
    assert sorted(Pledge.objects.values_list("source_id", flat=True)) == sorted(str(n) for n in range(ROWS))
    assert Organisation.objects.filter(name__in=people).count() == len({each[2] for each in rows})
    whole()
    verify_database()
    batch = ImportBatch.objects.latest("pk")
    assert (batch.state, batch.rows_refused) == (BatchState.DONE, 0)
    if seen[-1] < ROWS:
        assert ImportBatch.objects.count() == 1
        assert (batch.rows_new, batch.rows_same) == (ROWS, 0)


def whole() -> None:
    """References without gaps, every pledge in the log, no row half in."""
    numbers = list(Pledge.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert not Pledge.objects.filter(current=None).exists()
