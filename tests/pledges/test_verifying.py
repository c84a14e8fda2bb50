"""Whoever changes the registry beside the log is found by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from kept.log.checks import verify_database
from kept.log.figures import Tally
from kept.log.models import Document
from kept.log.verify import DoesNotHold
from kept.pledges import actions
from kept.pledges.counting import counter
from kept.pledges.models import Pledge, Revision, RevisionPartner, RevisionPlace, RevisionTag
from tests.registry.conftest import organisations, public_record, put, varied  # noqa: F401

MONEY = {"amount": "1000", "currency": "USD", "money_nature": "new", "kinds": ("financial",)}


def test_an_untouched_registry_holds(make_pledge):
    make_pledge("published", **MONEY)
    make_pledge("withdrawn")
    assert verify_database().size == 3


def test_forty_pledges_of_all_kinds_hold(public_record):  # noqa: F811
    assert verify_database().published == 40


def test_a_pledge_that_the_secretariat_took_from_the_registry_holds(make_pledge, secretary, now):
    pledge = make_pledge("published", **MONEY)
    actions.withdraw(pledge, by=secretary, at=now, reason="It was a mistake.", delist=True)
    assert verify_database().size == 2


def change(**values):
    return lambda revision: Revision.objects.filter(pk=revision.pk).update(**values)


def change_content(**values):
    return lambda revision: Revision.objects.filter(pk=revision.pk).update(content=revision.content | values)


def tag(taxonomy, slug):
    return lambda revision: RevisionTag.objects.create(revision=revision, taxonomy=taxonomy, slug=slug)


def place(code, named):
    return lambda revision: RevisionPlace.objects.create(revision=revision, code=code, kind="country", named=named)


TAMPERINGS = [
    (change(title="A smaller promise"), "changed: P-00002 revision 1: title is 'A smaller promise' in the registry"),
    (change(amount_usd="9000.00"), "changed: P-00002 revision 1: amount in USD"),
    (change(usd_cents=1), "changed: P-00002 revision 1: cents in USD is 1 in the registry and 100000 in"),
    (change(amount="9000"), "changed: P-00002 revision 1: amount is"),
    (change(currency="EUR"), "changed: P-00002 revision 1: currency"),
    (change(money_nature="existing"), "changed: P-00002 revision 1: money_nature"),
    (change(end="2099"), "changed: P-00002 revision 1: end"),
    (change(record_status="withdrawn"), "changed: P-00002 revision 1: status"),
    (change(origin="CHE"), "changed: P-00002 revision 1: origin"),
    (change(entity_type="un"), "changed: P-00002 revision 1: entity_type"),
    (change(people_expected=7), "changed: P-00002 revision 1: people_expected"),
    (change(published_at="2020-01-01T00:00:00Z"), "changed: P-00002 revision 1: published"),
    (change(sha256="0" * 64), "changed: P-00002 revision 1: the registry names another document"),
    (change_content(description="Something else."), "changed: P-00002 revision 1: description"),
    (change_content(amount="9"), "changed: P-00002 revision 1: amount"),
    (tag("focus", "accelerate"), "changed: P-00002 revision 1: focus_areas"),
    (tag("sdg", "17"), "changed: P-00002 revision 1: sdgs"),
    (place("CHE", True), "changed: P-00002 revision 1: targets"),
    (place("CHE", False), "changed: P-00002 revision 1: countries"),
    (lambda r: RevisionPlace.objects.filter(revision=r, kind="country").delete(), "changed: P-00002 revision 1: targets"),
    (lambda r: Pledge.objects.filter(pk=r.pledge_id).update(status="withdrawn"), "changed: P-00002: the pledge's own row"),
    (change(valid_to="2020-01-01T00:00:00Z"), "missing: P-00002 is not in the registry"),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "named"), TAMPERINGS)
def test_what_was_changed_beside_the_log_is_named_with_its_pledge(make_pledge, tamper, named):
    make_pledge("published", **MONEY)
    pledge = make_pledge("published", **MONEY)
    make_pledge("published")
    tamper(pledge.current)
    with pytest.raises(DoesNotHold) as found:
        verify_database()
    assert str(found.value)[: len(named)] == named


def test_a_partner_who_never_said_yes_is_named(public_record):  # noqa: F811
    one = RevisionPartner.objects.filter(confirmed=False).order_by("pk").first()
    RevisionPartner.objects.filter(pk=one.pk).update(confirmed=True)
    with pytest.raises(DoesNotHold, match=f"changed: {one.revision.pledge.reference} revision 1: partners"):
        verify_database()


def test_a_former_text_that_was_changed_is_named_too(public_record):  # noqa: F811
    """The past is quoted as well: `as_of` reads the texts of then."""
    former = Revision.objects.filter(valid_to__isnull=False).order_by("pk").first()
    Revision.objects.filter(pk=former.pk).update(usd_cents=5)
    with pytest.raises(DoesNotHold, match=f"changed: {former.pledge.reference} revision 1: cents in USD"):
        verify_database()


def test_a_text_that_ends_before_the_next_begins_is_named(public_record):  # noqa: F811
    former = Revision.objects.filter(valid_to__isnull=False).order_by("pk").first()
    Revision.objects.filter(pk=former.pk).update(valid_to=former.valid_to - timedelta(days=1))
    with pytest.raises(DoesNotHold, match=f"changed: {former.pledge.reference} revision 2: the text before it"):
        verify_database()


def test_a_withdrawal_that_was_undone_by_hand_is_missed(public_record):  # noqa: F811
    gone = Revision.objects.filter(record_status="withdrawn").order_by("pk").first()
    former = Revision.objects.get(pledge=gone.pledge_id, n=1)
    Pledge.objects.filter(pk=gone.pledge_id).update(current=former, status="published")
    gone.delete()
    Revision.objects.filter(pk=former.pk).update(valid_to=None)
    with pytest.raises(DoesNotHold, match=f"missing: {gone.pledge.reference} revision 2 is not in the registry"):
        verify_database()


def test_a_registry_without_any_row_is_missed(make_pledge):
    pledge = make_pledge("published")
    Pledge.objects.filter(pk=pledge.pk).update(current=None)
    pledge.refresh_from_db()
    pledge.delete()
    with pytest.raises(DoesNotHold, match="missing: P-00001 is not in the registry"):
        verify_database()


def test_a_counter_that_says_something_else_is_named(make_pledge, monkeypatch):
    from kept.pledges import verifying

    make_pledge("published", **MONEY)
    real = counter()
    wrong = type(real)(**{**vars(real), "pledges": 2})
    monkeypatch.setattr(verifying.counting, "counter", lambda: wrong)
    with pytest.raises(
        DoesNotHold, match="changed: the counter says 2 pledges and 1000.00 USD; the documents say 1 and"
    ):
        verify_database()


# --- a figure that was quoted -------------------------------------------------------------------------------


def test_the_figure_of_any_day_follows_from_the_documents_alone(public_record):  # noqa: F811
    """For every third month: the counter of the tables, and the same from the log's documents."""
    days = sorted({revision.valid_from.date() for revision in Revision.objects.filter(n=1)})[::4]
    today = Revision.objects.order_by("-valid_from").first().valid_from.date()
    tallies = [Tally(day) for day in [*days, today]]
    verify_database(hear=tallies)
    for tally in tallies:
        found, shown = tally.figure(), counter(tally.day)
        assert (
            found.pledges, found.organisations, found.countries, found.countries_reached, found.amount_usd,
            found.pledges_with_amount,
        ) == (
            shown.pledges, shown.organisations, shown.countries, shown.countries_reached, shown.amount_usd,
            shown.pledges_with_amount,
        )  # fmt: skip


