"""The pages of registration, under every language."""

from __future__ import annotations

from django.urls import path

from kept.registration.views import own, register

app_name = "registration"
urlpatterns = [
    path("meetings/registration/<str:token>/", own.own, name="own"),
    path("meetings/registration/<str:token>/sent/", register.sent, name="sent"),
    path("meetings/registration/<str:token>/step/<slug:step>/", register.step, name="step"),
    path("meetings/registration/<str:token>/do/<slug:move>/", own.move, name="move"),
    path("meetings/<slug:slug>/register/", register.register, name="register"),
    path("my/registrations/", own.mine, name="mine"),
]
