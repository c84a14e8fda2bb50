"""The pages of registration, under every language."""

from __future__ import annotations

from django.urls import path

from kept.registration import after_urls, door_urls, hosting_urls, sending_urls, setup_urls
from kept.registration.desk import registrations
from kept.registration.views import (
    autosave,
    certificates,
    check_in,
    delegations,
    feedback,
    joining,
    kept,
    outside,
    own,
    participants,
    register,
    visas,
)

app_name = "registration"
urlpatterns = [
    path("check-in/", check_in.page, name="check_in"),
    path("check-in/worker.js", check_in.worker, name="check_in_worker"),
    path("check-in/check-in.webmanifest", check_in.manifest, name="check_in_manifest"),
    path("meetings/registration/<str:token>/", own.own, name="own"),
    path("meetings/registration/<str:token>/sent/", register.sent, name="sent"),
    path("meetings/registration/<str:token>/step/<slug:step>/", register.step, name="step"),
    path("meetings/registration/<str:token>/step/<slug:step>/save/", autosave.autosave, name="autosave"),
    path("meetings/registration/<str:token>/do/<slug:move>/", own.move, name="move"),
    path("meetings/registration/<str:token>/part/<int:pk>/", own.part, name="part"),
    path("meetings/registration/<str:token>/meeting.ics", joining.calendar, name="calendar"),
    path("meetings/registration/<str:token>/card/", joining.card, name="card"),
    path("meetings/registration/<str:token>/join/", joining.join, name="join"),
    path("meetings/registration/<str:token>/join/<str:stream>/", joining.join, name="joined"),
    path("meetings/registration/<str:token>/join/<str:stream>/here/", joining.here, name="here"),
    path("meetings/registration/<str:token>/certificate/", certificates.own, name="own_certificate"),
    path("meetings/registration/<str:token>/feedback/", feedback.feedback, name="feedback"),
    path("meetings/registration/<str:token>/visa/", visas.own, name="visa"),
    path("meetings/registration/<str:token>/visa/letter/", visas.letter, name="own_visa_letter"),
    path("meetings/registration/<str:token>/visa/back/", visas.back, name="visa_back"),
    path("meetings/visa-letter/<slug:code>/", visas.check, name="visa_letter"),
    path("meetings/registration/<str:token>/participants/", participants.people, name="participants"),
    path("meetings/registration/<str:token>/participants/me/", participants.shown, name="shown"),
    path("meetings/list/<str:token>/", outside.outside_list, name="outside_list"),
    path("meetings/certificate/<slug:code>/", certificates.check, name="certificate"),
    path("meetings/registration/<str:token>/data.json", kept.data, name="data"),
    path("meetings/registration/<str:token>/erase/", kept.erase, name="erase"),
    path("meetings/<slug:slug>/register/", register.register, name="register"),
    path("my/registrations/", own.mine, name="mine"),
    path("my/registrations/<slug:key>/open/", own.open_mine, name="open_mine"),
    path("my/delegations/", delegations.delegations, name="delegations"),
    path("my/delegations/<slug:key>/", delegations.asked, name="delegation_asked"),
    path("my/delegations/<slug:key>/confirm/", delegations.confirm, name="delegation_confirm"),
    path("my/delegations/<slug:key>/refuse/", delegations.refuse, name="delegation_refuse"),
    path("desk/meetings/<slug:slug>/registrations/", registrations.registrations, name="desk_registrations"),
    path("desk/meetings/<slug:slug>/registrations/decide/", registrations.decide, name="desk_decide"),
    path("desk/meetings/<slug:slug>/registrations/pools/", registrations.pools, name="desk_pools"),
    path("desk/meetings/<slug:slug>/registrations/pools/<int:pk>/", registrations.pool, name="desk_pool"),
    *door_urls.urlpatterns,
    *hosting_urls.urlpatterns,
    *setup_urls.urlpatterns,
    *sending_urls.urlpatterns,
    *after_urls.urlpatterns,
]
