"""The pledge, its texts over time, and what people say about it before it is public.

A `Pledge` is an identity with a state. What it says is in its `Revision`s: the one being written
(`working`) and those that are or were public (`n` 1, 2, …), each valid from one instant to the next. The
public record of any moment is therefore one query: `Revision.objects.public(as_of)`.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.people.models import EntityType, Organisation


class Taxonomy(models.TextChoices):
    FOCUS = "focus", _("focus area")
    KIND = "kind", _("kind of contribution")
    BENEFICIARY = "beneficiary", _("beneficiaries")


class Term(models.Model):
    """One value of a taxonomy, with its name in the languages of the installation."""

    taxonomy = models.CharField(max_length=12, choices=Taxonomy.choices)
    slug = models.SlugField(max_length=80)
    names = models.JSONField(default=dict)  # {"en": "Access", "fr": "Accès", …}
    descriptions = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=100)
    is_active = models.BooleanField(default=True)
    source = models.CharField(max_length=100, blank=True)  # the mapping that brought it, if one did

    class Meta:
        ordering = ["taxonomy", "position", "slug"]
        constraints = [models.UniqueConstraint(fields=["taxonomy", "slug"], name="term_once")]

    def __str__(self) -> str:
        return f"{self.taxonomy}: {self.slug}"

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.slug


class Status(models.TextChoices):
    """The state of a pledge's record (docs/pledges.md has the diagram)."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("to review")
    CHANGES_REQUESTED = "changes_requested", _("changes requested")
    ACCEPTED = "accepted", _("accepted")
    PUBLISHED = "published", _("published")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("taken back")
    SUPERSEDED = "superseded", _("replaced")
    DISCARDED = "discarded", _("thrown away")


PUBLIC = (Status.PUBLISHED, Status.WITHDRAWN, Status.SUPERSEDED)


class Hold(models.TextChoices):
    """What an accepted pledge waits for."""

    NOTHING = "", _("nothing")
    CALL_BACK = "call_back", _("the minutes in which it can be called back")
    DATE = "date", _("a date")
    ANNOUNCEMENT = "announcement", _("its announcement")


def new_key() -> str:
    """The opaque id of a pledge: answers wherever a reference stands, from the first draft on."""
    return secrets.token_hex(12)


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def public(self) -> PledgeQuerySet:
        """What readers may know of. Everything public starts here, nowhere else."""
        return self.filter(status__in=PUBLIC)

    def to_review(self) -> PledgeQuerySet:
        return self.filter(Q(status=Status.SUBMITTED) | Q(working__status=TextStatus.SUBMITTED))

    def of(self, organisation_ids: list[int]) -> PledgeQuerySet:
        """Led by one of these organisations."""
        return self.filter(lead__in=organisation_ids)


