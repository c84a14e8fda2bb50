from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "kept.registration"
    label = "registration"
