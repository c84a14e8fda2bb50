from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "kept.registry"
    label = "registry"
