"""Addresses of the portal's API."""

from django.urls import path

from eldercare.portal.api import offers, quotes, root, search

app_name = "portal_api"
urlpatterns = [
    path("", root.RootDoor.as_view(), name="root"),
    path("facilities/search", search.SearchDoor.as_view(), name="search"),
    path("quotes", quotes.QuotesDoor.as_view(), name="quotes"),
    path("offers/<uuid:offer_id>/accept", offers.AcceptOffer.as_view(), name="accept"),
]
