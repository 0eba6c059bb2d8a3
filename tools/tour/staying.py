"""Steps 5 and 6: a bed is offered, lapses, is offered again and accepted; the subsidy is routed to the home."""

import re
from datetime import date

from tools.tour.check import fact, must, same, yuan
from tools.tour.papers import phone_number
from tools.tour.party import HOME, NURSING, Party


def move_in(tour: Party) -> None:
    """An offer lapses by the clock and is refused; a second one is accepted, once, though sent twice."""
    arrival = tour.stay_month.day(1)
    page = tour.family.see(f"/homes/{tour.home}/apply?elder={tour.elder}")
    form = tour.family.form(page, "room_type", "care_grade", "wanted_from")
    wanted = {
        "elder": tour.elder,
        "room_type": "double",
        "care_grade": "full",
        "wanted_from": arrival,
        "consent": "on",
    }
    tour.family.send(form, **wanted)
    tour.bed_application = re.search(r"/applications/([0-9a-f-]{36})", tour.family.at)[1]
    lapsed = _offer(tour, arrival, hours=1)
    tour.later(hours=2)
    tour.family.post(f"/api/v1/offers/{lapsed}/accept", status=409)
    fact("过期的留床 a lapsed offer", "不能再接受，申请还在 refused with 409, nothing lost")
    offer = _offer(tour, arrival, hours=72)
    tour.stranger.sign_in(tour.demo, phone_number(tour.seed))
    tour.stranger.post(f"/api/v1/offers/{offer}/accept", status=404)
    key = f"tour-{tour.seed.randrange(10**12)}"
    accepted = tour.family.post(f"/api/v1/offers/{offer}/accept", key=key)
    again = tour.family.post(f"/api/v1/offers/{offer}/accept", key=key)
    same("第二次点击 a second click", again, accepted)
    tour.stay = accepted["stay"]
    same("入住状态 stay", accepted["state"], "expected")
    same("可以转付的补贴 proposed", accepted["routing"]["entitlement"], tour.entitlements[NURSING])
    fact("床位 bed", f"{HOME} {tour.room}，{arrival} 起；价格按留床时的 {yuan(tour.gross)} 元/月")
    page = tour.family.see(f"/elders/{tour.elder}")
    must(
        f"¥{yuan(tour.net)}" in page.text,
        f"老人页面上的自付不是 ¥{yuan(tour.net)} · the case shows another net price",
    )
    fact("老人页面上的自付 net in the case", yuan(tour.net))


def _offer(tour: Party, arrival: date, *, hours: int) -> str:
    """The manager offers the tour's own bed; gives the offer's id."""
    path = f"/home/{tour.home}/applications/{tour.bed_application}"
    page = tour.manager.see(path)
    form = tour.manager.form(page, "bed", "from_day", "hours")
    bed = next(value for value, label in form.options["bed"] if tour.room in label)
    tour.manager.send(form, bed=bed, from_day=arrival, hours=hours)
    links = " ".join(tour.family.see(f"/applications/{tour.bed_application}").links)
    found = re.search(r"/offers/([0-9a-f-]{36})", links)
    must(found, "家属页面上没有留床通知 · the family does not see the offer")
    return found[1]


def route(tour: Party) -> None:
    """The family consents that each month pays this home first; the grounds name their documents."""
    page = tour.family.see(f"/elders/{tour.elder}/routing")
    must("随时" in page.text, "没有写明可以撤回 · the page does not say that it can be taken back")
    tour.family.send(tour.family.form(page, "entitlement", "facility", "agreed"), agreed="on")
    routings = [one for one in tour.every(tour.family, "/api/v1/routings") if one["elder"] == tour.elder]
    same("转付 routings", [(one["facility"], one["state"]) for one in routings], [(tour.home, "active")])
    same("从哪月起 from", routings[0]["from_month"], str(tour.stay_month))
    for ground in routings[0]["grounds"]:
        cite = ground["cite"]
        fact(
            "依据 ground",
            f"{ground['text']}{'（' + cite['document'] + ' ' + cite['article'] + '）' if cite else ''}",
        )
