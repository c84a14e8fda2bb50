"""Asking: a round, whom it asks about what, and the letters that went out."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.people.models import Organisation, new_token
from kept.pledges.models import Pledge


class RoundState(models.TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed, findings embargoed")
    PUBLISHED = "published", _("published")


class Round(models.Model):
    """One time of asking: for which period, by when, about which pledges, with which questions."""

    slug = models.SlugField(max_length=60, unique=True)
    names = models.JSONField(default=dict)  # {"en": "Reporting 2026", "fr": …}
    introduction = models.JSONField(default=dict, blank=True)  # what the mail and the form say first, by language
    period_start = models.DateField()
    period_end = models.DateField()
    deadline = models.DateField()  # the last day on which an answer is in time (UTC)
    publishes_on = models.DateField(null=True, blank=True)  # until then what the round found is embargoed
    selection = models.JSONField(default=dict, blank=True)  # which pledges: {"years": [2023], "entity_types": […], …}
    reminders = models.JSONField(default=list, blank=True)  # days from the deadline: [-14, -3, 1, 14]
    sample_size = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=RoundState.choices, default=RoundState.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # everybody has been asked
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    checkpoint = models.TextField(blank=True)  # the log's signed note when the findings were published
    figures = models.JSONField(default=dict, blank=True)  # the findings as they were published, frozen

    class Meta:
        ordering = ["-period_end", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(period_end__gte=models.F("period_start")), name="round_period"),
        ]

    def __str__(self) -> str:
        return self.names.get("en") or self.slug

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.slug

    def introduction_in(self, language: str) -> str:
        return self.introduction.get(language) or self.introduction.get("en") or ""

    @property
    def is_embargoed(self) -> bool:
        """What it found is not public yet."""
        return self.state in {RoundState.OPEN, RoundState.CLOSED} and self.publishes_on is not None


class RoundQuestion(models.Model):
    """A question that a round asks beside the report, in the languages of the installation."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        YES_NO = "yes_no", _("yes or no")
        CHOICE = "choice", _("one of several")
        NUMBER = "number", _("number")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TEXT)
    words = models.JSONField(default=dict)  # {"en": "…", "fr": "…"}
    choices = models.JSONField(default=list, blank=True)  # [{"key": "yes", "words": {"en": …}}]
    required = models.BooleanField(default=False)
    public = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="round_question_once")]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.key}"

    def words_in(self, language: str) -> str:
        return self.words.get(language) or self.words.get("en") or self.key


class AskedQuerySet(models.QuerySet["Asked"]):
    def unanswered(self) -> AskedQuerySet:
        return self.filter(answered_at=None)

    def late(self, today: date) -> AskedQuerySet:
        return self.unanswered().filter(due__lt=today)


class Asked(models.Model):
    """One pledge in one round: who owes the answer, by when, and whether it came."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="asked")
    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="asked")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    due = models.DateField()
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)  # a report was sent for the first time
    sent_back_at = models.DateTimeField(null=True, blank=True)  # it lies with its owner again
    unreachable_since = models.DateField(null=True, blank=True)  # nobody is there, or every mail came back

    objects = AskedQuerySet.as_manager()

    class Meta:
        ordering = ["round", "pledge"]
        constraints = [models.UniqueConstraint(fields=["round", "pledge"], name="asked_once")]
        indexes = [
            models.Index(fields=["round", "due"], name="asked_waiting", condition=Q(answered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} · {self.pledge_id}"


class Letter(models.Model):
    """What one person was sent for one round: a link that leads straight to the form of each pledge it is about.

    Whoever holds the link may write and send these reports, nothing else. It expires and can be taken back.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="letters")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    token = models.CharField(max_length=64, unique=True, default=new_token)
    asked = models.ManyToManyField(Asked, through="LetterAsked", related_name="letters")
    queued_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    is_authenticated = False  # a link is no account: every predicate about people says no to it

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "email"], name="letter_once")]
        indexes = [
            models.Index(fields=["round"], name="letter_unsent", condition=Q(queued_at__isnull=True)),
            models.Index(fields=["email"]),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} → {self.email}"

    def is_good(self, now: object) -> bool:
        """May the link still be used?"""
        return self.revoked_at is None and self.expires_at > now  # type: ignore[operator]


class LetterAsked(models.Model):
    """That a letter is about a pledge."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="about")
    asked = models.ForeignKey(Asked, on_delete=models.CASCADE, related_name="about")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "asked"], name="letter_about_once")]

    def __str__(self) -> str:
        return f"{self.letter_id} · {self.asked_id}"


class Reminder(models.Model):
    """That a letter was followed by a reminder of the plan (`offset`: days from the deadline), or by one by hand."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="reminders")
    offset = models.SmallIntegerField(null=True, blank=True)  # None: by hand
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["letter", "offset"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.letter_id}: {self.offset}"
