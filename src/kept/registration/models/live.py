"""Who follows online: from which click on they were there, one window at a time."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from kept.registration.models.registering import Registration


def new_stream() -> str:
    """128 random bits: names one window in which somebody follows."""
    return secrets.token_urlsafe(16)


class Presence(models.Model):
    """Somebody who pressed the button on the page of their Join link. One is open at most: a new one ends the former.

    `seen_at`: when their window last told that it is there; None where it never did (`presence.py`).
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="presences")
    stream = models.CharField(max_length=32, unique=True, default=new_stream)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(ended_at__isnull=True), name="one_stream_a_link"
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} · {self.began_at}"


def new_code() -> str:
    """80 random bits in letters and figures that are not mistaken for each other: what a certificate is asked by."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _n in range(16))


class Certificate(models.Model):
    """A certificate of attendance that was taken. It says what is so when it is looked at; only its code is kept."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="certificate")
    code = models.CharField(max_length=16, unique=True, default=new_code)
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["issued_at", "id"]

    def __str__(self) -> str:
        return self.code
