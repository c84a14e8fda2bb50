"""What the menus hold: each room registers its own entries, nobody lists them in one place.

A room calls `register(Entry(…))` in its `contributes.py`; `kept.base.apps` imports these at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language

from kept.base.formats import format_number

PUBLIC, DESK, MY = "public", "desk", "my"
SECTIONS = (PUBLIC, DESK, MY)

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu.

    `name` and `group` are lazily translated; `group` is the heading it stands under (the desk's menu).
    `permission(person)` says who sees it (None: everybody who sees the menu), `badge(person)` what stands
    at its end (a number, or a short word; None or 0: nothing). Both may read the database once.
    """

    name: Text
    url_name: str
    order: int
    section: str = PUBLIC
    permission: Callable[[Any], bool] | None = None
    badge: Callable[[Any], int | str | None] | None = None
    group: Text = ""


@dataclass(slots=True)
class Line:
    """An entry as it is shown to one reader on one page."""

    name: Text
    url: str
    current: bool
    badge: int | str | None = None


@dataclass(slots=True)
class Group:
    """The lines under one heading (empty heading: none)."""

    name: Text
    lines: list[Line] = field(default_factory=list)


_entries: list[Entry] = []
_points: dict[str, str] = {"sign_in": "account_login", "sign_out": "account_logout"}


def badge(count: int) -> str | None:
    """A number at the end of a menu's line, in the reader's digits; None for none."""
    return format_number(count, get_language() or "en") if count else None


def register(entry: Entry) -> None:
    """Add an entry to the menu of its section. Raises ValueError for a section that does not exist.

    Registering the same address in the same section a second time replaces the first.
    """
    if entry.section not in SECTIONS:
        raise ValueError(f"{entry.section!r} is no section of the navigation: {', '.join(SECTIONS)}.")
    _entries[:] = [known for known in _entries if (known.section, known.url_name) != (entry.section, entry.url_name)]
    _entries.append(entry)


def point(role: str, url_name: str) -> None:
    """Say which address plays a part in the frame of every page, for the language it is read in.

    Roles: home, pledges, pledge_new, how_we_count, open_data, check_it_yourself, wrong, sign_in, sign_out.
    """
    _points[role] = url_name


def find(role: str) -> str:
    """The path of the address that plays a role; "" where this installation has none.

    A role that nobody pointed to is played by the address of that name, in whichever room it stands.
    """
    names = (
        [_points[role]] if role in _points else [role, *(f"{space}:{role}" for space in get_resolver().namespace_dict)]
    )
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def first(section: str, person: Any) -> str:
    """The path of the first entry of a section that `person` may see (badges are not asked); "" for none."""
    for entry in entries(section):
        line = _line(replace(entry, badge=None), person)
        if line:
            return line.url
    return ""


def entries(section: str) -> list[Entry]:
    """The registered entries of a section, in their order."""
    return sorted((entry for entry in _entries if entry.section == section), key=lambda entry: entry.order)


def lines(section: str, request: HttpRequest, person: Any = None) -> list[Line]:
    """What `person` (None: a reader) sees of a section on the page of `request`.

    An entry whose address this installation does not serve is left out.
    """
    shown = []
    for entry in entries(section):
        line = _line(entry, person)
        if line:
            shown.append(line)
    _mark_current(shown, request.path)
    return shown


def groups(section: str, request: HttpRequest, person: Any = None) -> list[Group]:
    """The same as `lines`, under the headings that the entries name, in order of first appearance.

    A page that belongs below another entry than its address says sets `request.menu_path` to that one's.
    """
    found: dict[str, Group] = {}
    shown = []
    for entry in entries(section):
        line = _line(entry, person)
        if line:
            found.setdefault(str(entry.group), Group(entry.group)).lines.append(line)
            shown.append(line)
    _mark_current(shown, getattr(request, "menu_path", request.path))
    return list(found.values())


def _line(entry: Entry, person: Any) -> Line | None:
    if entry.permission and not entry.permission(person):
        return None
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:
        return None
    return Line(entry.name, url, False, entry.badge(person) if entry.badge else None)


def _mark_current(shown: list[Line], path: str) -> None:
    """The entry with the longest address above this page is the current one; the home page only itself."""
    above = [line for line in shown if path == line.url or (line.url.count("/") > 1 and path.startswith(line.url))]
    homes = {line.url for line in above if _is_home(line.url)}
    above = [line for line in above if line.url not in homes or path == line.url]
    if above:
        max(above, key=lambda line: len(line.url)).current = True


def _is_home(url: str) -> bool:
    """/ and /ar/ are home pages: everything lies below them."""
    from django.conf import settings

    return url.strip("/") in {"", *(code for code, _name in settings.LANGUAGES)}
