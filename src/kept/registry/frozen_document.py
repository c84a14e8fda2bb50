"""What rounds published, and what was counted over many pledges, as `GET /api/v1/progress/rounds` and `…/indicators` tell it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from kept.base.endpoints import Problem
from kept.pledges.counting import dollars
from kept.pledges.reading import decimal_text
from kept.progress import filters
from kept.progress.models import Round
from kept.registry import indicators, rounds, rows
from kept.registry.api_shapes import COUNT, DECIMAL, MAYBE_TEXT, TEXT, list_of, shape
from kept.registry.selection import Selection


def rounds_document() -> dict[str, Any]:
    """Every round that published what it found, the newest first."""
    return _whole([round_document(one) for one in rounds.public()])


def one_round(slug: str) -> dict[str, Any]:
    """One of them. Raises Problem."""
    found = rounds.public().filter(slug=slug).first()
    if found is None:
        raise Problem(404, "No such round", "No round of this name has published what it found.")
    return round_document(found)


def round_document(round_: Round) -> dict[str, Any]:
    """Its frozen figures, and the log's checkpoint of that moment."""
    figures = round_.figures
    return {
        "slug": round_.slug,
        "names": round_.names,
        "period_start": round_.period_start.isoformat(),
        "period_end": round_.period_end.isoformat(),
        "published": round_.published_at.isoformat() if round_.published_at else None,
        "as_of": rounds.day_of(round_).isoformat(),
        **{name: figures.get(name, 0) for name in ("pledges", "asked", "answered", "unreachable")},
        **{name: figures.get(name, {}) for name in filters.NAMES},
        "money": _staged(figures.get("money"), "promised", money=True),
        "kinds_of_money": _kinds(figures.get("kinds_of_money", {})),
        "people": _staged(figures.get("people"), "expected", money=False),
        "indicators": figures.get("indicators", []),
        "sample": _sample(round_),
        "checkpoint": round_.checkpoint or None,
        "log_size": rounds.size_of_log(round_),
        "url": settings.KEPT_BASE_URL + reverse("registry:round", args=[round_.slug]),
    }


def _sample(round_: Round) -> dict[str, Any] | None:
    """The sample that was drawn for verification, with all that is needed to draw it again (progress/sampling.py)."""
    found = getattr(round_, "sample", None)
    if found is None:
        return None
    drawn = found.items.order_by("position").values_list("stratum", "pledge__number")
    return {
        "seed": found.seed,
        "size": found.size,
        "drawn_at": found.drawn_at.isoformat(),
        "strata": [
            {
                "entity_type": one["stratum"],
                "from": one.get("from", []),
                "drawn": [f"P-{number:05d}" for stratum, number in drawn if stratum == one["stratum"]],
            }
            for one in found.strata
        ],
    }


def _staged(found: dict[str, Any] | None, whole: str, *, money: bool) -> list[dict[str, Any]]:
    """Each stage by what supports it, `level` null for what is only promised or expected; empty where it was not kept."""
    if found is None:
        return []

    def line(stage: str, level: str | None, one: dict[str, int]) -> dict[str, Any]:
        amount = {"amount_usd": rows.plain(dollars(one["total"]))} if money else {"people": one["total"]}
        return {"stage": stage, "level": level, **amount, "pledges": one["pledges"]}

    lines = [line(whole, None, found[whole])]
    for stage, levels in found.items():
        if stage != whole:
            lines += [line(stage, level, one) for level, one in levels.items()]
    return lines


def _kinds(found: dict[str, dict[str, dict[str, int]]]) -> dict[str, dict[str, dict[str, str]]]:
    """US dollars by stage, by where they come from (`nature`) and by their form (`instrument`); "" where it was not said."""
    return {
        stage: {
            by: {kind: rows.plain(dollars(cents)) or "0" for kind, cents in one.items()} for by, one in kinds.items()
        }
        for stage, kinds in found.items()
    }


def indicators_document(selection: Selection) -> dict[str, Any]:
    """What the public figures of each definition make together, now or at the end of a past day."""
    return _whole([_counted(one) for one in indicators.counted("en", selection.as_of)])


def _counted(one: indicators.Counted) -> dict[str, Any]:
    definition = one.definition
    return {
        "slug": definition.slug,
        "names": definition.names,
        "unit": definition.unit,
        "counting": definition.counting,
        "how": definition.how,
        "baseline_year": definition.baseline_year,
        "total": decimal_text(one.total),
        "pledges": one.pledges,
        "levels": {level: decimal_text(total) for level, _name, total in one.parts},
        "url": settings.KEPT_BASE_URL + one.url,
    }


def _whole(results: list[dict[str, Any]]) -> dict[str, Any]:
    """A list that is told whole: there are few."""
    return {"count": len(results), "next": None, "previous": None, "results": results}


# What OpenAPI says of it ---------------------------------------------------------------------------------------------

_NAMES = {"type": "object", "additionalProperties": TEXT}
_COUNTS = {"type": "object", "additionalProperties": COUNT}
_TOTALS = {"type": "object", "additionalProperties": DECIMAL}
_DAY = {"type": "string", "format": "date"}
_TEXTS = {"type": "array", "items": TEXT}
_STAGE = {"stage": TEXT, "level": MAYBE_TEXT, "pledges": COUNT}


def _list(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": shape(**properties)}


ROUND = shape(
    slug=TEXT, names=_NAMES, period_start=_DAY, period_end=_DAY, published=MAYBE_TEXT, as_of=_DAY, pledges=COUNT,
    asked=COUNT, answered=COUNT, unreachable=COUNT, **dict.fromkeys(filters.NAMES, _COUNTS),
    money=_list(**_STAGE, amount_usd=DECIMAL),
    kinds_of_money={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": _TOTALS}},
    people=_list(**_STAGE, people=COUNT),
    indicators=_list(slug=TEXT, names=_NAMES, unit=TEXT, total=DECIMAL, pledges=COUNT, levels=_TOTALS),
    sample={
        "anyOf": [
            shape(seed=TEXT, size=COUNT, drawn_at=TEXT, strata=_list(entity_type=TEXT, drawn=_TEXTS, **{"from": _TEXTS})),
            {"type": "null"},
        ]
    },
    checkpoint=MAYBE_TEXT, log_size=COUNT, url=TEXT,
)  # fmt: skip
SCHEMAS: dict[str, Any] = {
    "Round": ROUND,
    "Rounds": list_of("Round"),
    "Indicator": shape(
        slug=TEXT, names=_NAMES, unit=TEXT, counting=TEXT, how=TEXT, baseline_year={"type": ["integer", "null"]},
        total=DECIMAL, pledges=COUNT, levels=_TOTALS, url=TEXT,
    ),
    "Indicators": list_of("Indicator"),
}  # fmt: skip
