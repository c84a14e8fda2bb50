"""What is put right in the open: delisting, a rate, a text that the law forbids."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from kept.base import actions as settings_actions
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import HistoryEntry
from kept.log.models import Document, Entry
from kept.pledges import actions
from kept.pledges.actions.correcting import is_redacted
from kept.pledges.counting import counter
from kept.pledges.models import Pledge, Status

BIF = {"amount": "2950000", "currency": "BIF", "money_nature": "new"}
SECRET = "Jane Roe of Gitega"


def everything_stored() -> str:
    """Every text of every table that a redacted word could hide in."""
    from django.apps import apps

    found = []
    for model in apps.get_app_config("pledges").get_models():
        found += [str(row) for row in model.objects.values_list()]
    found += [str(row) for row in HistoryEntry.objects.values_list()]
    found += [bytes(data).decode() for data in Document.objects.values_list("data", flat=True) if data]
    return "\n".join(found)


def test_a_pledge_that_breaks_the_rules_is_taken_from_the_registry_in_the_open(desk, make_pledge):
    pledge = make_pledge("published")
    url = reverse("pledges:desk_delist", args=[pledge.address])
    assert desk.post(url, {"reason": " "}).status_code == 200
    desk.post(url, {"reason": "Advertising."})
    pledge = Pledge.objects.get(pk=pledge.pk)
    assert (pledge.status, pledge.delisted, pledge.current.reason) == (Status.WITHDRAWN, True, "Advertising.")
    assert counter().pledges == 0


def test_an_amount_without_a_rate_is_converted_when_one_is_entered(desk, make_pledge, secretary, now):
    pledge = make_pledge("published", **BIF)
    assert pledge.current.amount_usd is None
    url = reverse("pledges:desk_correct_rate", args=[pledge.address])
    assert "There is no rate for that day" in desk.post(url, {}).content.decode()
    settings_actions.enter_rate("BIF", now.date(), 1 / Decimal(2950), "Central bank", by=secretary, at=now)
    desk.post(url, {"reason": ""})
    pledge = Pledge.objects.get(pk=pledge.pk)
    assert (pledge.current.n, pledge.current.amount_usd) == (2, Decimal("1000.00"))
    assert pledge.current.reason == "corrected exchange rate"
    assert counter().amount_usd == Decimal("1000.00")
    assert pledge.revisions.get(n=1).amount_usd is None


def test_all_amounts_that_have_a_rate_now_are_converted_together(desk, make_pledge, secretary, now):
    make_pledge("published", **BIF)
    make_pledge("published", title="Without a rate", amount="5", currency="ZWL", money_nature="new")
    make_pledge("withdrawn", title="Taken back", **BIF)
    settings_actions.enter_rate("BIF", now.date(), 1 / Decimal(2950), "Central bank", by=secretary, at=now)
    url = reverse("pledges:desk_not_converted")
    assert [(row.revision.currency, row.usd) for row in desk.get(url).context["rows"]] == [
        ("BIF", Decimal("1000.00")), ("ZWL", None),
    ]  # fmt: skip
    desk.post(url)
    assert [row.revision.title for row in desk.get(url).context["rows"]] == ["Without a rate"]
    assert counter().amount_usd == Decimal("1000.00")


def test_the_same_figure_is_no_correction(make_pledge, secretary, now):
    pledge = make_pledge("published", amount="5", currency="USD", money_nature="new")
    with pytest.raises(Refused, match="The figure is the same"):
        actions.correct_rate(pledge, by=secretary, at=now)
    with pytest.raises(Refused, match="names no amount"):
        actions.correct_rate(make_pledge("published"), by=secretary, at=now)


def test_a_withdrawn_pledge_stays_withdrawn_when_its_rate_is_corrected(make_pledge, secretary, now):
    pledge = make_pledge("withdrawn", **BIF)
    settings_actions.enter_rate("BIF", now.date(), 1 / Decimal(2950), "Central bank", by=secretary, at=now)
    pledge = actions.correct_rate(pledge, by=secretary, at=now)
    assert (pledge.status, pledge.current.record_status) == (Status.WITHDRAWN, Status.WITHDRAWN)


def test_a_removed_text_is_nowhere_any_more_and_what_may_stay_is_public(
    make_pledge, secretary, colleague, focal_point, now
):
    pledge = make_pledge("published", description=f"Ask {SECRET}.", summary=f"By {SECRET}.")
    french = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    words = {"title": "Titre", "summary": f"Par {SECRET}.", "description": SECRET}
    actions.save_translation(french, **words, by=secretary, at=now)
    actions.finish_translation(french, by=secretary, at=now)
    actions.publish_translation(french, by=colleague, at=now)
    actions.begin_revision(pledge, by=focal_point, at=now)
    assert SECRET in everything_stored()
    pledge = actions.redact(
        pledge, 1, by=secretary, at=now, reason="A person’s data.", title="Fibre to 214 health posts", summary="All."
    )
    assert SECRET.casefold() not in everything_stored().casefold()
    assert (pledge.current.n, pledge.current.title, pledge.current.summary) == (2, "Fibre to 214 health posts", "All.")
    assert pledge.current.reason == "removed by law: A person’s data."
    assert is_redacted(pledge.revisions.get(n=1))
    assert Entry.objects.filter(type="document.redacted").count() == 2
    assert counter().pledges == 1


def test_the_copy_of_what_was_reviewed_goes_with_it(make_pledge, secretary, focal_point, now):
    pledge = make_pledge("submitted", description=SECRET)
    pledge = actions.request_changes(pledge, by=secretary, at=now, reason="Say more.")
    pledge = actions.submit(pledge, by=focal_point, at=now)
    pledge = actions.publish_now(actions.schedule(pledge, by=secretary, at=now), by=secretary, at=now)
    actions.redact(pledge, 1, by=secretary, at=now, reason="A person’s data.", title="Fibre", summary="All.")
    assert SECRET not in everything_stored()


def test_a_former_text_is_removed_and_the_valid_one_stays(make_pledge, secretary, focal_point, now):
    pledge = make_pledge("published", description=SECRET)
    text = actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"description": "Clean."}, by=focal_point, at=now, base_version=text.version)
    pledge.refresh_from_db()
    actions.submit_revision(pledge, by=focal_point, at=now)
    pledge = actions.accept_revision(pledge, by=secretary, at=now)
    pledge = actions.redact(pledge, 1, by=secretary, at=now, reason="A person’s data.")
    assert SECRET not in everything_stored()
    assert (pledge.current.n, pledge.current.content["description"]) == (3, "Clean.")


def test_a_removal_owes_a_reason_and_a_title_and_happens_once(make_pledge, secretary, focal_point, now):
    pledge = make_pledge("published")
    with pytest.raises(NotAllowed):
        actions.redact(pledge, 1, by=focal_point, at=now, reason="Mine.", title="T")
    with pytest.raises(ReasonOwed):
        actions.redact(pledge, 1, by=secretary, at=now, reason=" ", title="T")
    with pytest.raises(Refused, match="title that may stay"):
        actions.redact(pledge, 1, by=secretary, at=now, reason="Law.")
    actions.redact(pledge, 1, by=secretary, at=now, reason="Law.", title="T", summary="S")
    with pytest.raises(WrongState):
        actions.redact(pledge, 1, by=secretary, at=now, reason="Law.", title="T")


def test_fields_that_have_to_go_are_left_out_of_the_next_revision(make_pledge, secretary, now):
    pledge = make_pledge("published", occasion=SECRET)
    pledge = actions.redact(
        pledge, 1, by=secretary, at=now, reason="Law.", title="T", summary="S", drop=["occasion", "indicators"]
    )
    assert "occasion" not in pledge.current.content
    assert SECRET not in everything_stored()
    with pytest.raises(ValueError, match="cannot be dropped"):
        actions.redact(pledge, 2, by=secretary, at=now, reason="Law.", title="T", drop=["lead"])


def test_the_page_asks_to_be_sure(desk, make_pledge):
    pledge = make_pledge("published")
    url = reverse("pledges:desk_redact", args=[pledge.address, 1])
    given = {"reason": "Law.", "title": "T", "summary": "S"}
    assert "sure" in desk.post(url, given).context["form"].errors
    desk.post(url, {**given, "sure": "on"})
    page = desk.get(reverse("pledges:desk_pledge", args=[pledge.address]))
    assert page.context["told"][0]["title"] == "Sana Secretary removed the text of revision 1 by law."
    assert desk.get(url).status_code == 404


def test_a_term_is_renamed_added_and_switched_off_in_the_open(desk, secretary):
    from kept.pledges import taxonomies
    from kept.pledges.models import Term

    url = reverse("pledges:desk_term", args=["focus", "access"])
    page = desk.get(url)
    given = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    desk.post(url, {**given, "name_en": "Access for all", "is_active": ""})
    assert taxonomies.term_name("focus", "access", "en") == "Access for all"
    assert "access" not in [term.slug for term in taxonomies.terms("focus")]
    new = reverse("pledges:desk_new_term", args=["focus"])
    desk.post(new, {"name_en": "Open skies", "position": "9", "is_active": "on"})
    assert Term.objects.get(slug="open-skies").position == 9
    answer = desk.post(new, {"name_en": "Open Skies", "position": "9", "is_active": "on"})
    assert "There is a term with this address already." in answer.content.decode()
    assert [entry.verb for entry in HistoryEntry.objects.filter(subject_kind="terms")] == ["change_term", "add_term"]


def test_a_date_of_the_future_has_no_rate(desk):
    url = reverse("base:desk_rates")
    given = {"currency": "BIF", "day": "2199-01-01", "direction": "per_unit", "rate": "1", "source": "x"}
    assert "day" in desk.post(url, given).context["form"].errors
    assert date(2199, 1, 1) > date.today()
