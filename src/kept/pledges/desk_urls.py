"""The desk's addresses for pledges; part of the namespace `pledges`."""

from __future__ import annotations

from django.urls import path

from kept.pledges import desk_queries as queries
from kept.pledges.desk import behalf, correcting, deciding, queue, several, talking, terms
from kept.pledges.desk.imports import batch, columns, lists, organisations, rows, words
from kept.pledges.views import translating


def _list(tab: queries.Tab, name: str) -> list:
    """The address of a list, and of a pledge that was opened from it."""
    return [path(f"pledges/{tab.slug}/", queue.queue, {"tab": tab.slug}, name=name)]


urlpatterns = [
    path("pledges/", queue.queue, name="desk_queue"),
    *_list(queries.REVISIONS, "desk_revisions"),
    *_list(queries.WITH_PLEDGER, "desk_with_pledger"),
    *_list(queries.ACCEPTED, "desk_accepted"),
    *_list(queries.SCHEDULED, "desk_going_out"),
    *_list(queries.DECLINED, "desk_declined"),
    *_list(queries.ALL, "desk_all"),
    path("pledges/several/", several.several, name="desk_several"),
    path("pledges/<str:address>/", queue.pledge, name="desk_pledge"),
    path("pledges/<str:address>/decide/", deciding.decide, name="desk_decide"),
    path("pledges/<str:address>/assign/", deciding.assign, name="desk_assign"),
    path("pledges/<str:address>/look/", deciding.look, name="desk_look"),
    path("pledges/<str:address>/say/", talking.say, name="desk_say"),
    path("pledges/<str:address>/letter/", behalf.letter, name="desk_letter"),
    path("pledges/<str:address>/ask/", behalf.ask, name="desk_ask"),
    path("pledges/<str:address>/delist/", correcting.delist, name="desk_delist"),
    path("pledges/<str:address>/rate/", correcting.correct_rate, name="desk_correct_rate"),
    path("pledges/<str:address>/redact/<int:n>/", correcting.redact, name="desk_redact"),
    # Last: a list's name before the address of a pledge opened from it.
    path("pledges/<slug:tab>/<str:address>/", queue.pledge, name="desk_open"),
    path("import/", lists.imports, name="desk_imports"),
    path("import/mappings/", lists.mappings, name="desk_import_mappings"),
    path("import/mappings/<int:pk>.toml", lists.mapping_file, name="desk_import_mapping_file"),
    path("import/mappings/<int:pk>/forget/", lists.forget_mapping, name="desk_import_forget_mapping"),
    path("import/<int:pk>/", batch.batch, name="desk_import"),
    path("import/<int:pk>/columns/", columns.columns, name="desk_import_columns"),
    path("import/<int:pk>/mapping/", columns.use_mapping, name="desk_import_use_mapping"),
    path("import/<int:pk>/mapping.toml", columns.mapping_file, name="desk_import_toml"),
    path("import/<int:pk>/save/", columns.save_mapping, name="desk_import_save_mapping"),
    path("import/<int:pk>/check/", batch.check, name="desk_import_check"),
    path("import/<int:pk>/words/", words.words, name="desk_import_words"),
    path("import/<int:pk>/organisations/", organisations.organisations, name="desk_import_organisations"),
    path("import/<int:pk>/rows/", rows.rows, name="desk_import_rows"),
    path("import/<int:pk>/refused.csv", rows.refused_file, name="desk_import_refused"),
    path("import/<int:pk>/changed/", rows.changed, name="desk_import_changed"),
    path("import/<int:pk>/start/", batch.start, name="desk_import_start"),
    path("import/<int:pk>/pledges/", batch.pledges, name="desk_import_pledges"),
    path("import/<int:pk>/undo/", batch.undo, name="desk_import_undo"),
    path("import/<int:pk>/forget/", batch.forget, name="desk_import_forget"),
    path("translations/", translating.waiting, name="desk_translations"),
    path("translations/<int:pk>/", translating.write, name="desk_translate"),
    path("not-converted/", correcting.not_converted, name="desk_not_converted"),
    path("terms/", terms.terms, name="desk_terms"),
    path("terms/<str:taxonomy>/new/", terms.new_term, name="desk_new_term"),
    path("terms/<str:taxonomy>/<slug:slug>/", terms.term, name="desk_term"),
]
