from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "kept.progress"
    label = "progress"

    def ready(self) -> None:
        from kept.progress import verifying  # noqa: F401  (`kept verify` asks this room, too)
