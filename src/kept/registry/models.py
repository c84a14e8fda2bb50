"""What readers leave with the registry: searches that tell of new pledges, remarks; and the dumps of each day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.people.models import Organisation
from kept.pledges.models import Pledge, Revision


class Frequency(models.TextChoices):
    AT_ONCE = "at_once", _("within minutes")
    DAILY = "daily", _("once a day at most")
    WEEKLY = "weekly", _("once a week at most")


class SearchState(models.TextChoices):
    WAITING = "waiting", _("not confirmed yet")
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")


class SavedSearch(models.Model):
    """A selection of the registry whose new pledges are told by mail: to an account, or to an address that said yes."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_searches"
    )
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    query = models.CharField(max_length=2000, blank=True)  # country=BDI&focus=adoption, without order and page
    frequency = models.CharField(max_length=8, choices=Frequency.choices, default=Frequency.DAILY)
    state = models.CharField(max_length=8, choices=SearchState.choices, default=SearchState.WAITING)
    made_at = models.DateTimeField(default=timezone.now)
    told_until = models.BigIntegerField(default=0)  # the last NewPledge that was looked at: none is told twice
    due_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)
    told_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_at"], name="search_due", condition=Q(state="active"))]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "query"], condition=Q(state__in=["active", "paused"]), name="search_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.query}"


class NewPledge(models.Model):
    """A pledge that became public by somebody's decision, or was revised, to be told where it is found since.

    `former`: the text that was valid until then; None where there was none. An import makes none of these.

    Written while the head row of the log is locked, so that its ids are in the order of commit.
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="+")
    former = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+", null=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.pledge_id}"


class RemarkState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("not confirmed yet")
    NEW = "new", _("new")
    WITH_OWNER = "with_owner", _("with the owner")
    ANSWERED = "answered", _("answered")
    CORRECTED = "corrected", _("corrected")
    CLOSED = "closed", _("closed")


class Remark(models.Model):
    """“Something is wrong here”: what a reader says about a page, what was answered, what was put right."""

    page = models.CharField(max_length=300)  # the path, without its language
    pledge = models.ForeignKey(Pledge, null=True, blank=True, on_delete=models.CASCADE, related_name="remarks")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="remarks"
    )  # who may answer it: the pledge's lead at that time, or the organisation of the page
    text = models.TextField()
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)  # for the secretariat alone; emptied a year after it was closed
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=12, choices=RemarkState.choices, default=RemarkState.UNCONFIRMED)
    made_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(blank=True)  # to who made it
    note = models.TextField(blank=True)  # what readers of the page see of it, in the secretariat's words
    reply = models.TextField(blank=True)  # the owner's word, shown beside the note
    replied_at = models.DateTimeField(null=True, blank=True)
    correction = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="remarks")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return f"{self.page}: {self.text[:40]}"


class Dump(models.Model):
    """A file with the whole record as it was at the end of a day (UTC)."""

    day = models.DateField()
    ending = models.CharField(max_length=10)  # csv.gz, xlsx, json.gz, xml.gz
    file = models.FileField(upload_to="dumps/%Y/", max_length=200)
    size = models.BigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    pledges = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)  # old, or a text in it had to go by law
    removed_why = models.CharField(max_length=8, blank=True)  # age, law

    class Meta:
        ordering = ["-day", "ending"]
        constraints = [
            models.UniqueConstraint(fields=["day", "ending"], condition=Q(removed_at__isnull=True), name="dump_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"pledges-{self.day.isoformat()}.{self.ending}"
