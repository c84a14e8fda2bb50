"""The examples of docs/api.md, as they stand there, against a running installation."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from kept.api import actions as api_actions
from kept.api import delivering
from kept.api.scopes import SCOPES
from kept.base.fetching import Fetched

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def commands(block: str) -> list[list[str]]:
    return [shlex.split(line) for line in block.replace("\\\n", " ").splitlines() if line.startswith("curl")]


class Curl:
    """curl, as far as the page needs it."""

    def __init__(self, client, **values):
        self.client, self.values = client, values

    def __call__(self, words):
        words = [self.filled(word) for word in words]
        method, headers, body, url = "GET", {}, "", ""
        rest = iter(words[1:])
        for word in rest:
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                name, _colon, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(rest)
            else:
                url = word
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == settings.KEPT_BASE_URL
        kind = headers.pop("Content-Type", "")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.client.generic(method, path, body, content_type=kind, headers=headers)

    def filled(self, word):
        for name, value in self.values.items():
            word = word.replace(name, value)
        return word


def test_what_the_page_reads_is_there(client, make_pledge):
    make_pledge("published")
    (block,) = [b for b in re.findall(r"```sh\n(.*?)```", PAGE, re.S) if "/history" in b]
    asked = commands(block)
    assert len(asked) == 8
    for words in asked:
        answer = Curl(client)(words)
        assert answer.status_code == 200, words
    assert Curl(client)(asked[1]).json()["count"] == 1


def test_what_the_page_writes_is_written(client, focal_point, now):
    _token, text = api_actions.make_token("Handbook", SCOPES, 30, by=focal_point, at=now)
    (block,) = [b for b in re.findall(r"```sh\n(.*?)```", PAGE, re.S) if "$TOKEN" in b]
    begin, read, write, send = commands(block)
    curl = Curl(client, **{"$TOKEN": text})
    made = curl(begin)
    assert (made.status_code, curl(begin).content) == (201, made.content)
    curl.values["DRAFT"] = made.json()["id"]
    curl.values["ETAG"] = curl(read)["ETag"]
    written = curl(write)
    assert (written.status_code, written.json()["missing"]) == (200, [])
    assert curl(write).status_code == 412
    sent = curl(send)
    assert (sent.status_code, sent.json()["status"]) == (200, "submitted")


def test_what_the_page_checks_of_a_webhook_holds(focal_point, make_pledge, now):
    _endpoint, secret = api_actions.add_webhook("https://hooks.example.org/", [], by=focal_point, at=now)
    make_pledge("published")
    got = []

    def post(_url, body, headers):
        got.append((body, headers))
        return Fetched(200, b"")

    delivering.deliver_due(now.replace(year=now.year + 1), post=post)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    body, headers = got[0]
    exec(block, {"secret": secret, "body": body, "headers": headers})  # noqa: S102
    assert json.loads(body)["data"]["status"] == "published"


def test_every_kind_of_event_and_every_pause_is_on_the_page():
    from kept.base import webhooks

    assert {kind for kind in webhooks.kinds() if kind.startswith("pledge.")} <= set(
        re.findall(r"`(pledge\.\w+)`", PAGE)
    )
    assert len(delivering.PAUSES) == len(["5 s", "5 min", "30 min", "2 h", "5 h", "10 h", "14 h", "20 h", "24 h"])
