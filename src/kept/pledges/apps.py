from django.apps import AppConfig


class PledgesConfig(AppConfig):
    name = "kept.pledges"
    label = "pledges"
