"""What a hostile and a careless person type, into every address and every form: explained or refused, never a fault."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import islice

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.base import installation
from kept.base.models import Installation
from kept.log.models import Entry
from kept.meetings import actions as meeting_actions
from kept.meetings.models import Session
from kept.people.models import Link, Organisation, Person
from kept.pledges.models import Pledge, Revision
from kept.registration import actions as registrations
from kept.registration.models import Registration
from tests.meetings import making
from tests.site.doors import content_of, doors

MARK = "7531"
SCRIPT = f"<script>alert({MARK})</script>"
NASTY = (
    "\x00", "a\x00b", "x" * 5000, "%ED%A0%80", "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe", "9" * 40, "-1", "0",
    "1e999", "NaN", "٣", "²", "' OR 1=1 --", '"; DROP TABLE people_person; --', SCRIPT, f'"><img src=x onerror=alert({MARK})>',
    f"javascript:alert({MARK})", "{{ 7 }}{% debug %}", "../../../etc/passwd", "\u202egnp.exe", "=1+1", "2024-02-30",
    "99999-01-01", "P-000000000000000000001", "[]", "null", " ", "\n\r\t", "🜁" * 300, "a" * 3 + "\u0301" * 500,
)  # fmt: skip
QUERY = (
    "q", "focus", "type", "entity_type", "country", "region", "group", "origin", "beneficiary", "sdg", "year", "amount",
    "language", "status", "campaign", "as_of", "sort", "view", "page", "standing", "said", "level", "reporting", "state",
    "who", "kind", "next", "name", "on_behalf", "undo", "size", "theme", "put-right", "start", "lead", "ids", "key",
    "tz", "at", "session", "room", "by", "day", "speaker", "among",
)  # fmt: skip


@pytest.fixture
def house(make_pledge, make_organisation, secretary):
    """Something to look at: published, taken back, to review, a draft; a meeting with a session."""
    meeting = making.meeting("some-meeting", by=secretary)
    session = making.session(meeting, "Some session", "14:00", by=secretary)
    Session.objects.filter(pk=session.pk).update(code="abcdef")
    meeting_actions.release(meeting, {}, by=secretary, at=making.MADE)
    takes_registrations(meeting)
    asks_a_speaker(meeting, session, secretary)
    made = {state: make_pledge(state) for state in ("published", "withdrawn", "submitted", "draft")}
    Installation.objects.update_or_create(pk=1, defaults={"demonstration": True})  # no second factor is owed
    installation.forget()
    return made


def takes_registrations(meeting) -> None:
    """Registration is open, and somebody has begun one."""
    meeting.status = "registration_open"
    meeting.save()
    registrations.set_up_usual(meeting, seats=3, by=None, at=making.MADE)
    delegate = meeting.categories.get(code="delegate")
    begun = Registration.objects.create(meeting=meeting, category=delegate, mode="in_person", email="begun@example.org")
    Link.objects.create(token="b" * 43, purpose="registration", subject=begun.key, email=begun.email,
                        expires_at=making.MADE + timedelta(days=36_500))  # fmt: skip


def asks_a_speaker(meeting, session, secretary) -> None:
    """Somebody is asked to speak from afar, has said yes, and has a presentation to hand in."""
    type(meeting).objects.filter(pk=meeting.pk).update(presentations_until=meeting.starts_at)
    profile = making.speaks(making.speaker("Some Speaker", by=secretary), session, by=secretary).profile
    profile.roles.update(remote=True)
    Link.objects.create(token="c" * 43, purpose="speak", subject=f"{meeting.pk}-{profile.pk}", email="s@example.org",
                        once=False, expires_at=making.MADE + timedelta(days=36_500))  # fmt: skip


def open_addresses(house) -> list[str]:
    """Every address that takes a GET and no secret: all without values, and one of each that takes a pledge."""
    published = house["published"]
    known = {
        "reference": [published.reference],
        "slug": [published.lead.slug, "some-meeting"],
        "code": ["abcdef"],
        "n": [1],
        "language": ["fr"],
        "tab": ["all"],
    }
    made = [address for door in doors() for address in door.addresses(known)[:3]]
    return [address for address in dict.fromkeys(made) if not address.startswith("/accounts/logout")]


def unescaped(response) -> bool:
    """Was what somebody typed put into a page as markup?"""
    if "html" not in response.headers.get("Content-Type", ""):
        return False
    body = content_of(response).decode(errors="replace")
    return SCRIPT in body or f"<img src=x onerror=alert({MARK})>" in body or f'href="javascript:alert({MARK})' in body


CLOSED = (302, 404, 405)
KNOCKS = 3  # at a door that stays closed whatever is said


def fill(client, address: str, values) -> list[str]:
    """Ask with every query name set to a value, value after value; what went wrong."""
    faults = []
    for knocks, value in enumerate(values, 1):
        response = client.get(address, {name: value for name in QUERY})
        if response.status_code >= 500:
            faults.append(f"{address} answers {response.status_code} to {value!r:.60}")
        elif unescaped(response):
            faults.append(f"{address} shows {value!r:.60} as markup")
        elif response.status_code in CLOSED and knocks == KNOCKS:
            break
    return faults


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anonymous", "secretary"])
def test_no_address_breaks_or_shows_as_markup_what_is_typed_behind_it(client, house, secretary, who):
    if who == "secretary":
        client.force_login(secretary)
    step = 6  # the pages share the values among them: each value meets hundreds of pages, each page a handful of values
    faults = []
    for number, address in enumerate(open_addresses(house)):
        faults += fill(client, address, NASTY[number % step :: step])
    assert faults == []


@pytest.mark.django_db
def test_no_address_breaks_when_its_own_values_are_nasty(client, house):
    """/pledges/<script>/, /organisations/%00/, /log/tile/9999999999999999/0 …"""
    faults = []
    for prefix in ("", "/ar"):
        for start in (
            "/pledges/",
            "/organisations/",
            "/l/",
            "/log/tile/",
            "/api/v1/pledges/",
            "/my/pledges/",
            "/desk/",
        ):
            for value in (
                "%00",
                "%ED%A0%80",
                "%FF",
                "9" * 40,
                "%3Cscript%3Ealert(7531)%3C/script%3E",
                "..%2f..",
                "P-0",
                "a" * 3000,
            ):
                response = client.get(f"{prefix}{start}{value}/")
                if response.status_code >= 500 or unescaped(response):
                    faults.append(f"{prefix}{start}{value[:40]} answers {response.status_code}")
    assert faults == []


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(QUERY), st.text(max_size=40) | st.sampled_from([v for v in NASTY if isinstance(v, str)])
        ),
        max_size=6,
    ),
    st.sampled_from(
        ["/", "/pledges/", "/organisations/", "/counter/", "/api/v1/pledges", "/pledges/export.csv", "/embed/counter/"]
    ),
)
def test_no_mixture_of_questions_breaks_the_registry(client, house, pairs, address):
    question: dict[str, list[str]] = {}
    for name, value in pairs:
        question.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
    response = client.get(address, question)
    assert response.status_code < 500
    assert not unescaped(response)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/pledges/?q=a%00b", "/fr/organisations/%00/", "/api/v1/pledges?q=%00"])
def test_a_nul_in_an_address_is_refused_in_words(client, address):
    response = client.get(address)
    assert response.status_code == 400
    assert "Traceback" not in response.content.decode()


# Forms -----------------------------------------------------------------------------------------------


class Forms(HTMLParser):
    """The forms of a page that are sent: (address, {name: value as it stands}, names of files)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], set[str]]] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = values.get("method", "get").lower() == "post"
            if self.inside:
                self.found.append((values.get("action", ""), {}, set()))
        elif self.inside and tag in {"input", "textarea", "select", "button"} and values.get("name"):
            if values.get("type") == "file":
                self.found[-1][2].add(values["name"])
            else:
                self.found[-1][1].setdefault(values["name"], values.get("value", ""))

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


