"""The addresses of the pledges room, namespace `pledges`. The desk's stand in desk_urls.py."""

from __future__ import annotations

from django.urls import include, path

from kept.pledges.views import translating

app_name = "pledges"
urlpatterns = [
    path("desk/", include("kept.pledges.desk_urls")),
    path("my/translations/", translating.my_translations, name="my_translations"),
    path("my/translations/<int:pk>/", translating.my_translation, name="my_translation"),
    path("pledges/<str:address>/translate/", translating.ask, name="ask_translation"),
]
