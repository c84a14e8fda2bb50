"""What machines and browsers take from meetings: at the root, in no language."""

from __future__ import annotations

from django.urls import path

from kept.meetings.views import files

app_name = "meeting_files"
urlpatterns = [
    path("meetings/documents/<int:pk>/<slug:language>/<int:version>/", files.document, name="document"),
    path("meetings/speakers/<slug:slug>/picture", files.face, name="face"),
    path("meetings/<slug:slug>/map", files.map_picture, name="map"),
    path("meetings/<slug:slug>/logos/<int:pk>", files.logo, name="logo"),
    path("meetings/<slug:slug>/pictures/<int:pk>", files.picture, name="picture"),
]
