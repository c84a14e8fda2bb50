"""Pages of rows that were counted and cut elsewhere."""

from __future__ import annotations

from django.core.paginator import Page, Paginator


class PageOf(Paginator):
    """Django's paginator over rows that were counted and cut elsewhere."""

    def __init__(self, rows: list, count: int, per_page: int) -> None:
        super().__init__(rows, per_page)
        self.count = count

    def page(self, number: int | str) -> Page:
        return Page(self.object_list, int(number), self)
