"""The address book of the house: machines at the root, people under their language."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from kept.site import health

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.figures),
    path("log/", include("kept.log.urls")),
    path("api/v1/", include("kept.api.urls")),
    path("", include("kept.progress.file_urls")),
    path("", include("kept.registry.file_urls")),
    path("", include("kept.meetings.file_urls")),
    path("", include("kept.registration.file_urls")),
    *i18n_patterns(
        path("accounts/", include("allauth.urls")),
        path("desk/", include("kept.base.desk_urls")),
        path("my/", include("kept.api.my_urls")),
        path("", include("kept.people.urls")),
        path("", include("kept.pledges.urls")),
        path("", include("kept.progress.urls")),
        path("", include("kept.registry.urls")),
        path("", include("kept.registration.urls")),
        path("", include("kept.meetings.urls")),
        prefix_default_language=False,
    ),
]
if settings.DEBUG:
    urlpatterns += i18n_patterns(path("_components/", include("kept.base.urls")), prefix_default_language=False)
