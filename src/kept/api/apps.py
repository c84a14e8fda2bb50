from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kept.api"
    label = "api"
