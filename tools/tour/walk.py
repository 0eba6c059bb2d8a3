"""The eight steps of the journey, in order, each through the doors people use and each checked.

Months: M is the month of the application; the run pays M+1 with M as back pay; M+1 is stayed, billed and redeemed.
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tools.tour.check import Difference, fact, must, same, tell, yuan
from tools.tour.doors import Demo, Person
from tools.tour.papers import answers_scoring, identity_number, phone_number, with_wrong_check_digit

HOME = "示例·武清运河颐养中心"
NURSING = "beijing/2019-160/nursing"
SENIORITY = "beijing/2019-160/seniority"
DOCUMENT = "京民养老发〔2019〕160号"
MUTUAL = "京民养老发〔2024〕17号"
DISTRICT, STREET, BEIJING, TIANJIN = "110105", "110105002", "110000", "120000"
NURSING_FEN, SENIORITY_FEN = 60_000, 10_000
SEVERE_POINTS = 40  # GB/T 42195-2022: 30–45 points are level 3
AGE = 82
CIRCUMSTANCES = (
    "dibao",
    "urban_hardship_allowance",
    "low_income",
    "special_family_planning",
    "destitute_support",
    "work_injury_nursing",
    "good_samaritan_nursing",
    "returned_youth_nursing",
    "hardship_institution_allowance",
    "disability_nursing_allowance",
    "disability_living_allowance",
    "long_term_care_insurance",
)
PATIENCE = 90  # seconds for work that runs in the background


@dataclass(frozen=True)
class Month:
    """A calendar month of the tour."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        year, month = text.split("-")
        return cls(int(year), int(month))

    def plus(self, months: int) -> "Month":
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def day(self, number: int) -> date:
        return date(self.year, self.month, number)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


