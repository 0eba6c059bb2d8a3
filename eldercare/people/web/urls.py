"""Addresses of the people floor's pages. An elder's own page (`/elders/<id>`) is the portal's."""

from django.urls import path

from eldercare.people.web import file, register

app_name = "people"
urlpatterns = [
    path("elders", register.elders, name="elders"),
    path("elders/new", register.register, name="register"),
    path("elders/<uuid:elder_id>/facts", file.facts, name="facts"),
    path("elders/<uuid:elder_id>/hukou", file.move, name="move"),
    path("elders/<uuid:elder_id>/consents", file.consents, name="consents"),
    path("elders/<uuid:elder_id>/circle", file.circle, name="circle"),
    path("elders/<uuid:elder_id>/views", file.views, name="views"),
    path("consents/<uuid:consent_id>/revoke", file.revoke, name="revoke"),
    path("guardianships/<uuid:guardianship_id>/end", file.end, name="end"),
    path("elders/invitations/<uuid:invitation_id>", file.accept, name="accept"),
    path("elders/invitations/<uuid:invitation_id>/withdraw", file.withdraw, name="withdraw"),
    path("letters", file.letters, name="letters"),
]
