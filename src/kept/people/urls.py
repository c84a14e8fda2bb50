"""The addresses of people and organisations. Namespace `people`."""

from __future__ import annotations

from django.urls import path, re_path

from kept.people.desk import accounts, organisations
from kept.people.views import account, links, members
from kept.people.views import organisations as inner

app_name = "people"
VERBS = "|".join(members.VERBS)
DECISIONS = "|".join(accounts.WORDS)

urlpatterns = [
    path("my/", account.my, name="my"),
    path("my/account/", account.settings, name="settings"),
    path("my/organisations/", inner.find, name="find"),
    path("my/organisations/search/", inner.search, name="organisation_search"),
    path("my/organisations/new/", inner.found, name="found"),
    path("my/organisations/<slug:slug>/", inner.organisation, name="organisation"),
    path("my/organisations/<slug:slug>/edit/", inner.edit, name="edit"),
    path("my/organisations/<slug:slug>/join/", inner.join, name="join"),
    path("my/organisations/<slug:slug>/invite/", inner.invite, name="invite"),
    path("my/members/<int:pk>/", members.member, name="member"),
    re_path(rf"^my/members/(?P<pk>\d+)/(?P<verb>{VERBS})/$", members.decide, name="decide"),
    path("l/<str:token>/", links.link, name="link"),
    path("l/<str:token>/sign-in/", links.sign_in_first, name="link_sign_in"),
    path("desk/organisations/", organisations.organisations, name="desk_organisations"),
    path("desk/organisations/new/", organisations.enter, name="desk_enter"),
    path("desk/organisations/<int:pk>/", organisations.organisation, name="desk_organisation"),
    path("desk/organisations/<int:pk>/edit/", organisations.edit, name="desk_edit"),
    path("desk/organisations/<int:pk>/confirm/", organisations.confirm, name="desk_confirm"),
    path("desk/organisations/<int:pk>/merge/", organisations.choose, name="desk_merge_choose"),
    path("desk/organisations/<int:pk>/merge/<int:other>/", organisations.merge, name="desk_merge"),
    path("desk/organisations/<int:pk>/apart/<int:other>/", organisations.apart, name="desk_apart"),
    path("desk/merges/<int:pk>/undo/", organisations.undo, name="desk_merge_undo"),
    path("desk/accounts/", accounts.people, name="desk_people"),
    path("desk/accounts/<int:pk>/", accounts.person, name="desk_person"),
    re_path(rf"^desk/accounts/(?P<pk>\d+)/(?P<verb>{DECISIONS})/$", accounts.decide, name="desk_person_decide"),
]