class Walk:
    """One tour: its people, its elder, what it learnt on the way."""

    def __init__(self, base_url: str, demo: Demo) -> None:
        self.demo = demo
        self.base_url = base_url
        self.seed = random.Random()
        self.visitor = Person(base_url, "访客 visitor")
        self.family = Person(base_url, "家属 family")
        self.stranger = Person(base_url, "另一家 stranger")
        self.lead = Person(base_url, "评估员甲 assessor A")
        self.second = Person(base_url, "评估员乙 assessor B")
        self.street = Person(base_url, "街道经办人 street officer")
        self.proposer = Person(base_url, "区经办人甲 district officer A")
        self.approver = Person(base_url, "区经办人乙 district officer B")
        self.manager = Person(base_url, "院长 home manager")

    def all(self) -> None:
        """Walk every step; the first Difference ends it."""
        self.prepare()
        steps: list[tuple[str, Callable[[], None]]] = [
            ("访客找养老院，看补贴后自付多少 a visitor finds a home", self.find_a_home),
            ("家属登录，登记老人 the family registers the elder", self.register),
            ("两位评估员评估，天津的结果在北京得到认可 assessed in Tianjin, recognised in Beijing", self.assess),
            ("申请补贴：街道初审，区里审定 the subsidy is decided", self.decide),
            ("养老院留床，家属接受，入住 a bed is offered and accepted", self.move_in),
            ("家属把补贴转付给养老院 the subsidy is routed", self.route),
            ("按月结算：入账、账单、抵扣、付款、对账 a month is settled", self.settle),
            ("各看各的 each sees their own side", self.look),
        ]
        for number, (title, step) in enumerate(steps, start=1):
            tell(f"\n[{number}] {title}")
            fact("今天 day", self.demo.clock()["now"][:10])
            step()

    # ---- before the first step
    def prepare(self) -> None:
        """Sign the officers in, choose months nobody settled yet, make the tour's own bed."""
        self.proposer.sign_in(self.demo, "district-a@demo.example.com", second_factor=True)
        today = date.fromisoformat(self.demo.clock()["now"][:10])
        settled = [Month.parse(run["benefit_month"]) for run in self._all(self.proposer, "/api/v1/runs")]
        latest = max(settled, key=str, default=Month.of(today))
        self.month = max(Month.of(today).plus(1), latest, key=str)
        self.stay_month = self.month.plus(1)
        self._go(self.month.day(2), "09:00")
        self.manager.sign_in(self.demo, "manager@demo.example.com")
        self.home = re.search(r"/home/([0-9a-f-]{36})/", " ".join(self.manager.see("/home/").links))[1]
        self.room = f"导览{self.seed.randrange(10**6):06d}"
        page = self.manager.see(f"/home/{self.home}/board")
        form = self.manager.form(page, action="/board/rooms")
        self.manager.send(form, name=self.room, room_type="double", beds=1, bed_type="nursing")
        tell(f"准备 prepared: {HOME} 加了一间房 {self.room}，一张床；申请月 {self.month}，入住月 {self.stay_month}")

    # ---- 1
    def find_a_home(self) -> None:
        page = self.visitor.see("/describe?next=/homes")
        form = self.visitor.form(page, "age", "hukou", "level")
        page = self.visitor.send(form, age=AGE, hukou=DISTRICT, level=3, hardship="none", draws=None)
        page = self.visitor.see(f"/homes/{self.home}?room_type=double")
        quote = self.visitor.post("/api/v1/quotes", self._quote_body())
        self.gross, self.net = quote["gross_fen"], quote["net_monthly_fen"]
        same("补贴后自付 net", self.net, self.gross - NURSING_FEN)
        taken = [line for line in quote["net_lines"] if line["amount_fen"] < 0]
        same("减去的补贴 taken off", [line["amount_fen"] for line in taken], [-NURSING_FEN])
        same("依据 document", taken[0]["cite"]["document"], DOCUMENT)
        same("您另有 beside", [line["amount_fen"] for line in quote["beside"]], [SENIORITY_FEN])
        must(f"¥{yuan(self.net)}" in page.text, f"机构页面上没有 ¥{yuan(self.net)} · the page shows another figure")
        card = self._search_card()
        must(card["net_monthly_fen"] <= self.net, "搜索里的自付比预算多 · the search shows more than was asked for")
        for line in quote["net_lines"]:
            cite = line["cite"]
            source = f"（{cite['document']} {cite['article']}）" if cite else ""
            fact(line["label"], f"{yuan(line['amount_fen'])}{source}")
        fact("补贴后每月自付 net monthly", yuan(self.net))
        fact("空床 beds", f"{card['beds']['free']}（{card['beds']['freshness']}，{card['beds']['as_of']}）")
        fact(
            "星级 stars",
            f"{card['stars']['level']} {card['stars']['standard']} 互认 recognised: {card['stars']['recognised']}",
        )

    def _quote_body(self) -> dict[str, Any]:
        return {"facility": self.home, "room_type": "double", "elder": self._described()}

    def _described(self) -> dict[str, Any]:
        """The elder in the API's words: every circumstance answered."""
        today = self._today()
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

    def _search_card(self) -> dict[str, Any]:
        body = {"q": HOME, "region": "120114", "free_beds": 1, "net_budget_fen": self.net, "elder": self._described()}
        found = self.visitor.post("/api/v1/facilities/search", body)["results"]
        cards = [card for card in found if card["id"] == self.home]
        must(cards, f"搜索没有找到 {HOME} · the search did not find the home")
        return cards[0]

    # ---- 2
    def register(self) -> None:
        self.phone = phone_number(self.seed)
        self.family.sign_in(self.demo, self.phone)
        birth = date(self._today().year - AGE, 1, 15)
        number = identity_number(birth, self.seed)
        own = identity_number(date(self._today().year - 54, 3, 15), self.seed)
        typed: dict[str, Any] = {
            "name": "示例·王桂兰",
            "id_number": number,
            "hukou_region": STREET,
            "applicant_name": "示例·王女士",
            "applicant_id_number": own,
            "no_others": "on",
            "agree": "on",
        }
        path = "/elders/new?relation=child"
        page = self.family.fill(path, status=422, **{**typed, "id_number": with_wrong_check_digit(number)})
        must("身份证号" in page.text, "校验码错误没有被说明 · a wrong check digit was not explained")
        fact("校验码错误的号码 wrong check digit", "被拒绝并说明 refused with a sentence")
        self.family.fill(path, **typed)
        self.elder = re.search(r"/elders/([0-9a-f-]{36})", self.family.at)[1]
        page = self.family.see(f"/elders/{self.elder}")
        must("能力评估" in page.text, "下一步不是能力评估 · the next step is not the assessment")
        must(number not in page.text, "页面上出现了完整的身份证号 · the number is shown in full")
        fact("老人 elder", f"{AGE} 周岁，户籍 {STREET}，身份证 {number[:3]}***********{number[-4:]}")

    # ---- 3
    def assess(self) -> None:
        agencies = self.family.get("/api/v1/assessments/agencies")["results"]
        agency = next(one for one in agencies if one["region"].startswith(TIANJIN[:2]) and one["is_demo"])
        asked = self.family.post("/api/v1/assessments", {"elder": self.elder, "agency": agency["id"]})
        door = f"/api/v1/assessments/{asked['id']}"
        self.lead.sign_in(self.demo, "assessor-a@demo.example.com")
        self.second.sign_in(self.demo, "assessor-b@demo.example.com")
        staff = {one["name"]: one["id"] for one in self.lead.get("/api/v1/assessments/assessors")["results"]}
        two = {"first_assessor": staff["示例评估员甲"], "second_assessor": staff["示例评估员乙"]}
        self.lead.post(f"{door}/assign", two)
        answers = answers_scoring(SEVERE_POINTS)
        conditions = {"coma": False, "dementia_or_psychiatric_diagnosis": False, "risk_events_30_days": 0}
        self.lead.post(f"{door}/record", {"answers": answers, "conditions": conditions})
        self.lead.post(f"{door}/conclude", status=(403, 404))
        result = self.second.post(f"{door}/conclude")
        same("评估总分 total", result["result"]["total"], SEVERE_POINTS)
        same("等级 level", result["level"], 3)
        claim = {
            "kind": "assessment",
            "issued_in": TIANJIN,
            "used_in": BEIJING,
            "on": str(self._today()),
            "standard": "GB/T 42195-2022",
            "level": 3,
            "concluded_on": result["concluded_on"],
            "valid_until": result["valid_until"],
        }
        answer = self.visitor.post("/api/v1/recognitions/check", claim)
        same("互认 recognised", answer["verdict"], "yes")
        same("互认依据 agreement", answer["agreement"]["document"], MUTUAL)
        fact("评估 assessment", f"{agency['name']}：26 项 {SEVERE_POINTS} 分，3 级 {result['result']['level_name']}")
        fact("有效到 valid until", result["valid_until"])
        fact("北京认可 recognised in Beijing", f"{answer['counts_as']['name']}（{answer['agreement']['document']}）")

    # ---- 4
    def decide(self) -> None:
        self._preview()
        card = {"account_kind": "elder_card", "account_number": f"622848{self.seed.randrange(10**10):010d}"}
        made = {
            programme: self.family.post(
                "/api/v1/subsidy-applications", {"elder": self.elder, "programme": programme, **card}
            )
            for programme in (NURSING, SENIORITY)
        }
        for one in made.values():
            same("送到的街道 street", one["street"], STREET)
        self._go(self.month.day(20), "10:00")
        self.street.sign_in(self.demo, "street@demo.example.com", second_factor=True)
        for one in made.values():
            passed = self.street.post(f"/api/v1/subsidy-applications/{one['id']}/review", {"outcome": "pass"})
            same("街道初审 review", passed["state"], "street_passed")
        self.street.post(
            f"/api/v1/subsidy-applications/{made[NURSING]['id']}/decide", {"outcome": "approve"}, status=404
        )
        fact(f"{self._today()} 街道 street", "初审通过 passed")
        self._go(self.month.day(25), "10:00")
        self.approver.sign_in(self.demo, "district-b@demo.example.com", second_factor=True)
        expected = {NURSING: NURSING_FEN, SENIORITY: SENIORITY_FEN}
        self.entitlements = {}
        for programme, one in made.items():
            decided = self.approver.post(f"/api/v1/subsidy-applications/{one['id']}/decide", {"outcome": "approve"})
            same("区里审定 decision", decided["state"], "approved")
            self.entitlements[programme] = decided["entitlement"]
            right = self.family.get(f"/api/v1/entitlements/{decided['entitlement']}")
            same("每月 monthly", right["monthly_fen"], expected[programme])
            same("从哪月起 first month", right["first_month"], str(self.month))
            same("出资区 payer", right["payer_region"], DISTRICT)
            self._print_conditions(decided)
        self.nursing = made[NURSING]["id"]

    def _preview(self) -> None:
        """The three benefits of 160号 answer every condition."""
        body = {"on": str(self._today()), "elder": self._described()}
        answers = {one["programme"]: one for one in self.visitor.post("/api/v1/subsidies/preview", body)["programmes"]}
        verdicts = {name.rsplit("/", 1)[1]: one["verdict"] for name, one in answers.items() if "2019-160" in name}
        same("160号三项 the three benefits", verdicts, {"hardship": "no", "nursing": "yes", "seniority": "yes"})
        same("护理补贴 nursing", answers[NURSING]["monthly_fen"], NURSING_FEN)
        same("高龄津贴 seniority", answers[SENIORITY]["monthly_fen"], SENIORITY_FEN)
        must(all(one["conditions"] for one in answers.values()), "有补贴没有写条件 · a benefit without conditions")

    def _print_conditions(self, decided: dict[str, Any]) -> None:
        answer = decided["answer"]
        fact(decided["programme"], f"每月 {yuan(answer['monthly_fen'])}，{answer['first_month']} 起")
        for condition in answer["conditions"]:
            cite = condition["cite"]
            source = f"（{cite['document']} {cite['article']}）" if cite else ""
            tell(f"        {'✓' if condition['outcome'] == 'pass' else '✗'} {condition['text']}{source}")

    # ---- 5
    def move_in(self) -> None:
        arrival = self.stay_month.day(1)
        page = self.family.see(f"/homes/{self.home}/apply?elder={self.elder}")
        form = self.family.form(page, "room_type", "care_grade", "wanted_from")
        wanted = {
            "elder": self.elder,
            "room_type": "double",
            "care_grade": "full",
            "wanted_from": arrival,
            "consent": "on",
        }
        self.family.send(form, **wanted)
        self.bed_application = re.search(r"/applications/([0-9a-f-]{36})", self.family.at)[1]
        lapsed = self._offer(arrival, hours=1)
        self._later(hours=2)
        self.family.post(f"/api/v1/offers/{lapsed}/accept", status=409)
        fact("过期的留床 a lapsed offer", "不能再接受，申请还在 refused with 409, nothing lost")
        offer = self._offer(arrival, hours=72)
        self.stranger.sign_in(self.demo, phone_number(self.seed))
        self.stranger.post(f"/api/v1/offers/{offer}/accept", status=404)
        key = f"tour-{self.seed.randrange(10**12)}"
        accepted = self.family.post(f"/api/v1/offers/{offer}/accept", key=key)
        again = self.family.post(f"/api/v1/offers/{offer}/accept", key=key)
        same("第二次点击 a second click", again, accepted)
        self.stay = accepted["stay"]
        same("入住状态 stay", accepted["state"], "expected")
        same("可以转付的补贴 proposed", accepted["routing"]["entitlement"], self.entitlements[NURSING])
        fact("床位 bed", f"{HOME} {self.room}，{arrival} 起；价格按留床时的 {yuan(self.gross)} 元/月")
        page = self.family.see(f"/elders/{self.elder}")
        must(
            f"¥{yuan(self.net)}" in page.text,
            f"老人页面上的自付不是 ¥{yuan(self.net)} · the case shows another net price",
        )
        fact("老人页面上的自付 net in the case", yuan(self.net))

    def _offer(self, arrival: date, *, hours: int) -> str:
        """The manager offers the tour's own bed; gives the offer's id."""
        path = f"/home/{self.home}/applications/{self.bed_application}"
        page = self.manager.see(path)
        form = self.manager.form(page, "bed", "from_day", "hours")
        bed = next(value for value, label in form.options["bed"] if self.room in label)
        self.manager.send(form, bed=bed, from_day=arrival, hours=hours)
        links = " ".join(self.family.see(f"/applications/{self.bed_application}").links)
        found = re.search(r"/offers/([0-9a-f-]{36})", links)
        must(found, "家属页面上没有留床通知 · the family does not see the offer")
        return found[1]

    # ---- 6
    def route(self) -> None:
        page = self.family.see(f"/elders/{self.elder}/routing")
        must("随时" in page.text, "没有写明可以撤回 · the page does not say that it can be taken back")
        self.family.send(self.family.form(page, "entitlement", "facility", "agreed"), agreed="on")
        routings = [one for one in self._all(self.family, "/api/v1/routings") if one["elder"] == self.elder]
        same("转付 routings", [(one["facility"], one["state"]) for one in routings], [(self.home, "active")])
        same("从哪月起 from", routings[0]["from_month"], str(self.stay_month))
        for ground in routings[0]["grounds"]:
            cite = ground["cite"]
            fact(
                "依据 ground",
                f"{ground['text']}{'（' + cite['document'] + ' ' + cite['article'] + '）' if cite else ''}",
            )

    # ---- 7
    def settle(self) -> None:
        run = self._run()
        self._approve(run)
        self._go(self.stay_month.day(1), "10:00")
        self._check_in()
        self._bill_too_early()
        self._go(self.stay_month.plus(1).day(1), "10:00")
        self._bill()
        self._redeemed(run)
        self._go(self.stay_month.plus(1).day(3), "10:00")
        self._reconciled(run)

    def _run(self) -> str:
        """District officer A opens the run of the next month; it holds the month and the back pay."""
        body = {"programme": NURSING, "region": DISTRICT, "benefit_month": str(self.stay_month.plus(1))}
        late = self.proposer.post("/api/v1/runs", body, status=422)
        same("太晚的补贴月 a month too late", late["code"], "benefit_month_too_late")
        run = self.proposer.post("/api/v1/runs", {**body, "benefit_month": str(self.stay_month)})["id"]
        self._until("结算算好 calculated", lambda: self._progress(run)["state"] == "calculated")
        mine = [line for line in self._all(self.proposer, f"/api/v1/runs/{run}/lines") if line["elder"] == self.elder]
        found = sorted((line["benefit_month"], line["cause"], line["amount_fen"]) for line in mine)
        expected = [(str(self.month), "back_pay", NURSING_FEN), (str(self.stay_month), "regular", NURSING_FEN)]
        same("老人的两行 the elder's lines", found, expected)
        for line in mine:
            part = line["explanation"][0]
            fact(
                part["label"],
                f"{yuan(line['amount_fen'])}，{part['because']}（{part['cite']['document']} {part['cite']['article']}）",
            )
        return run

    def _approve(self, run: str) -> None:
        """A proposes; A may not approve; B does. The bank executes the credits."""
        self.proposer.post(f"/api/v1/runs/{run}/propose")
        own = self.proposer.post(f"/api/v1/runs/{run}/approve", status=403)
        same("四眼 four eyes", own["code"], "approver_is_proposer")
        self.approver.post(f"/api/v1/runs/{run}/approve")
        self._until("补贴入账 credited", lambda: self._balance()["balance_fen"] == 2 * NURSING_FEN)
        self._until("银行执行 executed", lambda: self._executed(run, "credits"))
        fact(
            "入账 credited",
            f"{self.month} 和 {self.stay_month} 各 {yuan(NURSING_FEN)}，老人账户余额 {yuan(2 * NURSING_FEN)}",
        )

    def _check_in(self) -> None:
        path = f"/home/{self.home}/stays/{self.stay}"
        page = self.manager.see(path)
        self.manager.send(self.manager.form(page, action="check-in"))
        page = self.family.see(f"/elders/{self.elder}")
        must("在住" in page.text, "入住没有登记 · the stay has not begun")
        fact(f"{self._today()} 入住 checked in", HOME)

    def _bill_too_early(self) -> None:
        page = self.manager.see(f"/home/{self.home}/bills")
        form = self.manager.form(page, "bill_month")
        page = self.manager.send(form, bill_month=str(self.stay_month), status=422)
        must("还没有过完" in page.text, "没过完的月份没有被拒绝 · a month not over was billed")
        fact("没过完的月份 a month not over", "不能出账 refused with a sentence")

    def _bill(self) -> None:
        page = self.manager.see(f"/home/{self.home}/bills")
        form = self.manager.form(page, "bill_month")
        page = self.manager.send(form, bill_month=str(self.stay_month))
        statement = self._statement()
        same("账单 bill", statement["total_fen"], self.gross)
        self.bill = statement["bill"]
        fact(f"{self.stay_month} 账单 bill", yuan(statement["total_fen"]))

    def _redeemed(self, run: str) -> None:
        """Only the bill month's credit pays its eligible lines; the back pay stays with the elder."""
        self._until("补贴抵扣 redeemed", lambda: self._statement()["redeemed_fen"] == NURSING_FEN)
        self._until("付给养老院 paid out", lambda: self._statement()["paid_out_fen"] == NURSING_FEN)
        row = self._statement()
        same("家属自付 family", row["family_fen"], self.net)
        same("自付 + 补贴 = 账单 it adds up", row["family_fen"] + row["redeemed_fen"], row["total_fen"])
        balance = self._balance()
        same("老人账户余额 balance", balance["balance_fen"], NURSING_FEN)
        for part in row["parts"]:
            fact("抵扣 redeemed", f"{part['label']} {yuan(part['amount_fen'])}，{part['status']}")
        fact("付给养老院 paid out", yuan(row["paid_out_fen"]))
        fact("家属自付 family pays", f"{yuan(row['family_fen'])}（和第 1 步一样 as in step 1）")

    def _reconciled(self, run: str) -> None:
        done = ("reconciled", "closed")
        self._until("对平 reconciled", lambda: self._progress(run)["state"] in done)
        progress = self._progress(run)
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
        self.run = run

    # ---- 8
    def look(self) -> None:
        page = self.family.see(f"/elders/{self.elder}/payments")
        must(DOCUMENT in page.text, "家属看不到付款的依据 · the family does not see the reason")
        balance = self._balance()
        for month in balance["months"]:
            fact(
                f"家属 family {month['benefit_month']}",
                f"入账 {yuan(month['credited_fen'])}，付养老院 {yuan(month['paid_fen'])}，留存 {yuan(month['left_fen'])}",
            )
        self.manager.see(f"/home/{self.home}/statement?month={self.stay_month}")
        fact("养老院 home", f"{self.stay_month} 账单 {yuan(self.gross)}，补贴 {yuan(NURSING_FEN)}")
        self.approver.see(f"/desk/runs/{self.run}")
        fact("经办人 officers", "看得到这一批结算 see the run")
        self._nobody_elses()

    def _nobody_elses(self) -> None:
        """Another family, the home and the street ask for what is not theirs: not found."""
        api = "/api/v1"
        asked = [
            (self.stranger, f"{api}/elders/{self.elder}/payments"),
            (self.stranger, f"{api}/subsidy-applications/{self.nursing}"),
            (self.stranger, f"{api}/entitlements/{self.entitlements[NURSING]}"),
            (self.stranger, f"{api}/facilities/{self.home}/statement"),
            (self.stranger, f"{api}/runs/{self.run}"),
            (self.family, f"{api}/runs/{self.run}"),
            (self.family, f"{api}/facilities/{self.home}/statement"),
            (self.manager, f"{api}/runs/{self.run}"),
            (self.manager, f"{api}/subsidy-applications/{self.nursing}"),
            (self.street, f"{api}/runs/{self.run}"),
        ]
        for person, path in asked:
            person.get(path, status=404)
        for path in (
            f"/elders/{self.elder}",
            f"/bills/{self.bill}",
            f"/elders/{self.elder}/routing",
            f"/home/{self.home}/",
        ):
            self.stranger.see(path, status=404)
        fact("别人的 what is not theirs", f"{len(asked) + 4} 次都是 404 all not found")

    # ---- small helpers
    def _go(self, day: date, hour: str) -> None:
        self.demo.set_clock(f"{day}T{hour}:00+08:00")
        fact("时钟 clock", f"{day} {hour}")

    def _later(self, *, hours: int) -> None:
        now = datetime.fromisoformat(self.demo.clock()["now"])
        self.demo.set_clock((now + timedelta(hours=hours)).isoformat())

    def _today(self) -> date:
        return date.fromisoformat(self.demo.clock()["now"][:10])

    def _until(self, what: str, done: Callable[[], bool]) -> None:
        """Wait for the background; a worker that never comes is a Difference."""
        until = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > until:
                raise Difference(f"等了 {PATIENCE} 秒还没有：{what} · not in time")
            time.sleep(0.5)

    def _all(self, person: Person, path: str) -> list[dict[str, Any]]:
        """Read every page of a list."""
        rows, answer = [], person.get(path)
        while True:
            rows += answer["results"]
            if not answer["next"]:
                return rows
            answer = person.get(answer["next"])

    def _progress(self, run: str) -> dict[str, Any]:
        return self.proposer.get(f"/api/v1/runs/{run}/progress")

    def _executed(self, run: str, side: str) -> bool:
        return {one["state"] for one in self._progress(run)[side]} == {"executed"}

    def _balance(self) -> dict[str, Any]:
        return self.family.get(f"/api/v1/elders/{self.elder}/payments")

    def _statement(self) -> dict[str, Any]:
        answer = self.manager.get(f"/api/v1/facilities/{self.home}/statement", month=str(self.stay_month))
        rows = [row for row in answer["bills"] if row["elder"] == self.elder]
        must(rows, "机构的对账单里没有这位老人 · the elder is not on the home's statement")
        return rows[0]
