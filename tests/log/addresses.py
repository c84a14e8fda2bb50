"""The log's addresses, and those of the registry's that the log answers."""

from django.urls import include, path

from kept.log import views

urlpatterns = [
    path("log/", include("kept.log.urls")),
    path("pledges/<str:reference>/receipt.json", views.receipt_view),
    path("pledges/<str:reference>/revisions/<int:revision>.json", views.document_view),
    path("pledges/<str:reference>/revisions/<int:revision>.<str:language>.json", views.document_view),
]
