"""Every page as a reader meets it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def read(client: Client, address: str, status: int = 200, **headers) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == status, f"{address} answered {response.status_code}"
    return response.content.decode()


def test_smoke(client, public_record):
    for address in ["/", "/pledges/", "/pledges/?view=table", "/pledges/P-00001/", "/organisations/", "/counter/", "/data/", "/embed/counter/",
                    "/organisations/lake-networks/", "/ar/", "/zh-hans/pledges/", "/ru/counter/", "/pledges/P-00008/", "/pledges/P-00006/", "/pledges/P-00006/revisions/1/",
                    "/api/v1/counter", "/api/v1/pledges", "/api/v1/pledges/P-00001", "/api/v1/pledges/P-00006/history", "/api/v1/organisations", "/api/v1/organisations/lake-networks",
                    "/api/v1/openapi.json", "/api/v1/docs", "/pledges/feed.atom", "/pledges/P-00001/receipt.json", "/pledges/P-00001/revisions/1.json"]:
        read(client, address)
    for kind in ("csv", "json", "xml", "xlsx"):
        b"".join(client.get(f"/pledges/export.{kind}").streaming_content)
