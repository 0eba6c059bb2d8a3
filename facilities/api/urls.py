"""Addresses of this floor's API. `offers/<id>/accept`, quotes and the search for a described elder are the portal's."""

from django.urls import path

from facilities.api import admission, board, directory, stays

app_name = "facilities_api"
urlpatterns = [
    path("facilities", directory.FacilitiesDoor.as_view(), name="facilities"),
    path("facilities/<uuid:facility_id>", directory.FacilityDoor.as_view(), name="facility"),
    path("facilities/<uuid:facility_id>/vacancy", board.VacancyDoor.as_view(), name="vacancy"),
    path("facilities/<uuid:facility_id>/beds", board.BoardDoor.as_view(), name="beds"),
    path("facilities/<uuid:facility_id>/beds/confirm", board.ConfirmDoor.as_view(), name="confirm"),
    path("applications", admission.ApplicationsDoor.as_view(), name="applications"),
    path("applications/<uuid:application_id>", admission.ApplicationDoor.as_view(), name="application"),
    path("applications/<uuid:application_id>/withdraw", admission.WithdrawDoor.as_view(), name="withdraw"),
    path("applications/<uuid:application_id>/refuse", admission.RefuseDoor.as_view(), name="refuse"),
    path("applications/<uuid:application_id>/offers", admission.OffersDoor.as_view(), name="offers"),
    path("offers/<uuid:offer_id>", admission.OfferDoor.as_view(), name="offer"),
    path("offers/<uuid:offer_id>/decline", admission.DeclineDoor.as_view(), name="decline"),
    path("offers/<uuid:offer_id>/withdraw", admission.WithdrawOfferDoor.as_view(), name="withdraw_offer"),
    path("stays", stays.StaysDoor.as_view(), name="stays"),
    path("stays/<uuid:stay_id>/check-in", stays.CheckInDoor.as_view(), name="check_in"),
    path("stays/<uuid:stay_id>/no-show", stays.NoShowDoor.as_view(), name="no_show"),
    path("stays/<uuid:stay_id>/end", stays.EndDoor.as_view(), name="end"),
    path("stays/<uuid:stay_id>/bills", stays.StayBillsDoor.as_view(), name="stay_bills"),
    path("bills", stays.BillsDoor.as_view(), name="bills"),
    path("bills/<uuid:bill_id>", stays.BillDoor.as_view(), name="bill"),
]
