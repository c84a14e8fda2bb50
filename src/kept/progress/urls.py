"""The addresses of the progress room, namespace `progress`: by letter, signed in, on the desk."""

from __future__ import annotations

from django.urls import path

from kept.progress.desk import checking, definitions, reports, rounds, sources
from kept.progress.views import answering, judged, objecting, parts, spreadsheets, verifying, writing

app_name = "progress"
_PAGES = (
    ("", answering.mine, "mine"),
    ("spreadsheet.xlsx", spreadsheets.download, "spreadsheet"),
    ("spreadsheet/", spreadsheets.upload, "read_back"),
    ("send/", spreadsheets.send_all, "send_all"),
    ("<str:reference>/", answering.report, "report"),
    ("<str:reference>/save/", writing.autosave, "save"),
    ("<str:reference>/unchanged/", answering.unchanged, "unchanged"),
    ("<str:reference>/say/", answering.say, "say"),
    ("<str:reference>/take-back/", answering.take_back, "take_back"),
    ("<str:reference>/hand-over/", answering.hand_over, "hand_over"),
    ("<str:reference>/reply/", answering.reply, "reply"),
    ("<str:reference>/correct/", answering.correct, "correct"),
    ("<str:reference>/files/<int:pk>/", answering.evidence, "file"),
    ("<str:reference>/write/<slug:step>/", writing.write, "write"),
)
urlpatterns = [
    *(path(f"report/<str:token>/{rest}", view, name=name) for rest, view, name in _PAGES),
    path("progress/how-we-judge/", judged.how, name="how_we_judge"),
    path("verify/<str:token>/", verifying.verify, name="verify"),
    path("verify/<str:token>/files/<int:pk>/", verifying.evidence, name="verify_file"),
    path("my/parts/", parts.parts, name="my_parts"),
    path("my/pledges/<str:reference>/object/", objecting.object_to, name="object"),
    path("desk/reports/", reports.reports, name="desk_reports"),
    path("desk/reports/<str:key>/", reports.report, name="desk_report"),
    path("desk/reports/<str:key>/decide/", reports.decide, name="desk_decide"),
    path("desk/reports/<str:key>/say/", reports.say, name="desk_say"),
    path("desk/reports/<str:key>/verifier/", reports.ask_verifier, name="desk_ask_verifier"),
    path("desk/reports/<str:key>/files/<int:pk>/", reports.evidence, name="desk_file"),
    path("desk/rounds/", rounds.rounds, name="desk_rounds"),
    path("desk/rounds/new/", rounds.new_round, name="desk_new_round"),
    path("desk/rounds/<slug:slug>/", rounds.round_, name="desk_round"),
    path("desk/rounds/<slug:slug>/edit/", rounds.edit_round, name="desk_edit_round"),
    path("desk/rounds/<slug:slug>/question/", rounds.question, name="desk_question"),
    path("desk/rounds/<slug:slug>/move/", rounds.move_round, name="desk_move_round"),
    path("desk/rounds/<slug:slug>/asked/<int:pk>/", rounds.asked, name="desk_asked"),
    path("desk/support/", reports.support, name="desk_support"),
    path("desk/indicators/", definitions.definitions, name="desk_definitions"),
    path("desk/indicators/new/", definitions.new_definition, name="desk_new_definition"),
    path("desk/indicators/<slug:slug>/", definitions.definition, name="desk_definition"),
    path("desk/own-files/", sources.sources, name="desk_sources"),
    path("desk/own-files/<int:pk>/", sources.source, name="desk_source"),
    path("desk/objections/", checking.appeals, name="desk_appeals"),
    path("desk/objections/<int:pk>/", checking.appeal, name="desk_appeal"),
    path("desk/same-money/", checking.same_money, name="desk_same_money"),
    path("desk/same-money/<int:pk>/", checking.decide_same_money, name="desk_decide_same_money"),
    path("desk/other-registries/", checking.other_registries, name="desk_other_registries"),
    *(path(f"my/reports/{rest}", view, name=f"my_{name}") for rest, view, name in _PAGES),
]
