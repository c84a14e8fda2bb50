"""`kept signinlinks`: one-time links to sign in as each kind of person. In the demonstration only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kept.base.installation import installation
from kept.people.actions import make_link
from kept.people.models import Membership, Person, Role

DAYS = 1


class Command(BaseCommand):
    help = "Prints one-time links to sign in to the demonstration, good for a day and on this machine alone."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, help="where the server listens, if KEPT_BASE_URL does not say so")

    def handle(self, *, port: int | None, **options: Any) -> None:
        if not installation().demonstration:
            raise CommandError("This is no demonstration. Make an account: kept createsecretariat EMAIL")
        base = f"http://127.0.0.1:{port}" if port else settings.KEPT_BASE_URL
        now = timezone.now()
        self.stdout.write("Sign in (each link works once, for a day, on this machine):")
        for kind, person in people():
            link = make_link("sign_in", person.pk, person=person, at=now, days=DAYS, local_only=True)
            self.stdout.write(f"  {kind:<12} {base}/l/{link.token}/")


def people() -> list[tuple[str, Person]]:
    """(kind, person): somebody of the secretariat, a focal point, a reader with an account."""
    everybody = Person.objects.filter(is_active=True).order_by("pk")
    speaking = Membership.objects.speaking().filter(role=Role.FOCAL_POINT).order_by("pk").values("person")[:1]
    reader = everybody.filter(is_staff=False, memberships__isnull=True).first()
    found = {
        "secretariat": everybody.filter(is_staff=True).first(),
        "focal point": everybody.filter(pk__in=list(speaking.values_list("person", flat=True))).first(),
        "reader": reader or Person.objects.get_or_create(email="reader@example.org", defaults={"name": "Reader"})[0],
    }
    return [(kind, person) for kind, person in found.items() if person]
