"""The desk's addresses for meetings, in the room's namespace; the programme's and the speakers' stand beside them."""

from __future__ import annotations

from django.urls import path

from kept.meetings.desk import (
    embargo,
    meetings,
    parts,
    presentations,
    profiles,
    programme,
    programme_releases,
    programme_sessions,
    speakers,
)

urlpatterns = [
    path("desk/meetings/", meetings.meetings, name="desk_meetings"),
    path("desk/meetings/new/", meetings.new, name="desk_new_meeting"),
    path("desk/meetings/<slug:slug>/", meetings.meeting, name="desk_meeting"),
    path("desk/meetings/<slug:slug>/copy/", meetings.copy, name="desk_copy"),
    path("desk/meetings/<slug:slug>/reschedule/", meetings.reschedule, name="desk_reschedule"),
    path("desk/meetings/<slug:slug>/edit/<slug:name>/", meetings.section, name="desk_section"),
    path("desk/meetings/<slug:slug>/decide/<slug:name>/", meetings.move, name="desk_move"),
    path("desk/meetings/<slug:slug>/sessions/<slug:code>/pledges/", embargo.pledges, name="desk_session_pledges"),
    path("desk/meetings/<slug:slug>/programme/", programme.editor, name="desk_programme"),
    path("desk/meetings/<slug:slug>/programme/new/", programme_sessions.new, name="desk_new_session"),
    path("desk/meetings/<slug:slug>/programme/step/", programme.step, name="desk_step"),
    path("desk/meetings/<slug:slug>/programme/waive/", programme.waive, name="desk_waive"),
    path("desk/meetings/<slug:slug>/programme/release/", programme_releases.release, name="desk_release"),
    path(
        "desk/meetings/<slug:slug>/programme/release/<int:number>/undo/",
        programme_releases.undo,
        name="desk_undo_release",
    ),
    path("desk/meetings/<slug:slug>/programme/<slug:code>/", programme_sessions.session, name="desk_session"),
    path("desk/meetings/<slug:slug>/programme/<slug:code>/place/", programme.place, name="desk_place"),
    path(
        "desk/meetings/<slug:slug>/programme/<slug:code>/states/", programme_sessions.states, name="desk_session_states"
    ),
    path("desk/meetings/<slug:slug>/programme/<slug:code>/delay/", programme_sessions.delay, name="desk_delay"),
    path(
        "desk/meetings/<slug:slug>/programme/<slug:code>/cancel/", programme_sessions.cancel, name="desk_cancel_session"
    ),
    path("desk/meetings/<slug:slug>/parts/<slug:part>/", parts.parts, name="desk_parts"),
    path("desk/meetings/<slug:slug>/parts/<slug:part>/new/", parts.new_part, name="desk_new_part"),
    path("desk/meetings/<slug:slug>/parts/<slug:part>/<int:pk>/", parts.part, name="desk_part"),
    path("desk/meetings/<slug:slug>/parts/<slug:part>/<int:pk>/remove/", parts.remove, name="desk_remove_part"),
    path("desk/meetings/<slug:slug>/presentations/", presentations.presentations, name="desk_presentations"),
    path("desk/meetings/<slug:slug>/presentations/<int:role>/", presentations.hand_in, name="desk_hand_in"),
    path("desk/meetings/<slug:slug>/speakers/", speakers.speakers, name="desk_speakers"),
    path("desk/meetings/<slug:slug>/speakers/new/", speakers.new, name="desk_new_speaker"),
    path("desk/meetings/<slug:slug>/speakers/<int:pk>/", speakers.speaker, name="desk_speaker"),
    path("desk/meetings/<slug:slug>/speakers/<int:pk>/edit/<slug:step>/", profiles.edit, name="desk_speaker_edit"),
    path("desk/meetings/<slug:slug>/speakers/<int:pk>/assistants/", profiles.assistants, name="desk_assistants"),
    path("desk/meetings/<slug:slug>/speakers/<int:pk>/merge/", profiles.merge, name="desk_merge_profiles"),
    path(
        "desk/meetings/<slug:slug>/speakers/<int:pk>/merge/<int:merge>/undo/",
        profiles.undo,
        name="desk_undo_profile_merge",
    ),
    path(
        "desk/meetings/<slug:slug>/speakers/<int:pk>/<int:role>/<slug:what>/", speakers.place, name="desk_speaker_place"
    ),
]
