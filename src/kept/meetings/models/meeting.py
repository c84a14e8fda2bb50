"""The meeting: where and when, by whom, with what beside it, and what was left of it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.meetings.times import lenient_instant, zone
from kept.people.models import Organisation


def in_language(texts: dict[str, str], language: str) -> str:
    """A text that was written in several languages, as a reader gets it: theirs, else English, else any."""
    return texts.get(language) or texts.get("en") or next((text for text in texts.values() if text), "")


class Series(models.Model):
    """Meetings that follow each other (the third Annual Meeting follows the second)."""

    slug = models.SlugField(max_length=80, unique=True)
    names = models.JSONField(default=dict)  # {"en": "Annual Meeting", …}

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return in_language(self.names, "en") or self.slug


class Status(models.TextChoices):
    """What the secretariat has decided about a meeting. Running and past are the clock's: `Meeting.phase`."""

    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    REGISTRATION_OPEN = "registration_open", _("registration is open")
    MOVED = "moved", _("moved")  # to a day that is not known yet
    CANCELLED = "cancelled", _("cancelled")


class Phase(models.TextChoices):
    """Where a meeting is at an instant."""

    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    REGISTRATION_OPEN = "registration_open", _("registration is open")
    RUNNING = "running", _("on now")
    PAST = "past", _("past")
    MOVED = "moved", _("moved")
    CANCELLED = "cancelled", _("cancelled")


class AttendanceMode(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    REMOTE = "remote", _("online")
    HYBRID = "hybrid", _("in person and online")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def public(self) -> MeetingQuerySet:
        """What readers may know of. Everything public starts here, nowhere else."""
        return self.exclude(status=Status.DRAFT)


class Meeting(models.Model):
    """One meeting, with one address for ever. Times are those of the clock on its wall (`times.py`)."""

    slug = models.SlugField(max_length=80, unique=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of its entry in calendars
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings")
    number = models.PositiveSmallIntegerField(null=True, blank=True)  # in its series: 3 for the third
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    status_reason = models.JSONField(default=dict, blank=True)  # why it was moved or cancelled; public
    mode = models.CharField(max_length=12, choices=AttendanceMode.choices, default=AttendanceMode.HYBRID)

    names = models.JSONField(default=dict)  # {"en": "Annual Meeting 2026", …}
    ledes = models.JSONField(default=dict, blank=True)  # what it is for, in a sentence or two
    abouts = models.JSONField(default=dict, blank=True)  # more of it
    stories = models.JSONField(default=dict, blank=True)  # what it was like, afterwards

    time_zone = models.CharField(max_length=60, default="UTC")
    starts_on = models.DateField()
    starts = models.TimeField(null=True, blank=True)  # None: the hour is not known
    ends_on = models.DateField()
    ends = models.TimeField(null=True, blank=True)
    starts_at = models.DateTimeField(db_index=True)  # worked out; of a meeting without hours: the day's beginning
    ends_at = models.DateTimeField(db_index=True)
    # Where it was moved from, as it was announced: the wall clock of that day ("2026-12-12T14:00").
    moved_from = models.CharField(max_length=16, blank=True)

    venues = models.JSONField(default=dict, blank=True)  # {"en": "Popov Room, ITU headquarters", …}
    address = models.CharField(max_length=300, blank=True)  # as it stands on letters there
    cities = models.JSONField(default=dict, blank=True)
    country = models.CharField(max_length=3, blank=True)  # alpha-3
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    map_file = models.FileField(upload_to="meetings/maps/", max_length=200, blank=True)  # a picture, drawn anew
    map_alts = models.JSONField(default=dict, blank=True)

    travels = models.JSONField(default=dict, blank=True)  # how to get there
    accesses = models.JSONField(default=dict, blank=True)  # accessibility of the building
    practicals = models.JSONField(default=dict, blank=True)  # everything else one should know
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=60, blank=True)

    registration_until = models.DateTimeField(null=True, blank=True)  # an instant; shown on the meeting's clock
    presentations_until = models.DateTimeField(null=True, blank=True)  # None: nobody is asked for any
    letters_until = models.DateTimeField(null=True, blank=True)  # support letters for visas
    state_order = models.CharField(max_length=10, default="en")  # states are listed in this language's order
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sequence = models.PositiveIntegerField(default=0)  # of its calendar entry: grows with each change that matters
    changed_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="meeting_number_once")]

    def __str__(self) -> str:
        return in_language(self.names, "en") or self.slug

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    @property
    def is_public(self) -> bool:
        return self.status != Status.DRAFT

    @property
    def has_hours(self) -> bool:
        """Whether the hour is known, not only the day."""
        return self.starts is not None

    def work_out_instants(self) -> None:
        """Set `starts_at` and `ends_at` from the wall clock; without hours they are the edges of the days."""
        self.starts_at = lenient_instant(self.starts_on, self.starts or time.min, self.time_zone)
        if self.ends is not None:
            self.ends_at = lenient_instant(self.ends_on, self.ends, self.time_zone)
        else:
            self.ends_at = lenient_instant(self.ends_on + timedelta(days=1), time.min, self.time_zone)

    def phase(self, at: datetime) -> Phase:
        """Where it is at an instant: what was decided, and what the clock says."""
        if self.status in (Status.DRAFT, Status.CANCELLED, Status.MOVED):
            return Phase(self.status)
        if at >= self.ends_at:
            return Phase.PAST
        if at >= self.starts_at:
            return Phase.RUNNING
        return Phase(self.status)

    def local_days(self) -> list[date]:
        """The days that it lasts, on its own clock."""
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    @property
    def zone(self):
        return zone(self.time_zone)


