"""A programme is made from nothing: by dragging and by keys, released, changed, released again; and without a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser import Kept, Person, someone
from tests.journeys.walking import asked

DESK = "/desk/meetings/a-made-meeting/"
PROGRAMME = "/api/v1/meetings/a-made-meeting/programme"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
SCALE = 1.6  # pixels a minute in the grid
HELD = 16  # pixels from a session's upper edge to the middle of its grip, about


@pytest.fixture(scope="module")
def planner(chrome, demonstration) -> Person:
    """Somebody of the team, with a meeting of two rooms and two parked sessions."""
    person = someone(chrome, demonstration, width=1440)
    person.sign_in("communication@example.org")
    send(person, "/desk/meetings/new/", {
        "names_en": "A made meeting", "slug": "a-made-meeting", "time_zone": "Europe/Zurich", "starts_on": TOMORROW,
        "ends_on": TOMORROW, "starts": "14:00", "ends": "17:00",
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


def placed(person: Person) -> dict[str, tuple[str, str, str]]:
    """{title: (hour, minutes, room)} of the grid."""
    found = person.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('[data-plan] [data-item]')].map((item) =>
        [item.dataset.title, [item.querySelector('[name=start]').value.slice(0, 5), item.querySelector('[name=minutes]').value,
         item.querySelector('[name=room]').selectedOptions[0].text]]))"""
    )
    return {title: tuple(place) for title, place in found.items()}


def settled(person: Person, title: str, *, parked: bool = False) -> tuple[str, str] | None:
    """Where a session stands once what was done is done; None where it is parked."""
    where = "[data-parked]" if parked else "[data-plan]"
    person.page.wait_for_selector(f'[data-editor]:not([aria-busy]) {where} [data-item][data-title="{title}"]')
    return placed(person).get(title)


def middle(person: Person, minutes: float, column: int) -> tuple[float, float]:
    """A point of the grid: so many minutes after 14:00, in one of its two columns."""
    plan = person.page.locator("[data-plan]").bounding_box()
    gutter = 56
    return plan["x"] + gutter + (plan["width"] - gutter) * (column + 0.5) / 2, plan["y"] + minutes * SCALE


def take(person: Person, title: str, part: str = ".plan-hour") -> tuple[float, float]:
    """A point of a session, where it is taken."""
    box = person.page.locator(f'[data-item][data-title="{title}"] {part}').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(person: Person, start: tuple[float, float], to: tuple[float, float], *, escape: bool = False) -> None:
    """With the mouse; `escape`: think better of it on the way."""
    mouse = person.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move((start[0] + to[0]) / 2, (start[1] + to[1]) / 2)
    mouse.move(*to)
    if escape:
        person.page.keyboard.press("Escape")
        mouse.up()
        return
    with person.page.expect_response(lambda answer: answer.request.method == "POST"):
        mouse.up()


def swipe(person: Person, start: tuple[float, float], to: tuple[float, float]) -> None:
    """With a finger."""
    finger = person.page.context.new_cdp_session(person.page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
    points = [("touchStart", start), ("touchMove", ((start[0] + to[0]) / 2, (start[1] + to[1]) / 2)), ("touchMove", to)]
    for kind, (x, y) in points:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    with person.page.expect_response(lambda answer: answer.request.method == "POST"):
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": False})


def keys(person: Person, title: str, *names: str) -> None:
    person.page.locator(f'[data-item][data-title="{title}"]').focus()
    for name in names:
        person.page.keyboard.press(name)


def test_a_programme_is_made_by_dragging_and_by_keys_released_changed_and_released_again(
    chrome, demonstration: Kept, planner
):
    planner.go(f"{DESK}programme/")
    drag(planner, take(planner, "Opening"), middle(planner, 0, 0))
    assert settled(planner, "Opening") == ("14:00", "30", "Room A")
    keys(planner, "Panel", "ArrowDown", "ArrowRight", "Enter")
    assert settled(planner, "Panel") == ("14:05", "30", "Room B")
    drag(planner, take(planner, "Opening", ".plan-stretch"), middle(planner, 45, 0))
    assert settled(planner, "Opening") == ("14:00", "45", "Room A")
    drag(planner, take(planner, "Panel"), middle(planner, 100, 0), escape=True)
    assert settled(planner, "Panel") == ("14:05", "30", "Room B")
    keys(planner, "Panel", "ArrowDown", "Escape")
    assert settled(planner, "Panel") == ("14:05", "30", "Room B")
    x, y = middle(planner, 60, 1)
    swipe(planner, take(planner, "Panel", ".plan-grip"), (x, y + HELD))
    assert settled(planner, "Panel") == ("15:00", "30", "Room B")
    keys(planner, "Opening", "Delete")
    assert settled(planner, "Opening", parked=True) is None
    planner.button("Undo").click()
    assert settled(planner, "Opening") == ("14:00", "45", "Room A")

    send(planner, f"{DESK}decide/announce/", {})
    planner.go(f"{DESK}programme/release/")
    planner.press("Release")
    first = asked(demonstration, PROGRAMME)
    planner.go(f"{DESK}programme/")
    visitor = someone(chrome, demonstration, width=360)
    visitor.go("/meetings/a-made-meeting/programme/")
    visitor.sees("15:00")
    keys(planner, "Panel", "Shift+ArrowUp", "ArrowDown", "Enter")
    assert settled(planner, "Panel") == ("15:05", "25", "Room B")
    assert asked(demonstration, PROGRAMME) == first
    planner.go(f"{DESK}programme/release/")
    planner.press("Release")
    planner.go("/meetings/a-made-meeting/changes/")
    planner.sees("15:05")
    visitor.sees("Moved, before: 15:00")  # the page stood open; the stream told it
    assert (planner.said, visitor.said) == ([], [])


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
