"""Before anything is asked: months nobody settled yet, a bed of the tour's own. Then step 1: a visitor finds a home."""

import re
from datetime import timedelta
from typing import Any

from tools.tour.check import fact, must, same, tell, yuan
from tools.tour.party import (
    AGE,
    CIRCUMSTANCES,
    DISTRICT,
    DOCUMENT,
    HOME,
    NURSING,
    NURSING_FEN,
    SENIORITY_FEN,
    Month,
    Party,
)


def prepare(tour: Party) -> None:
    """Sign the officers in, choose months nobody settled yet, make the tour's own bed."""
    tour.proposer.sign_in(tour.demo, "district-a@demo.example.com", second_factor=True)
    runs = [run for run in tour.every(tour.proposer, "/api/v1/runs") if run["programme"] == NURSING]
    settled = {run["benefit_month"] for run in runs}
    tour.month = Month.of(tour.today()).plus(1)
    while str(tour.month.plus(1)) in settled:
        tour.month = tour.month.plus(1)
    tour.stay_month = tour.month.plus(1)
    tour.go(tour.month.day(2), "09:00")
    tour.manager.sign_in(tour.demo, "manager@demo.example.com")
    tour.home = re.search(r"/home/([0-9a-f-]{36})/", " ".join(tour.manager.see("/home/").links))[1]
    tour.room = f"导览{tour.seed.randrange(10**6):06d}"
    page = tour.manager.see(f"/home/{tour.home}/board")
    form = tour.manager.form(page, action="/board/rooms")
    tour.manager.send(form, name=tour.room, room_type="double", beds=1, bed_type="nursing")
    tell(f"准备 prepared: {HOME} 加了一间房 {tour.room}，一张床；申请月 {tour.month}，入住月 {tour.stay_month}")


def find_a_home(tour: Party) -> None:
    """The visitor describes an elder; page, quote and search give the same net month, line by line with its document."""
    page = tour.visitor.see("/describe?next=/homes")
    form = tour.visitor.form(page, "age", "hukou", "level")
    page = tour.visitor.send(form, age=AGE, hukou=DISTRICT, level=3, hardship="none", draws=None)
    page = tour.visitor.see(f"/homes/{tour.home}?room_type=double")
    quote = tour.visitor.post("/api/v1/quotes", _quote_body(tour))
    tour.gross, tour.net = quote["gross_fen"], quote["net_monthly_fen"]
    same("补贴后自付 net", tour.net, tour.gross - NURSING_FEN)
    taken = [line for line in quote["net_lines"] if line["amount_fen"] < 0]
    same("减去的补贴 taken off", [line["amount_fen"] for line in taken], [-NURSING_FEN])
    same("依据 document", taken[0]["cite"]["document"], DOCUMENT)
    same("您另有 beside", [line["amount_fen"] for line in quote["beside"]], [SENIORITY_FEN])
    must(f"¥{yuan(tour.net)}" in page.text, f"机构页面上没有 ¥{yuan(tour.net)} · the page shows another figure")
    card = _search_card(tour)
    same("搜索里的自付 net in the search", card["net_monthly_fen"], tour.net)
    for line in quote["net_lines"]:
        cite = line["cite"]
        source = f"（{cite['document']} {cite['article']}）" if cite else ""
        fact(line["label"], f"{yuan(line['amount_fen'])}{source}")
    fact("补贴后每月自付 net monthly", yuan(tour.net))
    fact("空床 beds", f"{card['beds']['free']}（{card['beds']['freshness']}，{card['beds']['as_of']}）")
    fact(
        "星级 stars",
        f"{card['stars']['level']} {card['stars']['standard']} 互认 recognised: {card['stars']['recognised']}",
    )


def _quote_body(tour: Party) -> dict[str, Any]:
    return {"facility": tour.home, "room_type": "double", "elder": described(tour)}


def described(tour: Party) -> dict[str, Any]:
    """The elder in the API's words: every circumstance answered."""
    today = tour.today()
    level = {"standard": "GB/T 42195-2022", "level": 3, "concluded_on": str(today)}
    return {
        "birth_date": f"{today.year - AGE}-01-01",
        "hukou": [{"region": DISTRICT, "from": f"{today.year - AGE}-01-01", "until": None}],
        "assessments": [{**level, "valid_until": str(today + timedelta(days=364))}],
        "certificates": [],
        "prison": [],
        "welfare_allowances": [],
        "circumstances": dict.fromkeys(CIRCUMSTANCES, False),
    }


def _search_card(tour: Party) -> dict[str, Any]:
    body = {"q": HOME, "region": "120114", "free_beds": 1, "net_budget_fen": tour.net, "elder": described(tour)}
    found = tour.visitor.post("/api/v1/facilities/search", body)["results"]
    cards = [card for card in found if card["id"] == tour.home]
    must(cards, f"搜索没有找到 {HOME} · the search did not find the home")
    return cards[0]