class MeetingDay(models.Model):
    """From when to when the doors are open on a day. A day without a row has no opening hours of its own."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    opens = models.TimeField()
    closes = models.TimeField()
    names = models.JSONField(default=dict, blank=True)  # "Day of the youth"

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["meeting", "day"], name="meeting_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.opens:%H:%M}–{self.closes:%H:%M}"


EQUIPMENT = {
    "interpretation": _("booths for interpreters"),
    "captions": _("screen for captions"),
    "hearing_loop": _("hearing loop"),
    "step_free": _("reached without steps"),
    "remote": _("remote participants are heard and seen"),
    "webcast": _("cameras for the webcast"),
    "microphones": _("a microphone at each seat"),
    "screen": _("screen for presentations"),
    "sign_language": _("place for sign language interpreters"),
}


class Room(models.Model):
    """A room of a meeting. Who may sit in it is the registration's: `capacity` is how many chairs there are."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="rooms")
    position = models.PositiveSmallIntegerField(default=0)
    names = models.JSONField(default=dict)
    ways = models.JSONField(default=dict, blank=True)  # how to find it: "second floor, left of the lifts"
    capacity = models.PositiveIntegerField(null=True, blank=True)
    fire_limit = models.PositiveIntegerField(null=True, blank=True)
    equipment = models.JSONField(default=list, blank=True)  # keys of EQUIPMENT
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name_in("en")

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)


class ServiceHours(models.Model):
    """When interpreters or captioners work, in a room or in all: beyond it the programme warns."""

    class Kind(models.TextChoices):
        INTERPRETATION = "interpretation", _("interpretation")
        CAPTIONS = "captions", _("captions")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="service_hours")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.INTERPRETATION)
    languages = models.JSONField(default=list, blank=True)  # BCP 47; empty: all that the programme names
    day = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["day", "starts"]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.starts:%H:%M}–{self.ends:%H:%M}"


class PartnerRole(models.TextChoices):
    HOST = "host", _("host")
    ORGANISER = "organiser", _("organiser")
    PARTNER = "partner", _("partner")
    MEDIA = "media", _("media partner")


class Partner(models.Model):
    """Who holds a meeting, and with whom."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    names = models.JSONField(default=dict, blank=True)  # empty: the organisation's
    role = models.CharField(max_length=12, choices=PartnerRole.choices, default=PartnerRole.PARTNER)
    website = models.URLField(max_length=300, blank=True)
    logo = models.FileField(upload_to="meetings/logos/", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name_in("en")

    def name_in(self, language: str) -> str:
        return in_language(self.names, language) or (self.organisation.name_in(language) if self.organisation else "")


class LinkedKind(models.TextChoices):
    CEREMONY = "ceremony", _("ceremony")
    RECEPTION = "reception", _("reception")
    SIDE_EVENT = "side_event", _("side event")
    FORUM = "forum", _("forum")  # one that follows, or that this one belongs to


class LinkedEvent(models.Model):
    """What belongs to a meeting and is not a session of it, or has its own invitation, capacity and reply."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="linked_events")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=LinkedKind.choices)
    names = models.JSONField(default=dict)
    abouts = models.JSONField(default=dict, blank=True)
    venues = models.JSONField(default=dict, blank=True)  # empty: not said
    starts_on = models.DateField()
    starts = models.TimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)  # None: the end is not said
    session = models.OneToOneField(
        "Session", null=True, blank=True, on_delete=models.SET_NULL, related_name="linked_event"
    )  # where it stands in the programme too: then the programme says when
    by_invitation = models.BooleanField(default=False)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    reply_until = models.DateTimeField(null=True, blank=True)
    url = models.URLField(max_length=300, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["starts_on", "starts", "position", "id"]

    def __str__(self) -> str:
        return in_language(self.names, "en")

    def name_in(self, language: str) -> str:
        return in_language(self.names, language)

    @property
    def starts_at(self) -> datetime:
        return lenient_instant(self.starts_on, self.starts or time.min, self.meeting.time_zone)

    @property
    def ends_at(self) -> datetime | None:
        if self.ends is None:
            return None
        return lenient_instant(self.ends_on or self.starts_on, self.ends, self.meeting.time_zone)
