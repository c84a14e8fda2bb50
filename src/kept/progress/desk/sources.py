"""The addresses at which organisations publish their reports themselves."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.models import Organisation
from kept.progress import actions
from kept.progress.models import ReportSource

PAGE = 50


@for_the_desk
def sources(request: HttpRequest) -> HttpResponse:
    """The list; POST adds an address."""
    if request.method == "POST":
        name = request.POST.get("organisation", "").strip()[:300]
        found = Organisation.objects.standing_alone().filter(slug=name).first() or (
            Organisation.objects.standing_alone().filter(name__iexact=name).first() if name else None
        )
        try:
            if found is None:
                raise Refused(_("There is no organisation of this name."))
            actions.add_source(found, request.POST.get("url", ""), by=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        return redirect("progress:desk_sources")
    rows = ReportSource.objects.select_related("organisation")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "progress/desk/sources.html", {"page": page})


@for_the_desk
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetch now, or ask there no more."""
    found = get_object_or_404(ReportSource.objects.select_related("organisation"), pk=pk)
    if request.method != "POST":
        raise Http404
    try:
        if request.POST.get("do") == "remove":
            actions.remove_source(found, by=request.user, at=timezone.now())
        else:
            done = actions.fetch_source(found, by=request.user, at=timezone.now())
            count = len(done.reports)
            if done.unchanged:
                messages.info(request, _("The file has not changed since it was fetched last."))
            else:
                told = ngettext("%(count)s report waits to be checked.", "%(count)s reports wait to be checked.", count)
                messages.success(request, told % {"count": count})
            for line in done.not_taken[:20]:
                messages.warning(request, line)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("progress:desk_sources")
