"""Places: the United Nations' names, who belongs where on which day, names as people write them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from kept.base import places
from kept.base.languages import CODES
from kept.base.places.recognise import _country_names, _target_names

TODAY = date(2026, 11, 24)


@pytest.fixture
def amended():
    """Amendments of an installation, taken back afterwards."""

    def amend(**amendments):
        places.set_amendments(lambda: amendments)
        places.reload()

    yield amend
    places.set_amendments(dict)
    places.reload()


# What there is


def test_there_are_the_248_countries_and_areas_of_m49_each_with_six_names():
    countries = places.all_countries()
    assert len(countries) == 248
    assert [one.alpha3 for one in countries if set(one.names) != set(CODES) or not all(one.names.values())] == []
    assert len({one.alpha2 for one in countries}) == len({one.m49 for one in countries}) == 248


def test_every_region_group_and_everywhere_has_six_names():
    codes = (*places.regions(), *places.itu_regions(), *places.groups(), places.WORLD)
    assert [code for code in codes if set(places.names_of(code)) != set(CODES)] == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("BDI", "country"),
        ("SCG", "country"),
        ("002", "region"),
        ("419", "region"),
        ("itu-cis", "itu"),
        ("ldc", "group"),
        ("world", "world"),
        ("BI", None),
        ("TWN", None),
        ("XKX", None),
        ("999", None),
        ("", None),
    ],
)
def test_a_code_is_one_kind_of_place_or_none(code, kind):
    assert places.kind_of(code) == kind


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("PSE", "en", "State of Palestine"),
        ("PSE", "zh-hans", "巴勒斯坦国"),
        ("HKG", "en", "China, Hong Kong Special Administrative Region"),
        ("TUR", "fr", "Türkiye"),
        ("CIV", "es", "Côte d’Ivoire"),
        ("FLK", "es", "Islas Malvinas (Falkland)"),
        ("NLD", "en", "Netherlands (Kingdom of the)"),
        ("202", "ru", "Африка к югу от Сахары"),
        ("ldc", "ar", "أقل البلدان نموًا"),
        ("world", "fr", "Monde entier"),
        ("SCG", "en", "Serbia and Montenegro"),
        ("nowhere", "en", "nowhere"),
    ],
)
def test_names_are_those_of_the_united_nations(code, language, name):
    assert places.name(code, language) == name


def test_slips_of_the_source_are_put_right():
    assert places.name("ALA", "ru") == "Аландские острова"
    assert places.name("ATF", "ar") == "الأراضي الفرنسية الجنوبية"


def test_the_installation_can_replace_each_name_in_each_language():
    own = {("PSE", "en"): "Palestine"}
    assert places.name("PSE", "en", own) == "Palestine"
    assert places.name("PSE", "fr", own) == "État de Palestine"
    try:
        places.set_overrides(lambda: own)
        assert places.name("PSE", "en") == "Palestine"
    finally:
        places.set_overrides(dict)


def test_a_country_knows_its_regions_from_large_to_small():
    assert places.country("BDI").path == ("002", "202", "014")
    assert places.region_of("BDI") == "002"
    assert places.region_of("ATA") is None
    assert places.regions_of("GEO", TODAY) == ("142", "145", "itu-europe")


# Membership by the day


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2001, 4, 11), 48),
        (date(2001, 4, 12), 49),
        (date(2003, 12, 31), 50),
        (date(2007, 12, 31), 49),
        (date(2011, 1, 1), 48),
        (date(2012, 12, 31), 49),
        (date(2014, 1, 1), 48),
        (date(2017, 12, 31), 47),
        (date(2020, 12, 31), 46),
        (date(2022, 12, 31), 46),
        (date(2023, 12, 12), 46),
        (date(2023, 12, 13), 45),
        (date(2024, 12, 12), 45),
        (date(2024, 12, 13), 44),
        (date(2026, 11, 23), 44),
    ],
)
def test_the_list_of_least_developed_countries_is_the_list_of_its_day(day, number):
    assert len(places.members("ldc", day)) == number


def test_bhutan_left_on_13_december_2023_and_is_still_landlocked():
    assert places.groups_of("BTN", date(2023, 12, 12)) == ("ldc", "lldc")
    assert places.groups_of("BTN", date(2023, 12, 13)) == ("lldc",)


def test_a_scheduled_end_counts_from_its_day_and_a_postponement_that_is_open_holds_it_up():
    on_the_day = places.members("ldc", TODAY)
    assert "LAO" not in on_the_day
    assert {"BGD", "NPL"} <= on_the_day
    assert {"KHM", "SEN"} <= on_the_day
    assert not {"KHM", "SEN"} & places.members("ldc", date(2030, 1, 1))


def test_the_installation_changes_a_group_without_code(amended):
    amended(ldc=[{"country": "NPL", "since": date(1971, 11, 18), "until": TODAY, "status": "in force"}])
    assert "NPL" not in places.members("ldc", TODAY)
    assert "NPL" in places.members("ldc", date(2026, 11, 23))
    assert "BGD" in places.members("ldc", TODAY)


def test_the_installation_can_add_a_place_that_m49_does_not_list(amended):
    assert places.find("Kosovo (under UNSCR 1244)") is None
    amended(places={"XKX": {"names": {"en": "Kosovo (under UNSCR 1244)"}, "path": ["150", "039"]}})
    assert places.find("Kosovo (under UNSCR 1244)") == "XKX"
    assert places.unlisted("Kosovo (under UNSCR 1244)") is None
    assert places.name("XKX", "fr") == "Kosovo (under UNSCR 1244)"
    assert "XKX" in places.members("150", TODAY)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("lldc", 32),
        ("sids", 53),
        ("itu-africa", 44),
        ("itu-americas", 35),
        ("itu-arab-states", 22),
        ("itu-asia-pacific", 39),
        ("itu-cis", 9),
        ("itu-europe", 46),
    ],
)
def test_groups_and_itu_regions_have_the_members_their_keepers_name(code, number):
    assert len(places.members(code, TODAY)) == number


def test_nobody_is_in_two_itu_regions_or_two_continents():
    for codes in (places.itu_regions(), ("002", "009", "019", "142", "150")):
        members = [country for code in codes for country in places.members(code, TODAY)]
        assert len(members) == len(set(members))


def test_a_continent_holds_exactly_its_parts():
    for whole, parts in {
        "002": ("015", "202"),
        "202": ("011", "014", "017", "018"),
        "419": ("005", "013", "029"),
    }.items():
        assert places.members(whole, TODAY) == frozenset().union(*(places.members(one, TODAY) for one in parts))


def test_a_region_holds_the_states_that_were_there_on_the_day():
    assert "SCG" in places.members("150", date(2005, 1, 1))
    assert not {"SRB", "MNE"} & places.members("150", date(2005, 1, 1))
    assert {"SRB", "MNE"} <= places.members("150", TODAY)
    assert "SSD" not in places.members("002", date(2011, 7, 8))
    assert "SSD" in places.members("002", date(2011, 7, 9))
    assert "ANT" in places.members("sids", date(2010, 10, 9))


# What targets stand for


def test_named_countries_stay_apart_from_those_that_a_group_covers():
    stands = places.expand(["BDI", "FRA", "ldc"], date(2023, 12, 31))
    assert stands.named == {"BDI", "FRA"}
    assert len(stands.by_group) == 44
    assert "BDI" not in stands.by_group
    assert not stands.worldwide
    assert len(stands.countries) == 46


def test_worldwide_is_a_target_of_its_own_and_names_nobody():
    assert places.expand(["world"], TODAY) == places.Expansion(worldwide=True)
    assert places.members("world", TODAY) == frozenset()


def test_a_state_that_no_longer_exists_stays_itself_when_it_is_named():
    assert places.expand(["YUG"], TODAY).named == {"YUG"}


@given(st.lists(st.sampled_from(["BDI", "NPL", "ldc", "sids", "002", "itu-cis", "world", "nonsense"])))
def test_the_order_of_targets_and_saying_one_twice_change_nothing(codes):
    assert places.expand(codes, TODAY) == places.expand(sorted(set(codes)), TODAY)


def test_the_page_of_a_group_says_who_is_in_it_and_what_changes():
    told = places.explain("ldc", "fr", TODAY)
    assert told.name == "Pays les moins avancés"
    assert told.members[0] == ("AFG", "Afghanistan")
    assert len(told.members) == 43
    assert [(one.country, one.day, one.status) for one in told.changes[:3]] == [
        ("BGD", TODAY, "postponement asked"),
        ("LAO", TODAY, "scheduled"),
        ("NPL", TODAY, "postponement asked"),
    ]
    assert places.explain("nowhere", "fr", TODAY) is None


# Names as people write them


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BDI", "BDI"),
        ("BI", "BDI"),
        ("108", "BDI"),
        ("burundi", "BDI"),
        ("  Burundi\u00a0", "BDI"),
        ("布隆迪", "BDI"),
        ("بوروندي", "BDI"),
        ("Бурунди", "BDI"),
        ("Burma", "MMR"),
        ("Ivory Coast", "CIV"),
        ("Côte d'Ivoire", "CIV"),
        ("COTE D’IVOIRE", "CIV"),
        ("Korea, Democratic People's Republic of", "PRK"),
        ("Korea, Republic of", "KOR"),
        ("South Korea", "KOR"),
        ("North Korea", "PRK"),
        ("Swaziland", "SWZ"),
        ("Turkey", "TUR"),
        ("Türkiye", "TUR"),
        ("Zaire", "COD"),
        ("DRC", "COD"),
        ("Congo, The Democratic Republic of the", "COD"),
        ("Congo", "COG"),
        ("Congo, Republic of", "COG"),
        ("Serbia and Montenegro (until 2006-2009)", "SCG"),
        ("Yugoslavia", "YUG"),
        ("USSR", "SUN"),
        ("USA", "USA"),
        ("usa", "USA"),
        ("U.S.A.", "USA"),
        ("U.K.", "GBR"),
        ("uk", "GBR"),
        ("Viet Nam", "VNM"),
        ("Vietnam", "VNM"),
        ("Holland", "NLD"),
        ("Cape Verde", "CPV"),
        ("occupied Palestinian territory", "PSE"),
        ("Palestine", "PSE"),
        ("Moldova, Republic of", "MDA"),
        ("Bolivia, Plurinational State of", "BOL"),
        ("Holy See (Vatican City State)", "VAT"),
        ("St. Lucia", "LCA"),
        ("St Kitts & Nevis", "KNA"),
        ("The Gambia", "GMB"),
        ("Guinea Ecuatorial", "GNQ"),
        ("Allemagne", "DEU"),
        ("Deutschland", "DEU"),
        ("Южная Африка", "ZAF"),
        ("North Macedonia, Republic of", "MKD"),
        ("Lao People’s Democratic Republic", "LAO"),
    ],
)
def test_codes_names_in_six_languages_and_old_names_are_recognised(text, code):
    assert places.find(text) == code


@pytest.mark.parametrize(
    "pair",
    [
        {"Niger": "NER", "Nigeria": "NGA"},
        {"Guinea": "GIN", "Guinea-Bissau": "GNB", "Equatorial Guinea": "GNQ", "Papua New Guinea": "PNG"},
        {"Congo": "COG", "Democratic Republic of the Congo": "COD"},
        {"Dominica": "DMA", "Dominican Republic": "DOM", "Dominique": "DMA", "République dominicaine": "DOM"},
        {"Sudan": "SDN", "South Sudan": "SSD"},
        {"Samoa": "WSM", "American Samoa": "ASM"},
        {"Mali": "MLI", "Malawi": "MWI", "Maldives": "MDV", "Malta": "MLT"},
        {"Austria": "AUT", "Australia": "AUS"},
        {"Ireland": "IRL", "Iceland": "ISL"},
        {"Slovakia": "SVK", "Slovenia": "SVN"},
        {"Mauritius": "MUS", "Mauritania": "MRT"},
        {"Guyana": "GUY", "French Guiana": "GUF"},
        {"Saint Martin": "MAF", "Sint Maarten": "SXM"},
    ],
)
def test_names_that_resemble_each_other_are_kept_apart(pair):
    assert {text: places.find(text) for text in pair} == pair


@pytest.mark.parametrize(
    "text",
    ["", "Nigerria", "Korea", "Virgin Islands", "America", "Northern Ireland", "no", "can", "us", "car", "NA", "N/A"]
    + ["Middle East", "EU", "999", "142", "002", "Taiwan", "Kosovo", "Republic of", "Guinea, Niger"],
)
def test_what_is_not_surely_a_country_is_none(text):
    assert places.find(text) is None


@given(st.text(max_size=30))
def test_no_text_upsets_the_search(text):
    assert places.find(text) is None or places.kind_of(places.find(text)) == "country"
    places.find_target(text)
    places.unlisted(text)
    assert all(places.kind_of(code) for code in places.suggest(text))


@pytest.mark.parametrize("language", CODES)
def test_every_country_is_found_by_its_own_name_however_it_is_written(language):
    for one in places.all_countries(former=True):
        name = one.names[language]
        assert places.find(name, language) == one.alpha3
        assert places.find(name.upper(), language) == one.alpha3
        assert places.find(f" {name.replace(' ', '  ')}.", language) == one.alpha3


def test_no_name_means_two_countries():
    assert {name: set(codes) for name, codes in _country_names().items() if len(codes) > 1} == {}
    assert {name: set(codes) for name, codes in _target_names().items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Africa", "002"),
        ("the Americas", "019"),
        ("Sub-Saharan Africa", "202"),
        ("Afrique de l'Ouest", "011"),
        ("Asia-Pacific", "itu-asia-pacific"),
        ("Arab States", "itu-arab-states"),
        ("CIS", "itu-cis"),
        ("itu-africa", "itu-africa"),
        ("LDCs", "ldc"),
        ("Least Developed Countries (LDC)", "ldc"),
        ("Pays les moins avancés", "ldc"),
        ("landlocked developing countries", "lldc"),
        ("SIDS", "sids"),
        ("World", "world"),
        ("worldwide", "world"),
        ("GLOBAL", "world"),
        ("全球", "world"),
        ("Kenya (KEN)", "KEN"),
        ("Kenya (UGA)", None),
        ("Île Maurice", "MUS"),
        ("Rép. dém. du Congo", "COD"),
        ("all LDCs", "ldc"),
        ("tous les PMA", "ldc"),
        ("所有最不发达国家", "ldc"),
        ("LDC countries", "ldc"),
        ("all Kenya", None),
        ("Burundi", "BDI"),
        ("Micronesia", "FSM"),
        ("Latin America", None),
        ("Pacific", None),
    ],
)
def test_a_target_may_be_a_country_a_region_a_group_or_everywhere(text, code):
    assert places.find_target(text) == code


@pytest.mark.parametrize("text", ["Taiwan", "Taiwan, Province of China", "China (Taiwan)", "台湾", "TW", "TWN"])
def test_what_m49_does_not_list_is_recognised_as_such_and_nothing_is_put_in_its_place(text):
    assert places.find_target(text) is None
    assert places.unlisted(text).key == "taiwan"
    assert places.suggest(text) == []


def test_similar_names_are_offered_to_a_person():
    assert places.suggest("Nigerria")[:2] == ["NGA", "NER"]
    assert places.suggest("Korea")[:2] == ["KOR", "PRK"]
    assert "NAM" in places.suggest("NA")
    assert places.suggest("") == []


def test_a_column_of_codes_may_be_in_any_case():
    assert [places.by_code(text) for text in ("no", "NOR", "578", "ldc", "002", "xx")] == [
        "NOR",
        "NOR",
        "NOR",
        "ldc",
        "002",
        None,
    ]


def test_every_country_of_the_aid_flows_of_2001_is_found():
    # Names as UN OCHA's Financial Tracking Service writes them (destinations of the flows of 2001).
    names = """Bolivia, Plurinational State of|Congo, The Democratic Republic of the|Côte d'Ivoire|Czech Republic
    Iran, Islamic Republic of|Korea, Democratic People's Republic of|Lao People's Democratic Republic
    Moldova, Republic of|North Macedonia, Republic of|Russian Federation|Syrian Arab Republic
    Tanzania, United Republic of|Timor-Leste|Türkiye|Venezuela, Bolivarian Republic of|Viet Nam
    occupied Palestinian territory|Libya|Netherlands|United Kingdom|United States|Bahamas"""
    assert [name for name in names.replace("\n", "|").split("|") if places.find(name) is None] == []


# Order


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Algeria"]),
        ("fr", ["Afghanistan", "Afrique du Sud", "Albanie", "Algérie"]),
        ("ar", ["الاتحاد الروسي", "إثيوبيا", "أذربيجان"]),
        ("ru", ["Австралия", "Австрия", "Азербайджан"]),
        ("zh-hans", ["阿尔巴尼亚", "阿尔及利亚", "阿富汗"]),
    ],
)
def test_a_list_runs_in_the_order_of_its_language(language, first):
    codes = [one.alpha3 for one in places.all_countries()]
    names = [places.name(code, language) for code in places.sorted_by_name(codes, language)]
    assert names[: len(first)] == first


# The command that brings the list up to date

HEAD = (
    "Global Code;Global Name;Region Code;Region Name;Sub-region Code;Sub-region Name;Intermediate Region Code;"
    "Intermediate Region Name;Country or Area;M49 Code;ISO-alpha2 Code;ISO-alpha3 Code;"
    "Least Developed Countries (LDC);Land Locked Developing Countries (LLDC);Small Island Developing States (SIDS)"
)
TAXONOMY = ["M49 English", "M49 French", "M49 Spanish", "M49 Russian", "M49 Chinese", "M49 Arabic"]


@pytest.fixture
def sources(tmp_path):
    """M49's table and the taxonomy as they were when the packaged file was made."""
    table, taxonomy = [HEAD], ["ISO 3166-1 Alpha 3-Codes," + ",".join(TAXONOMY)]
    order = {"English": "en", "French": "fr", "Spanish": "es", "Russian": "ru", "Chinese": "zh-hans", "Arabic": "ar"}
    for one in places.all_countries():
        marks = ["x" if one.alpha3 in places.members(group, TODAY) else "" for group in ("ldc", "lldc", "sids")]
        path = [*one.path, "", "", ""][:3]
        row = ["001", "World", path[0], "", path[1], "", path[2], "", one.names["en"], one.m49, one.alpha2, one.alpha3]
        table.append(";".join([*row, *marks]))
        names = [one.names[order[column.split()[1]]] for column in TAXONOMY]
        taxonomy.append(",".join(f'"{text}"' for text in (one.alpha3, *names)))
    m49, names = tmp_path / "m49.csv", tmp_path / "names.csv"
    m49.write_text("\ufeff" + "\n".join(table), "utf-8")
    names.write_text("\n".join(taxonomy), "utf-8")
    return m49, names


