"""The desk's addresses for pledges; part of the namespace `pledges`."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
