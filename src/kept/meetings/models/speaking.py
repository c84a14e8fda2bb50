"""People in a programme: one profile is one person over the years; a role is what they were on that day."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kept.meetings import connection
from kept.meetings.models.meeting import Meeting, in_language
from kept.meetings.models.programme import Session
from kept.people.models import Organisation


def new_key() -> str:
    return secrets.token_hex(12)


class ProfileQuerySet(models.QuerySet["Profile"]):
    def public(self) -> ProfileQuerySet:
        """Whom readers may know of: released by the person (or by staff for a managed one), and not merged away."""
        return self.filter(released_at__isnull=False, merged_into__isnull=True)


class Profile(models.Model):
    """A person who speaks. What is here is public once it is released; what never is lies in `ProfilePrivate`."""

    key = models.CharField(max_length=32, unique=True, default=new_key)
    slug = models.SlugField(max_length=120, unique=True)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="speaker_profile"
    )
    managed = models.BooleanField(default=False)  # kept by staff for someone without an account
    name = models.CharField(max_length=200)  # as shown
    name_native = models.CharField(max_length=200, blank=True)  # as written in its own script
    name_spoken = models.CharField(max_length=200, blank=True)  # how to say it, for moderators and interpreters
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    form_of_address = models.CharField(max_length=80, blank=True)  # "H.E. Ms"
    titles = models.JSONField(default=dict, blank=True)  # {"en": "Minister", …}
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    organisation_name = models.CharField(max_length=300, blank=True)  # as to be shown; empty: the registry's
    country = models.CharField(max_length=3, blank=True)  # of the state that they speak for; empty: for none
    biographies = models.JSONField(default=dict, blank=True)
    picture = models.FileField(upload_to="meetings/people/", max_length=200, blank=True)
    focal_x = models.PositiveSmallIntegerField(default=50)  # percent from the picture's left
    focal_y = models.PositiveSmallIntegerField(default=40)  # percent from its top
    picture_credit = models.CharField(max_length=200, blank=True)
    languages = models.JSONField(default=list, blank=True)  # that the person speaks
    released_at = models.DateTimeField(null=True, blank=True)
    invented = models.BooleanField(default=False)  # made by the demonstration, and marked as such
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def root(self) -> Profile:
        """The profile that stands for this person now: itself, or the one it was merged into."""
        one = self
        while one.merged_into is not None:
            one = one.merged_into
        return one

    def title_in(self, language: str) -> str:
        return in_language(self.titles, language)

    def organisation_in(self, language: str) -> str:
        return self.organisation_name or (self.organisation.name_in(language) if self.organisation else "")


class ProfilePrivate(models.Model):
    """What a team must know about a person who speaks and nobody else: never on a page, in a file or in the API."""

    profile = models.OneToOneField(Profile, on_delete=models.CASCADE, related_name="private")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    access_needs = models.TextField(blank=True)
    travel_needs = models.TextField(blank=True)
    note = models.TextField(blank=True)  # the team's own
    rank = models.CharField(max_length=120, blank=True)  # as protocol sees it
    original = models.FileField(upload_to="meetings/originals/", max_length=200, blank=True)  # before it was cropped

    def __str__(self) -> str:
        return f"private: {self.profile_id}"


class RoleKind(models.TextChoices):
    CHAIR = "chair", _("chair")
    MODERATOR = "moderator", _("moderator")
    KEYNOTE = "keynote", _("keynote")
    PANELLIST = "panellist", _("panellist")
    SPEAKER = "speaker", _("speaker")
    ANNOUNCER = "announcer", _("announces a pledge")
    INTERPRETER = "interpreter", _("interpreter")
    CAPTIONER = "captioner", _("captioner")


# Who makes a session understood: people of it, planned and asked like speakers, and never named to the public.
SERVING = (RoleKind.INTERPRETER, RoleKind.CAPTIONER)


class RoleState(models.TextChoices):
    PLANNED = "planned", _("planned")
    INVITED = "invited", _("invited")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REPLACED = "replaced", _("replaced")  # by a substitute: `SessionRole.substitute_for` points here


class RoleQuerySet(models.QuerySet["SessionRole"]):
    def public(self) -> RoleQuerySet:
        """Who stands in a public programme: confirmed, with a released profile; nobody who interprets or captions."""
        return self.speaking().filter(
            state=RoleState.CONFIRMED, profile__released_at__isnull=False, profile__merged_into__isnull=True
        )

    def speaking(self) -> RoleQuerySet:
        """Whoever has a place on the floor or the podium, not in the booth."""
        return self.exclude(kind__in=SERVING)

    def counting(self) -> RoleQuerySet:
        """Who takes up time: everybody who has not said no."""
        return self.filter(state__in=[RoleState.PLANNED, RoleState.INVITED, RoleState.CONFIRMED])


class SessionRole(models.Model):
    """A person in a session: as what, and with which title and organisation as on that day."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="roles")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=12, choices=RoleKind.choices, default=RoleKind.PANELLIST)
    state = models.CharField(max_length=12, choices=RoleState.choices, default=RoleState.PLANNED)
    position = models.PositiveSmallIntegerField(default=0)  # by protocol, set by hand
    titles = models.JSONField(default=dict, blank=True)  # as on that day; empty: the profile's
    organisation_name = models.CharField(max_length=300, blank=True)  # as on that day; empty: the profile's
    remote = models.BooleanField(default=False)
    languages = models.JSONField(default=list, blank=True)  # of who serves: into which they work; empty: not said
    substitute_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="substitutes"
    )
    shows_nothing = models.BooleanField(default=False)  # said that there is no presentation
    invited_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "profile", "kind"],
                condition=Q(state__in=["planned", "invited", "confirmed"]),
                name="role_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile} · {self.kind}"

    def title_in(self, language: str) -> str:
        return in_language(self.titles, language) or self.profile.title_in(language)

    @property
    def serves(self) -> bool:
        """Interprets or captions: in the booth, not in the public programme."""
        return self.kind in SERVING

    def organisation_in(self, language: str) -> str:
        return self.organisation_name or self.profile.organisation_in(language)


