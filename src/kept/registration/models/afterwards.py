"""What is asked after a meeting, and what was answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kept.meetings.models import Meeting, in_language
from kept.registration.models.ground import Mode
from kept.registration.models.registering import Registration


class Feedback(models.Model):
    """That a meeting asks how it was: until when, whether the mails went out, whether the answers are cut loose.

    Once it is closed no answer leads to a person any more, so it is never opened again.
    """

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="feedback")
    closes_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)  # when the mails were queued
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.meeting}"

    def is_open(self, at) -> bool:
        """One may answer: the meeting is over, and it is not closed."""
        return self.closed_at is None and self.meeting.ends_at <= at < self.closes_at


class FeedbackKind(models.TextChoices):
    SCALE = "scale", _("five words from very poor to very good")
    CHOICE = "choice", _("one of several")
    WORDS = "words", _("their own words")


class FeedbackQuestion(models.Model):
    """A question about a meeting, in six languages. Its words stay once somebody has answered."""

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="questions")
    code = models.SlugField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=FeedbackKind.choices, default=FeedbackKind.SCALE)
    texts = models.JSONField(default=dict)  # {"en": "How good was the meeting, all in all?"}
    options = models.JSONField(default=list, blank=True)  # [{"value": "yes", "names": {"en": "Yes"}}, …]

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["feedback", "code"], name="feedback_question_once")]

    def __str__(self) -> str:
        return in_language(self.texts, "en")


class FeedbackReply(models.Model):
    """What one person answered, {code: value}. It leads to them only until it is closed, so that they may change it.

    It has no moment, and closing writes all of them anew in an order of chance: nothing else tells whose it was.
    """

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="replies")
    registration = models.OneToOneField(
        Registration, null=True, blank=True, on_delete=models.CASCADE, related_name="feedback_reply"
    )
    mode = models.CharField(max_length=10, choices=Mode.choices)  # in which way they were there
    answers = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.feedback_id} · {self.mode}"


class ClosingReport(models.Model):
    """The figures of a meeting as they were when it was closed. They stay when the people are erased; nothing changes them.

    `figures` as `statistics.counted` makes them, `programme` as `statistics.programme_of`; `heard`: what was answered to the
    feedback, [{"texts", "kind", "options", "answered", "hidden", "counts", "by_way"}], without anybody's own words.
    """

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="closing_report")
    figures = models.JSONField()
    programme = models.JSONField(default=dict)
    heard = models.JSONField(default=list)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_by_name = models.CharField(max_length=200, blank=True)  # as on that day; empty: the house itself

    def __str__(self) -> str:
        return f"{self.meeting} · {self.closed_at:%Y-%m-%d}"
