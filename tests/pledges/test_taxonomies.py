"""The lists that a pledge chooses from."""

from __future__ import annotations

import pytest

from kept.base.languages import CODES
from kept.pledges import rules, taxonomies
from kept.pledges.models import Taxonomy, Term

pytestmark = pytest.mark.django_db


def test_the_packaged_terms_are_there_after_migrate_and_are_made_once():
    before = Term.objects.count()
    assert before == len(taxonomies._packaged())
    assert taxonomies.ensure() == 0
    assert Term.objects.count() == before


def test_what_an_installation_renamed_stays_renamed():
    Term.objects.filter(slug="access").update(names={"en": "Connection"})
    Term.objects.filter(slug="youth").delete()
    assert taxonomies.ensure() == 1
    assert taxonomies.term_name("focus", "access", "en") == "Connection"


def test_focus_areas_and_kinds_are_those_of_the_coalition_in_their_order():
    assert [t.slug for t in taxonomies.terms("focus")] == ["access", "adoption", "value-creation", "accelerate"]
    assert [t.slug for t in taxonomies.terms("kind")] == ["financial", "in-kind", "policy", "programme", "advocacy"]


@pytest.mark.parametrize("language", CODES)
def test_every_term_has_a_name_and_a_line_in_every_language(language):
    for taxonomy in Taxonomy.values:
        for term in taxonomies.terms(taxonomy):
            assert term.names[language].strip()
            assert term.descriptions[language].strip().endswith((".", "。"))
    names = [taxonomies.goal_name(goal, language) for goal in taxonomies.goals()]
    assert len(set(names)) == 17


def test_there_are_seventeen_goals_and_a_hundred_and_sixty_nine_targets():
    assert len(taxonomies.goals()) == 17
    assert len(set(taxonomies.targets())) == 169
    assert all(rules._SDG.match(code) for code in (*taxonomies.goals(), *taxonomies.targets()))
    assert taxonomies.targets_of("9") == ("9.1", "9.2", "9.3", "9.4", "9.5", "9.a", "9.b", "9.c")


def test_a_term_that_does_not_exist_is_shown_by_its_slug():
    assert taxonomies.term_name("focus", "old-words", "fr") == "old words"


def test_a_term_that_was_switched_off_is_named_but_not_offered():
    Term.objects.filter(slug="advocacy").update(is_active=False)
    taxonomies.forget()
    assert "advocacy" not in [t.slug for t in taxonomies.terms("kind")]
    assert taxonomies.term_name("kind", "advocacy", "en") == "Advocacy"
