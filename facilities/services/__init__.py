"""What happens to homes, beds and stays: one verb, one function, one transaction."""

from facilities.services.accept_offer import accept_offer, decline_offer
from facilities.services.apply_to_home import apply_to_home, withdraw_application
from facilities.services.bills import issue_bill, issue_bills, settle_bill
from facilities.services.board import BedChange, add_room, confirm_beds
from facilities.services.load_reference import load_reference
from facilities.services.offer_bed import close_lapsed_offers, offer_bed, refuse_application, withdraw_offer
from facilities.services.relist import relist
from facilities.services.set_price import set_price
from facilities.services.staff import (
    accept_staff_invitation,
    claim_home,
    decide_home_claim,
    end_employment,
    invite_staff,
)
from facilities.services.stay import change_grade, check_in, end_stay, no_show, record_leave, resident_died
from facilities.services.tokens import make_home_token, revoke_home_token, viewer_of_token

__all__ = [
    "BedChange",
    "accept_offer",
    "accept_staff_invitation",
    "add_room",
    "apply_to_home",
    "change_grade",
    "check_in",
    "claim_home",
    "close_lapsed_offers",
    "confirm_beds",
    "decide_home_claim",
    "decline_offer",
    "end_employment",
    "end_stay",
    "invite_staff",
    "issue_bill",
    "issue_bills",
    "load_reference",
    "make_home_token",
    "no_show",
    "offer_bed",
    "record_leave",
    "refuse_application",
    "relist",
    "resident_died",
    "revoke_home_token",
    "set_price",
    "settle_bill",
    "viewer_of_token",
    "withdraw_application",
    "withdraw_offer",
]
