"""Letters in support of visas: the desk of a meeting, who sits at it, what was asked for, what was issued."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kept.base.languages import LANGUAGES
from kept.meetings.models import Meeting
from kept.registration.models.registering import Registration

MOST_DAYS = 30  # after the meeting's end: longer than this nobody keeps passport data


def new_letter_code() -> str:
    """100 random bits in letters and figures that are not mistaken for each other: what a letter is asked by."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _n in range(20))


class VisaDesk(models.Model):
    """How a meeting gives letters; whether, and until when, its `letters_until` says."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="visa_desk")
    signed_by = models.CharField(max_length=120, blank=True)
    signed_as = models.CharField(max_length=200, blank=True)  # "Head of the secretariat"
    erase_after_days = models.PositiveSmallIntegerField(default=MOST_DAYS)  # passport data, after the meeting's end

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(erase_after_days__lte=MOST_DAYS), name="passport_data_not_longer")
        ]

    def __str__(self) -> str:
        return str(self.meeting)


class VisaOfficer(models.Model):
    """Somebody of the secretariat who sits at the visa desk of a meeting: these people alone see passport data."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="visa_officers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="visa_officer_once")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.meeting_id}"


class VisaState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("visa request", "asked for")
    RETURNED = "returned", _("to be put right by the person")
    ISSUED = "issued", _("letter issued")
    ENDED = "ended", pgettext_lazy("visa request", "ended")


class VisaRequest(models.Model):
    """What somebody asks a letter with. The passport's data are sealed (`passports.py`); empty once they are erased."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="visa_request")
    state = models.CharField(max_length=10, choices=VisaState.choices, default=VisaState.ASKED)
    language = models.CharField(max_length=10, choices=[(one.code, one.native_name) for one in LANGUAGES])
    sealed = models.BinaryField(default=bytes, blank=True)
    reason = models.TextField(blank=True)  # what is to be put right, or why it ended; told to the person
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.state}"


class VisaLetter(models.Model):
    """A letter that was issued. Its number runs by the year without a gap; number and name stay for a year."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="visa_letters")
    number = models.CharField(max_length=12, unique=True)  # "2026/0007"
    code = models.CharField(max_length=20, unique=True, default=new_letter_code)
    name = models.CharField(max_length=240)  # as in the passport
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["issued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(void_at__isnull=True), name="one_good_letter_for_one_person"
            )
        ]

    def __str__(self) -> str:
        return self.number


class VisaYear(models.Model):
    """The last number of a year: its row is locked last, so that numbers have no gap and none is given twice."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
