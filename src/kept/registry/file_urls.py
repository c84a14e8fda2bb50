"""What machines take from the registry: at the root, in no language."""

from __future__ import annotations

from django.urls import path, re_path

from kept.registry.addresses import Reference, RevisionNumber
from kept.registry.views import counter_more, files, geojson, implementation, pledge
from kept.registry.views import reports as report_views

LANGUAGE = r"(?P<language>[A-Za-z][A-Za-z0-9-]{1,19})"

app_name = "records"
urlpatterns = [
    re_path(r"^pledges/export\.(?P<ending>csv|xlsx|json|xml)$", files.export, name="export"),
    path("pledges/export.geojson", geojson.export, name="geojson"),
    path("counter/history.csv", counter_more.history, name="counter_history"),
    path("progress/<slug:key>.csv", implementation.table, name="progress_table"),
    path("pledges/export.csv-metadata.json", files.table_metadata, name="table_metadata"),
    path("data/dumps/SHA256SUMS-<day:day>.txt", files.checksums, name="checksums"),
    path("data/dumps/pledges-<day:day>.<dump:ending>", files.dump, name="dump"),
    path("data/dictionary.json", files.dictionary, name="dictionary"),
    re_path(r"^data/catalogue\.(?P<ending>jsonld|ttl)$", files.catalogue, name="catalogue"),
    path("data/schemas/<slug:name>.json", files.schema, name="schema"),
    path("pledges/feed.atom", files.feed, name="feed"),
    path("pledges/<reference:reference>/receipt.json", pledge.receipt, name="receipt"),
    path("pledges/<reference:reference>/revisions/<n:n>.json", pledge.document, name="document"),
    path("pledges/<reference:reference>/reports/<n:n>.json", report_views.document, name="report_document"),
    path("pledges/<reference:reference>/reports/<n:n>/receipt.json", report_views.receipt, name="report_receipt"),
    re_path(
        rf"^pledges/(?P<reference>{Reference.regex})/revisions/(?P<n>{RevisionNumber.regex})\.{LANGUAGE}\.json$",
        pledge.document,
        name="translation",
    ),
]
