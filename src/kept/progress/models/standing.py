"""Where a pledge stands, as readers see it: derived from public reports and the calendar, kept with its past."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kept.pledges.models import Pledge
from kept.progress.models.reports import Report
from kept.progress.models.rounds import Asked
from kept.progress.statuses import Counting, Level, Reason, Reporting, Said, Stands


class StandingQuerySet(models.QuerySet["Standing"]):
    def at(self, as_of: datetime | None = None) -> StandingQuerySet:
        """How things stood now, or at an instant: one row for each pledge that was public then."""
        if as_of is None:
            return self.filter(valid_to__isnull=True)
        return self.filter(valid_from__lte=as_of).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=as_of))


class Standing(models.Model):
    """The four statuses of one public pledge from one instant to the next. Written by `restate.py` alone.

    A share is of all rows; a superseded pledge follows its successor (its row carries `counts=False`).
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="standings")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    counts = models.BooleanField(default=True)  # in shares: not where it was replaced
    money_counts = models.BooleanField(default=True)  # in sums of money: not where the same money counts elsewhere
    # The four.
    said = models.CharField(max_length=12, choices=Said.choices, blank=True)
    said_on = models.DateField(null=True, blank=True)
    level = models.CharField(max_length=14, choices=Level.choices, default=Level.SELF_REPORTED)
    standing = models.CharField(max_length=12, choices=Stands.choices, default=Stands.UNJUDGED)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    revised = models.CharField(max_length=12, choices=Stands.choices, blank=True)  # beside: against the later wording
    ends = models.BooleanField(default=False)  # an end state
    reporting = models.CharField(max_length=12, choices=Reporting.choices, default=Reporting.NOT_YET_DUE)
    reporting_since = models.DateField(null=True, blank=True)
    objected = models.BooleanField(default=False)
    # What was promised first.
    first_end = models.DateField(null=True, blank=True)
    easier = models.BooleanField(default=False)  # a later wording asks for less, for later, or for something else
    # The headline figure.
    indicator = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=100, blank=True)
    counting = models.CharField(max_length=10, choices=Counting.choices, blank=True)
    baseline = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    supported = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    value_on = models.DateField(null=True, blank=True)
    # Money since the start, US cents at the rate of the pledge's day; each with its own level. Never added.
    committed_cents = models.BigIntegerField(null=True, blank=True)
    committed_level = models.CharField(max_length=14, choices=Level.choices, blank=True)
    disbursed_cents = models.BigIntegerField(null=True, blank=True)
    disbursed_level = models.CharField(max_length=14, choices=Level.choices, blank=True)
    people = models.BigIntegerField(null=True, blank=True)
    people_level = models.CharField(max_length=14, choices=Level.choices, blank=True)
    reports = models.PositiveSmallIntegerField(default=0)  # public ones
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")  # the last
    reported_on = models.DateField(null=True, blank=True)
    next_on = models.DateField(null=True, blank=True)  # the next day on which the calendar alone changes this

    objects = StandingQuerySet.as_manager()

    class Meta:
        ordering = ["pledge", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["pledge"], condition=Q(valid_to__isnull=True), name="one_standing"),
        ]
        indexes = [
            models.Index(fields=["next_on"], name="standing_due", condition=Q(valid_to__isnull=True)),
            models.Index(fields=["valid_from", "valid_to"], name="standing_then"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.standing}, {self.reporting}"


class SilenceNotice(models.Model):
    """That an owner was told, 14 days before, that their silence becomes public; and what they replied."""

    asked = models.OneToOneField(Asked, on_delete=models.CASCADE, related_name="notice")
    sent_on = models.DateField()
    sent_at = models.DateTimeField(default=timezone.now)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by_name = models.CharField(max_length=200, blank=True)
    reply = models.TextField(blank=True)  # public, beside
    until = models.DateField(null=True, blank=True)  # by when they say they will answer

    def __str__(self) -> str:
        return f"{self.asked_id}: {self.sent_on}"
