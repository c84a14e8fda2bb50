from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "kept.site"
    label = "site"