PAGES = {
    "focal": (
        "/my/", "/my/account/", "/my/organisations/new/", "/my/pledges/", "/pledges/new/", "/my/organisations/{slug}/",
        "/my/organisations/{slug}/edit/", "/pledges/{draft}/write/who/", "/pledges/{draft}/write/what/",
        "/pledges/{draft}/write/money/", "/pledges/{draft}/write/with/", "/pledges/{draft}/write/check/",
        "/my/pledges/{draft}/", "/my/pledges/{submitted}/", "/my/pledges/{published}/", "/my/pledges/{published}/withdraw/",
        "/my/pledges/{published}/supersede/", "/accounts/email/", "/accounts/password/set/", "/accounts/2fa/totp/activate/",
        "/my/registrations/", "/my/delegations/", "/my/delegations/some-meeting/of/{slug}/",
        "/my/delegations/some-meeting/of/{slug}/register/", "/my/delegations/some-meeting/of/{slug}/spreadsheet/",
    ),
    "secretary": (
        "/desk/meetings/new/", "/desk/meetings/some-meeting/edit/about/", "/desk/meetings/some-meeting/edit/place/",
        "/desk/meetings/some-meeting/parts/rooms/new/", "/desk/meetings/some-meeting/parts/documents/new/",
        "/desk/meetings/some-meeting/programme/", "/desk/meetings/some-meeting/programme/new/",
        "/desk/meetings/some-meeting/programme/release/",
        "/desk/meetings/some-meeting/reschedule/", "/desk/meetings/some-meeting/copy/",
        "/desk/meetings/some-meeting/speakers/new/", "/desk/meetings/some-meeting/presentations/",
        "/desk/pledges/", "/desk/pledges/{submitted}/", "/desk/pledges/{published}/", "/desk/pledges/{published}/delist/",
        "/desk/pledges/{published}/rate/", "/desk/pledges/{published}/redact/1/", "/desk/organisations/{lead}/",
        "/desk/organisations/new/", "/desk/organisations/{lead}/edit/", "/desk/organisations/{lead}/merge/", "/desk/accounts/",
        "/desk/accounts/{person}/", "/desk/outbox/", "/desk/settings/", "/desk/settings/rates/", "/desk/settings/places/BDI/",
        "/desk/settings/groups/", "/desk/terms/", "/desk/terms/focus/new/", "/desk/terms/focus/access/", "/desk/translations/",
        "/desk/import/", "/desk/meetings/some-meeting/registrations/", "/desk/meetings/some-meeting/registrations/pools/",
        "/desk/meetings/some-meeting/registrations/setup/", "/desk/meetings/some-meeting/registrations/setup/pools/new/",
        "/desk/meetings/some-meeting/registrations/setup/categories/delegate/",
        "/desk/meetings/some-meeting/registrations/setup/questions/new/",
        "/desk/meetings/some-meeting/registrations/setup/delegations/",
        "/desk/meetings/some-meeting/registrations/setup/invitations/", "/desk/meetings/some-meeting/registrations/setup/visas/",
        "/desk/meetings/some-meeting/registrations/write/", "/desk/meetings/some-meeting/registrations/spreadsheet/",
    ),
    "anonymous": (
        "/meetings/some-meeting/register/", f"/meetings/registration/{'b' * 43}/step/who/",
        f"/meetings/registration/{'b' * 43}/step/part/", f"/meetings/registration/{'b' * 43}/step/consents/",
        f"/meetings/registration/{'b' * 43}/step/check/",
        f"/meetings/speaking/{'c' * 43}/", f"/meetings/speaking/{'c' * 43}/words/",
        f"/meetings/speaking/{'c' * 43}/practical/", f"/meetings/speaking/{'c' * 43}/presentation/",
        f"/meetings/speaking/{'c' * 43}/connection/",
        "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
    ),
}  # fmt: skip
# Buttons that need nothing, and decisions that owe a reason: any text is one. They are tested in tests/pledges.
ANY_TEXT_WILL_DO = re.compile(r"/(logout|recall|revise|discard|withdraw|delist|redact/\d+)/")
WAYS = ("garbage", "empty", "huge", "wrong_types", "missing", "twice")


