"""Rounds, reports and a calendar that tests set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kept.progress import actions
from kept.progress.content import ReportContent, Value
from kept.progress.models import Asked, Report, Round


@pytest.fixture
def today(now) -> date:
    return now.astimezone(UTC).date()


@pytest.fixture
def later(now):
    """The clock, so many days on: later(75)."""

    def at(days: float) -> datetime:
        return now + timedelta(days=days)

    return at


@pytest.fixture
def make_round(secretary, now, today):
    """A round that is open and has asked: make_round(publishes_in=30)."""

    def make(
        slug: str = "2026", *, deadline: int = 30, publishes_in: int | None = None, ask: bool = True, **more
    ) -> Round:
        values = {
            "names": {"en": "Reporting 2026"},
            "period_start": today - timedelta(days=365),
            "period_end": today,
            "deadline": today + timedelta(days=deadline),
            "publishes_on": today + timedelta(days=publishes_in) if publishes_in else None,
            **more,
        }
        made = actions.make_round(slug, values, by=secretary, at=now)
        if ask:
            made = actions.open_round(made, by=secretary, at=now)
            actions.ask_due(now)
        return Round.objects.get(pk=made.pk)

    return make


@pytest.fixture
def posts(today):
    """A report on the 214 health posts: posts("81"), with whatever else it says."""

    def content(value: str = "81", said: str = "on_track", **more) -> ReportContent:
        line = Value("Health posts connected", value, today.isoformat(), "Our own register", "", "cumulative")
        return ReportContent(said=said, values=(line,), **more)

    return content


@pytest.fixture
def make_report(focal_point, secretary, now, posts):
    """A report in a state, in the pledge's last round: make_report(pledge, "accepted", value="81", supported="64")."""

    def make(
        pledge, state: str = "draft", *, value: str = "81", at=None, supported=None, left_out=(), **more
    ) -> Report:
        from decimal import Decimal

        at = at or now
        asked = Asked.objects.filter(pledge=pledge).order_by("-pk").first()
        report = actions.begin(asked, by=focal_point, at=at)
        content = posts(value, **more)
        fields = {name: getattr(content, name) for name in ("said", "values", *more)}
        actions.save_fields(report, fields, by=focal_point, at=at, base_version=report.version)
        if state == "draft":
            return report
        report = actions.send(report, by=focal_point, at=at)
        if state == "submitted":
            return report
        proved = {"Health posts connected": Decimal(supported)} if supported else {}
        if proved:
            report.evidence.create(name="Photographs", url="https://example.org/photographs")
        reason = "Not clear." if left_out else ""
        return actions.accept(
            report, by=secretary, at=at, supported=proved, left_out=left_out, reason=reason,
            levels=more.get("levels"),
        )  # fmt: skip

    return make