class Pledge(models.Model):
    """A public promise with an owner, a content, a place, a time; or one that is on its way there."""

    key = models.CharField(max_length=32, unique=True, default=new_key)
    number = models.PositiveIntegerField(null=True, blank=True, unique=True)  # P-00831, given at publication
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    title = models.CharField(max_length=300, blank=True)  # the public one, else the one being written
    lead = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="pledges")
    working = models.OneToOneField(
        "Revision", null=True, blank=True, on_delete=models.SET_NULL, related_name="working_for"
    )
    current = models.OneToOneField(
        "Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="current_for"
    )
    revisions_count = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)  # may lie before the log's `at` (an import)
    # Accepted: what it waits for.
    hold = models.CharField(max_length=12, choices=Hold.choices, blank=True, default=Hold.NOTHING)
    publish_at = models.DateTimeField(null=True, blank=True)
    announcement = models.CharField(_("announced at"), max_length=200, blank=True)
    # The desk.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="reviewing"
    )
    nearest = models.JSONField(default=dict, blank=True)  # found once it was sent: {"reference", "title", "percent"}
    # On behalf: entered by the secretariat, confirmed by its owner or by a signed letter.
    on_behalf = models.BooleanField(default=False)
    owner_confirmed_at = models.DateTimeField(null=True, blank=True)
    # Never public.
    contact_name = models.CharField(_("contact"), max_length=200, blank=True)
    contact_email = models.EmailField(_("mail address of the contact"), blank=True)
    contact_phone = models.CharField(_("telephone of the contact"), max_length=60, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="predecessors")
    delisted = models.BooleanField(default=False)  # taken from the registry by the secretariat, in the open
    started_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Imports know a row again by these.
    source_name = models.CharField(max_length=100, blank=True)
    source_id = models.CharField(max_length=200, blank=True)
    source_hash = models.CharField(max_length=64, blank=True)  # of what the row said: tells whether it changed
    batch = models.ForeignKey("ImportBatch", null=True, blank=True, on_delete=models.SET_NULL, related_name="pledges")

    objects = PledgeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "submitted_at"]),
            # The worker publishes what is due.
            models.Index(fields=["publish_at"], name="pledge_due", condition=Q(status="accepted")),
            models.Index(fields=["lead", "status"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_name", "source_id"],
                condition=~Q(source_id=""),
                name="source_row_once",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(status__in=["published", "withdrawn", "superseded"]),
                name="only_public_has_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference or self.key}: {self.title}"

    @property
    def reference(self) -> str:
        """`P-00831` once published, "" before."""
        return f"P-{self.number:05d}" if self.number else ""

    @property
    def address(self) -> str:
        """What stands in addresses: the reference once there is one, else the opaque id."""
        return self.reference or self.key

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC

    @property
    def text(self) -> Revision | None:
        """The text its owner works on, else the public one."""
        return self.working or self.current


class TextStatus(models.TextChoices):
    """The life of one text of a pledge (a first text or a revision)."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("to review")
    CHANGES_REQUESTED = "changes_requested", _("changes requested")
    ACCEPTED = "accepted", _("accepted")
    PUBLISHED = "published", _("published")
    REFUSED = "refused", _("refused")
    DISCARDED = "discarded", _("thrown away")


class RevisionQuerySet(models.QuerySet["Revision"]):
    def public(self, as_of: datetime | None = None) -> RevisionQuerySet:
        """The public record now, or as it was at an instant: one revision for each public pledge."""
        if as_of is None:
            return self.filter(n__isnull=False, valid_to__isnull=True)
        return self.filter(n__isnull=False, valid_from__lte=as_of).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=as_of)
        )

    def counted(self) -> RevisionQuerySet:
        """The default selection: published, neither withdrawn nor superseded."""
        return self.filter(record_status=Status.PUBLISHED)


class Revision(models.Model):
    """What a pledge says: being written (`n` empty), or public since `valid_from`.

    `content` has the shape of `content.PledgeContent`. The columns below it are a projection of it, made
    once when the revision becomes public (`record.py`), for lists, sums and search.
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="revisions")
    n = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=TextStatus.choices, default=TextStatus.DRAFT)
    content = models.JSONField(default=dict)
    typed = models.JSONField(default=dict, blank=True)  # as typed, where it cannot be read yet: {"amount": "12 apples"}
    version = models.PositiveIntegerField(default=1)  # grows with each save
    field_versions = models.JSONField(default=dict, blank=True)  # {"title": 7}: the save that last changed a field
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)

    # --- the public record -------------------------------------------------------------------------
    event = models.CharField(max_length=30, blank=True)  # the log's type: pledge.published, pledge.revised, …
    reason = models.TextField(blank=True)  # why it was withdrawn, superseded, corrected (public)
    record_status = models.CharField(max_length=20, choices=Status.choices, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)  # the pledge's, repeated for sorting
    sha256 = models.CharField(max_length=64, blank=True)  # of the document in the log
    language = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=300, blank=True)
    summary = models.TextField(blank=True)
    search_text = models.TextField(blank=True)  # words of title, summary, description, organisations, normalised
    lead = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entity_type = models.CharField(max_length=30, choices=EntityType.choices, blank=True)
    origin = models.CharField(max_length=3, blank=True)  # where the lead sits, alpha-3
    day = models.DateField(null=True, blank=True)  # the pledge's day: announced, else published
    announced = models.CharField(max_length=10, blank=True)
    amount = models.DecimalField(max_digits=24, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount_usd = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    usd_cents = models.BigIntegerField(
        null=True, blank=True
    )  # amount_usd again, for sums: SQLite adds decimals as floats
    rate = models.DecimalField(max_digits=24, decimal_places=12, null=True, blank=True)
    rate_day = models.DateField(null=True, blank=True)
    rate_kind = models.CharField(max_length=16, blank=True)
    money_nature = models.CharField(max_length=16, blank=True)
    instrument = models.CharField(max_length=16, blank=True)
    people_expected = models.BigIntegerField(null=True, blank=True)
    start = models.CharField(max_length=10, blank=True)  # partial ISO dates: 2024, 2024-06, 2024-06-30
    end = models.CharField(max_length=10, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # the last day of `end`

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["pledge_id", F("n").asc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "n"], condition=Q(n__isnull=False), name="revision_once"),
            models.UniqueConstraint(
                fields=["pledge"], condition=Q(n__isnull=False, valid_to__isnull=True), name="one_valid_revision"
            ),
        ]
        indexes = [
            # The registry's default selection, newest first.
            models.Index(
                fields=["record_status", "-published_at", "-pledge"],
                name="record_newest",
                condition=Q(n__isnull=False, valid_to__isnull=True),
            ),
            models.Index(fields=["valid_from"], name="record_history", condition=Q(n__isnull=False)),
            models.Index(fields=["lead"], name="record_lead", condition=Q(n__isnull=False, valid_to__isnull=True)),
            # Look-alikes ask for the same amount.
            models.Index(
                fields=["amount"],
                name="record_amount",
                condition=Q(n__isnull=False, valid_to__isnull=True, amount__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}/{self.n or 'draft'}"


class RevisionPlace(models.Model):
    """Where a public revision acts: its targets, the countries that these stood for, the regions and groups around."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="places")
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=8)  # country, region, itu, group, world
    named = models.BooleanField(default=True)  # a target of the pledge; False: follows from one

    class Meta:
        indexes = [models.Index(fields=["code", "revision"])]

    def __str__(self) -> str:
        return self.code


class RevisionTag(models.Model):
    """A taxonomy value or SDG of a public revision."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="tags")
    taxonomy = models.CharField(max_length=12)  # focus, kind, beneficiary, sdg
    slug = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["taxonomy", "slug", "revision"])]

    def __str__(self) -> str:
        return f"{self.taxonomy}: {self.slug}"


