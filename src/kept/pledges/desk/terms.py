"""The lists that a pledge chooses from: names in six languages, order, which are offered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.forms import LanguageFields
from kept.pledges import actions
from kept.pledges.models import RevisionTag, Taxonomy, Term

TITLES = {
    Taxonomy.FOCUS: gettext_lazy("Focus areas"),
    Taxonomy.KIND: gettext_lazy("Kinds of contribution"),
    Taxonomy.BENEFICIARY: gettext_lazy("Beneficiaries"),
}


class TermForm(LanguageFields):
    """One term: its names, a line about it, its place in the list, whether it is offered."""

    position = forms.IntegerField(
        label=gettext_lazy("Place in the list"), min_value=1, validators=[MaxValueValidator(9999)],
        help_text=gettext_lazy("Small numbers come first."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=gettext_lazy("Offered in the form"), required=False,
        help_text=gettext_lazy("Pledges that have it keep it."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, term: Term) -> None:
        super().__init__(data, initial={"position": term.position, "is_active": term.is_active})
        self.term = term
        self.add_languages("name", given=term.names, needed=["en"], limit=120)
        self.add_languages("about", given=term.descriptions, limit=300)

    def values(self) -> dict[str, Any]:
        """What `actions.save_term` takes."""
        return {
            "names": self.in_languages("name"),
            "descriptions": self.in_languages("about"),
            "position": self.cleaned_data["position"],
            "is_active": self.cleaned_data["is_active"],
        }


@for_the_desk
def terms(request: HttpRequest) -> HttpResponse:
    """The three lists."""
    language = get_language() or "en"
    used = set(RevisionTag.objects.values_list("taxonomy", "slug").distinct())
    lists = [
        {
            "taxonomy": str(taxonomy),
            "title": title,
            "terms": [
                {"term": term, "name": term.name_in(language), "used": (str(taxonomy), term.slug) in used}
                for term in Term.objects.filter(taxonomy=taxonomy)
            ],
        }
        for taxonomy, title in TITLES.items()
    ]
    return render(request, "pledges/desk/terms.html", {"lists": lists, "history": told()})


def told() -> list[dict[str, Any]]:
    """Who changed which term, the newest first."""
    entries = history.of("terms", 1).order_by("-at", "-id")[:20]
    made, changed = _("%(who)s added “%(name)s”."), _("%(who)s changed “%(name)s”.")
    return [
        {
            "at": entry.at.date(),
            "title": (made if entry.verb == "add_term" else changed)
            % {"who": entry.by_name, "name": entry.data.get("to", {}).get("names", {}).get("en", "")},
        }
        for entry in entries
    ]


@for_the_desk
def term(request: HttpRequest, taxonomy: str, slug: str) -> HttpResponse:
    """Change one term; its slug, which stands in addresses and documents, never changes."""
    found = get_object_or_404(Term, taxonomy=taxonomy, slug=slug)
    return _edit(request, found)


@for_the_desk
def new_term(request: HttpRequest, taxonomy: str) -> HttpResponse:
    """One more term; its slug is made from its English name."""
    if taxonomy not in Taxonomy.values:
        raise Http404
    last = Term.objects.filter(taxonomy=taxonomy).order_by("-position").first()
    return _edit(request, Term(taxonomy=taxonomy, slug="", position=(last.position if last else 0) + 1))


def _edit(request: HttpRequest, found: Term) -> HttpResponse:
    form = TermForm(request.POST if request.method == "POST" else None, term=found)

    def save() -> Term:
        slug = found.slug or slugify(form.cleaned_data["name_en"])[:80]
        return actions.save_term(
            found.taxonomy, slug, form.values(), by=request.user, at=timezone.now(), new=not found.slug
        )

    if request.method == "POST" and attempt(request, form, save, _("Saved.")):
        return redirect("pledges:desk_terms")
    context = {
        "form": form,
        "names": form.of("name"),
        "abouts": form.of("about"),
        "title": TITLES[Taxonomy(found.taxonomy)],
        "called": found.name_in(get_language() or "en") if found.slug else "",
    }
    return render(request, "pledges/desk/term.html", context)
