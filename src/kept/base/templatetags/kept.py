"""The template words of the house: components, and figures and dates as the reader writes them.

Built into every template (settings), so no `{% load %}`. Each component is one template in
`templates/components/`; docs/design-system.md shows how each is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

from django import template
from django.core.paginator import Page, Paginator
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kept.base import difference, navigation, promise
from kept.base.languages import bcp47, direction

register = template.Library()


# Figures and dates, in the language of the page -------------------------------------------------------


def _language() -> str:
    return get_language() or "en"


def _formats() -> Any:
    from kept.base import formats

    return formats


@register.filter
def number(value: int | Decimal | None) -> str:
    """845 → "845", 12000 → "12,000"; nothing for None."""
    return "" if value is None else _formats().format_number(value, _language())


@register.filter
def decimal(value: Decimal | None, digits: int | None = None) -> str:
    """A decimal number with at most its own digits, or with `digits` of them."""
    return "" if value is None else _formats().format_decimal(value, _language(), digits)


@register.filter
def own_digits(text: str) -> str:
    """A text of ours with its digits as this page shows digits; markup is left alone (an address may hold some)."""
    words = str(text)
    return words if "<" in words or "&" in words else _formats().digits(words, _language())


@register.filter
def percent(share: Decimal | None) -> str:
    """A share of one: Decimal("0.52") → "52%"."""
    return "" if share is None else _formats().format_percent(share, _language())


@register.filter
def money(amount: Decimal | None, currency: str = "USD") -> str:
    """The whole amount: "12,000,000 USD"."""
    return "" if amount is None else _formats().format_money(amount, currency, _language())


@register.filter
def money_short(amount: Decimal | None, currency: str = "USD") -> str:
    """The amount as lists show it: "18.4 M USD"."""
    return "" if amount is None else _formats().format_money_short(amount, currency, _language())


@register.simple_tag
def usd_headline(amount: Decimal) -> tuple[str, str]:
    """`{% usd_headline sum as headline %}`: headline.0 is "36.78", headline.1 "billion US dollars"."""
    return _formats().format_usd_headline(amount, _language())


@register.filter(name="date_")
def date_(day: date | str | None) -> str:
    """A day, or a year or month ("2024", "2024-06"): "14 June 2022", "June 2024", "2024"."""
    return "" if not day else _formats().format_date(day, _language())


@register.filter
def datetime_(moment: datetime | None, zone: str = "UTC") -> str:
    """A moment in a time zone: "14 June 2022, 06:00"."""
    return "" if moment is None else _formats().format_datetime(moment, _language(), zone)


@register.filter
def relative(moment: datetime | date | None) -> str:
    """How long ago, or in how long: "9 days ago". Stands beside the date, not for it."""
    return "" if moment is None else _formats().format_relative(moment, timezone.now(), _language())


@register.simple_tag
def day(value: date | datetime | str | None, words: str = "") -> str:
    """`<time>` with the machine's form and the reader's: `{% day pledge.published %}`; `words` replace the latter."""
    if not value:
        return ""
    shown = words or date_(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, datetime):
        machine = value.isoformat(timespec="seconds")  # HTML takes no microseconds
    else:
        machine = value if isinstance(value, str) else value.isoformat()
    return format_html('<time datetime="{}">{}</time>', machine, shown)


@register.filter
def written_in(text: str, language: str) -> str:
    """A text that somebody wrote, with its language and direction: `{{ pledge.title|written_in:pledge.language }}`."""
    if not text or not language or bcp47(language) == bcp47(_language()):
        return text
    return format_html('<span lang="{}" dir="{}">{}</span>', bcp47(language), direction(language), text)


# Small pieces ----------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, words: str = "") -> str:
    """A sign of the sprite. Decorative unless `words` are given, which are then read aloud."""
    sign = format_html(
        '<svg class="icon icon-{}" width="16" height="16" aria-hidden="true" focusable="false">'
        '<use href="#i-{}"/></svg>',
        name,
        name,
    )
    return format_html('{}<span class="hidden">{}</span>', sign, words) if words else sign


@register.inclusion_tag("components/button.html")
def button(text: str, href: str = "", kind: str = "primary", **attributes: Any) -> dict[str, Any]:
    """A button, or a link that looks like one (with `href`).

    `kind`: primary, secondary, quiet, danger. Also: type, name, value, form, small, wide, key (the
    keyboard shortcut, one letter), disabled, data_… (dashes for underscores), id, aria_label.
    """
    flags = {name: attributes.pop(name, "") for name in ("small", "wide", "key", "disabled")}
    if href:
        attributes.pop("type", None)
    else:
        attributes.setdefault("type", "submit")
    given = ((name.replace("_", "-"), value) for name, value in attributes.items() if value not in ("", None, False))
    extra = format_html_join("", ' {}="{}"', given)
    return {"text": text, "href": href, "kind": kind, "attributes": extra, **flags}


@register.inclusion_tag("components/tag.html")
def tag(text: str, kind: str = "") -> dict[str, str]:
    """A small boxed word beside a title. `kind`: "", late, broken, kept."""
    return {"text": text, "kind": kind}


@register.inclusion_tag("components/chip.html")
def chip(text: str, remove_url: str = "") -> dict[str, str]:
    """A chosen value that a link takes away again."""
    return {"text": text, "remove_url": remove_url}


@register.inclusion_tag("components/stat.html")
def stat(figure: str, words: str, url: str = "", note: str = "") -> dict[str, str]:
    """A figure and what it counts. `figure` is already formatted; `url` leads to its rows."""
    return {"figure": figure, "words": words, "url": url, "note": note}


@register.inclusion_tag("components/promise_bar.html")
def promise_bar(
    promised: Decimal | int | None = None,
    signed: Decimal | int | None = None,
    delivered: Decimal | int | None = None,
    state: str = "on_track",
    label: str = "",
    note: str = "",
    size: str = "",
) -> dict[str, Any]:
    """The promise bar with its words.

    The three figures are in one measure. `state` is a key of `kept.base.promise.STATES`; `label` says what
    is the case (the state's own word where empty), `note` what supports it. `size`: "", "l" (a page's own),
    "s" (a line of a table). Raises KeyError for a state that does not exist.
    """
    looks = promise.STATES[state]
    if state in ("kept", "kept_late"):
        drawn = promise.Lengths("100", "0")
    else:
        drawn = promise.lengths(promised, signed, delivered)
    return {"state": state, "looks": looks, "drawn": drawn, "label": label or looks.word, "note": note, "size": size}


@register.inclusion_tag("components/progress.html")
def progress(done: Decimal | int, whole: Decimal | int, words: str) -> dict[str, Any]:
    """A plain measure of how far something is (an upload, a round): a line and its words."""
    return {"drawn": promise.lengths(whole, None, done), "words": words}


@register.inclusion_tag("components/diff.html")
def diff(before: str, after: str, language: str = "") -> dict[str, Any]:
    """Two wordings as one text, word by word: what was removed, what was added."""
    code = language or _language()
    return {"pieces": difference.word_difference(before, after), "lang": bcp47(code), "dir": direction(code)}


@register.inclusion_tag("components/steps.html")
def steps(names: Iterable[Any], current: int) -> dict[str, Any]:
    """The steps of a form; `names` are texts or (text, url) pairs, `current` counts from 1."""
    rows = []
    for position, item in enumerate(names, start=1):
        name, url = item if isinstance(item, (tuple, list)) else (item, "")
        rows.append({"name": name, "url": url, "done": position < current, "current": position == current})
    return {"steps": rows, "current": current, "count": len(rows)}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*pairs: Any) -> dict[str, Any]:
    """`{% breadcrumb url_1 name_1 url_2 name_2 … %}`: the way to this page, without the page itself."""
    return {"links": [{"url": url, "name": name} for url, name in zip(pairs[::2], pairs[1::2], strict=True)]}


@register.inclusion_tag("components/facet.html")
def facet(title: str, values: Iterable[Mapping[str, Any]], open: int = 8) -> dict[str, Any]:  # noqa: A002
    """A filter: links that switch a value on and off, with their counts.

    Each value has `label`, `count` (None: not shown), `url` (the address that switches it), `selected`.
    Chosen values come first; those after the first `open` are folded away.
    """
    values = sorted(values, key=lambda value: not value.get("selected"))
    chosen = sum(1 for value in values if value.get("selected"))
    cut = max(open, chosen)
    cut = len(values) if len(values) <= cut + 2 else cut
    return {
        "title": title,
        "first": _facet_values(values[:cut]),
        "rest": _facet_values(values[cut:]),
        "more": len(values) - cut,
    }


# Made here and not in a template: the registry's page has six hundred of them.
FACET_LABEL = '<span class="box" aria-hidden="true"></span><span class="facet-label">{}</span>'
FACET_COUNT = '<span class="facet-count">{}</span>'


def _facet_values(values: Iterable[Mapping[str, Any]]) -> SafeString:
    language, write = _language(), _formats().format_number
    made = []
    for value in values:
        count, selected = value.get("count"), value.get("selected")
        shown = "" if count is None else FACET_COUNT.format(escape(write(count, language)))
        words = FACET_LABEL.format(escape(str(value["label"]))) + shown
        if selected or count != 0:
            current = ' aria-current="true"' if selected else ""
            link = f'<a class="facet-value" href="{escape(str(value["url"]))}" rel="nofollow"{current}>{words}</a>'
            made.append(f"<li>{link}</li>")
        else:
            made.append(f'<li><span class="facet-value facet-none">{words}</span></li>')
    return mark_safe("".join(made))  # noqa: S308 (every part is escaped above)


# Lists -------------------------------------------------------------------------------------------------


@register.simple_tag
def address_of(role: str) -> str:
    """`{% address_of "home" as home_url %}`: the address that plays a part in every page's frame, or nothing."""
    return navigation.find(role)


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, **changes: Any) -> str:
    """This page's address with other query values: `{% address_with page=2 sort="newest" %}`; None drops one."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, (list, tuple)):
            query.setlist(name, [str(item) for item in value])
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else context["request"].path


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, name: str = "page") -> dict[str, Any]:
    """ "1 to 20 of 41 · Next" and the pages around. `page` is Django's Page."""
    numbers = [
        None if item == Paginator.ELLIPSIS else {"number": item, "url": address_with(context, **{name: item})}
        for item in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers if page.paginator.num_pages > 1 else [],
        "before": address_with(context, **{name: page.previous_page_number()}) if page.has_previous() else "",
        "after": address_with(context, **{name: page.next_page_number()}) if page.has_next() else "",
    }


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: template.Context, text: str, key: str, numeric: bool = False, name: str = "sort") -> dict:
    """A `<th>` that sorts: `?sort=key`, the other way round `?sort=-key`."""
    now = context["request"].GET.get(name, "")
    direction_now = "ascending" if now == key else "descending" if now == f"-{key}" else ""
    other = f"-{key}" if now == key else key
    url = address_with(context, **{name: other, "page": None})
    return {"text": text, "url": url, "sorted": direction_now, "numeric": numeric}


