"""Twenty people come through one entrance past two phones, one of which has no network: who is there is one truth."""

from __future__ import annotations

import re
import time
from pathlib import Path

import segno
from playwright.sync_api import expect

from kept.base.paper import qr
from kept.registration.codes import badge_code
from tests.browser import FLAGS, Kept, Person, chromium, someone

DESK = "/desk/meetings/annual-meeting-2027"
PEOPLE = 20


def link_of_a_phone(officer: Person, who: str) -> str:
    """Add a phone at the entrance, and take the link that is shown this once."""
    officer.write("Who has the phone", who)
    officer.press("Add a phone")
    link = officer.page.locator("#link").inner_text()
    officer.follow("Back to the door")
    return link


def phone(chrome, house: Kept, link: str) -> Person:
    """Somebody at a door who opened the link; the page is kept on the phone."""
    person = someone(chrome, house, width=360)
    person.go(f"/check-in/#{link.rpartition('#')[2]}")
    person.sees("Or by name")
    person.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return person


def lets_in(person: Person, name: str) -> str:
    """Look for somebody by name, tap on whoever of this name is still outside (else on the first); the answer's words."""
    person.write("Or by name", name)
    rows = person.page.locator("[data-part=found] li").filter(has_text=name)
    outside = rows.filter(has_not_text=person.words("Not let in")).filter(has_not_text="In since")
    inside = rows.filter(has_text="In since")
    (outside if outside.count() else inside if inside.count() else rows).first.get_by_role("button").click()
    person.page.locator("[data-part=answer]").wait_for()
    said = person.page.locator("[data-part=answer-word]").inner_text()
    person.page.get_by_role("button", name="Next person").click()
    return said


def count(person: Person) -> str:
    return person.page.locator("[data-part=inside]").inner_text()


def until(person: Person, wanted: str) -> None:
    """The phone's number becomes what is wanted; phones look at the house every ten seconds."""
    end = time.monotonic() + 25
    while count(person) != wanted and time.monotonic() < end:
        person.page.wait_for_timeout(200)
    assert count(person) == wanted


def has_sent(person: Person) -> None:
    """Everything is told: on a slow machine a phone decides alone after four seconds, and tells later."""
    person.page.locator("[data-part=unsent-row]").wait_for(state="hidden", timeout=25_000)


def test_twenty_people_two_phones_one_without_a_network_one_truth(chrome, demonstration):
    officer = someone(chrome, demonstration)
    officer.sign_in("communication@example.org")
    officer.go(f"{DESK}/registrations/?state=confirmed&mode=in_person&sort=name")
    lines = officer.page.locator("tbody tr").filter(has_not_text="Press")  # who owes a proof is let in at the desk
    rows = [row.strip() for row in lines.locator("th label").all_inner_texts()]
    names = [name for name in rows if rows.count(name) == 1][:PEOPLE]
    assert len(names) == PEOPLE
    officer.go(f"{DESK}/doors/")
    officer.follow("Entrance")
    left, right = (phone(chrome, demonstration, link_of_a_phone(officer, who)) for who in ("Ines", "Jomo"))

    right.page.context.set_offline(True)
    right.page.reload()  # the page and its list are on the phone
    alone = [lets_in(right, name) for name in names[8:]]
    asked = [lets_in(left, name) for name in names[:12]]
    assert (alone, asked) == (["Let in"] * 12, ["Let in"] * 12)
    assert (count(right), count(left)) == ("12", "12")
    assert right.page.locator("[data-part=unsent]").inner_text() == "12"

    right.page.context.set_offline(False)
    until(right, "20")
    until(left, "20")
    assert lets_in(left, names[19]) == "Was in already"
    has_sent(left)
    officer.go(f"{DESK}/doors/")
    assert officer.page.locator("tbody tr").first.locator("td").all_inner_texts()[0:3:2] == ["20", "20"]
    officer.follow("Entrance")
    assert officer.page.get_by_text("was in already", exact=True).count() == 5
    assert [person.said for person in (officer, left, right)] == [[], [], []]


def film(code: str, path: Path) -> Path:
    """A camera that sees one square code: raw video, ten frames a second, as Chromium takes it for a camera's picture."""
    wide, high, dots = 320, 240, 7
    light = [bytearray(b"\xeb" * wide) for _line in range(high)]
    for y, row in enumerate(segno.make_qr(code, error="m", boost_error=False).matrix):
        for x, dark in enumerate(row):
            if dark:
                for line in light[20 + y * dots : 20 + (y + 1) * dots]:
                    line[60 + x * dots : 60 + (x + 1) * dots] = b"\x10" * dots
    frame = b"FRAME\n" + b"".join(light) + b"\x80" * (wide * high // 2)
    path.write_bytes(f"YUV4MPEG2 W{wide} H{high} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
    return path


def test_a_phone_reads_a_badge_with_its_camera(chrome, demonstration, tmp_path):
    officer = someone(chrome, demonstration)
    officer.sign_in("officer@example.org")
    officer.go(f"{DESK}/registrations/?state=confirmed&mode=in_person&category=head")
    guest = officer.page.locator("tbody a[href*='/registrations/of/']").first
    name, key = guest.inner_text(), guest.get_attribute("href").rstrip("/").rpartition("/")[2]
    officer.go(f"{DESK}/doors/")
    officer.follow("Entrance")
    link = link_of_a_phone(officer, "Kaya")
    flags = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    seen = f"--use-file-for-fake-video-capture={film(badge_code(key), tmp_path / 'badge.y4m')}"
    camera = chrome.browser_type.launch(executable_path=chromium(), args=[*FLAGS, *flags, seen])
    kaya = phone(camera, demonstration, link)
    kaya.page.get_by_role("button", name="Camera", exact=True).click()
    expect(kaya.page.locator("[data-part=answer-name]")).to_have_text(name)
    expect(kaya.page.locator("[data-part=answer-word]")).to_have_text(re.compile("^(Let in|Was in already)$"))
    assert kaya.said == []
    camera.close()


def test_the_reader_that_we_carry_reads_the_codes_that_we_draw(chrome, demonstration):
    person = someone(chrome, demonstration)
    person.go("/check-in/")
    code = badge_code("0123456789abcdef01234567")
    drawn = qr(code, border=4).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"', 1)
    read = """async (svg) => {
        const { decodeQR } = await import(document.querySelector("[data-decoder]").dataset.decoder);
        const picture = new Image();
        picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
        await picture.decode();
        const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 400 });
        const pen = canvas.getContext("2d");
        pen.fillStyle = "#fff";
        pen.fillRect(0, 0, 400, 400);
        pen.rotate(0.2);
        pen.drawImage(picture, 80, 20, 300, 300);
        return decodeQR(pen.getImageData(0, 0, 400, 400));
    }"""
    assert person.page.evaluate(read, drawn) == code
