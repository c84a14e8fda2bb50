"""Facets, list, sums: every number is recounted here in plain Python, from the texts alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.base import places
from kept.base.languages import bcp47
from kept.pledges.models import Revision, RevisionPartner, Term
from kept.pledges.record import fold
from kept.registry import search
from kept.registry.selection import Selection

pytestmark = pytest.mark.django_db
COUNTED = [name for name in ("focus", "type", "group", "country", "region", "beneficiary", "entity_type", "origin")]
COUNTED += ["amount", "year", "sdg", "language", "status"]


def select(text: str = "") -> Selection:
    return Selection.from_query(QueryDict(text))


class Oracle:
    """One public revision, with every value that it has, worked out from its content without the database."""

    def __init__(self, revision: Revision) -> None:
        content, self.revision = revision.content, revision
        self.reference = revision.pledge.reference
        day = revision.day
        expansion = places.expand(content.get("targets", ()), day)
        around = {code for country in expansion.countries for code in places.regions_of(country, day)}
        around |= {code for code in content["targets"] if places.kind_of(code) in ("region", "itu")}
        groups = {code for country in expansion.countries for code in places.groups_of(country, day)}
        groups |= {code for code in content["targets"] if places.kind_of(code) in ("group", "world")}
        sdgs = set(content.get("sdgs", ()))
        self.values = {
            "focus": set(content.get("focus_areas", ())),
            "type": set(content.get("kinds", ())),
            "beneficiary": set(content.get("beneficiaries", ())),
            "country": set(expansion.countries),
            "region": around,
            "group": groups,
            "entity_type": {revision.lead.entity_type},
            "origin": {revision.lead.country} - {""},
            "year": {str(revision.published_at.year)},
            "sdg": sdgs | {sdg.split(".")[0] for sdg in sdgs},
            "language": {bcp47(content["language"])},
            "status": {revision.record_status},
            "amount": {self.band(content, revision.amount_usd)},
        }
        partners = RevisionPartner.objects.filter(revision=revision)
        names = [revision.lead, *(p.organisation for p in partners)]
        words = [content["title"], content.get("summary", "")]
        words += [text for o in names for text in (o.name, o.abbreviation)]
        self.text = fold(" ".join(words))

    @staticmethod
    def band(content, usd) -> str:
        if usd is None:
            return "unconverted" if content.get("amount") else "none"
        for name, limit in (("lt100k", 10**5), ("lt1m", 10**6), ("lt10m", 10**7), ("lt100m", 10**8), ("lt1bn", 10**9)):
            if usd < limit:
                return name
        return "more"

    def matches(self, selection: Selection, *, without: str = "") -> bool:
        for name in COUNTED:
            wanted = selection.of(name) or (("published",) if name == "status" else ())
            if name != without and wanted and not self.values[name] & set(wanted):
                return False
        if re.fullmatch(r"P-\d+", selection.q) and self.reference == selection.q:
            return True
        words = re.findall(r"\w+", fold(selection.q)) or [fold(selection.q)]
        return all(word in self.text for word in words)


def recount(selection: Selection, everything: list[Oracle]):
    numbers = {}
    for name in COUNTED:
        found = [one for one in everything if one.matches(selection, without=name)]
        values = [value for one in found for value in one.values[name]]
        numbers[name] = {value: values.count(value) for value in set(values)}
    return [one for one in everything if one.matches(selection)], numbers


def everything(as_of: date | None = None) -> list[Oracle]:
    rows = Revision.objects.filter(n__isnull=False).select_related("pledge", "lead")
    at = datetime.combine(as_of, time.max, UTC) if as_of else datetime.now(UTC)
    return [Oracle(row) for row in rows if row.valid_from <= at and (row.valid_to is None or row.valid_to > at)]


def without_zeros(numbers):
    return {name: {value: n for value, n in counts.items() if n} for name, counts in numbers.items()}


DAYS = st.sampled_from([None, date(2023, 6, 30), date(2024, 12, 13)])
WORDS = st.sampled_from(
    ["", "", "schools", "FIBRE villages", "education", "数字", "مدارس", "lake", "100%", "%", "P-00009"]
)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), as_of=DAYS, q=WORDS)
def test_every_number_is_what_counting_by_hand_gives(public_record, data, as_of, q):
    """Any selection on any day: list, facets, sums and export agree with a recount."""
    known = everything(as_of)
    query = QueryDict(mutable=True)
    for name in data.draw(st.lists(st.sampled_from(COUNTED), max_size=3, unique=True)):
        values = sorted({value for one in known for value in one.values[name]})
        query.setlist(name, data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)))
    query["q"] = q
    query["as_of"] = as_of.isoformat() if as_of else ""
    selection = Selection.from_query(query)
    assert not selection.problems
    answer = search.answer(selection, 7)
    rows, numbers = recount(selection, known)
    assert answer.count == len(rows)
    own = {name: answer.facets[name] for name in COUNTED}  # what other rooms bring is theirs to hold
    assert without_zeros(own) == numbers
    assert answer.sums.amount_usd == sum((one.revision.amount_usd or 0 for one in rows), Decimal(0))
    every = [key for piece in search.keys(selection, chunk=3) for key in piece]
    assert sorted(every) == sorted(one.revision.pk for one in rows)
    assert every[: len(answer.keys)] == answer.keys


def test_short_lists_are_told_with_their_zeros(public_record):
    numbers = search.answer(select("country=CHE")).facets
    assert set(numbers["status"]) == {"published", "withdrawn", "superseded"}
    assert list(numbers["amount"]) == ["none", "lt100k", "lt1m", "lt10m", "lt100m", "lt1bn", "more", "unconverted"]
    assert list(numbers["sdg"])[:17] == [str(n) for n in range(1, 18)]
    assert set(numbers["focus"]) >= set(Term.objects.filter(taxonomy="focus").values_list("slug", flat=True))


def test_a_pledge_for_a_country_is_one_for_its_groups_of_that_day(organisations):
    """Bhutan left the least developed countries on 13 December 2023."""
    from tests.registry.conftest import put, varied

    content = varied(organisations, 1)[0][0].with_(targets=("BTN",))
    put([(content, datetime(2023, 12, 12, tzinfo=UTC)), (content, datetime(2023, 12, 13, tzinfo=UTC))])
    assert search.answer(select("group=ldc")).count == 1
    assert search.answer(select("region=034")).count == 2  # Southern Asia
    assert search.answer(select("region=142&country=BTN")).count == 2


def test_worldwide_expands_to_nothing(organisations):
    from tests.registry.conftest import START, put, varied

    put([(varied(organisations, 1)[0][0].with_(targets=("world",)), START)])
    answer = search.answer(select())
    assert (answer.facets["group"]["world"], answer.facets["region"]) == (1, {})
    assert answer.facets["country"] == {}
    assert answer.sums.countries_reached == 0


def test_goal_4_is_also_whatever_names_one_of_its_targets(public_record):
    goal, target = search.answer(select("sdg=4")), search.answer(select("sdg=4.4"))
    assert goal.count > target.count > 0
    assert search.answer(select("sdg=1")).count == 0  # not "17"


@pytest.mark.parametrize(
    ("order", "key", "reverse"),
    [
        ("newest", lambda r: (r.published_at, r.pledge.number), True),
        ("largest", lambda r: (r.amount_usd if r.amount_usd is not None else Decimal(-1), r.published_at), True),
    ],
)
def test_the_order_is_total(public_record, order, key, reverse):
    keys = [k for piece in search.keys(select(f"sort={order}")) for k in piece]
    rows = list(Revision.objects.filter(pk__in=keys).select_related("pledge"))
    assert keys == [row.pk for row in sorted(rows, key=key, reverse=reverse)]


def test_ending_soon_begins_with_what_ends_next(public_record):
    keys = [k for piece in search.keys(select("sort=ending")) for k in piece]
    ends = [Revision.objects.get(pk=k).ends_on for k in keys]
    today = datetime.now(UTC).date()
    coming = [e for e in ends if e and e >= today]
    assert ends[: len(coming)] == sorted(coming)
    assert all(e is None or e < today for e in ends[len(coming) :])


def test_a_title_finds_its_own_pledge_first(public_record):
    for pledge in public_record[:40:3]:
        if pledge.current.record_status == "published":
            query = QueryDict(mutable=True)
            query["q"] = pledge.title
            assert search.answer(Selection.from_query(query)).keys[0] == pledge.current_id


def test_a_reference_finds_its_pledge(public_record):
    pledge = public_record[0]
    for text in (pledge.reference, pledge.reference.lower(), "P-1"):
        assert search.answer(select(f"q={text}")).keys[0] == pledge.current_id


@pytest.mark.parametrize("text", ["%F0%9F%92%A9", "%25", "_", "'", '"', "OR 1=1--", "\\", "%00"])
def test_strange_words_are_looked_for_as_they_are(public_record, text):
    selection = select(f"q={text}")
    assert search.answer(selection).count == len([one for one in everything() if one.matches(selection)])


@pytest.mark.parametrize(
    "query",
    ["country=XXX", "country=%00", "focus=none", "year=abc", "year=1", "sdg=18", "sdg=4.x", "group=rich", "region=BDI",
     "amount=big", "language=qqq", "status=draft", "campaign=any", "organisation=nobody", "sort=password", "view=map3d",
     "page=-1", "page=0", "page=x", "as_of=0000-99-99", "as_of=2022", "as_of=2999-01-01", "origin=002",
     "entity_type=bank", "type=access", "beneficiary=%F0%9F%92%A9", f"q={'a' * 5000}", "page=٣"],
)  # fmt: skip
def test_a_value_that_does_not_exist_is_a_problem_and_answers_nothing(public_record, query):
    selection = select(query)
    assert [problem.name for problem in selection.problems] == [query.split("=")[0]]
    answer = search.answer(selection)
    assert (answer.count, answer.keys) == (0, [])


def test_values_are_known_however_they_are_spelt():
    assert select("country=bdi&region=ITU-AFRICA&group=LDC").chosen == {
        "group": ("ldc",), "country": ("BDI",), "region": ("itu-africa",)
    }  # fmt: skip


def test_empty_fields_of_a_form_say_nothing():
    assert select("q=&focus=&focus=&sort=&page=&as_of=") == Selection()


def test_a_page_too_far_is_the_last_one(public_record):
    answer = search.answer(select("page=99999999999999999999"), 7)
    assert answer.page == answer.pages == -(-answer.count // 7)
    assert len(answer.keys) == answer.count - 7 * (answer.pages - 1)


def test_a_selection_is_its_address():
    text = "?q=girls+skills&focus=access&country=BDI&country=NPL&as_of=2023-12-31&sort=largest&view=table&page=3"
    Term.objects.get_or_create(taxonomy="focus", slug="access")
    assert select(text[1:]).to_query() == text


def test_switching_a_value_twice_is_nothing():
    selection = select("country=BDI&page=4")
    assert selection.toggled("year", "2023").toggled("year", "2023") == selection.with_()
    assert selection.toggled("country", "BDI").chosen == {}


def test_an_organisation_is_found_as_lead_and_as_confirmed_partner(public_record, organisations):
    for organisation in organisations:
        found = search.answer(select(f"organisation={organisation.slug}"))
        by_hand = [
            one for one in everything() if one.values["status"] == {"published"} and (
                one.revision.lead == organisation
                or RevisionPartner.objects.filter(revision=one.revision, organisation=organisation, confirmed=True)
            )
        ]  # fmt: skip
        assert found.count == len(by_hand) > 0


def test_hundreds_of_values_are_asked_for_at_once(public_record, organisations, django_assert_max_num_queries):
    query = QueryDict(mutable=True)
    query.setlist("organisation", [one.slug for one in organisations] + [f"nobody-{n}" for n in range(400)])
    query.setlist("focus", [f"nothing-{n}" for n in range(400)])
    with django_assert_max_num_queries(8):
        selection = Selection.from_query(query)
    assert len(selection.problems) == 800
    assert set(selection.of("organisation")) == {one.slug for one in organisations}
    query.setlist("country", [f"X{n}" for n in range(1001)])
    assert [p.value for p in Selection.from_query(query).problems if p.code == "too_many"] == ["1001"]


def test_every_facet_is_narrowed_by_the_others_and_not_by_itself(public_record):
    first = search.answer(select("year=2023")).facets
    assert first["year"] == search.answer(select()).facets["year"]
    for name in COUNTED:
        for value, n in list(first[name].items())[:3]:
            assert search.answer(select(f"year=2023&{name}={value}")).count == n or name == "year"


def test_past_days_show_what_was_public_then(public_record):
    day = date(2023, 1, 1)
    answer = search.answer(select(f"as_of={day}"))
    assert answer.count == Revision.objects.filter(n=1, published_at__lt=datetime(2023, 1, 2, tzinfo=UTC)).count()
    later = search.answer(select(f"as_of={day + timedelta(days=400)}"))
    assert later.count > answer.count
