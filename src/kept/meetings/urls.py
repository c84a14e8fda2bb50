"""The pages of meetings, under every language."""

from __future__ import annotations

from django.urls import path

from kept.meetings import desk_urls
from kept.meetings.views import (
    acting,
    agenda,
    beside,
    changes,
    connection,
    pages,
    presentations,
    programme,
    speakers,
    viewing,
    zones,
)

app_name = "meetings"
urlpatterns = [
    *desk_urls.urlpatterns,
    path("meetings/", pages.meetings, name="meetings"),
    path("meetings/speakers/<slug:slug>/", beside.speaker, name="speaker"),
    path("meetings/viewing/<slug:token>/", viewing.viewing, name="viewing"),
    path("meetings/speaking/<slug:token>/", speakers.speaking, name="speaking"),
    path("meetings/speaking/<slug:token>/presentation/", presentations.presentation, name="speaking_presentation"),
    path("meetings/speaking/<slug:token>/assistants/", acting.assistants, name="speaking_assistants"),
    path("meetings/speaking/<slug:token>/connection/", connection.connection_test, name="speaking_connection"),
    path("meetings/speaking/<slug:token>/<slug:step>/", speakers.step, name="speaking_step"),
    path("meetings/<slug:slug>/", pages.meeting, name="meeting"),
    path("meetings/<slug:slug>/programme/", programme.programme, name="programme"),
    path("meetings/<slug:slug>/programme/<slug:code>/", programme.session, name="session"),
    path("meetings/<slug:slug>/changes/", changes.changes, name="changes"),
    path("meetings/<slug:slug>/agenda/", agenda.agenda, name="agenda"),
    path("meetings/<slug:slug>/time/", zones.zones, name="zones"),
    path("embed/meetings/<slug:slug>/", programme.embed, name="embed"),
    path("meetings/<slug:slug>/speakers/", beside.speakers, name="speakers"),
    path("meetings/<slug:slug>/practical/", beside.practical, name="practical"),
    path("meetings/<slug:slug>/documents/", beside.documents, name="documents"),
    path("meetings/<slug:slug>/highlights/", beside.highlights, name="highlights"),
    path("meetings/<slug:slug>/live/", beside.live, name="live"),
]
