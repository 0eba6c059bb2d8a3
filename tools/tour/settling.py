"""Steps 7 and 8: a month is settled to the fen, and each sees their own side and nobody another's."""

from typing import Any

from tools.tour.check import fact, must, same, yuan
from tools.tour.party import DISTRICT, DOCUMENT, HOME, NURSING, NURSING_FEN, Party


def settle(tour: Party) -> None:
    """Run, credit, check-in, bill, redemption, payout, reconciliation; the clock passes two month ends."""
    run = _run(tour)
    _approve(tour, run)
    tour.go(tour.stay_month.day(1), "10:00")
    _check_in(tour)
    _bill_too_early(tour)
    tour.go(tour.stay_month.plus(1).day(1), "10:00")
    _bill(tour)
    _redeemed(tour, run)
    tour.go(tour.stay_month.plus(1).day(3), "10:00")
    _reconciled(tour, run)


def _run(tour: Party) -> str:
    """District officer A opens the run of the next month; it holds the month and the back pay."""
    body = {"programme": NURSING, "region": DISTRICT, "benefit_month": str(tour.stay_month.plus(1))}
    late = tour.proposer.post("/api/v1/runs", body, status=422)
    same("太晚的补贴月 a month too late", late["code"], "benefit_month_too_late")
    run = tour.proposer.post("/api/v1/runs", {**body, "benefit_month": str(tour.stay_month)})["id"]
    tour.until("结算算好 calculated", lambda: tour.progress(run)["state"] == "calculated")
    mine = [line for line in tour.every(tour.proposer, f"/api/v1/runs/{run}/lines") if line["elder"] == tour.elder]
    found = sorted((line["benefit_month"], line["cause"], line["amount_fen"]) for line in mine)
    expected = [(str(tour.month), "back_pay", NURSING_FEN), (str(tour.stay_month), "regular", NURSING_FEN)]
    same("老人的两行 the elder's lines", found, expected)
    for line in mine:
        part = line["explanation"][0]
        fact(
            part["label"],
            f"{yuan(line['amount_fen'])}，{part['because']}（{part['cite']['document']} {part['cite']['article']}）",
        )
    return run


def _approve(tour: Party, run: str) -> None:
    """A proposes; A may not approve; B does. The bank executes the credits."""
    tour.proposer.post(f"/api/v1/runs/{run}/propose")
    own = tour.proposer.post(f"/api/v1/runs/{run}/approve", status=403)
    same("四眼 four eyes", own["code"], "approver_is_proposer")
    tour.approver.post(f"/api/v1/runs/{run}/approve")
    tour.until("补贴入账 credited", lambda: tour.balance()["balance_fen"] == 2 * NURSING_FEN)
    tour.until("银行执行 executed", lambda: tour.executed(run, "credits"))
    fact(
        "入账 credited",
        f"{tour.month} 和 {tour.stay_month} 各 {yuan(NURSING_FEN)}，老人账户余额 {yuan(2 * NURSING_FEN)}",
    )


def _check_in(tour: Party) -> None:
    path = f"/home/{tour.home}/stays/{tour.stay}"
    page = tour.manager.see(path)
    tour.manager.send(tour.manager.form(page, action="check-in"))
    page = tour.family.see(f"/elders/{tour.elder}")
    must("在住" in page.text, "入住没有登记 · the stay has not begun")
    fact(f"{tour.today()} 入住 checked in", HOME)


def _bill_too_early(tour: Party) -> None:
    page = tour.manager.see(f"/home/{tour.home}/bills")
    form = tour.manager.form(page, "bill_month")
    page = tour.manager.send(form, bill_month=str(tour.stay_month), status=422)
    must("还没有过完" in page.text, "没过完的月份没有被拒绝 · a month not over was billed")
    fact("没过完的月份 a month not over", "不能出账 refused with a sentence")


def _bill(tour: Party) -> None:
    page = tour.manager.see(f"/home/{tour.home}/bills")
    form = tour.manager.form(page, "bill_month")
    page = tour.manager.send(form, bill_month=str(tour.stay_month))
    statement = tour.statement()
    same("账单 bill", statement["total_fen"], tour.gross)
    tour.bill = statement["bill"]
    fact(f"{tour.stay_month} 账单 bill", yuan(statement["total_fen"]))


