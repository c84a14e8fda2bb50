"""Reports: what an owner says became of a pledge, being written (`content`) and on the record (the rows beside it)."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.people.models import Organisation
from kept.pledges.models import Pledge
from kept.progress.models.rounds import Asked, Round
from kept.progress.statuses import Counting, Level, Said, Stage


class Definition(models.Model):
    """What an indicator counts, for whole numbers of pledges: only figures of one definition are ever added."""

    slug = models.SlugField(max_length=60, unique=True)
    names = models.JSONField(default=dict)
    unit = models.CharField(max_length=60)
    how = models.TextField(blank=True)  # how it is counted, what is left out
    counting = models.CharField(max_length=10, choices=Counting.choices, default=Counting.CUMULATIVE)
    baseline_year = models.PositiveSmallIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.slug


class ReportState(models.TextChoices):
    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("to review")
    ASKED_BACK = "asked_back", _("asked back")
    ACCEPTED = "accepted", _("accepted, embargoed")
    PUBLISHED = "published", _("published")
    REFUSED = "refused", _("refused")
    DISCARDED = "discarded", _("thrown away")


class Origin(models.TextChoices):
    """How a report came."""

    FORM = "form", _("the form")
    SPREADSHEET = "spreadsheet", _("a spreadsheet")
    FETCHED = "fetched", _("its owner's own file")
    DESK = "desk", _("the secretariat, on behalf")


def new_key() -> str:
    """The opaque id of a report, for addresses before it is public."""
    return secrets.token_hex(12)


class ReportQuerySet(models.QuerySet["Report"]):
    def public(self) -> ReportQuerySet:
        """What readers may know of. Everything public starts here, nowhere else."""
        return self.filter(state=ReportState.PUBLISHED)

    def in_force(self, at: datetime | None = None) -> ReportQuerySet:
        """Public, and not replaced by a corrected one: now, or at an instant."""
        if at is None:
            return self.public().filter(corrected_by=None)
        known = self.public().filter(published_at__lte=at)
        return known.filter(
            Q(corrected_by=None) | Q(corrected_by__published_at__gt=at) | Q(corrected_by__published_at=None)
        )

    def to_review(self) -> ReportQuerySet:
        return self.filter(state=ReportState.SUBMITTED)


class Report(models.Model):
    """What became of a pledge in a period, as its owner says it. `content` has the shape of `content.ReportContent`."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="reports")
    key = models.CharField(max_length=32, unique=True, default=new_key)
    asked = models.ForeignKey(Asked, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    organisation_name = models.CharField(max_length=300, blank=True)  # as it was called that day
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.FORM)
    period_start = models.DateField()
    period_end = models.DateField()
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.DRAFT)
    content = models.JSONField(default=dict)
    typed = models.JSONField(default=dict, blank=True)  # as typed, where it cannot be read yet
    version = models.PositiveIntegerField(default=1)
    field_versions = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_by_name = models.CharField(max_length=200, blank=True)  # whoever held the link of a letter
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    in_part = models.BooleanField(default=False)  # accepted without some of its figures
    left_out = models.JSONField(default=list, blank=True)  # which: ["values:Health posts connected", "money", "people"]
    correction_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )  # the public report whose place it is to take

    # --- on the record -------------------------------------------------------------------------------
    n = models.PositiveSmallIntegerField(null=True, blank=True)  # 1, 2, … of the pledge's public reports
    revision = models.PositiveSmallIntegerField(default=0)  # of its document in the log: a level that rose is the next
    published_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )  # the public report that took its place
    said = models.CharField(max_length=12, choices=Said.choices, blank=True)
    said_level = models.CharField(max_length=14, choices=Level.choices, default=Level.SELF_REPORTED)
    said_on = models.DateField(null=True, blank=True)
    completed_on = models.DateField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["pledge", "period_end", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "n"], condition=Q(n__isnull=False), name="report_number_once"),
            models.UniqueConstraint(
                fields=["asked"],
                condition=Q(state__in=["draft", "submitted", "asked_back"]),
                name="one_report_being_written",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"]),
            models.Index(fields=["pledge"], name="report_public", condition=Q(state="published")),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.period_start} – {self.period_end}"

    @property
    def reference(self) -> str:
        """`P-00831-R2` once public: what the log's entry names."""
        return f"{self.pledge.reference}-R{self.n}" if self.n else ""

    @property
    def is_open(self) -> bool:
        """Its owner may write in it."""
        return self.state in {ReportState.DRAFT, ReportState.ASKED_BACK}


