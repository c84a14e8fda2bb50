"""How often one address may send the forms that are open to everybody, and have pictures made."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from kept.base.limits import Buckets, Limit, address_of

FORMS = Limit("forms", a_minute=0.5, burst=8)  # thirty an hour, eight at once
PICTURES = Limit("pictures", a_minute=20, burst=20)
forms, pictures = Buckets(FORMS), Buckets(PICTURES)


def lets_pass(request: HttpRequest) -> bool:
    """Whether this sender may send one more."""
    return not settings.LIMITS or forms.take(address_of(request)).passes


def lets_draw(request: HttpRequest) -> bool:
    """Whether one more picture is made for this address."""
    return not settings.LIMITS or pictures.take(address_of(request)).passes
