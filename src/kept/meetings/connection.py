"""What a test of a speaker's connection says, and what of it is enough: one table, read by the speaker and by the team.

It measures the way between this browser and this house for a few seconds: not the way to the room's own equipment, and not
what the line does on the day. Thresholds: delays by ITU-T G.114 (one way up to 150 ms is unnoticed, from 400 ms on talking
fails), doubled here because a round trip is measured; rates are the house's own (600 kbit/s carry a small picture with
sound, 2,000 kbit/s a large one), each way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Device(models.TextChoices):
    """How a camera or a microphone did, as the browser found it and the person confirmed it."""

    WORKS = "works", _("works")
    FAILS = "fails", _("does not work")
    UNKNOWN = "unknown", _("not tried")


class Verdict(models.TextChoices):
    GOOD = "good", _("good")
    ENOUGH = "enough", _("just enough")
    POOR = "poor", _("not enough")
    UNKNOWN = "unknown", _("not measured")


GOOD_RATE, ENOUGH_RATE = 2_000, 600  # kbit/s, each way
GOOD_TRIP, ENOUGH_TRIP = 300, 800  # ms, there and back
FASTEST, LONGEST = 10_000_000, 60_000  # kbit/s and ms: what is above is no measurement


@dataclass(frozen=True)
class Measured:
    """What one test found: rates in kbit/s, the round trip in ms; None where nothing was measured."""

    camera: str
    microphone: str
    down: int | None
    up: int | None
    trip: int | None


@dataclass(frozen=True)
class Finding:
    """One line of the result. `figure` with its unit: ("12.4", "Mbit/s"), ("38", "ms"), or None."""

    name: str | Promise
    verdict: Verdict
    figure: tuple[Decimal, str] | None = None


def findings(test: Measured) -> Iterator[Finding]:
    """Each thing that was looked at, with what it means."""
    yield Finding(_("Camera"), of_device(test.camera))
    yield Finding(_("Microphone"), of_device(test.microphone))
    for name, rate in ((_("To you"), test.down), (_("From you"), test.up)):
        yield Finding(name, of_rate(rate), (Decimal(rate) / 1000, "Mbit/s") if rate is not None else None)
    yield Finding(
        _("There and back"), of_trip(test.trip), (Decimal(test.trip), "ms") if test.trip is not None else None
    )


def overall(test: Measured) -> Verdict:
    """The weakest of what was looked at; not measured where the rate from the speaker is not known."""
    verdicts = [one.verdict for one in findings(test)]
    for worst in (Verdict.POOR, Verdict.UNKNOWN, Verdict.ENOUGH):
        if worst in verdicts:
            return worst
    return Verdict.GOOD


def of_device(device: str) -> Verdict:
    return {Device.WORKS: Verdict.GOOD, Device.FAILS: Verdict.POOR}.get(Device(device), Verdict.UNKNOWN)


def of_rate(rate: int | None) -> Verdict:
    if rate is None:
        return Verdict.UNKNOWN
    return Verdict.GOOD if rate >= GOOD_RATE else Verdict.ENOUGH if rate >= ENOUGH_RATE else Verdict.POOR


def of_trip(trip: int | None) -> Verdict:
    if trip is None:
        return Verdict.UNKNOWN
    return Verdict.GOOD if trip <= GOOD_TRIP else Verdict.ENOUGH if trip <= ENOUGH_TRIP else Verdict.POOR
