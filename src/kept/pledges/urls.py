"""The addresses of the pledges room, namespace `pledges`. The desk's stand in desk_urls.py."""

from __future__ import annotations

from django.urls import include, path

from kept.pledges.views import answering, autosave, files, mine, partners, starting, translating, writing

app_name = "pledges"
urlpatterns = [
    path("desk/", include("kept.pledges.desk_urls")),
    path("my/translations/", translating.my_translations, name="my_translations"),
    path("my/translations/ask/", translating.ask, name="ask_translation_of"),
    path("my/translations/<int:pk>/", translating.my_translation, name="my_translation"),
    path("pledges/<str:address>/translate/", translating.ask, name="ask_translation"),
    # Writing.
    path("pledges/new/", starting.new, name="new"),
    path("pledges/partners/", partners.search, name="partners"),
    path("pledges/<str:address>/write/", writing.write, name="continue"),
    path("pledges/<str:address>/write/<slug:step>/", writing.write, name="write"),
    path("pledges/<str:address>/save/", autosave.autosave, name="autosave"),
    path("pledges/<str:address>/preview/", mine.preview, name="preview"),
    path("pledges/<str:address>/files/<int:pk>/", files.attachment, name="attachment"),
    # My pledges.
    path("my/pledges/", mine.my_pledges, name="my"),
    path("my/pledges/<str:address>/", mine.pledge, name="mine"),
    path("my/pledges/<str:address>/say/", mine.say, name="say"),
    path("my/pledges/<str:address>/recall/", mine.recall, name="recall"),
    path("my/pledges/<str:address>/discard/", mine.discard, name="discard"),
    path("my/pledges/<str:address>/restore/", mine.restore, name="restore"),
    path("my/pledges/<str:address>/revise/", mine.revise, name="revise"),
    path("my/pledges/<str:address>/withdraw/", mine.withdraw, name="withdraw"),
    path("my/pledges/<str:address>/supersede/", mine.supersede, name="supersede"),
    path("my/pledges/<str:address>/pledge.json", mine.as_json, name="as_json"),
    path("my/pledges/<str:address>/ask/<int:organisation>/", answering.ask_partner, name="ask_partner"),
    path("my/pledges/<str:address>/ask-owner/", answering.ask_owner, name="ask_owner"),
    path("my/pledges/<str:address>/letter/", answering.letter, name="letter"),
    path("my/partnerships/<int:pk>/", answering.answer, name="answer"),
]
