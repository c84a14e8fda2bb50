"""What stands beside the fields: advice, the amount in US dollars, what a group of countries stands for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kept.base import formats
from kept.pledges import smart
from kept.pledges.attachments import ACCEPT
from kept.pledges.forms import Sheet, Step
from kept.pledges.forms.choices import what_places_stand_for
from kept.pledges.models import Attachment
from kept.pledges.presenting import address, rate_text, size_text
from kept.pledges.record import converted, pledge_day


def around(sheet: Sheet, step: Step) -> dict[str, Any]:
    """The variables of a step's page beside its fields."""
    return {
        "advice": advice(sheet, step),
        "usd": usd(sheet) if "amount" in step.fields else "",
        "stand_for": stand_for(sheet) if "targets" in step.fields else [],
        "files": files(sheet) if "attachments" in step.fields else [],
        "accept": ACCEPT,
    }


def advice(sheet: Sheet, step: Step | None = None) -> dict[str, Any] | None:
    """The score, its letters, and the sentences that belong to a step (all of them without one)."""
    if step is not None and not step.advice:
        return None
    found = smart.score(sheet.content)
    letters = step.advice if step else tuple(smart.LETTERS)
    rows = [result for result in found.advice if result.letter in letters]
    return {"score": found.score, "letters": found.letters, "rows": rows[: 4 if step else None], "good": found.good}


def usd(sheet: Sheet) -> str:
    """The amount in US dollars at today's rate, or that there is none; "" where there is nothing to convert."""
    content = sheet.content
    if not content.amount or not content.currency or content.currency == "USD":
        return ""
    moment = sheet.pledge.published_at or sheet.text.changed_at
    day, year = pledge_day(content, moment)
    rate = converted(content, day, year)
    text = formats.format_money_short(rate.amount_usd or Decimal(0), "USD", sheet.language)
    return rate_text(text if rate.amount_usd is not None else "", rate.kind, rate.rate_day, day, sheet.language)


def stand_for(sheet: Sheet) -> list[dict[str, Any]]:
    """The chosen regions and groups, with the countries they stand for today."""
    return [
        {
            "name": one.name,
            "countries": formats.format_list([name for _code, name in one.members], sheet.language),
            "count": len(one.members),
            "on": one.on,
        }
        for one in what_places_stand_for(sheet.content.targets, sheet.language, sheet.today)
    ]


def files(sheet: Sheet) -> list[dict[str, Any]]:
    """The files beside the text."""

    def row(held: Attachment) -> dict[str, Any]:
        url = address("pledges:attachment", sheet.pledge.key, held.pk)
        return {"pk": held.pk, "name": held.name, "size": size_text(held.size, sheet.language), "url": url}

    return [row(sheet.attachments[pk]) for pk in sheet.content.attachments if pk in sheet.attachments]
