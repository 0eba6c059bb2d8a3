"""Addresses of the frame's own doors."""

from django.urls import path

from eldercare.ui import views

app_name = "ui"
urlpatterns = [
    path("preferences", views.preferences, name="preferences"),
    path("gallery/", views.gallery, name="gallery"),
]
