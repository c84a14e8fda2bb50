"""/api/v1/: every room's endpoints, and their description."""

from __future__ import annotations

from django.urls import path, re_path

from kept.api import answers, openapi, views
from kept.registry import addresses  # noqa: F401  (the converters of paths)

app_name = "api"
urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    *(path(address, answers.view(each), name=each[0].name) for address, each in openapi.by_address().items()),
    re_path(r"^(?P<rest>.*)$", answers.nothing_here, name="nothing"),
]
