"""What this floor keeps. The constraints' names say what can never be kept."""

from facilities.models.admission import Application, Offer
from facilities.models.bed import Bed, BedClaim, BedConfirmation, Room
from facilities.models.contract import Contract, Transfer
from facilities.models.facility import Facility, Listing
from facilities.models.price import PriceVersion
from facilities.models.rating import Rating
from facilities.models.staff import Employment, HomeToken, StaffInvitation
from facilities.models.stay import Bill, GradeSpell, Leave, Stay
from facilities.models.visit import Visit, VisitSlot
from facilities.models.waiting import DirectedPriority, ListRule, Opening, Skip

__all__ = [
    "Application",
    "Bed",
    "BedClaim",
    "BedConfirmation",
    "Bill",
    "Contract",
    "DirectedPriority",
    "Employment",
    "Facility",
    "GradeSpell",
    "HomeToken",
    "Leave",
    "ListRule",
    "Listing",
    "Offer",
    "Opening",
    "PriceVersion",
    "Rating",
    "Room",
    "Skip",
    "StaffInvitation",
    "Stay",
    "Transfer",
    "Visit",
    "VisitSlot",
]
