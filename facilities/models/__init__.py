"""What this floor keeps. The constraints' names say what can never be kept."""

from facilities.models.admission import Application, Offer
from facilities.models.bed import Bed, BedClaim, BedConfirmation, Room
from facilities.models.contract import Contract, Transfer
from facilities.models.directory_import import DirectoryImport, ImportRow
from facilities.models.facility import Facility, HospitalAgreement, Photo
from facilities.models.listing import Listing, ListingDue
from facilities.models.past import PastBed, PastClaim
from facilities.models.price import Fee, PriceVersion, ShortStayPrice
from facilities.models.rating import Rating
from facilities.models.staff import CareWorker, Employment, HomeToken, StaffInvitation, TokenUse
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
    "CareWorker",
    "Contract",
    "DirectedPriority",
    "DirectoryImport",
    "Employment",
    "Facility",
    "Fee",
    "GradeSpell",
    "HomeToken",
    "HospitalAgreement",
    "ImportRow",
    "Leave",
    "ListRule",
    "Listing",
    "ListingDue",
    "NumberReport",
    "Offer",
    "Opening",
    "PastBed",
    "PastClaim",
    "Photo",
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
