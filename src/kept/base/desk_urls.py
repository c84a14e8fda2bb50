"""The desk's own addresses: its first page and the settings. Namespace `base`; other rooms bring theirs."""

from __future__ import annotations

from django.urls import path

from kept.base import desk, desk_settings

app_name = "base"
urlpatterns = [
    path("", desk.home, name="desk"),
    path("settings/", desk_settings.coalition, name="desk_settings"),
    path("settings/rates/", desk_settings.rates, name="desk_rates"),
    path("settings/rates/<int:pk>/remove/", desk_settings.remove_rate, name="desk_remove_rate"),
    path("settings/places/", desk_settings.place_names, name="desk_places"),
    path("settings/places/<str:code>/", desk_settings.place, name="desk_place"),
    path("settings/groups/", desk_settings.groups, name="desk_groups"),
    path("settings/groups/<int:pk>/remove/", desk_settings.remove_group_change, name="desk_remove_group_change"),
]
