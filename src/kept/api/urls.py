"""/api/v1/: every room's endpoints, and their description."""

from __future__ import annotations

from django.urls import path, re_path

from kept.api import answers, openapi, views
from kept.registry import addresses  # noqa: F401  (the converters of paths)

app_name = "api"
urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    *(path(each.path, answers.view(each), name=each.name) for each in openapi.endpoints()),
    re_path(r"^(?P<rest>.*)$", answers.nothing_here, name="nothing"),
]
