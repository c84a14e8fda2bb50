"""Events beside a meeting that are by invitation: addresses of the invited and of the desk."""

from __future__ import annotations

from django.urls import path

from kept.registration.desk import hosting as desk
from kept.registration.desk import reception
from kept.registration.views import hosting

MINE = "meetings/invitation/<str:token>/"
DESK = "desk/meetings/<slug:slug>/events/"
urlpatterns = [
    path(MINE, hosting.reply, name="event_reply"),
    path(f"{MINE}take/", hosting.take, name="event_take"),
    path(f"{MINE}event.ics", hosting.calendar, name="event_calendar"),
    path(DESK, desk.events, name="desk_events"),
    path(f"{DESK}<int:pk>/", desk.event, name="desk_event"),
    path(f"{DESK}<int:pk>/choose/", desk.choose, name="desk_event_choose"),
    path(f"{DESK}<int:pk>/remind/", desk.remind, name="desk_event_remind"),
    path(f"{DESK}<int:pk>/door/", reception.door, name="desk_event_door"),
    path(f"{DESK}<int:pk>/door/<int:guest>/", reception.do, name="desk_event_arrival"),
    path(f"{DESK}<int:pk>/guests.csv", desk.guests_csv, name="desk_event_csv"),
    path(f"{DESK}<int:pk>/of/<int:guest>/", desk.do, name="desk_event_guest"),
]
