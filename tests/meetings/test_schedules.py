"""`schedule.json` and `schedule.xml` hold what the c3voc schema asks for, and say the same.

The published schema is not part of this repository (its licence is another). Where `KEPT_C3VOC_XSD` and
`KEPT_C3VOC_JSON` name copies of https://c3voc.de/schedule/schema.xsd and schema.json, they are asked, too.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from kept.meetings import actions
from kept.meetings.models import Session
from tests.meetings import making

pytestmark = pytest.mark.django_db
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What an event has to have, and its shape (schema.xsd and schema.json, June 2026).
EVENT = {
    "guid": UUID.pattern,
    "code": r"[0-9A-Z]{6}",
    "date": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d",
    "start": r"[0-2][0-9]:[0-5][0-9]",
    "duration": r"[0-9]{1,2}:[0-9]{2}",
    "room": r".+",
    "slug": r"[a-z0-9_]{4,}-[a-z0-9_-]{3,}[a-z0-9]",
    "url": r"https?://.+",
    "title": r".+",
    "subtitle": r".*",
    "track": r".*",
    "type": r".+",
    "language": r".*",
    "abstract": r"(?s).*",
    "description": r"(?s).*",
}


def read(client, name: str):
    response = client.get(f"/meetings/annual-meeting/schedule.{name}")
    assert response.status_code == 200
    return response.json() if name == "json" else etree.fromstring(response.content)


def test_json_has_what_the_schema_asks_for(client, programme):
    document = read(client, "json")
    conference = document["schedule"]["conference"]
    assert set(document) == {"$schema", "generator", "schedule"}
    assert re.fullmatch(r"[a-z0-9_-][a-z0-9_]{3,}", conference["acronym"])
    assert (conference["start"], conference["end"], conference["daysCount"]) == ("2026-12-15", "2026-12-15", 1)
    assert conference["time_zone_name"] == "Europe/Zurich"
    (day,) = conference["days"]
    assert set(day) == {"index", "date", "day_start", "day_end", "rooms"}
    events = day["rooms"]["Popov Room"]
    assert [event["title"] for event in events] == ["Opening", "Break", "Displaced people"]
    for event in events:
        wrong = {name: event[name] for name, shape in EVENT.items() if not re.fullmatch(shape, event[name])}
        assert wrong == {}
    assert [person["name"] for person in events[0]["persons"]] == ["Clara Heronsworth"]
    assert (events[0]["date"], events[0]["start"], events[0]["duration"]) == (
        "2026-12-15T14:00:00+01:00",
        "14:00",
        "00:45",
    )


def test_xml_says_the_same(client, programme):
    events = read(client, "json")["schedule"]["conference"]["days"][0]["rooms"]["Popov Room"]
    root = read(client, "xml")
    assert [child.tag for child in root] == ["generator", "url", "version", "conference", "day"]
    found = root.findall("day/room/event")
    assert [{name: one.get(name) or one.findtext(name) or "" for name in EVENT} for one in found] == [
        {name: event[name] for name in EVENT} for event in events
    ]
    assert [one.get("guid") for one in found] == [str(s.uid) for s in Session.objects.order_by("pk")]
    assert datetime.fromisoformat(root.find("day").get("start")).isoformat() == "2026-12-15T00:00:00+01:00"


@pytest.mark.parametrize("released", [True, False])
def test_the_published_schemas_agree(client, programme, make_meeting, secretary, released):
    xsd, schema = os.environ.get("KEPT_C3VOC_XSD"), os.environ.get("KEPT_C3VOC_JSON")
    if not xsd or not schema:
        pytest.skip("no copy of the c3voc schema")
    jsonschema = pytest.importorskip("jsonschema")
    if released:
        making.session(programme, "No room, no end", "17:15", by=secretary)
        actions.release(programme, {}, by=secretary, at=making.MADE)
    else:
        programme.versions.exclude(number=None).update(undone_at=making.MADE)
    import json

    jsonschema.validate(read(client, "json"), json.loads(Path(xsd and schema).read_text()))
    etree.XMLSchema(etree.parse(xsd)).assertValid(read(client, "xml"))


def test_letters_that_xml_forbids_do_not_break_it(client, programme, secretary):
    making.session(programme, "Bell \x07 & <b>", "17:00", by=secretary)
    actions.release(programme, {}, by=secretary, at=making.MADE)
    assert "Bell  & <b>" in [one.findtext("title") for one in read(client, "xml").findall("day/room/event")]
