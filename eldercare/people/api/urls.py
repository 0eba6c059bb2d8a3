"""Addresses of the people floor's API."""

from django.urls import path

from eldercare.people.api import views

app_name = "people_api"
urlpatterns = [
    path("elders", views.EldersDoor.as_view(), name="elders"),
    path("elders/<uuid:elder_id>", views.ElderDoor.as_view(), name="elder"),
    path("elders/<uuid:elder_id>/guardianships", views.GuardianshipsDoor.as_view(), name="guardianships"),
    path("elders/<uuid:elder_id>/consents", views.ConsentsDoor.as_view(), name="consents"),
    path("elders/<uuid:elder_id>/views", views.ViewsDoor.as_view(), name="views"),
    path("guardianships/<uuid:guardianship_id>/end", views.GuardianshipEndDoor.as_view(), name="guardianship_end"),
    path("consents/<uuid:consent_id>/revoke", views.ConsentRevokeDoor.as_view(), name="consent_revoke"),
]
