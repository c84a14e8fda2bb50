"""The people of the demonstration: a secretariat of five, focal points, a reader. All invented, all @example.org."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from kept.people.models import Membership, MembershipState, Person, Role

STAFF = (
    ("secretary@example.org", "Amara Inkwell", "en"),
    ("reviewer@example.org", "Benoît Parchemin", "fr"),
    ("communication@example.org", "Carmen Tinta", "es"),
    ("officer@example.org", "Daria Chernilova", "ru"),
    ("assistant@example.org", "Wei Mo", "zh-hans"),
)
FOCAL_POINT = ("focal@example.org", "Fatou Plume", "en")
READER = ("reader@example.org", "Rahim Reader", "en")


def _person(email: str, name: str, language: str, *, staff: bool = False) -> Person:
    person = Person.objects.create_user(email, name=name, language=language, is_staff=staff)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def make(loading) -> list[Person]:
    """Make the accounts; returns the staff. Three in four organisations have a focal point."""
    staff = [_person(*row, staff=True) for row in STAFF]
    _person(*READER)
    first = _person(*FOCAL_POINT)
    memberships = [_focal_point(first, loading.organisations[0], loading)]
    people, chosen = [], []
    for number, organisation in enumerate(loading.organisations[1:], 2):
        if loading.rng.random() < 0.75:
            person = Person(email=f"focal{number}@example.org", name=f"Focal Point {number}")
            person.set_unusable_password()
            people.append(person)
            chosen.append(organisation)
    Person.objects.bulk_create(people, batch_size=500)
    memberships += [_focal_point(p, o, loading) for p, o in zip(people, chosen, strict=True)]
    Membership.objects.bulk_create(memberships, batch_size=500)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=p, email=p.email, verified=True, primary=True) for p in people], batch_size=500
    )
    return staff


def _focal_point(person: Person, organisation, loading) -> Membership:
    return Membership(
        person=person,
        organisation=organisation,
        role=Role.FOCAL_POINT,
        state=MembershipState.ACTIVE,
        asked_at=loading.now,
        decided_at=loading.now,
    )