def test_the_list_is_rebuilt_from_its_sources_and_a_second_run_changes_nothing(sources, tmp_path, capsys):
    m49, names = sources
    out = tmp_path / "places.json"
    call_command("update_places", m49=m49, taxonomy=names, out=out)
    made = json.loads(out.read_text("utf-8"))
    assert len(made["countries"]) == 248
    assert made["countries"]["BDI"]["names"][0] == "Burundi"
    capsys.readouterr()
    call_command("update_places", m49=m49, taxonomy=names, out=out, check=True)
    assert "248 countries" not in capsys.readouterr().out


def test_a_new_name_is_said_before_it_is_taken(sources, tmp_path, capsys):
    m49, names = sources
    out = tmp_path / "places.json"
    call_command("update_places", m49=m49, taxonomy=names, out=out)
    m49.write_text(m49.read_text("utf-8").replace(";Nauru;", ";Naoero;"), "utf-8")
    capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("update_places", m49=m49, taxonomy=names, out=out, check=True)
    assert "NRU: names: Nauru" in capsys.readouterr().out
    assert json.loads(out.read_text("utf-8"))["countries"]["NRU"]["names"][0] == "Nauru"


def test_where_the_united_nations_mark_another_member_it_is_said(sources, tmp_path, capsys):
    m49, names = sources
    lines = [
        line.removesuffix(";;;") + ";x;;" if ";KEN;" in line else line for line in m49.read_text("utf-8").split("\n")
    ]
    m49.write_text("\n".join(lines), "utf-8")
    call_command("update_places", m49=m49, taxonomy=names, out=tmp_path / "places.json")
    assert "ldc: M49 has KEN (Kenya), we do not" in capsys.readouterr().out


def test_a_file_that_is_not_the_table_is_refused(tmp_path):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a;b\n1;2\n", "utf-8")
    with pytest.raises(CommandError, match="not the M49 table"):
        call_command("update_places", m49=wrong, taxonomy=wrong, out=tmp_path / "places.json")
