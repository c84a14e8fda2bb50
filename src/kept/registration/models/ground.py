"""What the team sets up before anybody registers: pools of seats, categories of participants, questions, delegations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.meetings.models import LinkedEvent, Meeting, Room, Session, in_language
from kept.people.models import Organisation


class Mode(models.TextChoices):
    """How somebody takes part. A meeting may be hybrid; a person is in one place."""

    IN_PERSON = "in_person", _("in person")
    REMOTE = "remote", _("online")


class Quota(models.Model):
    """A pool of seats that several categories may share: of a meeting, one of its days, a session, a linked event.

    `bookable` is what staff decided (may exceed the chairs, because of no-shows), None where there is no limit; the
    fire limit of the room holds at the door, whatever was booked. `taken`, `protocol_taken`, `waiting` and `arrivals`
    are kept by `actions/seats.py` under the lock of this row: that lock is the order of arrival.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="quotas")
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.IN_PERSON)
    names = models.JSONField(default=dict)  # {"en": "Popov Room"}
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="quotas")
    day = models.DateField(null=True, blank=True)  # of one day of a meeting that lasts several
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas")
    linked_event = models.ForeignKey(
        LinkedEvent, null=True, blank=True, on_delete=models.CASCADE, related_name="quotas"
    )
    position = models.PositiveSmallIntegerField(default=0)
    bookable = models.PositiveIntegerField(null=True, blank=True)
    protocol_reserve = models.PositiveIntegerField(default=0)  # of the bookable: for categories with protocol alone
    fire_limit = models.PositiveIntegerField(null=True, blank=True)

    taken = models.PositiveIntegerField(default=0)  # held and offered
    protocol_taken = models.PositiveIntegerField(default=0)  # of these, by categories with protocol
    waiting = models.PositiveIntegerField(default=0)
    arrivals = models.PositiveBigIntegerField(default=0)  # the last number of arrival that was given

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(protocol_taken__lte=models.F("taken")), name="quota_protocol_part")
        ]

    def __str__(self) -> str:
        return in_language(self.names, "en")

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    @property
    def is_part(self) -> bool:
        """Of a day or of a session: chosen on the form, beside the seat of the meeting itself."""
        return self.day is not None or self.session_id is not None

    @property
    def is_main(self) -> bool:
        """Of the meeting itself: this seat decides the state of a registration."""
        return self.day is None and self.session_id is None and self.linked_event_id is None


class Approval(models.TextChoices):
    """Who says yes before somebody gets a seat."""

    NONE = "none", _("nobody")
    SECRETARIAT = "secretariat", _("the secretariat")
    ORGANISATION = "organisation", _("the organisation's focal point, then the secretariat")


class Category(models.Model):
    """A kind of participant: delegate, panellist, press, staff, guest of the ceremony."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="categories")
    code = models.SlugField(max_length=40)
    names = models.JSONField(default=dict)
    abouts = models.JSONField(default=dict, blank=True)  # for whom it is
    position = models.PositiveSmallIntegerField(default=0)
    modes = models.JSONField(default=list)  # of Mode
    approval = models.CharField(max_length=14, choices=Approval.choices, default=Approval.NONE)
    priority = models.PositiveSmallIntegerField(default=5)  # the lower, the earlier on a waiting list
    protocol = models.BooleanField(default=False)  # may sit on the protocol's reserve
    by_invitation = models.BooleanField(default=False)  # only with a personal link
    needs_proof = models.BooleanField(default=False)  # a press card or the like is looked at
    for_minors = models.BooleanField(default=False)  # a guardian agrees; never listed
    quotas = models.ManyToManyField(Quota, blank=True, related_name="categories")  # the pools it draws from
    badge_colour = models.CharField(max_length=20, default="green")  # a name of badges.COLOURS
    closed_at = models.DateTimeField(null=True, blank=True)  # nobody new

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "code"], name="category_code_once")]

    def __str__(self) -> str:
        return in_language(self.names, "en") or self.code

    def name_in(self, language: str) -> str:
        return in_language(self.names, language) or self.code


class QuestionKind(models.TextChoices):
    TEXT = "text", _("a few words")
    LONG = "long", _("some sentences")
    CHOICE = "choice", _("one of several")
    CHOICES = "choices", _("several of several")
    YES_NO = "yes_no", _("yes or no")
    NUMBER = "number", _("a number")


class Question(models.Model):
    """A question of the organiser. A change makes a new version: an answer keeps the question as it was asked."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="questions")
    code = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    replaced_at = models.DateTimeField(null=True, blank=True)  # a later version is asked now, or none
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=QuestionKind.choices, default=QuestionKind.TEXT)
    texts = models.JSONField(default=dict)  # {"en": "Which session interests you most?"}
    helps = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=list, blank=True)  # [{"value": "visa", "names": {"en": "Visa"}}, …]
    required = models.BooleanField(default=False)
    categories = models.ManyToManyField(Category, blank=True, related_name="questions")  # none: all
    modes = models.JSONField(default=list, blank=True)  # of Mode; empty: both
    # Asked only where another answer is one of these: {"code": "interpretation", "values": ["yes"]}.
    condition = models.JSONField(default=dict, blank=True)
    erase_after_days = models.PositiveSmallIntegerField(default=90)  # after the meeting's end

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "code", "version"], name="question_version_once")]

    def __str__(self) -> str:
        return f"{in_language(self.texts, 'en')} ({self.version})"


class Delegation(models.Model):
    """Those who represent one entity at a meeting. It may have several focal points; the number is the entity's."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="delegations")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="delegations")
    most = models.PositiveSmallIntegerField(null=True, blank=True)  # how many may come in person; None: no limit
    head = models.ForeignKey("Registration", null=True, blank=True, on_delete=models.SET_NULL, related_name="heads")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "organisation"], name="delegation_once")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.meeting}"
