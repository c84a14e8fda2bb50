"""A text that several people write in: whatever the order of their saves, no value is lost without a word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.base.lifecycle import NotAllowed, WrongState
from kept.people.models import Role
from kept.pledges import actions
from kept.pledges.actions.drafting import Given, _merge
from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.models import Pledge, Revision

FIELDS = ("title", "summary", "end", "contact_name")
writers = st.sampled_from(["one", "two", "three"])
steps = st.lists(
    st.tuples(
        writers, st.sampled_from(FIELDS), st.sampled_from(["", "a", "b", "c", "2027"]), st.booleans(), st.booleans()
    ),
    max_size=25,
)


def merged(pledge, text, name, value, seen, typed):
    """One save of one field, without a database."""
    values = {} if name == "contact_name" or typed else {name: value}
    contact = {name: value} if name == "contact_name" and not typed else {}
    return _merge(pledge, text, Given(values, {name: value} if typed else {}, contact, {name: seen}))


@given(steps)
@settings(max_examples=300)
def test_in_no_order_of_saves_a_value_is_lost_without_a_word(saves):
    """Each writer sees the page when they open it or after their own save; whoever would overwrite what they never
    saw is told, with both versions; what was not told is what is kept."""
    pledge, text = Pledge(), Revision(content={}, typed={}, version=1, field_versions={})
    seen: dict[tuple[str, str], int] = {}
    kept: dict[str, tuple[str, bool]] = {}  # field: (value, as typed) that the last told-nothing save left
    for writer, name, value, typed, opens in saves:
        typed = typed and value != ""
        if opens:
            seen |= {(writer, field): text.version for field in FIELDS}
        before = kept.get(name, ("", False))
        base = seen.get((writer, name), 1)
        stale = text.field_versions.get(name, 0) > base
        saved = merged(pledge, text, name, value, base, typed)
        pledge.contact_name = (
            value if name == "contact_name" and name in saved.changed and not typed else pledge.contact_name
        )
        if name in saved.conflicts:
            assert stale
            assert saved.conflicts[name] == (before[0] or None, value or None) or saved.conflicts[name] == (
                before[0],
                value,
            )
        elif name in saved.changed:
            assert not stale
            kept[name] = (value, typed)
            seen[writer, name] = saved.version
        else:
            assert before == (value, typed)
    for name, (value, typed) in kept.items():
        stored = text.typed.get(name) if typed else (
            pledge.contact_name if name == "contact_name" else text.content.get(name, "")
        )  # fmt: skip
        assert (stored or "") == value
        assert (name in text.typed) == typed


@given(st.permutations([("title", "A"), ("summary", "B"), ("end", "2027"), ("contact_name", "C")]))
def test_different_fields_never_get_in_each_others_way(order):
    pledge, text = Pledge(), Revision(content={}, typed={}, version=1, field_versions={})
    for name, value in order:
        saved = merged(pledge, text, name, value, 1, False)
        pledge.contact_name = value if name == "contact_name" else pledge.contact_name
        assert (saved.changed, saved.conflicts) == ([name], {})
    assert text.content == {"title": "A", "summary": "B", "end": "2027", "language": "en"}
    assert pledge.contact_name == "C"
    assert text.version == 5


def test_what_was_typed_gives_way_once_it_can_be_read(make_pledge, focal_point, now):
    pledge = make_pledge("draft", amount="5", currency="USD", money_nature="new")

    def save(**kwargs):
        return actions.save_fields(pledge, kwargs.pop("values", {}), by=focal_point, at=now, base_version=99, **kwargs)

    save(typed={"amount": "12 apples"})
    pledge.working.refresh_from_db()
    assert (pledge.working.typed, pledge.working.content["amount"]) == ({"amount": "12 apples"}, "5")
    save(values={"amount": "5"})
    pledge.working.refresh_from_db()
    assert pledge.working.typed == {}


def test_a_save_of_what_is_there_already_is_none(make_pledge, focal_point, now):
    pledge = make_pledge("draft")
    rows = (Indicator(name="Health posts connected", unit="posts", baseline="0", target="214", by="2027-12"),)
    saved = actions.save_fields(pledge, {"indicators": rows}, by=focal_point, at=now, base_version=0)
    assert (saved.changed, saved.conflicts, saved.version) == ([], {}, 1)


def test_each_field_has_a_version_of_its_own(make_pledge, focal_point, now):
    pledge = make_pledge("draft")
    actions.save_fields(pledge, {"title": "Theirs"}, by=focal_point, at=now, base_version=1)
    saved = actions.save_fields(
        pledge, {"title": "Mine", "summary": "Mine"}, by=focal_point, at=now, base_version={"title": 1, "summary": 2}
    )
    assert (saved.changed, saved.conflicts) == (["summary"], {"title": ("Theirs", "Mine")})
    kept = actions.save_fields(pledge, {"title": "Mine"}, by=focal_point, at=now, base_version={"title": saved.version})
    assert kept.changed == ["title"]


def test_contacts_are_kept_with_the_pledge_and_merged_like_the_rest(make_pledge, focal_point, now):
    pledge = make_pledge("draft")
    actions.save_fields(pledge, {}, contact={"contact_name": "Ana"}, by=focal_point, at=now, base_version=1)
    saved = actions.save_fields(pledge, {}, contact={"contact_name": "Ben"}, by=focal_point, at=now, base_version=1)
    assert saved.conflicts == {"contact_name": ("Ana", "Ben")}
    assert Pledge.objects.get().contact_name == "Ana"
    assert "contact_name" not in pledge.working.content


def test_nobody_writes_a_promise_into_another_organisations_name(make_pledge, make_organisation, focal_point, now):
    other = make_organisation("Voices Foundation")
    pledge = make_pledge("draft")
    with pytest.raises(NotAllowed):
        actions.save_fields(pledge, {"lead": other.pk}, by=focal_point, at=now, base_version=1)
    with pytest.raises(NotAllowed):
        actions.create_draft(by=focal_point, at=now, lead=other, content=PledgeContent())


def test_a_colleague_does_not_make_a_draft_nobodys(make_pledge, make_member, organisation, now):
    pledge = make_pledge("draft")
    colleague = make_member(organisation, Role.CONTRIBUTOR)
    with pytest.raises(NotAllowed):
        actions.save_fields(pledge, {"lead": None}, by=colleague, at=now, base_version=1)


def test_who_only_reads_does_not_write(make_pledge, make_member, organisation, now):
    viewer = make_member(organisation, Role.VIEWER)
    with pytest.raises(NotAllowed):
        actions.save_fields(make_pledge("draft"), {"title": "X"}, by=viewer, at=now, base_version=1)


@pytest.mark.parametrize("state", ["submitted", "accepted", "declined"])
def test_what_is_with_the_secretariat_is_not_changed_under_its_hands(make_pledge, focal_point, now, state):
    with pytest.raises(WrongState):
        actions.save_fields(make_pledge(state), {"title": "X"}, by=focal_point, at=now, base_version=1)
