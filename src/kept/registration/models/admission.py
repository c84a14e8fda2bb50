"""The doors of a meeting: what is counted where, who stands there with which device, who came in and went out."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kept.meetings.models import Meeting, Room, Session, in_language
from kept.registration.models.ground import Category
from kept.registration.models.registering import Registration

STILL_TELLS = timedelta(days=7)
PERSON = {"null": True, "blank": True, "on_delete": models.SET_NULL, "related_name": "+"}


class CheckInList(models.Model):
    """What is counted: who is at the meeting (`is_entrance`), or who is in one of its rooms.

    The fire limit holds at the door, whoever says otherwise. The row is locked while somebody is let in.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="check_in_lists")
    names = models.JSONField(default=dict)  # {"en": "Entrance"}
    position = models.PositiveSmallIntegerField(default=0)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    is_entrance = models.BooleanField(default=False)  # whoever comes in here has attended
    fire_limit = models.PositiveIntegerField(null=True, blank=True)
    categories = models.ManyToManyField(Category, blank=True, related_name="+")  # for these only; none: for all

    class Meta:
        ordering = ["-is_entrance", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting"], condition=Q(is_entrance=True), name="one_entrance_list")
        ]

    def __str__(self) -> str:
        return self.name_in("en")

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)


class Gate(models.Model):
    """A door of what is counted: a hall with two doors has one list and two gates."""

    list = models.ForeignKey(CheckInList, on_delete=models.CASCADE, related_name="gates")
    names = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["list_id", "position", "id"]

    def __str__(self) -> str:
        return self.name_in("en")

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)


class Device(models.Model):
    """A phone that checks people in at a gate, by a link that the desk made. Only the hash of its token is kept.

    The first phone that opens the link takes it (`taken_at`) and has a token of its own from then on: the link is no
    good any more. `allowance` is how many it may let in without asking where there is a fire limit (`admission.settle`); `turn` the
    last of its requests that was heard.
    """

    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="devices")
    label = models.CharField(max_length=80)  # "Entrance, left"
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    turn = models.PositiveBigIntegerField(default=0)
    allowance = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["gate_id", "id"]

    def __str__(self) -> str:
        return self.label

    def is_good(self, at) -> bool:
        return self.revoked_at is None and self.expires_at > at

    def may_still_tell(self, at) -> bool:
        """Its time is over, but not long: what it saw before is taken in, nothing else. Not where the desk ended it."""
        return self.revoked_at is None and self.expires_at <= at < self.expires_at + STILL_TELLS


class Outcome(models.TextChoices):
    """What became of somebody at a door."""

    ADMITTED = "admitted", _("let in")
    DOUBLE = "double", _("was in already")
    REFUSED = "refused", pgettext_lazy("at a door", "refused")
    LEFT = "left", _("went out")


class CheckIn(models.Model):
    """Somebody at a door: in or out, let in or refused. Written once for each nonce, however often it is sent.

    `at` is the moment by the device, set right by the server's clock as the device last knew it; `received_at` when it
    arrived. `amiss`: it was let in without asking, and would have been refused for this.
    """

    nonce = models.CharField(max_length=40, unique=True)
    list = models.ForeignKey(CheckInList, on_delete=models.CASCADE, related_name="check_ins")
    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="check_ins")
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.SET_NULL, related_name="check_ins")
    registration = models.ForeignKey(
        Registration, null=True, blank=True, on_delete=models.CASCADE, related_name="check_ins"
    )  # None: the code is nobody's
    entry = models.BooleanField(default=True)  # else exit
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    refusal = models.CharField(max_length=20, blank=True)  # a key of admission.REFUSALS
    amiss = models.CharField(max_length=20, blank=True)  # the same, where it was let in all the same
    alone = models.BooleanField(default=False)  # the device decided without asking
    forced_by = models.CharField(max_length=120, blank=True)  # who let them in against a refusal
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)  # at the desk
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)  # a mistake: the wrong person was ticked
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)

    class Meta:
        ordering = ["at", "nonce"]
        indexes = [
            models.Index(fields=["list", "id"]),  # what a device has not heard of yet
            models.Index(fields=["registration", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.outcome} {self.at:%H:%M}"


class DocumentKind(models.TextChoices):
    PASSPORT = "passport", _("passport")
    IDENTITY_CARD = "identity_card", _("identity card")
    LAISSEZ_PASSER = "laissez_passer", _("laissez-passer")
    DRIVING_LICENCE = "driving_licence", _("driving licence")
    PRESS_CARD = "press_card", _("press card")


class WalkIn(models.Model):
    """Somebody who registered at the desk: provisional until a document was seen and an officer agrees."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="walk_in")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    made_at = models.DateTimeField()
    document = models.CharField(max_length=20, choices=DocumentKind.choices, blank=True)  # its kind, never its number
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    seen_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.registration}"

    @property
    def is_provisional(self) -> bool:
        return self.seen_at is None or self.agreed_at is None


class ListKind(models.TextChoices):
    GUARDS = "guards", _("guards: names, and the kind of document that was seen")
    CATERING = "catering", _("catering: numbers, no names")
    PROTOCOL = "protocol", _("protocol: ministers and heads of delegations, and who has arrived")
    SCREEN = "screen", _("the screen at the entrance: who just came in, where they agree to be greeted by name")


class OutsideList(models.Model):
    """A list for somebody outside the system, by a link that was made on purpose and ends. Only its token's hash is kept."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="outside_lists")
    kind = models.CharField(max_length=10, choices=ListKind.choices)
    label = models.CharField(max_length=120)  # for whom
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)  # when it was last looked at

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.label} ({self.kind})"

    def is_good(self, at) -> bool:
        return self.revoked_at is None and self.expires_at > at


class BadgePrint(models.Model):
    """A badge that went to a printer: when, by whom, in which size. A second one is asked about first."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="badge_prints")
    form = models.CharField(max_length=20)  # a key of badges.FORMATS
    by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.form} {self.at:%Y-%m-%d %H:%M}"


class Credential(models.Model):
    """A proof that somebody looked at: a press card, a letter of assignment. Without it a category that asks for one
    is not let in."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=20, choices=[
        ("press_card", _("press card")), ("assignment", _("letter of assignment")), ("other", _("other proof")),
    ])  # fmt: skip
    issuer = models.CharField(max_length=200, blank=True)  # "Press council of …"
    valid_until = models.DateField(null=True, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["seen_at", "id"]

    def __str__(self) -> str:
        return f"{self.registration} · {self.kind}"


class DoNotAdmit(models.Model):
    """Who is not let in, whatever the badge says. Of somebody who is not registered only the name is known."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="not_admitted")
    registration = models.ForeignKey(
        Registration, null=True, blank=True, on_delete=models.CASCADE, related_name="not_admitted"
    )
    name = models.CharField(max_length=240, blank=True)
    normalised = models.CharField(max_length=240, blank=True, editable=False)
    reason = models.TextField()  # for the officers; devices never get it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, **PERSON)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.name or str(self.registration)
