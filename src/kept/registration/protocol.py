"""The order in which protocol lists people: states by their names in the language that the meeting chose, then everybody else."""

from __future__ import annotations

from collections.abc import Iterable

from kept.meetings.actions.protocol import in_order
from kept.meetings.models import Meeting
from kept.people.models import EntityType
from kept.registration.models import Registration


def state_of(registration: Registration) -> str:
    """The state that somebody represents (alpha-3); "" for whoever comes for anything but a government."""
    return registration.country if registration.entity_type == EntityType.GOVERNMENT else ""


def in_protocol_order(people: Iterable[Registration], meeting: Meeting) -> list[Registration]:
    """Who represents a state first, in the order of states (`Meeting.state_order`); the order they came in stays otherwise."""
    people = list(people)
    rank = {code: n for n, code in enumerate(in_order((state_of(one) for one in people if state_of(one)), meeting))}
    return sorted(people, key=lambda one: rank.get(state_of(one), len(rank)))