# Forms -------------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, prefix: str = "", suffix: str = "", size: str = "", label: str = "") -> SafeString:
    """A form field with label, help, errors: `{% field form.amount suffix="USD" size="s" %}`.

    `prefix` and `suffix` stand in the field's box; `size`: "" (whole width), "s", "m"; `label` replaces the label.
    """
    if bound.is_hidden:
        return bound.as_hidden()
    context = {**bound.get_context(), "prefix": prefix, "suffix": suffix, "size": size, "label": label}
    return bound.render(context=context)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with a form, above it, each line a link to its field. Nothing while nothing is wrong."""
    problems = []
    if form.is_bound:
        for name, errors in form.errors.items():
            bound = form[name] if name in form.fields else None
            for error in errors:
                problems.append({"text": error, "id": _first_input(bound), "label": bound.label if bound else ""})
    return {"problems": problems, "form": form}


def _first_input(bound: BoundField | None) -> str:
    """The id of what a link to this field should focus."""
    if bound is None or bound.is_hidden:
        return ""
    return f"{bound.auto_id}_field" if bound.use_fieldset else bound.id_for_label


@register.filter
def control(bound: BoundField) -> str:
    """Which shape a field's control has: "check" for a single box, "group" for many, "" for the rest."""
    if bound.widget_type == "checkbox":
        return "check"
    return "group" if bound.use_fieldset else ""


