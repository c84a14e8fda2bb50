"""A round over 10,000 pledges of 10,000 owners: seconds until every mail is queued, exactly one each.

Runs on a database of its own (SQLite, or the one that BENCH_DATABASE_URL names); rows are made directly.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

WORK = """
import django, json, sys, time
django.setup()
from datetime import UTC, date, datetime, timedelta
from kept.base.bulk import insert_objects
from kept.base.models import OutgoingMail
from kept.people.models import Membership, MembershipState, Organisation, Person
from kept.people.naming import normalise
from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.models import Pledge, Revision
from kept.pledges.record import Record, put_on_record
from kept.progress import actions
from kept.progress.models import Asked
from django.db import transaction
rows, now = int(sys.argv[1]), datetime.now(UTC)
names = [f"Invented owner {n}" for n in range(rows)]
Organisation.objects.bulk_create(
    [Organisation(name=n, slug=f"owner-{i}", normalised=normalise(n), country="BDI", entity_type="private-sector")
     for i, n in enumerate(names)], batch_size=500)
Person.objects.bulk_create([Person(email=f"owner{i}@example.org", name=n, password="!") for i, n in enumerate(names)], batch_size=500)
leads, people = list(Organisation.objects.order_by("pk")), list(Person.objects.order_by("pk"))
Membership.objects.bulk_create(
    [Membership(person=p, organisation=o, role="focal_point", state=MembershipState.ACTIVE) for p, o in zip(people, leads)],
    batch_size=500)
for start in range(0, rows, 1000):
    chunk = leads[start:start + 1000]
    records = []
    for lead in chunk:
        content = PledgeContent(title="Connect 214 health posts", lead=lead.pk, focus_areas=("access",), kinds=("programme",),
            targets=("BDI",), end="2027-12", indicators=(Indicator("Posts", "posts", "0", "214", "2027-12"),))
        pledge = Pledge(lead=lead, title=content.title)
        records.append(Record(pledge, Revision(pledge=pledge, content=content.to_json()), "pledge.published", content))
    with transaction.atomic():
        put_on_record(records, at=now, organisations={lead.pk: lead for lead in chunk})
today = now.date()
made = actions.make_round("bench", {"names": {"en": "Bench"}, "period_start": today - timedelta(days=365), "period_end": today,
    "deadline": today + timedelta(days=30)}, by=None, at=now)
actions.open_round(made, by=None, at=now)
start, work = time.perf_counter(), time.process_time()
actions.ask_due(now)
seconds, work = time.perf_counter() - start, time.process_time() - work
mails = OutgoingMail.objects.filter(kind="progress/asked")
print(json.dumps({"seconds": seconds, "work": work, "mails": mails.count(), "people": mails.values("to").distinct().count(),
                  "asked": Asked.objects.count()}))
"""


def run(figure: Callable, *, rows: int = 10_000) -> None:
    import json

    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder:
        env = os.environ | {"KEPT_DATA": f"{folder}/data", "DJANGO_SETTINGS_MODULE": "kept.site.settings"}
        env.pop("DATABASE_URL", None)
        if url := os.environ.get("BENCH_DATABASE_URL"):
            env["DATABASE_URL"] = url
        subprocess.run([sys.executable, "-m", "kept.site.command", "migrate", "-v0"], env=env, check=True)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", WORK, str(rows)], env=env, check=True, capture_output=True, text=True
        )
        found = json.loads(done.stdout.strip().splitlines()[-1])
        figure("queued", round(found["seconds"], 1), "s")
        figure("work of one core", round(found["work"], 1), "s")
        figure("mails", found["mails"], "mails")
        figure("owners with exactly one", found["people"], "owners")
        figure("pledges asked about", found["asked"], "pledges")
        figure("whole run", round(time.perf_counter() - start, 1), "s")
