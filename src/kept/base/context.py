"""What every page knows: the coalition, its menus, its languages, and who is reading (asked for late)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import cached_property

from kept.base import navigation
from kept.base.languages import bcp47


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The page at hand in another language."""

    code: str  # BCP 47
    name: str  # what the language calls itself
    url: str  # path and query, on this host
    current: bool


class House:
    """The variable `house` of every template. Each part is looked up when a template first asks for it.

    Nothing here reads the session of somebody who brings no session cookie: a reader's page sets no
    cookie, varies by none, and is the same for all readers of a language.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def installation(self) -> Any:
        from kept.base.installation import installation

        return installation()

    @cached_property
    def visitor(self) -> Any:
        """The signed-in person, or None. The session is looked at only where its cookie came along."""
        if settings.SESSION_COOKIE_NAME not in self.request.COOKIES:
            return None
        person = getattr(self.request, "user", None)
        return person if person is not None and person.is_authenticated else None

    @cached_property
    def messages(self) -> list:
        """Messages for this visitor; a reader without cookies can have none."""
        if {settings.SESSION_COOKIE_NAME, "messages"} & set(self.request.COOKIES) or getattr(
            get_messages(self.request), "added_new", False
        ):
            return list(get_messages(self.request))
        return []

    @cached_property
    def public(self) -> list[navigation.Line]:
        return navigation.lines(navigation.PUBLIC, self.request, self.visitor)

    @cached_property
    def my(self) -> list[navigation.Line]:
        return navigation.lines(navigation.MY, self.request, self.visitor) if self.visitor else []

    @cached_property
    def desk(self) -> list[navigation.Group]:
        return navigation.groups(navigation.DESK, self.request, self.visitor) if self.visitor else []

    @cached_property
    def desk_url(self) -> str:
        """Where this visitor's desk begins; empty for somebody who has none."""
        return navigation.first(navigation.DESK, self.visitor) if self.visitor else ""

    @property
    def language(self) -> str:
        """The language of the page as HTML writes it (`zh-Hans`)."""
        return bcp47(translation.get_language() or settings.LANGUAGE_CODE)

    @property
    def direction(self) -> str:
        return "rtl" if translation.get_language_bidi() else "ltr"

    @cached_property
    def languages(self) -> list[LanguageLink]:
        """This page in each language of the installation."""
        here = translation.get_language()
        query = self.request.META.get("QUERY_STRING", "")
        return [
            LanguageLink(
                code=bcp47(code),
                name=str(name),
                url=address_in(self.request.path, code) + (f"?{query}" if query else ""),
                current=code == here,
            )
            for code, name in settings.LANGUAGES
        ]

    @property
    def base_url(self) -> str:
        return settings.KEPT_BASE_URL

    @property
    def path(self) -> str:
        return self.request.path


def page(request: HttpRequest) -> dict[str, House]:
    """The context processor."""
    return {"house": House(request)}


def address_in(path: str, language: str) -> str:
    """The same page in another language: `/ar/pledges/` in `fr` is `/fr/pledges/`, in `en` `/pledges/`."""
    prefixed = {code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}
    first, _slash, rest = path.lstrip("/").partition("/")
    bare = rest if first in prefixed else path.lstrip("/")
    return f"/{bare}" if language == settings.LANGUAGE_CODE else f"/{language}/{bare}"