def typed(way: str, names: dict[str, str], files: set[str], number: int) -> dict:
    """What is sent: each field filled in one of the ways; what is chosen by hidden fields is forged, too."""
    if way == "missing":
        return {}
    garbage = [v for v in NASTY if isinstance(v, str)]
    values: dict = {}
    for place, name in enumerate(names):
        values[name] = {
            "garbage": garbage[(number + place) % len(garbage)],
            "empty": "",
            "huge": "ب" * 20_000,
            "wrong_types": SimpleUploadedFile("x.html", SCRIPT.encode(), content_type="text/html"),
            "twice": [SCRIPT, "-1", "0"],
        }[way]
    for name in files:
        values[name] = {
            "garbage": SimpleUploadedFile("../../evil\x00.png", b"\x89PNG\r\n\x1a\n" + SCRIPT.encode(), "image/png"),
            "huge": SimpleUploadedFile("big.pdf", b"%PDF-1.7\n" + b"0" * 3_000_000, "application/pdf"),
            "twice": SimpleUploadedFile("a.svg", f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>".encode()),
        }.get(way, "no file at all")
    return values


def record() -> list:
    """What is public and must not move: entries of the log, public texts, states of pledges, who is staff."""
    return [
        list(Entry.objects.order_by("pk").values_list("pk", "sha256")),
        list(Revision.objects.filter(n__isnull=False).order_by("pk").values_list("pk", "content", "valid_to")),
        list(Pledge.objects.exclude(status="draft").order_by("pk").values_list("pk", "status", "number", "current")),
        list(Person.objects.filter(is_staff=True).values_list("email", flat=True)),
        list(Organisation.objects.filter(merged_into__isnull=False).values_list("pk", flat=True)),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", sorted(PAGES))
def test_every_form_refuses_what_is_no_answer_and_nothing_public_moves(client, house, secretary, focal_point, who, way):
    people = {"focal": focal_point, "secretary": secretary}
    if who in people:
        client.force_login(people[who])
    lead = house["published"].lead
    values = {name: pledge.key for name, pledge in house.items()} | {"slug": lead.slug, "lead": lead.pk}
    before, seen, faults = record(), 0, []
    for page in PAGES[who]:
        address = page.format(**values, person=focal_point.pk)
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        forms = Forms()
        forms.feed(answer.content.decode())
        for number, (action, names, files) in enumerate(islice(forms.found, 12)):
            target = action or answer.request["PATH_INFO"]
            if ANY_TEXT_WILL_DO.search(target):
                continue
            seen += 1
            response = client.post(target, typed(way, names, files, number))
            if response.status_code >= 500:
                faults.append(f"{target} answers {response.status_code}")
            if unescaped(response):
                faults.append(f"{target} shows what was typed as markup")
            if record() != before:
                faults.append(f"{target} changed what is public")
                before = record()
    assert faults == []
    assert seen, "there were forms"


@pytest.mark.django_db
def test_nothing_that_was_typed_as_markup_is_markup_on_the_public_page(client, focal_point, secretary, make_pledge):
    """A published pledge full of scripts: shown as the letters they are, in pages, feeds, exports and structured data."""
    evil = f"{SCRIPT}\"'><img src=x onerror=alert({MARK})>{{{{ 7|add:7 }}}}"
    pledge = make_pledge(
        "published", title=f"=cmd|' /C calc'!A0 {evil}"[:120], summary=evil, description=f"{evil}\n\njavascript:alert({MARK})",
        occasion=evil[:60],
    )  # fmt: skip
    for address in (
        f"/pledges/{pledge.reference}/", f"/ar/pledges/{pledge.reference}/", "/pledges/", "/", "/organisations/",
        f"/pledges/{pledge.reference}/revisions/1/",
    ):  # fmt: skip
        response = client.get(address)
        assert response.status_code == 200
        assert not unescaped(response), address
    page = client.get(f"/pledges/{pledge.reference}/").content.decode()
    for script in re.findall(r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", page, re.S):
        assert "<" not in script, "structured data would end its own element"
    for row in content_of(client.get("/pledges/export.csv")).decode("utf-8-sig").splitlines()[1:]:
        assert not re.search(r"(?:^|,)\"?[=+@]", row), "a spreadsheet would execute this cell"
    feed = content_of(client.get("/pledges/feed.atom")).decode()
    assert SCRIPT not in feed
