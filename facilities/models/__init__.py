"""What this floor keeps. The constraints' names say what can never be kept."""

from facilities.models.admission import Application, Offer
from facilities.models.bed import Bed, BedClaim, BedConfirmation, Room
from facilities.models.contract import Contract, Transfer
from facilities.models.facility import Facility, Listing
from facilities.models.past import PastBed, PastClaim
from facilities.models.price import Fee, PriceVersion, ShortStayPrice
from facilities.models.rating import Rating
from facilities.models.staff import Employment, HomeToken, StaffInvitation, TokenUse
from facilities.models.stay import Bill, GradeSpell, Leave, Stay
from facilities.models.trust import AdmissionFinding, BedReminder, NumberReport
from facilities.models.visit import Visit, VisitSlot
from facilities.models.waiting import DirectedPriority, ListRule, Opening, Skip

__all__ = [
    "AdmissionFinding",
    "Application",
    "Bed",
    "BedClaim",
    "BedConfirmation",
    "BedReminder",
    "Bill",
    "Contract",
    "DirectedPriority",
    "Employment",
    "Facility",
    "Fee",
    "GradeSpell",
    "HomeToken",
    "Leave",
    "ListRule",
    "Listing",
    "NumberReport",
    "Offer",
    "Opening",
    "PastBed",
    "PastClaim",
    "PriceVersion",
    "Rating",
    "Room",
    "ShortStayPrice",
    "Skip",
    "StaffInvitation",
    "Stay",
    "TokenUse",
    "Transfer",
    "Visit",
    "VisitSlot",
]
