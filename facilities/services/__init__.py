"""What happens to homes, beds and stays: one verb, one function, one transaction."""

from facilities.services.accept_offer import accept_offer, decline_offer, extend_offer
from facilities.services.announce import set_fee, set_price, set_season
from facilities.services.apply_to_home import apply_to_home, change_wishes, withdraw_application
from facilities.services.bills import issue_bill, issue_bills, settle_bill
from facilities.services.board import BedChange, confirm_beds
from facilities.services.capacity import add_room, close_beds
from facilities.services.contract import draw_up_contract, sign_for_family, sign_for_home, void_contract
from facilities.services.hold import hold_bed, release_hold
from facilities.services.leaving import keep_for_who_stays, plan_leaving
from facilities.services.load_reference import load_reference
from facilities.services.offer_bed import close_lapsed_offers, offer_bed, refuse_application, withdraw_offer
from facilities.services.relist import relist
from facilities.services.staff import (
    accept_staff_invitation,
    claim_home,
    decide_home_claim,
    end_employment,
    invite_staff,
)
from facilities.services.stay import (
    change_grade,
    check_in,
    come_back,
    drop_stay,
    end_stay,
    no_show,
    record_leave,
    resident_died,
)
from facilities.services.tokens import make_home_token, revoke_home_token, viewer_of_token
from facilities.services.transfer import request_transfer
from facilities.services.undo_board import undo_board
from facilities.services.visits import (
    book_visit,
    cancel_visit,
    publish_slots,
    record_visit,
    remind_visitors,
    say_what_was_found,
    withdraw_slot,
)
from facilities.services.waiting_list import (
    bed_freed,
    pass_over_proposed,
    pause_place,
    set_list_rule,
    set_priority,
    stop_opening,
)

__all__ = [
    "BedChange",
    "accept_offer",
    "accept_staff_invitation",
    "add_room",
    "apply_to_home",
    "bed_freed",
    "book_visit",
    "cancel_visit",
    "change_grade",
    "change_wishes",
    "check_in",
    "claim_home",
    "close_beds",
    "close_lapsed_offers",
    "come_back",
    "confirm_beds",
    "decide_home_claim",
    "decline_offer",
    "draw_up_contract",
    "drop_stay",
    "end_employment",
    "end_stay",
    "extend_offer",
    "hold_bed",
    "invite_staff",
    "issue_bill",
    "issue_bills",
    "keep_for_who_stays",
    "load_reference",
    "make_home_token",
    "no_show",
    "offer_bed",
    "pass_over_proposed",
    "pause_place",
    "plan_leaving",
    "publish_slots",
    "record_leave",
    "record_visit",
    "refuse_application",
    "release_hold",
    "relist",
    "remind_visitors",
    "request_transfer",
    "resident_died",
    "revoke_home_token",
    "say_what_was_found",
    "set_fee",
    "set_list_rule",
    "set_price",
    "set_priority",
    "set_season",
    "settle_bill",
    "sign_for_family",
    "sign_for_home",
    "stop_opening",
    "undo_board",
    "viewer_of_token",
    "void_contract",
    "withdraw_application",
    "withdraw_offer",
    "withdraw_slot",
]
