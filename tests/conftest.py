"""What every test may ask for: people, organisations, a pledge in any state, a clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from kept.api import limits
from kept.base import amendments, entered, formats, installation, places
from kept.people.models import EntityType, Membership, MembershipState, Organisation, Person, Role
from kept.people.naming import normalise, slug_for
from kept.pledges import actions
from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.models import Pledge
from kept.registry import page_cache
from tests.browser import pytest_terminal_summary  # noqa: F401  (says loudly what was not tested)

# The same examples on every run, so that what was green stays green; `pytest --hypothesis-profile random` looks for new ones.
settings.register_profile("random", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", settings.get_profile("random"), derandomize=True)
settings.load_profile("house")

STORED = {"db", "transactional_db", "django_db_setup"}


def asks_the_database(item: pytest.Item) -> bool:
    """Whether a test may reach the database of the tests. A served installation has one of its own, always SQLite."""
    return bool(STORED & set(getattr(item, "fixturenames", ()))) or item.get_closest_marker("django_db") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not asks_the_database(item):
            item.add_marker(pytest.mark.any_database)
    # Long walks first: at the end two processes share out what is short, and neither waits for the other.
    items.sort(key=lambda item: not is_long(item))


def is_long(item: pytest.Item) -> bool:
    """A walk through a served installation; of those in the tests' database the order is pytest-django's."""
    return not asks_the_database(item) and any(item.get_closest_marker(name) for name in ("journey", "slow"))


@pytest.fixture(autouse=True)
def _nothing_is_held_between_tests(tmp_path, settings, request):
    """Caches of rows that another test made are forgotten; keys and files live in a folder of the test's own."""
    installation.forget()
    entered.forget()
    page_cache.memory.forget()
    limits.reading.forget()
    limits.exports.forget()
    # A test without a database asks nobody what this installation entered.
    stored = asks_the_database(request.node)
    places.set_overrides(entered.place_names if stored else dict)
    places.set_amendments(amendments.amendments if stored else dict)
    formats.set_digits((lambda: installation.installation().arabic_digits) if stored else (lambda: "auto"))
    if amendments.in_force():
        places.reload()
    settings.KEPT_DATA = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media"), "base_url": None},
        }
    }


@pytest.fixture
def now() -> datetime:
    """The real clock: the log believes no other."""
    return datetime.now(UTC)


@pytest.fixture
def make_person(db):
    def make(email: str = "", *, staff: bool = False, name: str = "", language: str = "en") -> Person:
        email = email or f"person{Person.objects.count() + 1}@example.org"
        return Person.objects.create_user(email, name=name or email.split("@")[0], is_staff=staff, language=language)

    return make


@pytest.fixture
def secretary(make_person) -> Person:
    return make_person("secretary@example.org", staff=True, name="Sana Secretary")


@pytest.fixture
def colleague(make_person) -> Person:
    return make_person("colleague@example.org", staff=True, name="Colin Colleague")


@pytest.fixture
def sign_in(client):
    """A browser in which somebody is signed in; staff with the second factor that the desk asks for."""

    def sign_in_as(person: Person):
        from allauth.mfa.models import Authenticator

        if person.is_staff:
            Authenticator.objects.get_or_create(user=person, type="totp", defaults={"data": {}})
        client.force_login(person)
        return client

    return sign_in_as


@pytest.fixture
def desk(sign_in, secretary):
    """A browser on the desk."""
    return sign_in(secretary)


@pytest.fixture
def make_organisation(db):
    def make(
        name: str = "Lake Networks", *, country: str = "BDI", entity_type: str = EntityType.PRIVATE_SECTOR, **more
    ):
        taken = set(Organisation.objects.values_list("slug", flat=True))
        return Organisation.objects.create(
            name=name,
            slug=slug_for(name, taken),
            normalised=normalise(name),
            country=country,
            entity_type=entity_type,
            **more,
        )

    return make


@pytest.fixture
def organisation(make_organisation) -> Organisation:
    return make_organisation()


@pytest.fixture
def make_member(make_person):
    def make(organisation: Organisation, role: str = Role.FOCAL_POINT, email: str = "", **more) -> Person:
        person = make_person(email)
        Membership.objects.create(
            person=person, organisation=organisation, role=role, state=MembershipState.ACTIVE, **more
        )
        return person

    return make


@pytest.fixture
def focal_point(make_member, organisation) -> Person:
    return make_member(organisation, email="focal@example.org")


def complete(organisation: Organisation, **changes) -> PledgeContent:
    """A text that can be sent as it is."""
    return PledgeContent(
        language="en",
        title="Fibre to 214 health posts in the Lake provinces",
        summary="Every public health post in five provinces is connected by December 2027.",
        lead=organisation.pk,
        focus_areas=("access",),
        kinds=("programme",),
        targets=("BDI",),
        start="2026",
        end="2027-12",
        indicators=(Indicator(name="Health posts connected", unit="posts", baseline="0", target="214", by="2027-12"),),
    ).with_(**changes)


@pytest.fixture
def make_pledge(organisation, focal_point, secretary, now):
    """A pledge in a state: make_pledge("published", amount="1000000", currency="USD", money_nature="new")."""

    def make(state: str = "draft", *, by: Person | None = None, lead: Organisation | None = None, **changes) -> Pledge:
        lead = lead or organisation
        content = complete(lead, **changes)
        pledge = actions.create_draft(by=by or focal_point, at=now, lead=lead, content=content)
        if state == "draft":
            return pledge
        pledge = actions.submit(pledge, by=by or focal_point, at=now, consent=True)
        if state == "submitted":
            return pledge
        if state == "changes_requested":
            return actions.request_changes(pledge, by=secretary, at=now, reason="Say how many.")
        if state == "declined":
            return actions.decline(pledge, by=secretary, at=now, reason="Not a promise.")
        if state == "embargoed":
            return actions.accept(pledge, by=secretary, at=now, announcement="Annual Meeting")
        pledge = actions.schedule(pledge, by=secretary, at=now)
        if state == "accepted":
            return pledge
        pledge = actions.publish_now(pledge, by=secretary, at=now)
        if state == "published":
            return pledge
        assert state == "withdrawn", state
        return actions.withdraw(pledge, by=by or focal_point, at=now, reason="The money went elsewhere.")

    return make


@pytest.fixture
def connection_queries(db):
    """How many queries something takes: connection_queries(lambda: client.get(…)) → number."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(act) -> int:
        with CaptureQueriesContext(connection) as seen:
            act()
        return len(seen)

    return count