class IndicatorValue(models.Model):
    """An accepted figure of an indicator, with what supports it; or why it was not assessed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="values")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=300)
    unit = models.CharField(max_length=100, blank=True)
    definition = models.ForeignKey(Definition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    counting = models.CharField(max_length=10, choices=Counting.choices, default=Counting.CUMULATIVE)
    headline = models.BooleanField(default=False)
    baseline = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=500, blank=True)
    not_assessed = models.CharField(max_length=500, blank=True)
    supported = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)  # up to here by documents
    verified = models.DecimalField(
        max_digits=24, decimal_places=4, null=True, blank=True
    )  # and up to here by a verifier
    level = models.CharField(max_length=14, choices=Level.choices, default=Level.SELF_REPORTED)

    class Meta:
        ordering = ["report", "position"]
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="value_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class MoneyStage(models.Model):
    """What is signed or spent since the start, by nature and instrument; never added to another stage."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="money")
    stage = models.CharField(max_length=10, choices=Stage.choices)
    amount = models.DecimalField(max_digits=24, decimal_places=4)
    currency = models.CharField(max_length=3)
    nature = models.CharField(max_length=12, blank=True)  # new, existing
    instrument = models.CharField(max_length=16, blank=True)  # grant, loan, in_kind, own_investment
    on = models.DateField(null=True, blank=True)
    usd_cents = models.BigIntegerField(null=True, blank=True)  # at the rate of the pledge's day
    usd_cents_then = models.BigIntegerField(null=True, blank=True)  # at the rate of the day of payment
    level = models.CharField(max_length=14, choices=Level.choices, default=Level.SELF_REPORTED)

    class Meta:
        ordering = ["report", "id"]

    def __str__(self) -> str:
        return f"{self.stage}: {self.amount} {self.currency}"


class PeopleReached(models.Model):
    """People since the start, and how they were counted."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="people")
    total = models.BigIntegerField()
    women = models.BigIntegerField(null=True, blank=True)
    men = models.BigIntegerField(null=True, blank=True)
    groups = models.JSONField(default=dict, blank=True)  # {slug of a beneficiary term: number}
    how = models.CharField(max_length=500, blank=True)
    level = models.CharField(max_length=14, choices=Level.choices, default=Level.SELF_REPORTED)

    def __str__(self) -> str:
        return str(self.total)


class ActivityByCountry(models.Model):
    """What was done in a country."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="activities")
    country = models.CharField(max_length=3, db_index=True)
    text = models.TextField()

    class Meta:
        ordering = ["report", "country", "id"]

    def __str__(self) -> str:
        return self.country


class Evidence(models.Model):
    """A picture, a file or an address that supports a report. Public where its owner says so and it was accepted."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="evidence")
    file = models.FileField(upload_to="evidence/%Y/%m/", max_length=200, blank=True)
    url = models.URLField(max_length=500, blank=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    shows = models.CharField(max_length=300, blank=True)  # what it shows, in its owner's words
    public = models.BooleanField(default=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by_name = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)  # by the secretariat
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ReportMessage(models.Model):
    """One contribution to the conversation about a report; it stays with the report."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="messages")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    from_secretariat = models.BooleanField(default=False)
    internal = models.BooleanField(default=False)
    text = models.TextField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.text[:40]}"


class ReportSource(models.Model):
    """An address of its own at which an organisation publishes its reports as JSON (schema: /data/)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="report_sources")
    url = models.URLField(max_length=500)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(default=timezone.now)
    fetched_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of what was fetched last
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["organisation", "url"]
        constraints = [models.UniqueConstraint(fields=["organisation", "url"], name="report_source_once")]

    def __str__(self) -> str:
        return self.url
