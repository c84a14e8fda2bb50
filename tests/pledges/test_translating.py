"""Translations: asked for, written, checked by somebody else, published as documents of their own."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.log.models import Document, Entry
from kept.people.models import Role
from kept.pledges import actions
from kept.pledges.actions.translating import Overwritten
from kept.pledges.models import Message, Translation, TranslationState
from kept.pledges.translations import is_outdated, published_translation, published_translations

WORDS = {
    "title": "La fibre dans 214 postes de santé des provinces du Lac",
    "summary": "Tous les postes de santé publics de cinq provinces sont reliés avant décembre 2027.",
    "description": "",
}


@pytest.fixture
def pledge(make_pledge):
    return make_pledge("published")


@pytest.fixture
def written(pledge, secretary, now):
    """A translation into French that waits for somebody to check it."""
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    actions.save_translation(translation, **WORDS, by=secretary, at=now)
    return actions.finish_translation(translation, by=secretary, at=now)


def revised(pledge, focal_point, secretary, now, **values):
    text = actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, values, by=focal_point, at=now, base_version=text.version)
    pledge.refresh_from_db()
    actions.submit_revision(pledge, by=focal_point, at=now, reason="Better")
    return actions.accept_revision(pledge, by=secretary, at=now)


def test_it_goes_from_asked_to_published_and_enters_the_log(pledge, secretary, colleague, written, now):
    assert written.state == TranslationState.WRITTEN
    published = actions.publish_translation(written, by=colleague, at=now)
    assert (published.written_by_name, published.checked_by_name) == ("Sana Secretary", "Colin Colleague")
    entry = Entry.objects.get(type="translation.published")
    assert (entry.reference, entry.revision, entry.language, entry.sha256) == (
        pledge.reference, 1, "fr", published.sha256,
    )  # fmt: skip
    document = json.loads(Document.objects.get(index=entry.index).data)
    assert document["title"] == WORDS["title"]
    assert document["of"] == pledge.current.sha256


def test_no_name_of_a_person_is_in_the_document(pledge, colleague, written, now):
    actions.publish_translation(written, by=colleague, at=now)
    data = bytes(Document.objects.get(index=Entry.objects.get(type="translation.published").index).data)
    assert b"Sana" not in data
    assert b"Colin" not in data


def test_who_wrote_it_does_not_check_it(written, secretary, now):
    with pytest.raises(Refused, match="Who wrote a translation does not check it"):
        actions.publish_translation(written, by=secretary, at=now)


def test_the_last_who_wrote_counts_as_the_writer(pledge, secretary, colleague, now):
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    actions.save_translation(translation, **WORDS, by=secretary, at=now)
    actions.save_translation(translation, **{**WORDS, "title": "Mieux"}, by=colleague, at=now)
    actions.finish_translation(translation, by=colleague, at=now)
    with pytest.raises(Refused):
        actions.publish_translation(translation, by=colleague, at=now)


@pytest.mark.parametrize("language", ["en", "en-GB", "pt", "klingon", ""])
def test_only_another_of_the_six_languages_is_asked_for(pledge, secretary, now, language):
    with pytest.raises(Refused):
        actions.ask_translation(pledge, language, by=secretary, at=now)


def test_asking_twice_is_asking_once(pledge, secretary, now):
    first = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    assert actions.ask_translation(pledge, "fr", by=secretary, at=now).pk == first.pk


def test_what_is_not_public_is_not_translated(make_pledge, secretary, now):
    with pytest.raises(WrongState):
        actions.ask_translation(make_pledge("submitted"), "fr", by=secretary, at=now)


def test_a_stranger_neither_asks_nor_writes_and_a_contributor_does(pledge, make_person, make_member, organisation, now):
    with pytest.raises(NotAllowed):
        actions.ask_translation(pledge, "fr", by=make_person(), at=now)
    writer = make_member(organisation, Role.CONTRIBUTOR)
    translation = actions.ask_translation(pledge, "fr", by=writer, at=now)
    assert actions.save_translation(translation, **WORDS, by=writer, at=now).written_by == writer


def test_a_contributor_does_not_check(pledge, make_member, organisation, written, now):
    with pytest.raises(Refused):
        actions.publish_translation(written, by=make_member(organisation, Role.CONTRIBUTOR), at=now)


def test_half_a_translation_is_saved_but_not_finished(pledge, secretary, now):
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    actions.save_translation(translation, **{**WORDS, "summary": ""}, by=secretary, at=now)
    with pytest.raises(Refused, match="Something is not translated yet"):
        actions.finish_translation(translation, by=secretary, at=now)


def test_two_who_write_at_once_overwrite_nothing(pledge, secretary, colleague, now):
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    seen = translation.changed_at.isoformat()
    from datetime import timedelta

    actions.save_translation(translation, **WORDS, by=colleague, at=now + timedelta(seconds=1), seen=seen)
    with pytest.raises(Overwritten):
        actions.save_translation(translation, **{**WORDS, "title": "x"}, by=secretary, at=now, seen=seen)
    assert Translation.objects.get().title == WORDS["title"]


def test_what_is_sent_back_says_why(written, colleague, now):
    with pytest.raises(ReasonOwed):
        actions.send_translation_back(written, by=colleague, at=now, reason=" ")
    back = actions.send_translation_back(written, by=colleague, at=now, reason="“Lac” is a name here.")
    assert back.state == TranslationState.DRAFT
    assert Message.objects.get().internal


def test_readers_get_it_until_the_words_change(pledge, focal_point, secretary, colleague, written, now):
    published = actions.publish_translation(written, by=colleague, at=now)
    same_words = revised(pledge, focal_point, secretary, now, end="2028")
    assert published_translation(same_words, 2, "fr") == published
    other_words = revised(same_words, focal_point, secretary, now, title="Fibre to 300 health posts")
    assert published_translation(other_words, 3, "fr") is None
    assert published_translation(other_words, 1, "fr") == published
    shown = published_translations([other_words.current], "fr")[pledge.pk, 3]
    assert (shown.translation, shown.outdated) == (published, True)
    published.refresh_from_db()
    assert is_outdated(published)


def test_a_new_text_begins_with_the_words_of_the_former_translation(
    pledge, focal_point, secretary, colleague, written, now
):
    actions.publish_translation(written, by=colleague, at=now)
    pledge = revised(pledge, focal_point, secretary, now, title="Fibre to 300 health posts")
    again = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    assert (again.n, again.title, again.state) == (2, WORDS["title"], TranslationState.ASKED)


def test_one_that_was_written_for_an_older_text_is_not_published_any_more(
    pledge, focal_point, secretary, colleague, written, now
):
    pledge = revised(pledge, focal_point, secretary, now, title="Fibre to 300 health posts")
    with pytest.raises(WrongState, match="The text has changed since"):
        actions.publish_translation(written, by=colleague, at=now)
    assert actions.ask_translation(pledge, "fr", by=secretary, at=now).title == WORDS["title"]
    assert Translation.objects.count() == 1


def test_a_published_one_is_not_cancelled(written, colleague, now):
    published = actions.publish_translation(written, by=colleague, at=now)
    with pytest.raises(WrongState):
        actions.cancel_translation(published, by=colleague, at=now)


def test_it_is_written_side_by_side_on_the_desk(desk, pledge, sign_in, colleague):
    made = desk.post(reverse("pledges:ask_translation", args=[pledge.address]), {"language": "fr"})
    page = made["Location"]
    assert [pair.original for pair in desk.get(page).context["pairs"]] == [
        pledge.current.title, pledge.current.summary,
    ]  # fmt: skip
    desk.post(page, {**WORDS, "do": "finish", "seen": ""})
    sign_in(colleague).post(page, {"do": "publish"})
    assert Translation.objects.get().state == TranslationState.PUBLISHED


def test_a_refused_save_keeps_what_was_typed_on_the_page(desk, pledge, colleague, secretary, now):
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    actions.save_translation(translation, **WORDS, by=colleague, at=now)
    page = reverse("pledges:desk_translate", args=[translation.pk])
    answer = desk.post(page, {**WORDS, "title": "Ma version", "do": "save", "seen": "2020-01-01T00:00:00+00:00"})
    assert answer.status_code == 409
    assert answer.context["pairs"][0].text == "Ma version"


def test_an_organisation_translates_its_own_pledge_and_nobody_elses(
    client, pledge, focal_point, make_person, secretary, now
):
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    page = reverse("pledges:my_translation", args=[translation.pk])
    client.force_login(focal_point)
    assert translation in client.get(reverse("pledges:my_translations")).context["rows"]
    client.post(page, {**WORDS, "do": "finish", "seen": ""})
    assert Translation.objects.get().written_by == focal_point
    client.force_login(make_person())
    assert client.get(page).status_code == 404
    assert list(client.get(reverse("pledges:my_translations")).context["rows"]) == []


def test_an_organisation_asks_for_a_translation_of_what_it_published(client, pledge, focal_point, make_person):
    client.force_login(focal_point)
    assert list(client.get(reverse("pledges:my_translations")).context["pledges"]) == [pledge]
    url = reverse("pledges:ask_translation_of")
    made = client.post(url, {"pledge": pledge.reference, "language": "ar"})
    assert made["Location"] == reverse("pledges:my_translation", args=[Translation.objects.get(language="ar").pk])
    assert client.post(url, {"pledge": pledge.reference, "language": "en", "back": "//evil.example"})["Location"] == (
        reverse("pledges:my_translations")
    )
    client.force_login(make_person())
    assert client.post(url, {"pledge": pledge.reference, "language": "fr"}).status_code == 404
