"""Check a pledge: in the browser by a script that is sent along, by hand for everybody else."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kept.log.keys import size_in
from kept.log.models import Head, SignedCheckpoint
from kept.log.witnesses import seen_by
from kept.registry import queries
from kept.registry.story import FIELD_NAMES

REFERENCE = re.compile(r"(?i)(?<![\w-])P-(\d{1,9})(?!\d)", re.ASCII)
EXAMPLE = "P-00001"
# What the script compares with the document; names as the pledge's page has them.
COMPARED = (
    "title", "summary", "description", "amount", "currency", "amount_usd", "start", "end", "targets", "focus_areas",
    "kinds", "beneficiaries", "sdgs",
)  # fmt: skip


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """/check/?pledge=P-00831"""
    typed = request.GET.get("pledge", "").strip()[:300]
    match = REFERENCE.search(typed)
    found = queries.public_pledge(int(match[1])) if match else None
    head = Head.objects.filter(pk=1).first()
    newest = SignedCheckpoint.objects.filter(origin=head.origin).order_by("-size").first() if head else None
    context = {
        "typed": typed,
        "pledge": found,
        "unknown": bool(typed) and found is None,
        "example": EXAMPLE,
        "reference": found.reference if found else EXAMPLE,
        "names": [*((name, FIELD_NAMES[name]) for name in COMPARED), ("status", _("Status"))],
        "log_size": head.size if head else 0,
        "log_key": head.verifier_key if head else "",
        "signed": newest,
        "witnesses": seen_by(head.origin, head.size) if head else [],
        "size": size_in(newest.note) if newest else 0,
    }
    return render(request, "registry/check.html", context)
