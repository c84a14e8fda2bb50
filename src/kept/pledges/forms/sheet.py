"""The text that is being written, as the form sees it: values, what was typed instead, whose hand, which language."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, date
from functools import cached_property
from typing import Any

from django.utils import timezone

from kept.base.languages import language as language_of
from kept.people.models import Organisation
from kept.people.permissions import is_secretariat, roles_of, writes_for
from kept.pledges.actions.drafting import CONTACT
from kept.pledges.content import PledgeContent
from kept.pledges.models import Attachment, Pledge, Revision


@dataclass
class Sheet:
    """One text of a pledge in front of one person. Read once for a page; nothing here writes."""

    pledge: Pledge
    text: Revision
    person: Any
    language: str  # of the reader
    today: date = field(default_factory=lambda: timezone.now().astimezone(UTC).date())

    def __post_init__(self) -> None:
        self.language = language_of(self.language).code

    @cached_property
    def content(self) -> PledgeContent:
        return PledgeContent.from_json(self.text.content)

    @property
    def typed(self) -> dict[str, str]:
        return self.text.typed

    @property
    def version(self) -> int:
        return self.text.version

    @property
    def is_revision(self) -> bool:
        """The text changes a published pledge; it does not begin one."""
        return self.pledge.current_id is not None

    def value(self, name: str) -> Any:
        """A field's value in normal form."""
        return getattr(self.pledge, name) if name in CONTACT else getattr(self.content, name)

    @cached_property
    def organisations(self) -> dict[int, Organisation]:
        """Those that the text names: lead and partners."""
        named = {self.content.lead, *(p.organisation for p in self.content.partners)}
        return Organisation.objects.in_bulk([pk for pk in named if pk])

    @cached_property
    def own_organisations(self) -> list[Organisation]:
        """Those in whose name the person may write."""
        mine = [pk for pk in roles_of(self.person) if writes_for(self.person, pk)]
        return list(Organisation.objects.standing_alone().filter(pk__in=mine).order_by("name"))

    @cached_property
    def attachments(self) -> dict[int, Attachment]:
        """The pledge's files, letters apart."""
        held = Attachment.objects.filter(pledge=self.pledge, is_letter=False, removed_at=None)
        return {a.pk: a for a in held}

    @property
    def lead_by_search(self) -> bool:
        """The secretariat enters pledges for any organisation."""
        return self.pledge.on_behalf and is_secretariat(self.person)


def fingerprint(value: Any, *, typed: bool = False) -> str:
    """A short name of a value, the same for equal values; nothing typed and nothing there are one."""
    value = _plain(value)
    nothing = value in ("", None, [], {})
    text = json.dumps([typed and not nothing, None if nothing else value], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
