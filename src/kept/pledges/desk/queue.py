"""The queue and one pledge beside it: every state of both is an address."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.desk import for_the_desk
from kept.people.models import Organisation
from kept.pledges import desk_queries as queries
from kept.pledges import taxonomies
from kept.pledges.desk.detail import detail_of
from kept.pledges.models import Pledge, Taxonomy

STATE = ("sort", "who", "kind", "organisation", "q", "page")  # what an address says about the queue


@for_the_desk
def queue(request: HttpRequest, tab: str = "") -> HttpResponse:
    """A list of the queue; on wide screens its first pledge stands open beside it."""
    choice = choice_of(request.GET, tab)
    context = queue_context(request, choice)
    first = context["lines"][0].pledge if context["lines"] else None
    context |= detail_of(request, first, context) if first else {}
    return render(request, "pledges/desk/queue.html", context)


@for_the_desk
def pledge(request: HttpRequest, address: str, tab: str | None = None) -> HttpResponse:
    """One pledge, with the list from which it was opened (else the one in which it waits)."""
    return render_pledge(request, find(address), tab)


def find(address: str) -> Pledge:
    """The pledge at an address, with its texts. Raises Http404."""
    found = queries.pledge_at(address)
    if found is None:
        raise Http404
    return found


def render_pledge(
    request: HttpRequest, found: Pledge, tab: str | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The screen of one pledge; `more` is shown with it (a refused decision and what was typed)."""
    slug = tab if tab is not None else queries.tab_of(found).slug
    choice = choice_of(request.GET, slug)
    context = queue_context(request, choice, selected=found)
    context |= detail_of(request, found, context) | {"picked": True} | more
    return render(request, "pledges/desk/queue.html", context, status=status)


def choice_of(given: QueryDict, tab: str) -> queries.Choice:
    """What an address says about the queue; what does not exist falls back to the usual. Raises Http404 for the tab."""
    if tab not in queries.TABS:
        raise Http404
    sort, who = given.get("sort", ""), given.get("who", "")
    return queries.Choice(
        tab=queries.TABS[tab],
        sort=sort if sort in queries.SORTS else "oldest",
        who=who if who in {"me", "nobody"} else "",
        kind=given.get("kind", "")[:80],
        organisation=given.get("organisation", "")[:120],
        q=given.get("q", "").strip()[:200],
    )


def queue_url(choice: queries.Choice, given: QueryDict, address: str = "", **changes: Any) -> str:
    """The address of a list, or of a pledge opened from it, with the same order, filters and page."""
    slug = choice.tab.slug
    if address:
        name, parts = ("pledges:desk_open", [slug, address]) if slug else ("pledges:desk_pledge", [address])
    else:
        name, parts = TAB_URLS[slug], []
    query = QueryDict(mutable=True)
    for key in STATE:
        value = changes.get(key, given.get(key, ""))
        if value:
            query[key] = str(value)
    base = reverse(name, args=parts)
    return f"{base}?{query.urlencode()}" if query else base


TAB_URLS = {
    queries.REVIEW.slug: "pledges:desk_queue",
    queries.REVISIONS.slug: "pledges:desk_revisions",
    queries.WITH_PLEDGER.slug: "pledges:desk_with_pledger",
    queries.ACCEPTED.slug: "pledges:desk_accepted",
    queries.SCHEDULED.slug: "pledges:desk_going_out",
    queries.DECLINED.slug: "pledges:desk_declined",
    queries.ALL.slug: "pledges:desk_all",
}


def queue_context(request: HttpRequest, choice: queries.Choice, selected: Pledge | None = None) -> dict[str, Any]:
    """Everything that the list shows: lines, tabs, sorting, filters, what goes out right now."""
    now = timezone.now()
    request.menu_path = reverse(TAB_URLS[choice.tab.slug])
    found = queries.queue(choice, request.user)
    page = Paginator(found, queries.PAGE).get_page(request.GET.get("page"))
    lines = queries.lines(page.object_list, person=request.user, now=now, selected=selected.pk if selected else None)
    given = request.GET
    for line in lines:
        line.url = queue_url(choice, given, line.address)
    return {
        "choice": choice,
        "page": page,
        "lines": lines,
        "sorts": [
            {"name": name, "url": queue_url(choice, given, sort=key, page=""), "current": key == choice.sort}
            for key, name in queries.SORTS.items()
        ],
        "sort_name": queries.SORTS[choice.sort],
        "kinds": _kinds(),
        "organisation": Organisation.objects.filter(slug=choice.organisation).first() if choice.organisation else None,
        "list_url": queue_url(choice, given),
        "state_query": _state_query(choice, given),
        "clear_url": reverse(TAB_URLS[choice.tab.slug]),
        "going_out": queries.going_out(now),
        "now": now,
        "neighbours": _neighbours(choice, given, page, lines, selected),
    }


def _state_query(choice: queries.Choice, given: QueryDict) -> str:
    """What a form that acts on a pledge carries along, so that one comes back to the same list."""
    query = QueryDict(mutable=True)
    query["tab"] = choice.tab.slug
    query.update({key: given[key] for key in STATE if given.get(key)})
    return query.urlencode()


def _kinds() -> list[dict[str, str]]:
    language = get_language() or "en"
    return [{"slug": t.slug, "name": t.name_in(language)} for t in taxonomies.terms(Taxonomy.KIND)]


def _neighbours(
    choice: queries.Choice, given: QueryDict, page: Page, lines: list[queries.Line], selected: Pledge | None
) -> dict[str, str]:
    """The addresses of the next and the former pledge of the list; at its ends those of the neighbouring page."""
    here = next(
        (n for n, line in enumerate(lines) if selected and line.pledge.pk == selected.pk), -1 if selected else 0
    )
    found = {"next": "", "before": "", "next_name": _("Next"), "before_name": _("Previous")}
    if here + 1 < len(lines):
        found["next"] = lines[here + 1].url
    elif page.has_next():
        found["next"] = queue_url(choice, given, page=page.next_page_number())
    if here > 0:
        found["before"] = lines[here - 1].url
    elif page.has_previous():
        found["before"] = queue_url(choice, given, page=page.previous_page_number())
    return found
