"""Addresses of the portal's API."""

from django.urls import path

from eldercare.portal.api import offers, open_data, quotes, root, search, short_stays

app_name = "portal_api"
urlpatterns = [
    path("", root.RootDoor.as_view(), name="root"),
    path("facilities/search", search.SearchDoor.as_view(), name="search"),
    path("open-data", open_data.CatalogueDoor.as_view(), name="open_data"),
    path("open-data/<slug:dataset>.<slug:form>", open_data.DatasetDoor.as_view(), name="open_data_file"),
    path("quotes", quotes.QuotesDoor.as_view(), name="quotes"),
    path("quotes/stay", short_stays.StayQuotesDoor.as_view(), name="quotes_stay"),
    path("offers/<uuid:offer_id>/accept", offers.AcceptOffer.as_view(), name="accept"),
]
