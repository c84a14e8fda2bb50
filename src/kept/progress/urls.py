"""The addresses of the progress room, namespace `progress`: by letter, signed in, on the desk."""

from __future__ import annotations

from django.urls import path

from kept.progress.views import answering, writing

app_name = "progress"
_PAGES = (
    ("", answering.mine, "mine"),
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
    *(path(f"my/reports/{rest}", view, name=f"my_{name}") for rest, view, name in _PAGES),
]
