"""What machines and browsers take from meetings: at the root, in no language."""

from __future__ import annotations

from django.urls import path

from kept.meetings.desk import presentations as desk_presentations
from kept.meetings.views import connection, files, machines, presentations, speakers

app_name = "meeting_files"
urlpatterns = [
    path("meetings/documents/<int:pk>/<slug:language>/<int:version>/", files.document, name="document"),
    path("meetings/speakers/<slug:slug>/picture", files.face, name="face"),
    path("meetings/speaking/<slug:token>/picture", speakers.picture, name="speaking_picture"),
    path("meetings/speaking/<slug:token>/presentation/<int:pk>", presentations.own_file, name="own_presentation"),
    path("meetings/speaking/<slug:token>/connection/data", connection.data, name="connection_data"),
    path("meetings/presentations/<int:pk>", desk_presentations.file, name="presentation"),
    path("meetings/agendas/<slug:token>.ics", machines.agenda, name="agenda"),
    path("meetings/<slug:slug>/programme.ics", machines.calendar, name="calendar"),
    path("meetings/<slug:slug>/schedule.json", machines.schedule_json, name="schedule_json"),
    path("meetings/<slug:slug>/schedule.xml", machines.schedule_xml, name="schedule_xml"),
    path("meetings/<slug:slug>/changes.atom", machines.changes, name="changes"),
    path("meetings/<slug:slug>/map", files.map_picture, name="map"),
    path("meetings/<slug:slug>/logos/<int:pk>", files.logo, name="logo"),
    path("meetings/<slug:slug>/pictures/<int:pk>", files.picture, name="picture"),
]