def _redeemed(tour: Party, run: str) -> None:
    """Only the bill month's credit pays its eligible lines; the back pay stays with the elder."""
    tour.until("补贴抵扣 redeemed", lambda: tour.statement()["redeemed_fen"] == NURSING_FEN)
    tour.until("付给养老院 paid out", lambda: tour.statement()["paid_out_fen"] == NURSING_FEN)
    row = tour.statement()
    same("家属自付 family", row["family_fen"], tour.net)
    same("自付 + 补贴 = 账单 it adds up", row["family_fen"] + row["redeemed_fen"], row["total_fen"])
    balance = tour.balance()
    same("老人账户余额 balance", balance["balance_fen"], NURSING_FEN)
    for part in row["parts"]:
        fact("抵扣 redeemed", f"{part['label']} {yuan(part['amount_fen'])}，{part['status']}")
    fact("付给养老院 paid out", yuan(row["paid_out_fen"]))
    fact("家属自付 family pays", f"{yuan(row['family_fen'])}（和第 1 步一样 as in step 1）")


def _reconciled(tour: Party, run: str) -> None:
    tour.until("对平 reconciled", lambda: _agrees(tour.progress(run)))
    progress = tour.progress(run)
    same("差异 breaks", progress["open_breaks"], 0)
    same("不平的账户 unbalanced", progress["unbalanced_accounts"], 0)
    same(
        "合计 totals",
        progress["total_fen"],
        progress["redeemed_fen"] + progress["stays_with_elders_fen"],
    )
    for side in ("credits_matched", "payouts_matched"):
        same(side, progress[side]["matched_fen"], progress[side]["wanted_fen"])
    fact(
        "结算 run",
        f"{progress['state']}：发放 {yuan(progress['total_fen'])} = 付给养老院 {yuan(progress['redeemed_fen'])} + 留在老人账户 {yuan(progress['stays_with_elders_fen'])}",
    )
    fact(
        "银行对账 with the bank",
        f"入账 {yuan(progress['credits_matched']['matched_fen'])}，付出 {yuan(progress['payouts_matched']['matched_fen'])}，差异 0",
    )
    tour.run = run


def _agrees(progress: dict[str, Any]) -> bool:
    """A run reconciled with its credits alone opens again when a payout follows: wait until that is matched, too."""
    paid_out = progress["payouts_matched"]
    return progress["state"] in ("reconciled", "closed") and paid_out["matched_fen"] == paid_out["wanted_fen"]


def look(tour: Party) -> None:
    """The family sees every payment, the home its statement, the officers the run; what is not theirs is not found."""
    page = tour.family.see(f"/elders/{tour.elder}/payments")
    must(DOCUMENT in page.text, "家属看不到付款的依据 · the family does not see the reason")
    balance = tour.balance()
    for month in balance["months"]:
        fact(
            f"家属 family {month['benefit_month']}",
            f"入账 {yuan(month['credited_fen'])}，付养老院 {yuan(month['paid_fen'])}，留存 {yuan(month['left_fen'])}",
        )
    tour.manager.see(f"/home/{tour.home}/statement?month={tour.stay_month}")
    fact("养老院 home", f"{tour.stay_month} 账单 {yuan(tour.gross)}，补贴 {yuan(NURSING_FEN)}")
    tour.approver.see(f"/desk/runs/{tour.run}")
    fact("经办人 officers", "看得到这一批结算 see the run")
    _nobody_elses(tour)


def _nobody_elses(tour: Party) -> None:
    """Another family, the home and the street ask for what is not theirs: not found."""
    api = "/api/v1"
    asked = [
        (tour.stranger, f"{api}/elders/{tour.elder}/payments"),
        (tour.stranger, f"{api}/subsidy-applications/{tour.nursing}"),
        (tour.stranger, f"{api}/entitlements/{tour.entitlements[NURSING]}"),
        (tour.stranger, f"{api}/facilities/{tour.home}/statement"),
        (tour.stranger, f"{api}/runs/{tour.run}"),
        (tour.family, f"{api}/runs/{tour.run}"),
        (tour.family, f"{api}/facilities/{tour.home}/statement"),
        (tour.manager, f"{api}/runs/{tour.run}"),
        (tour.manager, f"{api}/subsidy-applications/{tour.nursing}"),
        (tour.street, f"{api}/runs/{tour.run}"),
    ]
    for person, path in asked:
        person.get(path, status=404)
    for path in (
        f"/elders/{tour.elder}",
        f"/bills/{tour.bill}",
        f"/elders/{tour.elder}/routing",
        f"/home/{tour.home}/",
    ):
        tour.stranger.see(path, status=404)
    fact("别人的 what is not theirs", f"{len(asked) + 4} 次都是 404 all not found")
