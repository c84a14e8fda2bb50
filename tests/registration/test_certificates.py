"""Certificates of attendance: for whoever was there, once it is over; anybody who has the paper may check it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import zxingcpp
from django.utils import translation

from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions, certificates
from kept.registration.addresses import own_link
from kept.registration.models import Certificate, Presence
from kept.registration.permissions import Holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(meeting, register, entrance, secretary):
    """Somebody who was in the room, somebody who was online, somebody who never came; an hour after the end."""
    ada, bao, chidi = register(given_name="Ada", name_native="愛達"), register(mode="remote"), register()
    in_time, after = meeting.starts_at + timedelta(minutes=5), meeting.ends_at + timedelta(hours=1)
    written = actions.check_in(ada, entrance.gates.get(), by=secretary, at=in_time)
    Presence.objects.create(registration=bao, began_at=in_time)
    return ada, bao, chidi, written, after


def test_who_was_there_has_one_with_the_days_and_the_way_and_who_was_not_has_none(over, meeting, secretary):
    ada, bao, chidi, _written, after = over
    with pytest.raises(Refused):
        actions.take_certificate(ada, by=Holder(ada.pk), at=meeting.ends_at - timedelta(minutes=1))
    for one in (ada, bao):
        one.refresh_from_db()
        made = actions.take_certificate(one, by=Holder(one.pk), at=after)
        assert actions.take_certificate(one, by=secretary, at=after) == made
    with pytest.raises(Refused):
        actions.take_certificate(chidi, by=Holder(chidi.pk), at=after)
    with pytest.raises(NotAllowed):
        actions.take_certificate(ada, by=Holder(bao.pk), at=after)
    assert [certificates.attendance_of(one).way for one in (ada, bao)] == ["in the room", "online"]
    assert certificates.attendance_of(ada).days == [meeting.starts_on]


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_the_paper_leads_to_the_page_that_checks_it(over, language, settings):
    ada, _bao, _chidi, _written, after = over
    made = actions.take_certificate(ada, by=Holder(ada.pk), at=after)
    with translation.override(language):
        page = pypdfium2.PdfDocument(certificates.pdf(made, language=language, at=after))[0]
        address = certificates.address_of(made)
    assert [one.text for one in zxingcpp.read_barcodes(page.render(scale=2.5).to_pil())] == [address]
    assert address.startswith(settings.KEPT_BASE_URL)
    assert set(ada.name.split()) <= set(page.get_textpage().get_text_range().split())  # read from the right in Arabic


def test_anybody_with_the_code_reads_whether_it_is_good_and_a_mistake_takes_it_back(
    client, over, secretary, time_machine
):
    ada, _bao, _chidi, written, after = over
    time_machine.move_to(after)
    made = actions.take_certificate(ada, by=Holder(ada.pk), at=after)
    address = f"/meetings/certificate/{made.code}/"
    page = client.get(address)
    assert (page.status_code, page.cookies, ada.name in page.content.decode()) == (200, {}, True)
    assert ada.email not in page.content.decode()
    assert client.get("/meetings/certificate/2222222222222222/").status_code == 404
    actions.void(written, by=secretary, at=after)
    again = client.get(address)
    assert (again.status_code, ada.name in again.content.decode()) == (404, False)


def test_it_is_taken_from_ones_own_page_by_a_click(client, over, time_machine):
    ada, _bao, chidi, _written, after = over
    time_machine.move_to(after)
    for one, has in ((ada, True), (chidi, False)):
        own = f"/meetings/registration/{own_link(one, at=datetime.now(UTC)).token}/"
        assert (b"Your certificate of attendance" in client.get(own).content) == has
        assert client.get(f"{own}certificate/").status_code == 405
        assert (client.post(f"{own}certificate/").headers.get("Content-Type") == "application/pdf") == has
    assert Certificate.objects.count() == 1
