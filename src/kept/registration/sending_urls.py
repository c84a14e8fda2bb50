"""Delegations: addresses of a focal point's people at one meeting, and of the desk's numbers for them and invitations."""

from __future__ import annotations

from django.urls import path

from kept.registration.desk import delegations, invitations
from kept.registration.views import sending

MINE = "my/delegations/<slug:slug>/of/<slug:organisation>/"
DESK = "desk/meetings/<slug:slug>/registrations/setup/delegations/"
INVITED = "desk/meetings/<slug:slug>/registrations/setup/invitations/"
urlpatterns = [
    path(MINE, sending.delegation, name="delegation"),
    path(f"{MINE}register/", sending.register, name="delegation_register"),
    path(f"{MINE}spreadsheet/", sending.many, name="delegation_many"),
    path(f"{MINE}delegation.xlsx", sending.download, name="delegation_sheet"),
    path(f"{MINE}<slug:key>/substitute/", sending.substitute, name="delegation_substitute"),
    path(f"{MINE}<slug:key>/head/", sending.head, name="delegation_head"),
    path(f"{MINE}<slug:key>/withdraw/", sending.withdraw, name="delegation_withdraw"),
    path(DESK, delegations.delegations, name="desk_delegations"),
    path(f"{DESK}<int:pk>/", delegations.limit, name="desk_delegation"),
    path(INVITED, invitations.invitations, name="desk_invitations"),
    path(f"{INVITED}<int:pk>/back/", invitations.take_back, name="desk_take_invitation_back"),
]
