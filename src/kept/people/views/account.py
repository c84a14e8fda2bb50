"""A person's own first page, and their account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kept.people import actions, panels, queries
from kept.people.forms import AccountForm
from kept.people.permissions import has_second_factor
from kept.people.views.pages import signed_in


@signed_in
def my(request: HttpRequest) -> HttpResponse:
    """What waits for me, and what I belong to."""
    memberships = queries.memberships_of(request.user)
    context = {
        "members": [row for row in memberships if row.state == "active"],
        "asked": [row for row in memberships if row.state == "asked"],
        "requests": queries.requests_for(request.user),
        "panels": panels.shown(panels.MY, request, request.user),
    }
    return render(request, "people/my.html", context)


@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """Name, language, mail address, ways to sign in."""
    person = request.user
    form = AccountForm(request.POST or None, initial={"name": person.name, "language": person.language})
    if request.method == "POST" and form.is_valid():
        actions.change_account(person, form.cleaned_data, by=person, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("people:settings")
    context = {"form": form, "second_factor": has_second_factor(person)}
    return render(request, "people/settings.html", context)
