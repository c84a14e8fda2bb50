"""Signatures in the manner of Standard Webhooks (standardwebhooks.com): `v1,` and HMAC-SHA256 in base64.

What is signed is `id.timestamp.body`. The secret of an address is made of the installation's SECRET_KEY and a random
nonce of the address: a copy of the database alone signs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from kept.api.models import WebhookEndpoint


def key_of(endpoint: WebhookEndpoint) -> bytes:
    """The 32 bytes that sign what this address is told."""
    return hmac.new(settings.SECRET_KEY.encode(), f"webhook:{endpoint.nonce}".encode(), hashlib.sha256).digest()


def secret_of(endpoint: WebhookEndpoint) -> str:
    """The secret as the owner of the address keeps it: whsec_…"""
    return "whsec_" + base64.b64encode(key_of(endpoint)).decode()


def headers(endpoint: WebhookEndpoint, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """What goes with one attempt. The id stays the same on a retry, so that a receiver knows it again."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key_of(endpoint), signed, hashlib.sha256).digest()).decode()
    return {
        "user-agent": "Kept-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
