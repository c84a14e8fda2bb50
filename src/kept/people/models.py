"""Accounts, organisations, and who may speak for whom."""

from __future__ import annotations

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PersonManager(BaseUserManager):
    """Makes accounts; an address is an account's only name."""

    def create_user(self, email: str, password: str | None = None, **fields) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password) if password else person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str) -> Person:
        return self.get(email__iexact=email)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account. The secretariat's staff are people with `is_staff`."""

    email = models.EmailField(_("mail address"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_staff = models.BooleanField(_("works for the secretariat"), default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    bounced_at = models.DateTimeField(null=True, blank=True)  # mail to this address came back

    objects = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


class EntityType(models.TextChoices):
    """Kinds of organisation (P2C's own list)."""

    GOVERNMENT = "government", _("government")
    PRIVATE_SECTOR = "private-sector", _("private sector")
    CIVIL_SOCIETY = "civil-society", _("civil society")
    ACADEMIA = "academia", _("academia")
    INTERNATIONAL = "international-organisation", _("international organisation")
    REGIONAL = "regional-organisation", _("regional organisation")
    UN = "un", _("United Nations")
    YOUTH = "youth", _("youth")
    OTHER = "other", _("other")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def standing_alone(self) -> OrganisationQuerySet:
        """Those that were not merged into another."""
        return self.filter(merged_into__isnull=True)


class Organisation(models.Model):
    """An entity: who pledges. A merge rewrites nothing: `merged_into` points to the one that stays."""

    name = models.CharField(_("name"), max_length=300)
    slug = models.SlugField(max_length=120, unique=True)
    names = models.JSONField(default=dict, blank=True)  # {"fr": "…"}: the same name in other languages
    abbreviation = models.CharField(_("abbreviation"), max_length=40, blank=True)
    entity_type = models.CharField(_("kind of organisation"), max_length=30, choices=EntityType.choices, blank=True)
    country = models.CharField(_("country"), max_length=3, blank=True, db_index=True)  # alpha-3, where it sits
    website = models.URLField(_("web site"), max_length=300, blank=True)
    domain = models.CharField(max_length=200, blank=True, db_index=True)  # of website, without www
    description = models.TextField(_("what it does"), blank=True)
    normalised = models.CharField(max_length=300, db_index=True)  # people.naming.normalise(name)
    invented = models.BooleanField(default=False)  # made by the demonstration's generator
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the secretariat has seen it
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    merged_at = models.DateTimeField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["entity_type"])]

    def __str__(self) -> str:
        return self.name

    @property
    def root(self) -> Organisation:
        """The organisation that it lives on as: itself, or the last of those it was merged into."""
        here, seen = self, {self.pk}
        while here.merged_into_id and here.merged_into_id not in seen:
            here = here.merged_into
            seen.add(here.pk)
        return here

    @property
    def family(self) -> list[int]:
        """Ids of the organisation it lives on as and of all that were merged into that one, however long the way."""
        found = layer = [self.root.pk]
        while layer:
            layer = list(Organisation.objects.filter(merged_into__in=layer).values_list("pk", flat=True))
            found = found + layer
        return found

    def name_in(self, language: str) -> str:
        """The name as it is in `language`, else as its owner writes it."""
        return self.names.get(language) or self.name


class OtherName(models.Model):
    """A spelling under which an organisation was met (a file's, a former name): finds it again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="other_names")
    name = models.CharField(max_length=300)
    normalised = models.CharField(max_length=300, db_index=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "normalised"], name="other_name_once")]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    FOCAL_POINT = "focal_point", _("focal point")
    CONTRIBUTOR = "contributor", _("contributor")
    VIEWER = "viewer", _("viewer")


class MembershipState(models.TextChoices):
    ASKED = "asked", _("asked to join")
    ACTIVE = "active", _("member")
    REFUSED = "refused", _("refused")
    ENDED = "ended", _("left")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(state=MembershipState.ACTIVE)

    def speaking(self) -> MembershipQuerySet:
        """Of those who speak for their organisation: focal points and deputies with an open account."""
        speaks = Q(role=Role.FOCAL_POINT) | Q(is_deputy=True)
        return self.filter(speaks, state=MembershipState.ACTIVE, person__is_active=True)


class Membership(models.Model):
    """A person in an organisation, with a role. At most one that is asked for or active for a pair."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.CONTRIBUTOR)
    is_deputy = models.BooleanField(_("deputy of the focal point"), default=False)
    state = models.CharField(max_length=20, choices=MembershipState.choices, default=MembershipState.ASKED)
    message = models.TextField(blank=True)  # what the person wrote when asking
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(state__in=["asked", "active"]),
                name="membership_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation} · {self.role}"


class Merge(models.Model):
    """Two organisations that were one: `gone` lives on as `stays`, from `at` until `undone_at`."""

    gone = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="merges_away")
    stays = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="merges_in")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    moved = models.JSONField(default=dict)  # what the merge moved, so that it can be moved back

    def __str__(self) -> str:
        return f"{self.gone} → {self.stays}"


class Apart(models.Model):
    """Two organisations that look like one and are not: somebody looked, so that nobody is asked again."""

    one = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")  # the higher id
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="apart_once")]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"


def new_token() -> str:
    """256 random bits as text for an address."""
    return secrets.token_urlsafe(32)


class Link(models.Model):
    """A personal link in a mail: scoped to one purpose and one thing, expires, can be revoked.

    GET shows a page with one button; only that button acts (mail scanners open links).
    """

    token = models.CharField(max_length=64, unique=True, default=new_token)
    purpose = models.CharField(max_length=40)  # "sign_in", "confirm_pledge", "confirm_partner", …
    subject = models.CharField(max_length=64, blank=True)  # the id of what it is about
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="links")
    email = models.EmailField(blank=True)
    data = models.JSONField(default=dict, blank=True)  # what the purpose needs: an invitation's role
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    once = models.BooleanField(default=True)
    local_only = models.BooleanField(default=False)  # demonstration: only from this machine

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"])]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"
