"""The ground floor; at the start it asks every room what it contributes to the rooms before it."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class BaseConfig(AppConfig):
    name = "kept.base"
    label = "base"

    def ready(self) -> None:
        for config in apps.get_app_configs():
            if config.name.startswith("kept.") and module_has_submodule(config.module, "contributes"):
                import_module(f"{config.name}.contributes")