class Availability(models.Model):
    """When a person can be there, on the meeting's wall clock. No row for a day: nothing was said about it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="availabilities")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="availabilities")
    day = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["day", "starts"]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.day} {self.starts:%H:%M}–{self.ends:%H:%M}"


class Speaking(models.Model):
    """A person at one meeting: in which language they are written to, who stands in, when they were written to."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="speaking")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="speaking")
    language = models.CharField(max_length=10, default="en")  # of the mails
    stand_in_name = models.CharField(max_length=200, blank=True)
    stand_in_phone = models.CharField(max_length=60, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)  # that were written
    reminded_at = models.DateTimeField(null=True, blank=True)
    presentation_reminders = models.PositiveSmallIntegerField(default=0)  # that were written

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "profile"], name="speaking_once")]

    def __str__(self) -> str:
        return f"{self.profile_id} at {self.meeting_id}"


class ProfileMerge(models.Model):
    """Two profiles that are one person: which went into which, why, what went over, and whether that was undone."""

    gone = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="merges_away")
    into = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="merges")
    reason = models.TextField()
    moved = models.JSONField(default=dict)  # {"roles": [ids], …, "person": account or None} (actions/one_person.py)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.into_id}"


class Assistant(models.Model):
    """Who acts for somebody at one meeting, by a link of their own; they sign nothing. Taken back, the row stays."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="assistants")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="assistants")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")  # of the mail
    copies = models.BooleanField(default=False)  # gets a copy of what the speaker is written about this meeting
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # None: the person themselves, by their link
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} for {self.profile_id}"


class ConnectionTest(models.Model):
    """How the connection of somebody who speaks from afar did when they tried it (connection.py); the newest first."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="connection_tests")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="connection_tests")
    at = models.DateTimeField()
    camera = models.CharField(max_length=8, choices=connection.Device.choices, default=connection.Device.UNKNOWN)
    microphone = models.CharField(max_length=8, choices=connection.Device.choices, default=connection.Device.UNKNOWN)
    down = models.PositiveIntegerField(null=True, blank=True)  # kbit/s, house to browser; None: not measured
    up = models.PositiveIntegerField(null=True, blank=True)  # kbit/s, browser to house
    trip = models.PositiveIntegerField(null=True, blank=True)  # ms, there and back
    browser = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.at:%Y-%m-%d}"

    @property
    def measured(self) -> connection.Measured:
        return connection.Measured(self.camera, self.microphone, self.down, self.up, self.trip)


class RecordingRelease(models.Model):
    """What a person signed about being recorded and photographed: the words as they stood. Taken back, the row stays."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="recording_releases")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="recording_releases")
    text_version = models.CharField(max_length=20)
    text = models.TextField()  # what was read, in `language`
    language = models.CharField(max_length=10)
    recording = models.BooleanField()
    photographs = models.BooleanField()
    signed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "profile"], condition=Q(revoked_at=None), name="recording_release_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.signed_name} {self.text_version}"
