"""What a pledge needs before it can be sent, and what no pledge may say. One table, one sentence each.

How good a pledge is (SMART) is advice and stands in `smart.py`; these are the limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from kept.pledges.content import INSTRUMENTS, MONEY_NATURES, PledgeContent
from kept.pledges.dates import first_day, last_day
from kept.pledges.models import Pledge
from kept.pledges.typed import ROWS, kept_rows

LIMITS = {"title": 160, "summary": 400, "description": 10_000, "occasion": 200}
MOST = {"partners": 60, "targets": 260, "indicators": 30, "links": 30, "attachments": 20, "sdgs": 60}
LARGEST_AMOUNT = Decimal("1e15")
MOST_PEOPLE = 9_000_000_000


@dataclass(frozen=True)
class Problem:
    """Something that has to be put right: in which field, and what to do, in the reader's language."""

    field: str
    message: Any
    code: str = ""


Rule = Callable[[PledgeContent], Iterator[Problem]]


def _needed(content: PledgeContent) -> Iterator[Problem]:
    if not content.lead:
        yield Problem("lead", _("Say which organisation makes this pledge."), "needed")
    if not content.title.strip():
        yield Problem("title", _("Write a title: one sentence that anybody understands."), "needed")
    if not content.summary.strip() and not content.description.strip():
        yield Problem("summary", _("Say in a few sentences what you promise."), "needed")
    if not content.focus_areas:
        yield Problem("focus_areas", _("Choose at least one focus area."), "needed")
    if not content.kinds:
        yield Problem("kinds", _("Choose what kind of contribution it is."), "needed")
    if not content.targets:
        yield Problem("targets", _("Say where: at least one country, region or group, or worldwide."), "needed")


def _lengths(content: PledgeContent) -> Iterator[Problem]:
    for name, limit in LIMITS.items():
        if len(getattr(content, name)) > limit:
            yield Problem(
                name,
                _("This text is too long: %(length)s characters, %(limit)s are possible.")
                % {"length": len(getattr(content, name)), "limit": limit},
                "too_long",
            )
    for name, most in MOST.items():
        if len(getattr(content, name)) > most:
            yield Problem(name, _("Too many entries: %(most)s are possible.") % {"most": most}, "too_many")


def _money(content: PledgeContent) -> Iterator[Problem]:
    amount = content.amount_value
    if amount is None:
        if "financial" in content.kinds:
            yield Problem("amount", _("A financial pledge names an amount."), "needed")
        return
    if amount <= 0:
        yield Problem("amount", _("The amount has to be more than zero. Leave it empty if there is none."), "range")
    if amount > LARGEST_AMOUNT:
        yield Problem("amount", _("This amount is too large to be true. Check the number of zeros."), "range")
    if not content.currency:
        yield Problem("currency", _("Choose the currency of the amount."), "needed")
    if content.money_nature not in MONEY_NATURES:
        yield Problem("money_nature", _("Say what the money is: new, existing, in kind, or to be raised."), "needed")
    if content.instrument and content.instrument not in INSTRUMENTS:
        yield Problem("instrument", _("Choose one of the values offered."), "choice")


def _dates(content: PledgeContent) -> Iterator[Problem]:
    if content.start and content.end and last_day(content.end) < first_day(content.start):
        yield Problem("end", _("The end lies before the start. Choose a later end, or an earlier start."), "order")
    for number, indicator in enumerate(content.indicators, 1):
        if indicator.by and content.start and last_day(indicator.by) < first_day(content.start):
            yield Problem(
                "indicators",
                _("Indicator %(number)s is due before the pledge starts.") % {"number": number},
                "order",
            )


def _indicators(content: PledgeContent) -> Iterator[Problem]:
    for number, indicator in enumerate(content.indicators, 1):
        if not indicator.name.strip():
            yield Problem("indicators", _("Indicator %(number)s needs a name.") % {"number": number}, "needed")
    if sum(i.headline for i in content.indicators) > 1:
        yield Problem("indicators", _("Only one indicator can be the headline."), "too_many")


def _people(content: PledgeContent) -> Iterator[Problem]:
    people = content.people_expected
    if people is not None and not 0 <= people <= MOST_PEOPLE:
        yield Problem("people_expected", _("There are not that many people on Earth."), "range")


def _links(content: PledgeContent) -> Iterator[Problem]:
    for link in content.links:
        parts = urlsplit(link.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(link.url) > 500:
            yield Problem(
                "links", _("%(url)s is not a web address. Write it with https://") % {"url": link.url[:80]}, "format"
            )


def _partners(content: PledgeContent) -> Iterator[Problem]:
    seen = set()
    for partner in content.partners:
        if partner.organisation == content.lead:
            yield Problem("partners", _("The organisation that makes the pledge is not its own partner."), "repeated")
        if partner.organisation in seen:
            yield Problem("partners", _("A partner is named twice."), "repeated")
        seen.add(partner.organisation)


_SDG = re.compile(r"^([1-9]|1[0-7])(\.([1-9][0-9]?|[a-d]))?$")


def _goals(content: PledgeContent) -> Iterator[Problem]:
    for goal in content.sdgs:
        if not _SDG.match(goal):
            yield Problem("sdgs", _("%(goal)s is not a goal or target.") % {"goal": goal[:20]}, "choice")


LIMIT_RULES: tuple[Rule, ...] = (_lengths, _money, _dates, _indicators, _people, _links, _partners, _goals)
RULES: tuple[Rule, ...] = (_needed, *LIMIT_RULES)


def problems(content: PledgeContent, *, rules: tuple[Rule, ...] = RULES) -> list[Problem]:
    """Everything that keeps this text from being sent, in the order of the form."""
    return [problem for rule in rules for problem in rule(content)]


def unreadable(name: str, value: str) -> Problem:
    """A field that holds something nobody can read yet."""
    if name in ROWS and kept_rows(value):
        return Problem(
            name, _("Something in this list cannot be read. Look at the lines that are marked."), "unreadable"
        )
    words = {"typed": value[:60]}
    return Problem(name, _("“%(typed)s” cannot be read. Write it in another way.") % words, "unreadable")


def problems_before_sending(pledge: Pledge, *, consent: bool) -> list[Problem]:
    """The text's problems, what was typed and cannot be read, a missing contact, a missing consent."""
    text = pledge.working
    if text is None:
        return [Problem("", _("There is nothing to send."), "nothing")]
    found = problems(PledgeContent.from_json(text.content))
    found += [unreadable(name, value) for name, value in text.typed.items()]
    if not pledge.on_behalf:
        if not pledge.contact_email:
            found.append(
                Problem("contact_email", _("Give the mail address of a contact. It is never shown."), "needed")
            )
        if not consent:
            found.append(Problem("consent", _("Agree that the pledge is published."), "needed"))
    return found
