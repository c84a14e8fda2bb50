from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "kept.base"
    label = "base"
