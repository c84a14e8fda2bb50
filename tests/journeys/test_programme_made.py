"""A programme is made from nothing: by dragging and by keys, released, changed, released again; and without a script."""

from __future__ import annotations

import pytest

from tests.browser import Kept, Person, someone
from tests.journeys.walking import asked

DESK = "/desk/meetings/a-made-meeting/"


@pytest.fixture(scope="module")
def planner(chrome, demonstration) -> Person:
    """Somebody of the team, with a meeting of two rooms and two parked sessions."""
    person = someone(chrome, demonstration, width=1440)
    person.sign_in("communication@example.org")
    send(person, "/desk/meetings/new/", {
        "names_en": "A made meeting", "slug": "a-made-meeting", "time_zone": "Europe/Zurich", "starts_on": "2027-03-02",
        "ends_on": "2027-03-02", "starts": "14:00", "ends": "17:00",
    })  # fmt: skip
    for name in ("Room A", "Room B"):
        send(person, f"{DESK}parts/rooms/new/", {"names_en": name})
    for title in ("Opening", "Panel"):
        send(person, f"{DESK}programme/new/", {"titles_en": title, "kind": "panel", "minutes": "30"})
    return person


def send(person: Person, address: str, values: dict[str, str]) -> None:
    """Fill a form by its fields' names, and send it."""
    person.go(address)
    form = person.page.locator("main form[method=post]").last
    form.evaluate(
        """(form, values) => { for (const [name, value] of Object.entries(values)) {
            const field = form.elements[name];
            if (field instanceof RadioNodeList) [...field].find((one) => one.value === value).checked = true;
            else field.value = value;
        } form.requestSubmit(); }""",
        values,
    )
    person.page.wait_for_load_state()
    person.page.wait_for_url(lambda url: not url.endswith(address))


def placed(person: Person) -> dict[str, tuple[str, str]]:
    """{title: (hour, room)} of the grid."""
    return person.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('[data-plan] [data-item]')].map((item) =>
        [item.dataset.title, [item.querySelector('[name=start]').value.slice(0, 5),
         item.querySelector('[name=room]').selectedOptions[0].text]]))"""
    )


def drag(person: Person, title: str, minutes: int, column: int, of: int = 2) -> None:
    """Take a session with the mouse and let it go at so many minutes after 14:00, in a column."""
    page = person.page
    plan = page.locator("[data-plan]").bounding_box()
    item = page.locator(f'[data-item][data-title="{title}"] .plan-hour').bounding_box()
    gutter = 56
    page.mouse.move(item["x"] + 4, item["y"] + 4)
    page.mouse.down()
    x = plan["x"] + gutter + (plan["width"] - gutter) * (column + 0.5) / of
    for step in (0.5, 1):
        page.mouse.move(
            item["x"] + (x - item["x"]) * step, item["y"] + (plan["y"] + minutes * 1.6 + 8 - item["y"]) * step
        )
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.mouse.up()
    page.wait_for_function("document.activeElement.matches('[data-item]')")


def test_a_programme_is_made_by_dragging_and_by_keys_released_changed_and_released_again(demonstration: Kept, planner):
    page = planner.page
    planner.go(f"{DESK}programme/")
    drag(planner, "Opening", 0, 0)
    assert list(placed(planner)) == ["Opening"]
    assert placed(planner)["Opening"][1] == "Room A"
    page.locator('[data-item][data-title="Panel"]').focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("document.querySelectorAll('[data-plan] [data-item]').length === 2")
    assert placed(planner)["Panel"] == ["14:05", "Room B"]
    planner.button("Undo").click()
    page.wait_for_function("document.querySelectorAll('[data-plan] [data-item]').length === 1")
    planner.button("Redo").click()
    page.wait_for_function("document.querySelectorAll('[data-plan] [data-item]').length === 2")
    send(planner, f"{DESK}decide/announce/", {})
    planner.go(f"{DESK}programme/release/")
    planner.press("Release")
    first = asked(demonstration, "/api/v1/meetings/a-made-meeting/programme")
    planner.go(f"{DESK}programme/")
    page.locator('[data-item][data-title="Panel"]').focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function(
        "[...document.querySelectorAll('[name=start]')].some((one) => one.value.startsWith('14:15'))"
    )
    assert asked(demonstration, "/api/v1/meetings/a-made-meeting/programme") == first
    planner.go(f"{DESK}programme/release/")
    planner.press("Release")
    planner.go("/meetings/a-made-meeting/changes/")
    planner.sees("14:15")
    assert planner.said == []


def test_without_a_script_a_session_is_moved_by_its_form(chrome, demonstration, planner):
    plain = someone(chrome, demonstration, width=820, javascript=False)
    plain.sign_in("communication@example.org")
    plain.go(f"{DESK}programme/")
    item = plain.page.locator('[data-item][data-title="Panel"]')
    item.locator("summary").click()
    item.locator("[name=start]").fill("15:40")
    item.get_by_role("button", name="Put it there").click()
    plain.sees("15:40")
    assert placed_plain(plain) == "15:40"


def placed_plain(person: Person) -> str:
    return person.page.locator('[data-item][data-title="Panel"] [name=start]').input_value()[:5]
