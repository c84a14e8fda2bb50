"""Who is invited to what stands beside a meeting (a reception), and what they said."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kept.meetings.models import LinkedEvent


class Reply(models.TextChoices):
    """Where an invitation stands: see `lifecycle.INVITATION`."""

    INVITED = "invited", _("no answer yet")
    COMES = "comes", _("comes")
    WAITS = "waits", _("waits for a place")
    OFFERED = "offered", _("a place is offered")
    DECLINED = "declined", _("does not come")
    LAPSED = "lapsed", _("let the offer run out")
    TAKEN_BACK = "taken_back", _("taken back")


PLACED = (Reply.COMES, Reply.OFFERED)  # who takes up places


class EventInvitation(models.Model):
    """One address that is invited to one event. `places` count what an answer takes: oneself, and whom one brings.

    Written by `actions/hosting.py` alone, under the lock of the event's row: that lock is the order of arrival.
    """

    event = models.ForeignKey(LinkedEvent, on_delete=models.CASCADE, related_name="invitations")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    organisation = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=10, default="en")
    may_bring = models.BooleanField(default=False)  # one more person
    state = models.CharField(max_length=12, choices=Reply.choices, default=Reply.INVITED)
    brings = models.BooleanField(default=False)
    companion = models.CharField(max_length=200, blank=True)  # the name of whom they bring
    needs = models.CharField(max_length=500, blank=True)  # what they do not eat, how they move
    arrival = models.PositiveIntegerField(default=0)  # in the line of those who wait; 0: never stood in it
    invited_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    offered_until = models.DateTimeField(null=True, blank=True)
    came = models.PositiveSmallIntegerField(default=0)  # how many came on it: nobody, one, or two
    came_at = models.DateTimeField(null=True, blank=True)  # when the first of them was seen at the door
    erased_at = models.DateTimeField(null=True, blank=True)  # the person is gone, the figures stay

    class Meta:
        ordering = ["name", "email", "id"]
        constraints = [models.UniqueConstraint(fields=["event", "email"], name="invited_to_an_event_once")]
        indexes = [models.Index(fields=["event", "state"])]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def places(self) -> int:
        return 2 if self.brings else 1
