"""The addresses of the ground floor: what shows the components (DEBUG alone), under `_components/`."""

from django.urls import path

from kept.base import views

urlpatterns = [
    path("", views.components, name="components"),
    path("<slug:name>/", views.frame, name="component_frame"),
]
