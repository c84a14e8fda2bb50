"""What machines take from this room: at the root, in no language."""

from __future__ import annotations

from django.urls import path

from kept.progress.views import schema

app_name = "progress_files"
urlpatterns = [path("data/report.schema.json", schema.report, name="report_schema")]
