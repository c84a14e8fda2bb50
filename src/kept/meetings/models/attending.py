"""A visitor's own agenda: kept in the browser without an account, here with one."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from kept.meetings.models.meeting import Meeting
from kept.meetings.models.programme import Session


class AgendaItem(models.Model):
    """A session that somebody chose."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agenda")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["person", "session"], name="agenda_item_once")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.session_id}"


class AgendaFeed(models.Model):
    """The secret address under which a calendar follows somebody's agenda of a meeting; a new one replaces it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=64, unique=True, default=secrets.token_urlsafe)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "meeting"], name="agenda_feed_once")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.meeting_id}"