def test_a_quoted_figure_stays_what_it_was_when_the_log_grows(make_pledge, now):
    make_pledge("published", **MONEY)
    before, shown = Tally(now.date(), 1), counter()
    make_pledge("published", **MONEY)
    after = Tally(now.date())
    verify_database(hear=[before, after])
    assert (before.figure().pledges, before.figure().amount_usd) == (1, shown.amount_usd)
    assert (after.figure().pledges, after.figure().size) == (2, 2)


def test_a_redacted_text_is_named_beside_the_figure_and_not_guessed(make_pledge, now):
    make_pledge("published", **MONEY)
    make_pledge("published", **MONEY)
    from kept.log.actions import redact

    redact("P-00002", 1, reason="It named a child.", by="Sana", at=now)
    tally = Tally(now.date())
    verify_database(hear=[tally])
    assert (tally.figure().pledges, tally.figure().redacted) == (1, ("P-00002 revision 1",))


def test_a_merge_counts_from_its_day_on(public_record, organisations, now):  # noqa: F811
    one, other = organisations[0], organisations[2]
    one.merged_into, one.merged_at = other, now
    one.save()
    from kept.log.copies import merged

    today, earlier = Tally(now.date()), Tally(now.date() - timedelta(days=1))
    verify_database(hear=[today, earlier])
    assert today.figure(merged()).organisations == counter(today.day).organisations
    assert earlier.figure(merged()).organisations == counter(earlier.day).organisations


def test_verify_says_the_figure(make_pledge, capsys, now):
    make_pledge("published", **MONEY)
    call_command("verify", "--figure", f"{now:%Y-%m-%d}@1")
    said = capsys.readouterr().out
    assert f"figure: on {now:%Y-%m-%d}, by the first 1 entries\npledges: 1\norganisations: 1\n" in said
    with pytest.raises(SystemExit):
        call_command("verify", "--figure", f"{now:%Y-%m-%d}@2")
    assert "missing: the figure is of 2 entries, there are 1" in capsys.readouterr().out


def test_a_document_that_was_changed_is_named_before_its_row(make_pledge):
    make_pledge("published", **MONEY)
    Document.objects.update(data=b"{}")
    with pytest.raises(DoesNotHold, match="changed: the document of P-00001 revision 1"):
        verify_database()
