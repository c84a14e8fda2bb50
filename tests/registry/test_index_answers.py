"""The index answers what SQL answers: number, list in its order, facets, sums, exports; and words better."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from kept.pledges.models import Revision, Translation, TranslationState
from kept.registry import search
from kept.registry.index import answering, folder, following, schema
from kept.registry.selection import Selection
from tests.registry.conftest import FOCUS, FOR_WHOM, KINDS, LANGUAGES, MONEY, SDGS, TARGETS, put, varied

pytestmark = pytest.mark.django_db
DAY = datetime(2024, 5, 1, 12, tzinfo=UTC)


def select(text: str = "", **more) -> Selection:
    query = QueryDict(text, mutable=True)
    for name, value in more.items():
        query[name] = value
    return Selection.from_query(query)


def every_key(selection: Selection, chunk: int = 3) -> list[int]:
    return [key for piece in answering.keys(selection, chunk=chunk) for key in piece]


def same(selection: Selection, size: int = 7) -> None:
    """The index and SQL say the same, page by page and as an export."""
    assert not selection.problems
    ours, theirs = answering.answer(selection, size), search.answer_in_sql(selection, size)
    assert ours is not None
    assert ours.facets == theirs.facets, selection
    assert ours.sums == theirs.sums, selection
    assert (ours.count, ours.page, ours.pages, ours.keys) == (theirs.count, theirs.page, theirs.pages, theirs.keys), (
        selection
    )
    for name in ("group", "amount", "year", "sdg", "status"):
        assert list(ours.facets[name]) == list(theirs.facets[name])


@pytest.fixture
def record(organisations, indexed):
    """Seventy pledges, many with the same amount, the same last day, the same instant; some taken back."""
    from kept.pledges.actions.revising import revise_record

    made = varied(organisations, 70)
    pledges = put(
        [(text, when if n % 3 else DAY) for n, (text, when) in enumerate(made)], confirmed=[organisations[1].pk]
    )
    for pledge in pledges[4:70:9]:
        revise_record(pledge, pledge.current, at=datetime.now(UTC), event="pledge.withdrawn", reason="No money.")
    indexed()
    return pledges


def random_selection(luck: random.Random, values: dict[str, list[str]]) -> Selection:
    query = QueryDict(mutable=True)
    for name in luck.sample(sorted(values), luck.choice([0, 1, 1, 2, 3, 4])):
        for value in luck.sample(values[name], min(len(values[name]), luck.choice([1, 1, 2, 3]))):
            query.appendlist(name, value)
    if luck.random() < 0.3:
        query["q"] = luck.choice(["schools", "Fibre Villages", "education", "数字", "مدارس", "lake", "laptops number"])
    # SQL knows no accents in a title: of words that are met without them the index alone says which are closest.
    orders = ["newest", "largest", "ending", "reported"] + ["relevance"] * ("education" not in query.get("q", ""))
    query["sort"] = luck.choice(orders)
    query["page"] = str(luck.choice([1, 1, 2, 3, 99]))
    return Selection.from_query(query)


def known_values() -> dict[str, list[str]]:
    everything = search.answer_in_sql(select("status=published&status=withdrawn&status=superseded")).facets
    return {name: [value for value, n in counts.items() if n] for name, counts in everything.items()}


def test_random_questions_are_answered_as_in_sql(record):
    luck, values = random.Random(3), known_values()
    for _turn in range(60):
        selection = random_selection(luck, values)
        same(selection, luck.choice([1, 3, 7, 20]))
        assert every_key(selection) == [key for piece in search.keys_in_sql(selection) for key in piece]
        found = set(search.rows(selection).values_list("pk", flat=True))
        assert answering.count(selection) == len(found)
        some = luck.sample(every_key(select()), 5)
        assert set(answering.among(selection, some)) == found & set(some)


@pytest.mark.parametrize("sort", ["newest", "largest", "ending"])
@pytest.mark.parametrize("size", [1, 2, 5, 13])
def test_pages_put_together_are_the_whole_in_its_order(record, sort, size):
    """Also where a page begins or ends among pledges with the same amount or day."""
    selection = select(f"sort={sort}")
    wanted = list(search.ordered(search.rows(selection), selection).values_list("pk", flat=True))
    pages = -(-len(wanted) // size)
    found = [key for n in range(pages) for key in answering.answer(selection.with_(page=n + 1), size).keys]
    assert found == wanted


@pytest.mark.parametrize("sort", ["newest", "largest", "ending", "relevance"])
def test_an_export_takes_each_pledge_once(record, sort):
    selection = select(f"sort={sort}", q="number")
    assert every_key(selection) == [key for piece in search.keys_in_sql(selection) for key in piece]


def test_sums_are_exact_where_a_float_is_not(organisations, indexed):
    text = varied(organisations, 1)[0][0]
    money = [Decimal("70000000000000.01"), Decimal("60000000000000.03"), Decimal("0.05"), Decimal("900000000000000.07")]
    put([(text.with_(amount=str(amount), currency="USD", money_nature="new"), DAY) for amount in money])
    indexed()
    sums = answering.answer(select()).sums
    assert sums.amount_usd == sum(money) == sums.by_nature["new"]
    assert answering.answer(select("sort=largest")).keys == search.answer_in_sql(select("sort=largest")).keys


def test_a_merge_counts_two_organisations_as_one(record, organisations, indexed, secretary):
    from kept.people.actions.merging import merge, undo_merge

    before = answering.answer(select()).sums.organisations
    row = merge(organisations[0], into=organisations[4], by=secretary, at=datetime.now(UTC), reason="One and the same.")
    indexed()
    same(select())
    assert answering.answer(select()).sums.organisations == before - 1
    for slug in (organisations[0].slug, organisations[4].slug):
        same(select(f"organisation={slug}"))
    undo_merge(row, by=secretary, at=datetime.now(UTC), reason="They are two.")
    indexed()
    same(select())
    assert answering.answer(select()).sums.organisations == before


def test_past_days_and_what_does_not_exist_are_left_to_sql(record):
    assert answering.answer(select("as_of=2024-01-01")) is None
    assert answering.answer(select("country=XXX")) is None
    assert search.answer(select("as_of=2024-01-01")).count == search.answer_in_sql(select("as_of=2024-01-01")).count > 0


# Words -------------------------------------------------------------------------------------------------------


@pytest.fixture
def say(organisations, indexed):
    """Publish texts, one pledge each; then ask for words and get their titles."""
    plain = varied(organisations, 1)[0][0]

    def publish(*texts: dict):
        put([(plain.with_(**{"summary": "", **text}), DAY + timedelta(days=n)) for n, text in enumerate(texts)])
        indexed()

    def ask(q: str, **more) -> list[str]:
        found = answering.answer(select(q=q, **more))
        titles = dict(Revision.objects.values_list("pk", "title"))
        return [titles[key] for key in found.keys]

    publish.ask = ask
    return publish


def test_a_word_is_found_in_any_form_in_any_place(say):
    say(
        {"title": "Fibre for villages"},
        {"title": "Second", "summary": "Connected schools for all"},
        {"title": "Third", "description": "L’accès à l'Éducation", "language": "fr"},
    )
    assert say.ask("FIBRE") == ["Fibre for villages"]
    assert say.ask("connecting school") == ["Second"]  # by their stems
    assert say.ask("acces education") == ["Third"]
    assert say.ask("accès éducation") == ["Third"]
    assert say.ask("vill") == ["Fibre for villages"]  # the last word's beginning
    assert say.ask("vill fibre") == []  # not the first one's


@pytest.mark.parametrize("q", ["数字", "字", "数字教育", "教育平台", "字教"])
def test_chinese_is_found_by_any_piece(say, q):
    say({"title": "数字教育平台", "language": "zh-Hans"}, {"title": "教字数育台平", "language": "zh-Hans"})
    assert say.ask(q)[-1] == "数字教育平台"
    assert (len(say.ask(q)) == 2) is (q == "字")


def test_arabic_is_found_without_its_signs(say):
    say({"title": "تعليمُ الفتياتِ في المَدارِس", "language": "ar"}, {"title": "Other"})
    for q in ("تعليم", "مدارس", "المدارس", "الفتيات في"):
        assert say.ask(q) == ["تعليمُ الفتياتِ في المَدارِس"], q


@pytest.mark.parametrize(
    "q", ["Burundi", "БУРУНДИ", "布隆迪", "布隆", "بوروندي", "Côte d'Ivoire", "cote ivoire", "Ivory", "科特迪瓦"]
)
def test_a_place_is_found_in_any_language(say, q):
    say({"title": "One", "targets": ("BDI", "CIV")}, {"title": "Other", "targets": ("KEN",)})
    assert say.ask(q) == ["One"]


def test_a_place_that_only_follows_from_a_group_is_not_meant_by_a_word(say):
    say({"title": "For the group", "targets": ("ldc",)}, {"title": "For it", "targets": ("BDI",)})
    assert say.ask("Burundi") == ["For it"]
    assert say.ask("least developed") == ["For the group"]


def test_organisations_are_found_by_every_name_also_former_and_merged_ones(say, organisations, indexed, secretary):
    from kept.people.actions.merging import merge
    from kept.people.actions.organisations import change_organisation

    say({"title": "Theirs", "lead": organisations[2].pk})
    assert say.ask("asha trust") == say.ask("AT") == ["Theirs"]
    now = datetime.now(UTC)
    change_organisation(organisations[2], {"name": "Umeed", "names": {"fr": "Espoir"}}, by=secretary, at=now)
    merge(organisations[2], into=organisations[3], by=secretary, at=now, reason="One.")
    indexed()
    for q in ("umeed", "espoir", "asha", "formula"):
        assert say.ask(q) == ["Theirs"], q


def test_published_translations_are_found_drafts_are_not(say, indexed, make_pledge, secretary):
    from kept.log.actions import open_head
    from kept.pledges.actions.publishing import record_of
    from kept.pledges.actions.revising import revise_record
    from kept.pledges.record import put_on_record

    say({"title": "Laptops for girls"})
    revision = Revision.objects.public().get()
    for language, state in (("es", TranslationState.PUBLISHED), ("fr", TranslationState.WRITTEN)):
        Translation.objects.create(
            pledge=revision.pledge, n=revision.n, language=language, state=state,
            title={"es": "Portátiles para niñas", "fr": "Ordinateurs pour filles"}[language],
        )  # fmt: skip
    with open_head() as head:
        head.changed("pledge", revision.pledge.reference)
    indexed()
    assert say.ask("portatiles") == say.ask("niña") == ["Laptops for girls"]
    assert say.ask("ordinateurs") == []
    revise_record(revision.pledge, revision, at=datetime.now(UTC))  # the same words go on: so does the translation
    indexed()
    assert say.ask("portatiles") == ["Laptops for girls"]
    other = Revision(pledge=revision.pledge, content={**revision.content, "title": "Other words"})
    put_on_record([record_of(revision.pledge, other, "pledge.revised")], at=datetime.now(UTC))
    indexed()
    assert say.ask("portatiles") == []


def test_the_closest_stands_first(say):
    say(
        {"title": "Skills", "summary": "nothing else"},
        {"title": "Digital skills"},
        {"title": "Skills that are digital"},
        {"title": "Digital skills for girls"},
        {"title": "In the summary", "summary": "skills, digital ones"},
        {"title": "By its stem", "summary": "a digitally skilled village"},
    )
    assert say.ask("digital skills") == [
        "Digital skills", "Digital skills for girls", "Skills that are digital", "In the summary", "By its stem",
    ]  # fmt: skip


def test_a_reference_and_a_whole_title_find_their_pledge_first(record):
    for pledge in record[:30:4]:
        if pledge.current.record_status == "published":
            for q in (pledge.reference, pledge.reference.lower(), pledge.title, pledge.title.upper()):
                assert answering.answer(select(q=q)).keys[0] == pledge.current_id


def test_typing_errors_are_forgiven_only_where_nothing_is_found_and_it_says_so(say):
    say({"title": "Laptops for schools"}, {"title": "Latops"})
    assert say.ask("latops") == ["Latops"]
    found = answering.answer(select(q="schoosl latpops"))
    assert found.count == 1
    assert found.instead == {"schoosl": ("schools",), "latpops": ("laptops", "latops")}
    assert found.facets["status"]["published"] == found.sums.pledges == 1
    assert every_key(select(q="schoosl")) == answering.answer(select(q="schoosl")).keys
    for q in ("xqzv", "sck", "latops xqzvwwww"):  # too far from everything, too short to be sure
        assert not answering.answer(select(q=q)).count
    for q in ("aptops", "alptops", "llaptops", "raptops"):  # also in the first letter
        assert answering.answer(select(q=q)).instead == {q: ("laptops",)}
    assert search.answer(select(q="schoosl")).instead == {"schoosl": ("schools",)}


def test_a_title_of_signs_alone_finds_itself(say):
    say({"title": "🌍💧"}, {"title": "Water 🌍"})
    assert say.ask("🌍💧") == ["🌍💧"]


TITLES = [
    "«L’eau, c’est la vie»: 100% d’accès d'ici 2030 (phase n°2)", "https://example.org/a?b=c&d=%20e#f",
    "C++ & C#: 3,5 M€ / 2-3 ans", "\"Girls' skills\" – 'now'", "AND OR NOT (title:x) [1 TO 5] ^2 ~3 *", "+", "a" * 300,
    "数字教育：让每所学校上网（2025—2030年）", "字" * 300, "Подключить 40\u00a0школ — «без проводов»",
    "مُدُن ذكيّة ٢٠٣٠ — المرحلة (١)", "ชุมชนดิจิทัล", "e\u0301cole nume\u0301rique", "５Ｇ ＦＵＬＬ　ＷＩＤＴＨ",
    " ".join(f"w{n}" for n in range(75)), "P-00001 renewed", "ﬁnancial inclusion", "straße İzmir",
    "x\u00ady co\u00adoperation", "12:30, 1.000.000,00 USD", "The the the the", "_under_score_", "हिन्दी शिक्षा",
    "Fibre for villages, part 2", "Fibre for villages, part 22", "Fibre for villages",
]  # fmt: skip


def test_every_title_finds_its_pledge_first_whatever_is_in_it(say):
    say(*({"title": title} for title in TITLES))
    for title in TITLES:
        assert say.ask(title)[0] == title


@pytest.mark.parametrize(
    "q", ["%", "_", "'", '"', "OR 1=1--", "\\", "💩", "a" * 400, "-", "title:x", "[a TO b]", "*", "字" * 300]
)
def test_strange_words_do_no_harm(record, q):
    found = answering.answer(select(q=q))
    assert found.count == len(every_key(select(q=q)))


def test_facets_and_texts_of_this_fixture_are_not_all_alike():
    """What the random questions are drawn from."""
    assert all(len(values) > 2 for values in (FOCUS, FOR_WHOM, KINDS, LANGUAGES, MONEY, SDGS, TARGETS))


def test_without_the_setting_sql_answers(record, settings):
    settings.REGISTRY_INDEX = False
    assert answering.answer(select()) is answering.count(select()) is answering.keys(select()) is None
    assert search.answer(select()).count == search.rows(select()).count()


def test_today_ends_at_midnight_utc_for_what_ends_soon(record, monkeypatch):
    """A day later the order is another: nothing is remembered over midnight."""
    import time_machine

    for day in (date(2030, 12, 30), date(2031, 1, 1), date(2032, 1, 1)):
        with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False):
            same(select("sort=ending"))


def test_the_folder_says_what_it_is(record):
    made = folder.about(folder.current())
    assert made.schema == schema.fingerprint()
    assert following.fresh().size == len(record)