class RevisionPartner(models.Model):
    """A partner of a public revision. It counts where it had confirmed by then (`Partnership`)."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["revision", "organisation"], name="partner_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}"


class PartnershipState(models.TextChoices):
    ASKED = "asked", _("asked")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")


class Partnership(models.Model):
    """Whether an organisation that a pledge names as partner has said yes."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="partnerships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="partnerships")
    state = models.CharField(max_length=10, choices=PartnershipState.choices, default=PartnershipState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pledge", "organisation"], name="partnership_once")]

    def __str__(self) -> str:
        return f"{self.pledge_id} · {self.organisation_id} · {self.state}"


class Attachment(models.Model):
    """A file beside a pledge. Public only when a public revision lists it; a letter never is."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="pledges/%Y/%m/", max_length=200)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)  # found from the content, not from the name
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    is_letter = models.BooleanField(default=False)  # the owner's signed letter: for the desk alone
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One contribution to the conversation about a pledge; internal ones are the secretariat's notes."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="messages")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    from_secretariat = models.BooleanField(default=False)
    internal = models.BooleanField(default=False)
    by_mail = models.BooleanField(default=False)
    text = models.TextField()
    key = models.CharField(max_length=200, blank=True, db_index=True)  # a mail's Message-ID: taken in once

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.text[:40]}"


class Looking(models.Model):
    """Who has a pledge open on the desk right now, so that nobody does the same work twice."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="looking")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pledge", "person"], name="looking_once")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.pledge_id}"


class TranslationState(models.TextChoices):
    ASKED = "asked", _("asked for")
    DRAFT = "draft", _("being written")
    WRITTEN = "written", _("written, not checked")
    PUBLISHED = "published", _("checked and published")


class Translation(models.Model):
    """The text of one public revision in another language: by whom, checked by whom."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="translations")
    n = models.PositiveSmallIntegerField()  # of the revision that was translated
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=300, blank=True)
    summary = models.TextField(blank=True)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=TranslationState.choices, default=TranslationState.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written_by_name = models.CharField(max_length=200, blank=True)
    checked_by_name = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pledge", "n", "language"], name="translation_once")]

    def __str__(self) -> str:
        return f"{self.pledge_id}/{self.n} {self.language}"


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("being imported")
    DONE = "done", _("imported")
    FAILED = "failed", _("stopped")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


AT_WORK = (BatchState.CHECKING, BatchState.RUNNING, BatchState.UNDOING)


class WrittenJSON(models.JSONField):
    """JSON in the order in which it was written. PostgreSQL's own type would sort the keys: the columns of a row, the lines
    that a mapping puts one below the other.
    """

    def db_type(self, connection: Any) -> str | None:
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if connection.vendor == "postgresql" and value is not None and not hasattr(value, "as_sql"):
            return json.dumps(value, ensure_ascii=False)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value


class ImportMapping(models.Model):
    """A mapping that somebody saved under a name, for the next file of the same kind."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    data = WrittenJSON(default=dict)  # as a TOML file would have it (docs/importing.md)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One file that came in: what was understood, how far it is, what was refused."""

    file_name = models.CharField(max_length=300)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    mapping_name = models.CharField(max_length=100, blank=True)
    mapping = WrittenJSON(default=dict, blank=True)
    columns = models.JSONField(default=dict, blank=True)  # {column: field}, where a person mapped them by hand
    found = models.JSONField(default=dict, blank=True)  # by the check: new organisations, new terms
    publish = models.BooleanField(default=False)
    update = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.UPLOADED)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    rows_left_out = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The work that is being done (AT_WORK): asked for by whom, why, and until when somebody holds it.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """A row of an import that was refused, or that changed since it came in: with its reason, until it is put right."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField()  # as a person sees it in the file
    identity = models.CharField(max_length=200)  # the id column's value, else the row's hash
    pledge = models.ForeignKey(Pledge, null=True, blank=True, on_delete=models.CASCADE, related_name="import_rows")
    kind = models.CharField(max_length=8, default="refused")  # refused, changed
    problems = models.JSONField(
        default=list, blank=True
    )  # [{"column", "value", "reason"}]; changed: [{"field", "was", "now"}]
    cells = WrittenJSON(default=dict, blank=True)  # the row as text, as it stands in the file
    corrections = models.JSONField(default=dict, blank=True)  # {column: what a person typed instead}
    settled_at = models.DateTimeField(null=True, blank=True)  # corrected, or taken over

    class Meta:
        ordering = ["batch", "row"]
        constraints = [models.UniqueConstraint(fields=["batch", "row", "identity"], name="import_row_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.row}"
