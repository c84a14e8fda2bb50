"""The pages of afterwards: feedback, statistics, the closing report; below a meeting on the desk."""

from __future__ import annotations

from django.urls import path

from kept.registration.desk import feedback, statistics

HERE = "desk/meetings/<slug:slug>"
urlpatterns = [
    path(f"{HERE}/feedback/", feedback.feedback, name="desk_feedback"),
    path(f"{HERE}/feedback/feedback.csv", feedback.file, name="desk_feedback_file"),
    path(f"{HERE}/feedback/questions/new/", feedback.question, name="desk_new_feedback_question"),
    path(f"{HERE}/feedback/questions/<slug:code>/", feedback.question, name="desk_feedback_question"),
    path(f"{HERE}/feedback/<slug:code>.svg", feedback.picture, name="desk_feedback_picture"),
    path(f"{HERE}/statistics/", statistics.page, name="desk_statistics"),
    path(f"{HERE}/statistics/statistics.csv", statistics.file, name="desk_statistics_file"),
    path(f"{HERE}/statistics/<slug:code>.svg", statistics.picture, name="desk_statistics_picture"),
    path(f"{HERE}/closing/", statistics.closing, name="desk_closing"),
    path(f"{HERE}/closing/report.pdf", statistics.report, name="desk_report"),
]
