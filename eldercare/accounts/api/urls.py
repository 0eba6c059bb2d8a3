"""Addresses of the accounts floor's API."""

from django.urls import path

from eldercare.accounts.api import views

app_name = "accounts_api"
urlpatterns = [
    path("sign-in/codes", views.CodesDoor.as_view(), name="codes"),
    path("session", views.SessionDoor.as_view(), name="session"),
    path("session/me", views.MyselfDoor.as_view(), name="myself"),
    path("session/second-factor", views.SecondFactorDoor.as_view(), name="second_factor"),
]
