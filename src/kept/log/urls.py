"""The log's addresses, at the root and in no language: include them under `log/`."""

from django.urls import path, re_path

from kept.log import views

app_name = "log"

urlpatterns = [
    path("checkpoint", views.checkpoint_view, name="checkpoint"),
    path("key", views.key_view, name="key"),
    path("verify.py", views.verifier_view, name="verifier"),
    path("witness/add-checkpoint", views.add_checkpoint_view, name="add_checkpoint"),
    path("witness/key", views.witness_key_view, name="witness_key"),
    path("witness/logs", views.witnessed_view, name="witnessed"),
    path("restarts/<int:generation>.json", views.restart_view, name="restart"),
    path("tile/entries/<path:path>", views.bundle_view, name="bundle"),
    re_path(r"^tile/(?P<level>[0-9]{1,2})/(?P<path>.+)$", views.tile_view, name="tile"),
]
