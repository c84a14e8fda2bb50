"""What phones at the doors say and take: at the root, in no language."""

from __future__ import annotations

from django.urls import path

from kept.registration.views import phones

app_name = "check_in"
urlpatterns = [
    path("check-in/phone/take", phones.take, name="take"),
    path("check-in/phone/list", phones.people, name="list"),
    path("check-in/phone/sync", phones.sync, name="sync"),
]
