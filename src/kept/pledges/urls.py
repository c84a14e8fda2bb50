"""The addresses of the pledges room, namespace `pledges`. The desk's stand in desk_urls.py."""

from __future__ import annotations

from django.urls import include, path

app_name = "pledges"
urlpatterns = [
    path("desk/", include("kept.pledges.desk_urls")),
]
