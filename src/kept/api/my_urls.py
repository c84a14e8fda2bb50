"""Pages of an account for its programs. Namespace `programs`."""

from __future__ import annotations

from django.urls import path, re_path

from kept.api import my

app_name = "programs"
urlpatterns = [
    path("tokens/", my.tokens, name="tokens"),
    path("tokens/<int:pk>/end/", my.revoke, name="revoke_token"),
    path("webhooks/", my.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/", my.webhook, name="webhook"),
    path("webhooks/<int:pk>/again/<int:delivery>/", my.again, name="send_again"),
    re_path(rf"^webhooks/(?P<pk>\d+)/(?P<verb>{'|'.join(my.VERBS)})/$", my.decide, name="decide_webhook"),
]
