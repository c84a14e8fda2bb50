"""Somebody writes, on a thin line, beside a colleague, on two devices: nothing that was typed is lost."""

from __future__ import annotations

import time

import pytest

from tests.browser import Kept, Person, someone
from tests.journeys.walking import begin_a_pledge, found_an_organisation


@pytest.fixture(scope="module")
def writer(chrome, demonstration) -> Person:
    """A focal point with an organisation of her own, signed in."""
    person = someone(chrome, demonstration)
    person.sign_up("Lindiwe Quill", "lindiwe@example.org")
    found_an_organisation(person, "Bramblewick Masts Association")
    return person


def until_saved(person: Person) -> None:
    """What the head of the form says: saved, and nothing waits."""
    waits = "Object.keys(localStorage).some((name) => name.startsWith('kept-writing'))"
    until = time.monotonic() + 20
    while person.page.evaluate(waits):
        assert time.monotonic() < until, person.page.locator("#saved").inner_text()
        time.sleep(0.1)


def same_person(writer: Person) -> Person:
    """The same account in another window."""
    return Person(writer.page.context.new_page(), writer.house)


def test_two_windows_on_one_draft_lose_nothing_and_the_writer_decides(writer):
    form = begin_a_pledge(writer)
    first, second = writer, same_person(writer)
    for window in (first, second):
        window.page.goto(form + "what/")
    # Different fields: both stay, without a word.
    first.write("Title of the pledge", "Masts for 30 ferry landings")
    second.write("Begins", "2027")
    until_saved(first)
    until_saved(second)
    # The same field: the second is shown both, and decides.
    first.write("What do you promise?", "Each landing gets a mast.")
    until_saved(first)
    second.write("What do you promise?", "Each landing gets a mast and a lamp.")
    second.sees("Somebody else changed this meanwhile.")
    second.sees("Each landing gets a mast.")
    second.press("Keep mine")
    for window in (first, second):
        window.page.goto(form + "what/")
        assert window.field("Title of the pledge").input_value() == "Masts for 30 ferry landings"
        assert window.field("Begins").input_value() == "2027"
        assert window.field("What do you promise?").input_value() == "Each landing gets a mast and a lamp."
    second.page.close()
    assert first.said + second.said == []


def test_two_windows_without_javascript_lose_nothing_either(chrome, writer, demonstration):
    form = begin_a_pledge(writer)
    state = writer.page.context.storage_state()
    context = chrome.new_context(java_script_enabled=False, storage_state=state)
    first, second = (Person(context.new_page(), demonstration) for _ in range(2))
    for window in (first, second):
        window.page.goto(form + "what/")
    first.write("Title of the pledge", "Lamps for 30 ferry landings")
    first.press("Continue")
    second.write("Title of the pledge", "Lamps for 31 ferry landings")
    second.press("Continue")
    second.sees("Somebody else changed this meanwhile.")
    second.sees("Lamps for 30 ferry landings")
    assert second.field("Title of the pledge").input_value() == "Lamps for 31 ferry landings"
    second.press("Take theirs")
    assert second.field("Title of the pledge").input_value() == "Lamps for 30 ferry landings"
    context.close()


def test_what_is_typed_without_a_connection_is_saved_when_it_is_back(writer):
    form = begin_a_pledge(writer)
    writer.page.goto(form + "what/")
    writer.page.context.set_offline(True)
    writer.write("Title of the pledge", "Wind for 12 relay huts")
    writer.sees("No connection. What you write is kept on this device and saved when it is back.")
    writer.write("What do you promise?", "Each hut has a turbine.")
    writer.page.context.set_offline(False)
    writer.page.evaluate("window.dispatchEvent(new Event('online'))")
    until_saved(writer)
    writer.page.goto(form + "what/")
    assert writer.field("Title of the pledge").input_value() == "Wind for 12 relay huts"
    assert writer.field("What do you promise?").input_value() == "Each hut has a turbine."


def test_what_is_typed_without_a_connection_outlives_the_window(writer):
    """The train goes into the tunnel, the telephone closes the page; later it is opened again."""
    form = begin_a_pledge(writer)
    window = same_person(writer)
    window.page.goto(form + "what/")
    window.page.context.set_offline(True)
    window.write("Title of the pledge", "Water for 9 relay huts")
    window.sees("No connection. What you write is kept on this device and saved when it is back.")
    window.page.close()
    writer.page.context.set_offline(False)
    writer.page.goto(form + "what/")
    until_saved(writer)
    assert writer.field("Title of the pledge").input_value() == "Water for 9 relay huts"
    writer.page.reload()
    assert writer.field("Title of the pledge").input_value() == "Water for 9 relay huts"


def test_a_draft_is_gone_on_with_on_another_device(chrome, demonstration, writer):
    form = begin_a_pledge(writer)
    writer.page.goto(form + "what/")
    writer.write("Title of the pledge", "Kites for 5 weather stations")
    writer.write("Done by", "next June, perhaps")  # half-typed, and nothing that can be read yet
    until_saved(writer)
    telephone = someone(chrome, demonstration, width=360)
    telephone.sign_in("lindiwe@example.org")
    telephone.go("/my/pledges/")
    telephone.follow("Kites for 5 weather stations")
    telephone.follow("Continue writing")
    telephone.page.goto(form + "what/")
    assert telephone.field("Title of the pledge").input_value() == "Kites for 5 weather stations"
    assert telephone.field("Done by").input_value() == "next June, perhaps"
    telephone.page.context.close()


def test_two_colleagues_write_in_one_draft_at_the_same_time(chrome, demonstration: Kept, writer):
    form = begin_a_pledge(writer)
    writer.go("/my/")
    writer.follow("Bramblewick Masts Association")
    writer.write("Mail address of your colleague", "jabu@example.org")
    writer.press("Invite")
    invitation = demonstration.mail_to("jabu@example.org", about="Bramblewick")
    colleague = someone(chrome, demonstration)
    colleague.sign_up("Jabu Nib", "jabu@example.org")
    colleague.page.goto(next(link for link in invitation.links if "/l/" in link))
    colleague.press("Join")
    for person in (writer, colleague):
        person.page.goto(form + "what/")
    writer.write("Title of the pledge", "Signals for 7 harbours")
    colleague.write("Begins", "2028")
    until_saved(writer)
    until_saved(colleague)
    writer.write("What do you promise?", "A light and a mast at each harbour.")
    until_saved(writer)
    colleague.write("What do you promise?", "A mast at each harbour.")
    colleague.sees("Lindiwe Quill wrote")
    colleague.sees("A light and a mast at each harbour.")
    colleague.page.context.close()
