"""What the desk looks at before a pledge goes out: one table, each line with its sentence.

A line is in order or not; `stops` marks the few without which nothing is published at all. The list of the
queue says the same in two or three words (`short`). What no pledge may say at all stands in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kept.base import formats
from kept.pledges.content import PledgeContent
from kept.pledges.differences import day_text, figure
from kept.pledges.models import PartnershipState, Pledge
from kept.pledges.presenting import INSTRUMENT_NAMES, MONEY_NATURE_NAMES, MoneyView

ALIKE = 80  # per cent: from here on two pledges are probably the same promise
MONEY_KINDS = {"financial"}


@dataclass(frozen=True)
class Check:
    """One line: `words` is a sentence in the reader's language, `short` the same in the queue ("" if in order)."""

    code: str
    ok: bool
    words: str
    short: str = ""
    stops: bool = False
    url: str = ""


@dataclass(frozen=True)
class Known:
    """What the desk knows about a pledge beside its text."""

    letter: bool = False  # a signed letter is attached
    nearest: Mapping[str, Any] = field(default_factory=dict)  # {"reference", "title", "percent", "url"}
    looked: bool = True  # whether somebody looked for the nearest at all
    partners: Mapping[int, str] = field(default_factory=dict)  # organisation id: state of its partnership
    names: Mapping[int, str] = field(default_factory=dict)  # organisation id: name
    money: MoneyView | None = None


def before_it_goes_out(pledge: Pledge, content: PledgeContent, language: str, known: Known) -> list[Check]:
    """The checklist, in the order of the screen."""
    lines: list[Check] = [_owner(pledge, known)]
    lines += _measure(content, language)
    lines += _dated(content, language)
    lines += _said_before(known, language)
    lines += _money(content, known, language)
    lines += _partners(content, known, language)
    return lines


def missing(checks: Iterable[Check]) -> list[str]:
    """What is not in order, in two or three words each."""
    return [check.short for check in checks if not check.ok and check.short]


def _owner(pledge: Pledge, known: Known) -> Check:
    if not pledge.on_behalf:
        return Check("owner", True, _("Owner confirmed"))
    if pledge.owner_confirmed_at:
        return Check("owner", True, _("Owner confirmed by the link that was sent"))
    if known.letter:
        return Check("owner", True, _("A signed letter is attached"))
    words = _("Its owner has not confirmed. Send the link, or attach the signed letter.")
    return Check("owner", False, words, _("owner has not confirmed"), stops=True)


def _measure(content: PledgeContent, language: str) -> Iterator[Check]:
    chosen = content.headline_indicator
    if chosen is None or not chosen.target:
        words = _("Not measurable: no indicator with a target.")
        yield Check("measurable", False, words, _("nothing to measure"))
        return
    what = {"figure": figure(chosen.target, language), "what": chosen.unit or chosen.name}
    yield Check("measurable", True, _("Measurable: %(figure)s %(what)s") % what)
    if chosen.baseline:
        words = _("Baseline: %(figure)s %(what)s") % {**what, "figure": figure(chosen.baseline, language)}
        yield Check("baseline", True, words)
    else:
        words = _("No baseline: how many %(what)s are there today?") % what
        yield Check("baseline", False, words, _("no baseline"))


def _dated(content: PledgeContent, language: str) -> Iterator[Check]:
    chosen = content.headline_indicator
    end = content.end or (chosen.by if chosen else "")
    if end:
        yield Check("dated", True, _("Dated: %(day)s") % {"day": day_text(end, language)})
    else:
        yield Check("dated", False, _("No end date: until when is it kept?"), _("no end date"))


def _said_before(known: Known, language: str) -> Iterator[Check]:
    percent, reference = known.nearest.get("percent", 0), known.nearest.get("reference", "")
    title, url = known.nearest.get("title", ""), known.nearest.get("url", "")
    words = {
        "which": reference or _("“%(title)s”") % {"title": Truncator(title).chars(60)},
        "share": formats.format_percent(Decimal(percent) / 100, language),
    }
    if title and percent >= ALIKE:
        said = _("Looks like %(which)s (%(share)s): is it the same promise?") % words
        short = _("looks like %(which)s") % words if reference else _("looks like one that waits")
        yield Check("new", False, said, short, url=url)
    elif title:
        yield Check("new", True, _("Not said before (nearest: %(which)s, %(share)s)") % words, url=url)
    elif known.looked:
        yield Check("new", True, _("Not said before"))


def _money(content: PledgeContent, known: Known, language: str) -> Iterator[Check]:
    amount = content.amount_value
    if amount is None:
        if MONEY_KINDS & set(content.kinds):
            yield Check("money", False, _("Financial, and no amount"), _("no amount"))
        return
    text = formats.format_money_short(amount, content.currency or "?", language)
    what = [str(MONEY_NATURE_NAMES[content.money_nature])] if content.money_nature in MONEY_NATURE_NAMES else []
    what += [str(INSTRUMENT_NAMES[content.instrument])] if content.instrument in INSTRUMENT_NAMES else []
    if not what:
        words = _("Money: %(amount)s, but not what it is (new, existing, in kind, to be raised)") % {"amount": text}
        yield Check("money", False, words, _("unclear money"))
        return
    named = {"amount": text, "what": formats.format_list(what, language)}
    if known.money is not None and known.money.usd is None:
        words = _("Money: %(amount)s, %(what)s; no exchange rate for that day, so it stays outside the sum") % named
        yield Check("money", False, words, _("no exchange rate"))
    else:
        yield Check("money", True, _("Money: %(amount)s, %(what)s") % named)


def _partners(content: PledgeContent, known: Known, language: str) -> Iterator[Check]:
    named = [partner.organisation for partner in content.partners]
    if not named:
        return
    said_no = [pk for pk in named if known.partners.get(pk) == PartnershipState.DECLINED]
    waiting = [pk for pk in named if known.partners.get(pk) != PartnershipState.CONFIRMED and pk not in said_no]
    if said_no:
        who = {"who": _names(said_no, known, language)}
        yield Check("partners", False, _("Said no to taking part: %(who)s") % who, _("a partner said no"))
    if waiting:
        words = _("Has not confirmed to take part yet: %(who)s") % {"who": _names(waiting, known, language)}
        yield Check("partners", False, words, _("partner not confirmed"))
    if not said_no and not waiting:
        count = len(named)
        words = ngettext("%(count)s partner confirmed", "All %(count)s partners confirmed", count)
        yield Check("partners", True, words % {"count": formats.format_number(count, language)})


def _names(organisations: Iterable[int], known: Known, language: str) -> str:
    return formats.format_list([known.names.get(pk) or str(pk) for pk in organisations], language)
