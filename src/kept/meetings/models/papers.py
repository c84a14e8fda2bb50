"""What is handed out at a meeting and what is left of it: documents, speakers' presentations, pictures, figures."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.meetings.models.meeting import Meeting, in_language


class DocumentKind(models.TextChoices):
    AGENDA = "agenda", _("agenda")
    BACKGROUND = "background", _("background")
    PRESENTATION = "presentation", _("presentation")
    STATEMENT = "statement", _("statement")
    OUTCOME = "outcome", _("outcome")
    PACK = "pack", _("social media pack")
    OTHER = "other", _("other document")


class Document(models.Model):
    """A document of a meeting or of one of its sessions: one symbol, a file for each language and version."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="documents")
    session = models.ForeignKey("Session", null=True, blank=True, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices, default=DocumentKind.OTHER)
    symbol = models.CharField(max_length=60, blank=True)  # "AM/2026/INF/2"
    titles = models.JSONField(default=dict)
    public_from = models.DateTimeField(null=True, blank=True)  # None: not public
    position = models.PositiveSmallIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.symbol or in_language(self.titles, "en")

    def is_public(self, at: datetime) -> bool:
        return self.removed_at is None and self.public_from is not None and self.public_from <= at


class DocumentFile(models.Model):
    """The bytes of a document in one language and version; the newest version of a language is the one shown."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(max_length=10, default="en")  # BCP 47
    version = models.PositiveSmallIntegerField(default=1)
    file = models.FileField(upload_to="meetings/documents/", max_length=200)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["document", "language", "version"], name="document_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language}, {self.version})"


class Presentation(models.Model):
    """One version of what a speaker shows in a session, as it was handed in. Nobody but the team and the speaker has it.

    The team takes the newest; only then is it a document of the session, which interpreters have at once and readers when
    the session's presentations are released (`Session.presentations_from`), if the speaker agreed to that.
    """

    role = models.ForeignKey("SessionRole", on_delete=models.CASCADE, related_name="presentations")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10, default="en")  # BCP 47
    remark = models.CharField(max_length=300, blank=True)  # for the team: "slide 4 has sound"
    may_be_public = models.BooleanField(default=False)
    file = models.FileField(upload_to="meetings/presentations/", max_length=200)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    late = models.BooleanField(default=False)  # after the deadline that was in force
    taken_as = models.ForeignKey(DocumentFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["role", "-version"]
        constraints = [models.UniqueConstraint(fields=["role", "version"], name="presentation_version_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class Picture(models.Model):
    """A picture of a past meeting, with words for those who cannot see it, and its credit."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="pictures")
    file = models.FileField(upload_to="meetings/pictures/", max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alts = models.JSONField(default=dict)
    captions = models.JSONField(default=dict, blank=True)
    credit = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return in_language(self.alts, "en")


class ClosingFigure(models.Model):
    """A figure of a past meeting with its source; for meetings that Kept did not run it is entered by hand.

    What is known in words only ("almost equal split") has words and no number.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="closing_figures")
    name = models.CharField(max_length=30)  # "registered", "remote", "split", or a key of the team's own
    number = models.PositiveIntegerField(null=True, blank=True)
    at_least = models.BooleanField(default=False)  # "over 700"
    words = models.JSONField(default=dict)  # {"en": "registered participants", …}
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=300, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "name"], name="closing_figure_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.number}"
