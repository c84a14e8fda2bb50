"""What every room stands on: the installation, history, mail that leaves, rates, names of places."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """The one coalition that this installation serves (a single row, made at first use)."""

    name = models.CharField(_("name of the coalition"), max_length=200, default="Kept")
    names = models.JSONField(default=dict, blank=True)  # {"fr": "…"}
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    about = models.JSONField(default=dict, blank=True)  # {"en": "one or two sentences", …}
    contact_email = models.EmailField(_("mail address of the secretariat"), blank=True)
    demonstration = models.BooleanField(default=False)  # set when the database is made, never by hand
    made_at = models.DateTimeField(default=timezone.now)
    arabic_digits = models.CharField(
        _("digits in Arabic"), max_length=4, default="arab", choices=[("arab", "٠١٢٣"), ("latn", "0123")]
    )
    call_back_minutes = models.PositiveSmallIntegerField(
        _("minutes in which a publication can be called back"), null=True, blank=True
    )
    data_licence = models.CharField(_("licence of the data"), max_length=100, default="CC BY 4.0")
    names_overdue = models.BooleanField(default=False)  # whether readers are told who owes most reports

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The coalition's name in the language of the page."""
        return self.names.get(get_language() or "en") or self.name

    @property
    def display_about(self) -> str:
        """What the coalition is, in the language of the page, else in English; empty where nobody wrote it."""
        return self.about.get(get_language() or "en") or self.about.get("en", "")


class HistoryEntry(models.Model):
    """One thing that happened to one subject: who, when, what, from, to, why."""

    subject_kind = models.CharField(max_length=30)  # "pledge", "organisation", …
    subject_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)  # as it was then
    verb = models.CharField(max_length=40)  # the move's name in the lifecycle table
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    public = models.BooleanField(default=False)  # readers see it on the public page

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject_kind} {self.subject_id}"


class MailState(models.TextChoices):
    DRAFT = "draft", _("draft")
    HELD = "held", _("held")
    QUEUED = "queued", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("outcome unknown")
    CANCELLED = "cancelled", _("not to be sent")


def new_message_id() -> str:
    """The part of a Message-ID before the @; stays the same on every retry."""
    return secrets.token_hex(16)


class OutgoingMail(models.Model):
    """One mail, queued in the transaction that caused it, sent by the worker (base/mail.py)."""

    key = models.CharField(max_length=200, unique=True, null=True, blank=True)  # the same key is queued once
    to = models.EmailField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="mails"
    )
    language = models.CharField(max_length=10, default="en")
    kind = models.CharField(max_length=60)  # the template's name: "pledges/changes_requested"
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    message_id = models.CharField(max_length=64, default=new_message_id, unique=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    made_at = models.DateTimeField(default=timezone.now)
    send_after = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    secret = models.BooleanField(default=False)  # holds a code or a key: nobody reads it on the desk, gone once sent

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="mail_newest"),
            # The worker asks for what is due, and for what somebody left half-sent.
            models.Index(fields=["send_after"], name="mail_due", condition=Q(state__in=["queued", "sending"])),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.to}"


class ReceivedMail(models.Model):
    """A mail that came in, noted once: a copy of it that comes again changes nothing (base/inbound.py)."""

    message_id = models.CharField(max_length=300, unique=True)
    sender = models.CharField(max_length=254, blank=True)
    kind = models.CharField(max_length=10)  # "bounce", "reply", "unknown"
    note = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class Duty(models.Model):
    """Something that the worker does again and again; the lease keeps two workers from doing it at once."""

    name = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=40, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)  # of the last time, if it failed

    def __str__(self) -> str:
        return self.name


class Rate(models.Model):
    """A reference rate that the secretariat entered with its source, for a currency the packaged table lacks."""

    currency = models.CharField(max_length=3)
    day = models.DateField()
    usd_per_unit = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=300)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["currency", "day"], name="rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}"


class PlaceName(models.Model):
    """A name that this installation uses instead of the United Nations' for a country, region or group."""

    code = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "language"], name="place_name_once")]

    def __str__(self) -> str:
        return self.name


class GroupChange(models.Model):
    """A change of a group's membership that the secretariat entered (a country joins or leaves on a day)."""

    group = models.CharField(max_length=20)  # "ldc"
    country = models.CharField(max_length=3)
    day = models.DateField()
    joins = models.BooleanField()
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["group", "country", "day"], name="group_change_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.country} {self.day}"
