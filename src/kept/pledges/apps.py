from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class PledgesConfig(AppConfig):
    name = "kept.pledges"
    label = "pledges"

    def ready(self) -> None:
        from kept.pledges import verifying  # noqa: F401  (`kept verify` asks this room, too)

        post_migrate.connect(_ensure_terms, sender=self, dispatch_uid="kept.pledges.terms")


def _ensure_terms(using: str, apps: Any = installed, **_kwargs: Any) -> None:  # `flush` sends no apps
    """The terms that Kept brings are there after every `migrate`, unless it took their table away."""
    from kept.pledges import taxonomies

    try:
        apps.get_model("pledges", "Term")
    except LookupError:
        return
    if using == "default":
        taxonomies.ensure()
