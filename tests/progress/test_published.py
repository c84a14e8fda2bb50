"""The rules are published where readers are, and are those that judge."""

from __future__ import annotations

import re

import pytest

from kept.progress import judging, nonsense, published, silence
from kept.progress.judging import Dates, Evidence
from kept.progress.statuses import Level, Reporting


def test_everything_that_the_table_can_say_has_words():
    assert (set(published.EVIDENCE), set(published.DATES), set(published.LEVELS)) == (
        set(Evidence), set(Dates), set(Level),
    )  # fmt: skip
    assert [name for name, _rules in published.calendar("en")] == [
        str(Reporting(one).label)
        for one in ("not_yet_due", "current", "unreachable", "due", "overdue", "silent", "closed")
    ]
    assert {str(Reporting(one).label) for one in Reporting} == {name for name, _rules in published.calendar("en")}


@pytest.mark.django_db
@pytest.mark.parametrize(("prefix", "two_weeks"), [("", "14 days"), ("/ar", "١٤ يوماً"), ("/ru", "14 дней")])
def test_readers_find_the_table_the_calendar_and_what_is_asked(client, make_pledge, prefix, two_weeks):
    make_pledge("published")
    answer = client.get(f"{prefix}/progress/how-we-judge/")
    page = answer.content.decode()
    assert (answer.status_code, len(answer.cookies)) == (200, 0)
    assert len(re.findall(r'<th scope="row"', page)) == len(judging.TABLE)
    assert (silence.NOTICE_BEFORE.days, two_weeks in page) == (14, True)
    assert len(published.questions()) == len(nonsense.RULES)
    assert f"{prefix}/progress/how-we-judge/" in client.get(f"{prefix}/progress/").content.decode()


@pytest.mark.django_db
def test_the_page_of_a_pledge_leads_to_the_rules(client, make_pledge, make_round):
    pledge = make_pledge("published")
    make_round()
    assert "/progress/how-we-judge/" in client.get(f"/pledges/{pledge.reference}/").content.decode()
