from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "kept.meetings"
    label = "meetings"
