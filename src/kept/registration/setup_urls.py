"""The desk's set-up of registration, and one registration: addresses below a meeting's registrations."""

from __future__ import annotations

from django.urls import path

from kept.registration.desk import registration, setup, several, spreadsheet, visas, writing

SETUP = "desk/meetings/<slug:slug>/registrations/setup/"
LIST = "desk/meetings/<slug:slug>/registrations/"
urlpatterns = [
    path(f"{LIST}registrations.xlsx", registration.export, name="desk_registrations_sheet"),
    path(SETUP, setup.setup, name="desk_setup"),
    path(f"{SETUP}window/", setup.window, name="desk_window"),
    path(f"{SETUP}categories/new/", setup.new_category, name="desk_new_category"),
    path(f"{SETUP}categories/<slug:code>/", setup.category, name="desk_category"),
    path(f"{SETUP}pools/new/", setup.new_seats, name="desk_new_seats"),
    path(f"{SETUP}pools/<int:pk>/", setup.seats, name="desk_seats"),
    path(f"{SETUP}questions/new/", setup.new_question, name="desk_new_question"),
    path(f"{SETUP}questions/<slug:code>/", setup.question, name="desk_question"),
    path(f"{SETUP}visas/", visas.setup, name="desk_visa_setup"),
    path("desk/meetings/<slug:slug>/visas/", visas.requests, name="desk_visas"),
    path("desk/meetings/<slug:slug>/visas/<slug:key>/", visas.visa, name="desk_visa"),
    path("desk/meetings/<slug:slug>/visas/<slug:key>/do/", visas.do, name="desk_visa_do"),
    path(f"{LIST}spreadsheet/", spreadsheet.many, name="desk_spreadsheet"),
    path(f"{LIST}people.xlsx", spreadsheet.download, name="desk_empty_sheet"),
    path(f"{LIST}doubles/", several.doubles, name="desk_doubles"),
    path(f"{LIST}write/", writing.write, name="desk_write"),
    path(f"{LIST}of/<slug:key>/", registration.registration, name="desk_registration"),
    path(f"{LIST}of/<slug:key>/do/", registration.do, name="desk_registration_do"),
]
