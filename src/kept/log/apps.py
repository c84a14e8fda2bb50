from django.apps import AppConfig


class LogConfig(AppConfig):
    name = "kept.log"
    label = "log"
