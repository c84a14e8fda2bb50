"""The desk's pages of the doors and of the entrance."""

from __future__ import annotations

from django.urls import path

from kept.registration.desk import badges, doors, entrance, lists
from kept.registration.views import certificates

HERE = "desk/meetings/<slug:slug>"
urlpatterns = [
    path(f"{HERE}/doors/", doors.doors, name="desk_doors"),
    path(f"{HERE}/doors/room/", doors.add_room, name="desk_add_room"),
    path(f"{HERE}/doors/<int:pk>/", doors.door, name="desk_door"),
    path(f"{HERE}/doors/phones/<int:pk>/revoke/", doors.revoke, name="desk_revoke_phone"),
    path(f"{HERE}/doors/check-ins/<int:pk>/void/", doors.void, name="desk_void"),
    path(f"{HERE}/entrance/", entrance.entrance, name="desk_entrance"),
    path(f"{HERE}/entrance/new/", entrance.walk_in, name="desk_walk_in"),
    path(f"{HERE}/entrance/not-admitted/", entrance.not_admitted, name="desk_not_admitted"),
    path(f"{HERE}/entrance/not-admitted/<int:pk>/lift/", entrance.lift, name="desk_lift"),
    path(f"{HERE}/lists/", lists.lists, name="desk_lists"),
    path(f"{HERE}/lists/<int:pk>/end/", lists.end, name="desk_end_list"),
    path(f"{HERE}/badges/", badges.many, name="desk_badges"),
    path(f"{HERE}/badges/nameplates/", badges.plates, name="desk_nameplates"),
    path(f"{HERE}/entrance/<slug:key>/badge/", badges.one, name="desk_badge"),
    path(f"{HERE}/entrance/<slug:key>/certificate/", certificates.at_the_desk, name="desk_certificate"),
    path(f"{HERE}/entrance/<slug:key>/", entrance.person, name="desk_guest"),
    path(f"{HERE}/entrance/<slug:key>/agree/", entrance.agree, name="desk_agree"),
]
