"""The pages of the registry, under every language."""

from __future__ import annotations

from django.urls import path

from kept.registry import addresses  # noqa: F401  (the converters of paths)
from kept.registry.views import counter, files, organisations, pages, pledge

app_name = "registry"
urlpatterns = [
    path("", pages.home, name="home"),
    path("pledges/", pages.pledges, name="pledges"),
    path("pledges/<reference:reference>/", pledge.pledge, name="pledge"),
    path("pledges/<reference:reference>/revisions/<n:n>/", pledge.revision, name="revision"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("counter/", counter.counter, name="counter"),
    path("embed/counter/", counter.embed, name="embed_counter"),
    path("data/", files.data, name="data"),
]