@register.filter
def marks_required(bound: BoundField) -> bool:
    """Whether the word "required" stands at this field: `mark_required = False` on a form says no."""
    return bound.field.required and getattr(bound.form, "mark_required", True)


# Components around other content ----------------------------------------------------------------------


def _around(name: str, content: str, **context: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", {"content": mark_safe(content), **context})  # noqa: S308


@register.simple_block_tag(end_name="endnotice")
def notice(content: str, title: str = "", kind: str = "") -> SafeString:
    """A box around text. `kind`: "" (plain), sealed (the log), act (somebody acts here), late, broken."""
    return _around("notice", content, title=title, kind=kind)


@register.simple_block_tag(end_name="endempty")
def empty(content: str, title: str = "") -> SafeString:
    """What stands where a list would: a sentence, and what to do."""
    return _around("empty", content, title=title)


@register.simple_block_tag(end_name="endcard")
def card(content: str, title: str = "", url: str = "", kicker: str = "", level: int = 2) -> SafeString:
    """A thing of its own beside the text, under a green line: kicker, title, content."""
    return _around("card", content, title=title, url=url, kicker=kicker, level=level)


@register.simple_block_tag(end_name="enddialog")
def dialog(
    content: str,
    id: str,  # noqa: A002
    title: str,
    button: str = "",
    kind: str = "secondary",
    key: str = "",
) -> SafeString:
    """A `<dialog>` and the button (or `key`) that opens it. Without JavaScript the same content unfolds in the page."""
    return _around("dialog", content, id=id, title=title, button=button, kind=kind, key=key)
