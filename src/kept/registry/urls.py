"""The pages of the registry, under every language."""

from __future__ import annotations

from django.urls import path, re_path

from kept.registry import (
    addresses,  # noqa: F401  (the converters of paths)
    desk,
)
from kept.registry.views import (
    checking,
    compare,
    counter,
    counter_more,
    files,
    implementation,
    indicators,
    organisations,
    pages,
    places,
    pledge,
    remarks,
    themes,
    watching,
)
from kept.registry.views import reports as report_views

app_name = "registry"
urlpatterns = [
    path("", pages.home, name="home"),
    path("pledges/", pages.pledges, name="pledges"),
    path("pledges/compare/", compare.pledges, name="compare"),
    path("pledges/watch/", watching.watch, name="watch"),
    path("pledges/watch/asked/", watching.asked, name="search_asked"),
    path("pledges/watch/confirmed/", watching.confirmed, name="search_confirmed"),
    path("my/searches/", watching.searches, name="my_searches"),
    re_path(rf"^my/searches/(?P<pk>\d+)/(?P<verb>{'|'.join(watching.VERBS)})/$", watching.decide, name="decide_search"),
    path("wrong/", remarks.wrong, name="wrong"),
    path("wrong/asked/", remarks.asked, name="remark_asked"),
    path("wrong/sent/", remarks.sent, name="remark_sent"),
    path("my/remarks/", remarks.remarks, name="my_remarks"),
    path("my/remarks/<int:pk>/", remarks.remark, name="my_remark"),
    re_path(
        rf"^my/remarks/(?P<pk>\d+)/(?P<verb>{'|'.join(remarks.OWNERS_VERBS)})/$",
        remarks.decide,
        name="decide_my_remark",
    ),
    path("desk/remarks/", desk.remarks, name="desk_remarks"),
    path("desk/remarks/<int:pk>/", desk.remark, name="desk_remark"),
    re_path(rf"^desk/remarks/(?P<pk>\d+)/(?P<verb>{'|'.join(desk.VERBS)})/$", desk.decide, name="decide_remark"),
    path("pledges/<reference:reference>/", pledge.pledge, name="pledge"),
    path("pledges/<reference:reference>/revisions/<n:n>/", pledge.revision, name="revision"),
    path("pledges/<reference:reference>/reports/<n:n>/", report_views.report, name="report"),
    path("pledges/<reference:reference>/reports/<n:n>/files/<int:pk>/", report_views.evidence, name="report_file"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/compare/", compare.organisations, name="compare_organisations"),
    path("organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("countries/", places.countries, name="countries"),
    path("countries/<place:code>/", places.country, name="country"),
    path("regions/", places.regions, name="regions"),
    path("regions/<place:code>/", places.region, name="region"),
    path("groups/", places.groups, name="groups"),
    path("groups/<place:code>/", places.group, name="group"),
    path("focus/", themes.focuses, name="focuses"),
    path("focus/<slug:slug>/", themes.focus, name="focus"),
    path("sdgs/", themes.sdgs, name="sdgs"),
    path("sdgs/<int:goal>/", themes.sdg, name="sdg"),
    path("counter/", counter.counter, name="counter"),
    re_path(r"^counter/(?P<month>[0-9]{4}-[0-9]{2})/$", counter_more.month, name="counter_month"),
    path("counter/speech/", counter_more.speech, name="speech"),
    path("progress/", implementation.progress, name="progress"),
    path("progress/indicators/", indicators.indicators, name="indicators"),
    path("progress/indicators/<slug:slug>/", indicators.indicator, name="indicator"),
    path("progress/rounds/<slug:slug>/", implementation.round_, name="round"),
    re_path(
        r"^progress/rounds/(?P<slug>[-\w]+)/(?P<key>[a-z_]+)\.(?P<ending>csv|svg|png)$",
        implementation.round_file,
        name="round_file",
    ),
    re_path(r"^progress/(?P<key>[a-z_]+)\.(?P<ending>svg|png)$", implementation.picture, name="progress_picture"),
    path("check/", checking.check, name="check"),
    path("embed/", counter_more.builder, name="embed_builder"),
    path("embed/counter/", counter.embed, name="embed_counter"),
    path("data/", files.data, name="data"),
]
