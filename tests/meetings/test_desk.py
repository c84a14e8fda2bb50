"""A meeting is made, configured, decided on and copied by the team, without code."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from PIL import Image

from kept.base.models import HistoryEntry
from kept.meetings.forms import RESERVED
from kept.meetings.models import ClosingFigure, Document, LinkedEvent, Meeting, MeetingDay, Partner, Room, Status
from tests.meetings import making
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db


def png() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), content_type="image/png")


def test_a_meeting_is_begun_with_a_name_days_and_a_zone(desk):
    desk.post("/desk/meetings/new/", {
        "names_en": "Annual Meeting", "names_ar": "الاجتماع السنوي", "time_zone": "Europe/Zurich",
        "starts_on": "2026-12-15", "ends_on": "2026-12-15", "starts": "14:00", "ends": "16:30",
    })  # fmt: skip
    made = Meeting.objects.get()
    assert (made.slug, made.status, made.names["ar"]) == ("annual-meeting", Status.DRAFT, "الاجتماع السنوي")
    assert made.starts_at == datetime(2026, 12, 15, 13, tzinfo=UTC)
    assert "Annual Meeting" in text_of(desk.get("/desk/meetings/annual-meeting/"))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"names_en": ""}, "names_en"), ({"time_zone": "Nowhere"}, "time_zone"), ({"slug": "speakers"}, "slug"),
     ({"ends": "13:00"}, "__all__"), ({"starts_on": "soon"}, "starts_on")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_beside_its_field(desk, change, field):
    given = {"names_en": "Annual Meeting", "time_zone": "Europe/Zurich", "starts_on": "2026-12-15",
             "ends_on": "2026-12-15", "starts": "14:00", "ends": "16:30"}  # fmt: skip
    response = desk.post("/desk/meetings/new/", given | change)
    assert list(response.context["form"].errors) == [field]
    assert not Meeting.objects.exists()


def routes(patterns) -> list[str]:
    return [route for one in patterns for route in (
        routes(one.url_patterns) if hasattr(one, "url_patterns") else [str(one.pattern)]
    )]  # fmt: skip


def test_no_meeting_is_called_as_what_stands_where_its_name_would():
    seconds = {route.split("/")[1] for route in routes(get_resolver().url_patterns) if route.startswith("meetings/")}
    words = {word for word in seconds if re.fullmatch(r"[-\w]+", word)}
    assert (words - RESERVED, "visa-letter" in words) == (set(), True)


def test_texts_place_and_practical_information_are_written_in_six_languages(desk, meeting):
    page = "/desk/meetings/annual-meeting/edit"
    desk.post(
        f"{page}/about/", {"names_en": "The Meeting", "names_ru": "Совещание", "ledes_en": "Come.", "mode": "hybrid"}
    )
    desk.post(f"{page}/place/", {"venues_en": "House", "address": "Street 1", "country": "CHE", "cities_en": "Geneva",
                                 "latitude": "46.22", "longitude": "6.14", "file_map": png()})  # fmt: skip
    desk.post(f"{page}/practical/", {"travels_en": "By tram.", "registration_until": "2026-12-11T18:00",
                                     "state_order": "fr"})  # fmt: skip
    found = Meeting.objects.get()
    assert (found.names["ru"], found.venues, found.country, found.state_order) == (
        "Совещание",
        {"en": "House"},
        "CHE",
        "fr",
    )
    assert found.registration_until == datetime(2026, 12, 11, 17, tzinfo=UTC)  # on the meeting's clock
    assert bool(found.map_file)
    assert desk.get("/meetings/annual-meeting/map")["Content-Type"] == "image/png"


def test_each_kind_of_part_is_added_changed_and_removed(desk, meeting):
    page = "/desk/meetings/annual-meeting/parts"
    given = {
        "rooms": {"names_en": "Popov Room", "capacity": "300", "equipment": ["captions", "step_free"], "position": ""},
        "days": {"day": "2026-12-15", "opens": "12:00", "closes": "19:00"},
        "hours": {"kind": "interpretation", "day": "2026-12-15", "starts": "13:45", "ends": "17:45", "languages": ["fr"]},
        "partners": {"names_en": "Lake Networks", "role": "host", "website": "example.org", "file_logo": png()},
        "events": {"kind": "reception", "names_en": "Reception", "starts_on": "2026-12-15", "starts": "17:15",
                   "by_invitation": "on"},
        "documents": {"kind": "agenda", "titles_en": "Agenda", "symbol": "AM/1", "public_from": "2026-09-01T08:00",
                      "file_upload": SimpleUploadedFile("agenda.txt", b"1. Opening"), "file_language": "fr"},
        "figures": {"name": "registered", "number": "700", "at_least": "on", "words_en": "registered", "source": "Report"},
        "pictures": {"alts_en": "A full room", "file_picture": png()},
    }  # fmt: skip
    for part, values in given.items():
        response = desk.post(f"{page}/{part}/new/", values)
        assert response.status_code == 302, (part, response.context["form"].errors)
        line = desk.get(f"{page}/{part}/").context["lines"][0]
        assert desk.get(line["url"]).status_code == 200
    room = Room.objects.get()
    assert (room.capacity, room.equipment) == (300, ["captions", "step_free"])
    assert Partner.objects.get().website == "https://example.org"
    assert (MeetingDay.objects.get().opens, LinkedEvent.objects.get().starts) == (time(12), time(17, 15))
    assert (ClosingFigure.objects.get().number, ClosingFigure.objects.get().at_least) == (700, True)
    file = Document.objects.get().files.get()
    assert (file.language, file.version, file.name) == ("fr", 1, "agenda.txt")
    assert desk.get(f"/meetings/documents/{file.document_id}/fr/1/").getvalue() == b"1. Opening"
    for part in given:
        desk.post(desk.get(f"{page}/{part}/").context["lines"][0]["url"] + "remove/")
        assert desk.get(f"{page}/{part}/").context["lines"] == []
    assert HistoryEntry.objects.filter(verb="remove_part").count() == len(given)


def test_a_document_is_public_from_its_hour_and_not_before(desk, client, meeting, time_machine):
    desk.post("/desk/meetings/annual-meeting/parts/documents/new/", {
        "kind": "background", "titles_en": "Figures", "public_from": "2026-12-15T12:00",
        "file_upload": SimpleUploadedFile("figures.txt", b"qwyjibo"), "file_language": "en",
    })  # fmt: skip
    client.logout()
    address = f"/meetings/documents/{Document.objects.get().pk}/en/1/"
    time_machine.move_to(datetime(2026, 12, 15, 10, 59, tzinfo=UTC), tick=False)
    assert client.get(address).status_code == 404
    assert "Figures" not in text_of(client.get("/meetings/annual-meeting/documents/"))
    time_machine.move_to(datetime(2026, 12, 15, 11, tzinfo=UTC), tick=False)
    assert client.get(address).status_code == 200
    assert "Figures" in text_of(client.get("/meetings/annual-meeting/documents/"))


def test_a_room_in_which_something_stands_is_not_removed(desk, programme):
    room = Room.objects.get()
    response = desk.post(f"/desk/meetings/annual-meeting/parts/rooms/{room.pk}/remove/", follow=True)
    assert "Sessions stand in this room. Move them first." in text_of(response)
    assert Room.objects.get().removed_at is None


def test_decisions_are_asked_for_and_owe_their_reason(desk, make_meeting):
    meeting = make_meeting(state="draft")
    desk.post("/desk/meetings/annual-meeting/decide/announce/")
    response = desk.post("/desk/meetings/annual-meeting/decide/cancel/", {})
    assert list(response.context["form"].errors) == ["reason_en"]
    desk.post("/desk/meetings/annual-meeting/decide/cancel/", {"reason_en": "Flood.", "reason_fr": "Inondation."})
    meeting.refresh_from_db()
    assert (meeting.status, meeting.status_reason) == (Status.CANCELLED, {"en": "Flood.", "fr": "Inondation."})
    assert desk.get("/desk/meetings/annual-meeting/decide/announce/").status_code == 404


def test_another_day_is_given_with_its_reason(desk, programme):
    desk.post("/desk/meetings/annual-meeting/reschedule/", {
        "starts_on": "2027-01-12", "ends_on": "2027-01-12", "starts": "14:00", "ends": "16:30", "reason_en": "Strike.",
    })  # fmt: skip
    programme.refresh_from_db()
    assert (programme.starts_on, programme.moved_from) == (date(2027, 1, 12), "2026-12-15T14:00")
    assert "It was announced for Tuesday, 15 December 2026. Strike." in text_of(desk.get("/meetings/annual-meeting/"))


def test_the_next_meeting_is_begun_from_this_one(desk, programme):
    day = making.DAY + timedelta(days=364)
    desk.post("/desk/meetings/annual-meeting/copy/", {"slug": "annual-meeting-2027", "starts_on": day.isoformat()})
    copy = Meeting.objects.get(slug="annual-meeting-2027")
    assert (copy.status, copy.rooms.count(), copy.sessions.count()) == (Status.DRAFT, 1, 3)


def test_nobody_else_gets_to_the_desk(client, meeting, make_person):
    client.force_login(make_person())
    for address in ("", "new/", "annual-meeting/", "annual-meeting/edit/about/", "annual-meeting/parts/rooms/"):
        assert client.get(f"/desk/meetings/{address}").status_code == 404
