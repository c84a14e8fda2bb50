"""A participant's registration, the seats it claims, what was answered and agreed to."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kept.meetings.models import Meeting
from kept.people.models import EntityType, Organisation
from kept.registration.models.ground import Category, Delegation, Mode, Question, Quota


def new_key() -> str:
    """96 random bits: names a registration in addresses of the desk and on badges; says nothing about anybody."""
    return secrets.token_hex(12)


class State(models.TextChoices):
    """Where a registration is (lifecycle.py)."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("to be confirmed by mail")
    PENDING_GUARDIAN = "pending_guardian", _("waits for a guardian")
    PENDING_FOCAL_POINT = "pending_focal_point", _("waits for the organisation")
    PENDING_SECRETARIAT = "pending_secretariat", _("waits for the secretariat")
    WAITLISTED = "waitlisted", _("on the waiting list")
    OFFERED = "offered", _("a seat is offered")
    CONFIRMED = "confirmed", pgettext_lazy("registration", "confirmed")
    REJECTED = "rejected", _("not admitted")
    WITHDRAWN = "withdrawn", _("withdrawn by the organisation")
    CANCELLED = "cancelled", _("cancelled")
    ATTENDED = "attended", _("attended")
    NO_SHOW = "no_show", _("did not come")


# What may still lead to a seat, or holds one; at most one of these for an address and a meeting.
LIVE = (
    State.SUBMITTED, State.PENDING_GUARDIAN, State.PENDING_FOCAL_POINT, State.PENDING_SECRETARIAT, State.WAITLISTED,
    State.OFFERED, State.CONFIRMED, State.ATTENDED,
)  # fmt: skip
ENTERS = (State.CONFIRMED, State.ATTENDED)  # may come in, by the mode of the seat that is held


class Registration(models.Model):
    """One person at one meeting. What the person may do with it hangs on a personal link or their account."""

    key = models.CharField(max_length=24, unique=True, default=new_key)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="registrations")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="registrations")
    mode = models.CharField(max_length=10, choices=Mode.choices)  # as asked for; what is held, the seats say
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    state_reason = models.TextField(blank=True)  # of a rejection, a withdrawal; told to the person

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    email = models.EmailField(max_length=254)
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    name_native = models.CharField(max_length=200, blank=True)  # in its own script, as on the badge
    badge_name = models.CharField(max_length=200, blank=True)  # where it is to be another one
    title = models.CharField(max_length=200, blank=True)  # "Director, Networks"
    form_of_address = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    organisation_name = models.CharField(max_length=300, blank=True)  # as typed, where it is not in the registry
    entity_type = models.CharField(max_length=30, choices=EntityType.choices, blank=True)  # stakeholder group
    country = models.CharField(max_length=3, blank=True)  # that they represent
    residence = models.CharField(max_length=3, blank=True)
    gender = models.CharField(max_length=20, blank=True)  # for statistics; may be left out
    language = models.CharField(max_length=10, default="en")  # of mails and pages
    languages = models.JSONField(default=list, blank=True)  # that they follow a session in
    accessibility = models.TextField(blank=True)
    diet = models.TextField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)  # where a remote participant sits
    needs_visa = models.BooleanField(default=False)
    birth_date = models.DateField(null=True, blank=True)  # asked where a category may have minors
    is_minor = models.BooleanField(default=False)  # under 18 on the first day
    guardian_name = models.CharField(max_length=200, blank=True)  # who agrees for a minor
    guardian_email = models.EmailField(max_length=254, blank=True)
    guardian_agreed_at = models.DateTimeField(null=True, blank=True)
    listed = models.BooleanField(default=False)  # agrees to stand on the list of participants
    shown = models.JSONField(
        default=list, blank=True
    )  # what stands there beside the name: keys of participants.SHOWABLE
    greeted = models.BooleanField(default=False)  # agrees that the screen at the entrance says their name
    place = models.CharField(max_length=60, blank=True)  # table or seat, as the team gives it

    delegation = models.ForeignKey(
        Delegation, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # on behalf of
    substitute_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="substitutes"
    )
    # Days and sessions with seats of their own that they want; what is held or waited for, the seats say.
    parts = models.ManyToManyField(Quota, blank=True, related_name="wanted_by")
    invited_by_link = models.BooleanField(default=False)

    version = models.PositiveIntegerField(default=0)  # of the form, for two windows
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    organisation_approved_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    asked_approval_at = models.DateTimeField(null=True, blank=True)  # when the present approver was asked
    reminded_at = models.DateTimeField(null=True, blank=True)  # when an approver who was silent was asked once more
    erased_at = models.DateTimeField(null=True, blank=True)  # the person is gone, the figures stay

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["meeting", "state"]),
            models.Index(fields=["meeting", "family_name"]),
            models.Index(fields=["meeting", "email"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "email"], condition=Q(state__in=[str(s) for s in LIVE]), name="registered_once"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given_name, self.family_name) if part)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class SeatState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    OFFERED = "offered", _("offered")
    HELD = "held", pgettext_lazy("seat", "held")
    RELEASED = "released", _("given back")


class Seat(models.Model):
    """A claim of a registration on a pool: waits, is offered, is held, was given back."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="seats")
    quota = models.ForeignKey(Quota, on_delete=models.CASCADE, related_name="seats")
    state = models.CharField(max_length=10, choices=SeatState.choices)
    priority = models.PositiveSmallIntegerField()  # of the category, when it was claimed
    protocol = models.BooleanField(default=False)
    visa = models.BooleanField(default=False)  # those who need one are offered seats first
    arrival = models.PositiveBigIntegerField()  # in the pool, in order of commit
    claimed_at = models.DateTimeField()
    offered_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["priority", "-visa", "arrival"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "quota"], condition=~Q(state="released"), name="seat_claimed_once"
            ),
            models.UniqueConstraint(fields=["quota", "arrival"], name="arrival_once"),
        ]
        indexes = [
            # The next in line, and offers that have run out: read at every change of a pool.
            models.Index(
                fields=["quota", "priority", "-visa", "arrival"], condition=Q(state="waiting"), name="seat_line"
            ),
            models.Index(fields=["offered_until"], condition=Q(state="offered"), name="seat_offers"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.quota_id} · {self.state}"


class Answer(models.Model):
    """What somebody answered to a question as it was asked (that version of it)."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="answered_once")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"


class Consent(models.Model):
    """One consent with its text as it was shown. Taking it back leaves the row, with the day."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=40)  # a key of consents.CONSENTS
    text = models.TextField()
    language = models.CharField(max_length=10)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} · {self.registration_id}"


class Note(models.Model):
    """What the team writes to itself about a registration."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class TwoPeople(models.Model):
    """The team looked at two registrations that are alike and said: these are two people. `one` was begun first."""

    one = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_people_said_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="two_people_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} · {self.other_id}"
