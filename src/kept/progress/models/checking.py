"""Checking: who verified what, what was drawn for it, who objected, and what may be the same money."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.people.models import Organisation, new_token
from kept.pledges.models import Pledge
from kept.progress.models.reports import Report
from kept.progress.models.rounds import Round


class VerificationState(models.TextChoices):
    ASKED = "asked", _("asked")
    DONE = "done", _("done")
    DECLINED = "declined", _("declined")


class VerificationOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("confirmed")
    IN_PART = "in_part", _("confirmed in part")
    NOT_CONFIRMED = "not_confirmed", _("not confirmed")


class Verification(models.Model):
    """A named verifier looked at a report: what they looked at, which interest they have, what they found."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="verifications")
    verifier = models.CharField(max_length=200)  # the person
    organisation = models.CharField(max_length=300, blank=True)
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    token = models.CharField(max_length=64, unique=True, default=new_token)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=VerificationState.choices, default=VerificationState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_for = models.TextField(blank=True)  # what the secretariat asks to be looked at
    has_interest = models.BooleanField(null=True, blank=True)
    interest = models.TextField(blank=True)
    scope = models.TextField(blank=True)  # what was looked at, and what was not
    outcome = models.CharField(max_length=14, choices=VerificationOutcome.choices, blank=True)
    figures = models.JSONField(default=dict, blank=True)  # {name of the indicator: the value that was found}
    statement = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    taken_over_at = models.DateTimeField(null=True, blank=True)  # on the record

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.verifier}: {self.report_id}"


class PartAnswer(models.Model):
    """What a partner of a joint pledge says of its own part in the lead's public report; a later answer replaces it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="part_answers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    words = models.TextField(blank=True)  # public; owed where it does not agree
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["report", "organisation"], name="part_answered_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.report_id}"


class PartAsked(models.Model):
    """That a partner of a joint pledge was told that a report waits for its answer, and reminded of it: each once."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="parts_asked")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    letters = models.PositiveSmallIntegerField(default=0)  # 0: nobody speaks for it
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["report", "organisation"], name="part_asked_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.report_id}"


class Sample(models.Model):
    """Pledges that a round drew for verification: the same seed over the same pledges draws the same."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="sample")
    seed = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    strata = models.JSONField(default=list)  # [{"stratum", "pledges", "drawn", "from"}], "from": all references
    drawn_at = models.DateTimeField(default=timezone.now)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.round_id}: {self.size}"


class SampleItem(models.Model):
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="items")
    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="+")
    stratum = models.CharField(max_length=80)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["sample", "pledge"], name="drawn_once")]

    def __str__(self) -> str:
        return f"{self.stratum}: {self.pledge_id}"


class AppealAbout(models.TextChoices):
    STANDING = "standing", _("how it stands")
    LEVEL = "level", _("the level of evidence")
    REPORTING = "reporting", _("that nothing was heard")
    REPORT = "report", _("a decision about a report")


class AppealState(models.TextChoices):
    OPEN = "open", _("objected")
    UPHELD = "upheld", _("upheld")
    REJECTED = "rejected", _("rejected")


class Appeal(models.Model):
    """An owner objects. It is shown as objected; somebody else than who decided before decides; the trail stays."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="appeals")
    about = models.CharField(max_length=10, choices=AppealAbout.choices)
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.SET_NULL, related_name="appeals")
    text = models.TextField()
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    filed_by_name = models.CharField(max_length=200, blank=True)
    filed_at = models.DateTimeField(default=timezone.now)
    decided_before_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # may not decide this
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-filed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "about"], condition=Q(state="open"), name="one_open_appeal"),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.about}"


class SameMoneyState(models.TextChoices):
    OPEN = "open", _("to be decided")
    SAME = "same", _("the same money, counted once")
    DIFFERENT = "different", _("different money")


class SameMoney(models.Model):
    """A pledge whose money may stand elsewhere too: flagged with the reason, decided by a person, counted once."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="same_money")
    other = models.ForeignKey(Pledge, null=True, blank=True, on_delete=models.CASCADE, related_name="same_money_as")
    registry = models.CharField(max_length=200, blank=True)  # another registry, where it is not this one
    registry_id = models.CharField(max_length=200, blank=True)
    registry_url = models.URLField(max_length=500, blank=True)
    why = models.JSONField(default=list)  # the rules that found it: ["same_amount", "same_lead", "same_year"]
    state = models.CharField(max_length=10, choices=SameMoneyState.choices, default=SameMoneyState.OPEN)
    counts = models.ForeignKey(
        Pledge, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the one that counts, where both stand here
    counts_elsewhere = models.BooleanField(default=False)  # of one that stands in another registry: it counts there
    reason = models.TextField(blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "other"], condition=~Q(other=None), name="same_money_once"),
            models.UniqueConstraint(
                fields=["pledge", "registry", "registry_id"], condition=Q(other=None), name="same_money_elsewhere_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id} = {self.other_id or self.registry}"


class OtherRegistry(models.Model):
    """Another registry whose list was read here, to count the same money once. Its list is as it was read last."""

    name = models.CharField(max_length=200, unique=True)
    url = models.URLField(max_length=500, blank=True)
    imported_at = models.DateTimeField(default=timezone.now)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OtherEntry(models.Model):
    """One entry of such a list. It is never counted here, only held beside what is."""

    registry = models.ForeignKey(OtherRegistry, on_delete=models.CASCADE, related_name="entries")
    reference = models.CharField(max_length=200)
    organisation = models.CharField(max_length=300)
    normalised = models.CharField(max_length=300)  # people.naming.normalise(organisation)
    title = models.CharField(max_length=300)
    amount = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    usd_cents = models.BigIntegerField(null=True, blank=True)  # by the average of its year
    url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["registry", "reference"], name="other_entry_once")]

    def __str__(self) -> str:
        return self.title
