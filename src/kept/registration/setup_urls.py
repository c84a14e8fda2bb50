"""The desk's set-up of registration: addresses below a meeting's registrations."""

from __future__ import annotations

from django.urls import path

from kept.registration.desk import setup

SETUP = "desk/meetings/<slug:slug>/registrations/setup/"
urlpatterns = [
    path(SETUP, setup.setup, name="desk_setup"),
    path(f"{SETUP}window/", setup.window, name="desk_window"),
    path(f"{SETUP}categories/new/", setup.new_category, name="desk_new_category"),
    path(f"{SETUP}categories/<slug:code>/", setup.category, name="desk_category"),
    path(f"{SETUP}pools/new/", setup.new_seats, name="desk_new_seats"),
    path(f"{SETUP}pools/<int:pk>/", setup.seats, name="desk_seats"),
    path(f"{SETUP}questions/new/", setup.new_question, name="desk_new_question"),
    path(f"{SETUP}questions/<slug:code>/", setup.question, name="desk_question"),
]
