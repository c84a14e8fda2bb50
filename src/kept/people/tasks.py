"""Work in the background: what nobody needs any more is thrown away."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings

from kept.people.models import Link

LINKS_KEPT = timedelta(days=90)  # after a link is over its page still says so for this long


def tidy(now: datetime) -> None:
    """Throw away sessions that are over, and links that have been for three months. Safe to run twice."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    Link.objects.filter(expires_at__lt=now - LINKS_KEPT).delete()
