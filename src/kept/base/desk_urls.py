"""The desk's own addresses: its first page and the settings. Namespace `base`; other rooms bring theirs."""

from __future__ import annotations

from django.urls import path, re_path

from kept.base import desk, desk_outbox, desk_settings

app_name = "base"
urlpatterns = [
    path("", desk.home, name="desk"),
    path("outbox/", desk_outbox.mails, name="desk_outbox"),
    path("outbox/<int:pk>/", desk_outbox.mail, name="desk_mail"),
    path("outbox/<int:pk>/html/", desk_outbox.as_html, name="desk_mail_html"),
    path("outbox/<int:pk>/edit/", desk_outbox.edit, name="desk_mail_edit"),
    re_path(rf"^outbox/(?P<pk>\d+)/(?P<verb>{'|'.join(desk_outbox.ACTS)})/$", desk_outbox.act, name="desk_mail_act"),
    path("settings/", desk_settings.coalition, name="desk_settings"),
    path("settings/rates/", desk_settings.rates, name="desk_rates"),
    path("settings/rates/<int:pk>/remove/", desk_settings.remove_rate, name="desk_remove_rate"),
    path("settings/places/", desk_settings.place_names, name="desk_places"),
    path("settings/places/<str:code>/", desk_settings.place, name="desk_place"),
    path("settings/groups/", desk_settings.groups, name="desk_groups"),
    path("settings/groups/<int:pk>/remove/", desk_settings.remove_group_change, name="desk_remove_group_change"),
]
