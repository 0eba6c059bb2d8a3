"""Addresses of this floor's pages. The public directory and the answer to an offer are the portal's."""

from django.urls import path

from facilities.web import applications, apply, bills, board, board_sheet, claims, home, prices, stays, team

app_name = "facilities"
urlpatterns = [
    path("home/", home.my_homes, name="my_homes"),
    path("home/invitations/<uuid:invitation_id>/join", team.join, name="join"),
    path("home/<uuid:facility_id>/", home.today, name="today"),
    path("home/<uuid:facility_id>/board", board.show, name="board"),
    path("home/<uuid:facility_id>/board/confirm", board.confirm, name="confirm"),
    path("home/<uuid:facility_id>/board/undo/<int:confirmation_id>", board.undo, name="undo_board"),
    path("home/<uuid:facility_id>/board/rooms", board.new_room, name="new_room"),
    path("home/<uuid:facility_id>/board/sheet", board_sheet.sheet, name="board_sheet"),
    path("home/<uuid:facility_id>/board/sheet.xlsx", board_sheet.download, name="board_file"),
    path("home/<uuid:facility_id>/board/sheet/apply", board_sheet.apply, name="apply_board_sheet"),
    path("home/<uuid:facility_id>/board/close", board.close, name="close_beds"),
    path("home/<uuid:facility_id>/board/history", board.history, name="board_history"),
    path("home/<uuid:facility_id>/applications", applications.queue, name="applications"),
    path(
        "home/<uuid:facility_id>/applications/<uuid:application_id>", applications.application, name="home_application"
    ),
    path("home/<uuid:facility_id>/applications/<uuid:application_id>/offer", applications.offer, name="make_offer"),
    path("home/<uuid:facility_id>/applications/<uuid:application_id>/refuse", applications.refuse, name="refuse"),
    path(
        "home/<uuid:facility_id>/applications/<uuid:application_id>/offers/<uuid:offer_id>/withdraw",
        applications.withdraw,
        name="withdraw_offer",
    ),
    path("home/<uuid:facility_id>/stays", stays.stays, name="stays"),
    path("home/<uuid:facility_id>/stays/<uuid:stay_id>", stays.stay, name="home_stay"),
    path("home/<uuid:facility_id>/stays/<uuid:stay_id>/no-show", stays.nobody_came, name="no_show"),
    path("home/<uuid:facility_id>/stays/<uuid:stay_id>/check-in", stays.act, {"word": "check-in"}, name="check_in"),
    path("home/<uuid:facility_id>/stays/<uuid:stay_id>/end", stays.act, {"word": "end"}, name="end_stay"),
    path("home/<uuid:facility_id>/stays/<uuid:stay_id>/grade", stays.act, {"word": "grade"}, name="change_grade"),
    path("home/<uuid:facility_id>/stays/<uuid:stay_id>/leave", stays.act, {"word": "leave"}, name="leave"),
    path("home/<uuid:facility_id>/bills", bills.bills, name="bills"),
    path("home/<uuid:facility_id>/prices", prices.prices, name="prices"),
    path("home/<uuid:facility_id>/team", team.team, name="team"),
    path("home/<uuid:facility_id>/team/invite", team.invite, name="invite"),
    path("home/<uuid:facility_id>/team/<uuid:employment_id>/end", team.end, name="end_employment"),
    path("home/<uuid:facility_id>/tokens", team.new_token, name="new_token"),
    path("home/<uuid:facility_id>/tokens/<uuid:token_id>/revoke", team.revoke_token, name="revoke_token"),
    path("bills/<uuid:bill_id>", bills.bill, name="bill"),
    path("homes/<uuid:facility_id>/claim", claims.claim, name="claim"),
    path("homes/<uuid:facility_id>/apply", apply.apply, name="apply"),
    path("applications/<uuid:application_id>", apply.application, name="application"),
    path("applications/<uuid:application_id>/withdraw", apply.withdraw, name="withdraw"),
    path("desk/home-claims", claims.desk, name="home_claims"),
    path("desk/home-claims/<uuid:employment_id>", claims.decide, name="decide_claim"),
]
