"""Steps 2 to 4: the elder is registered, assessed in Tianjin and recognised in Beijing, and the subsidy is decided."""

import re
from datetime import date
from typing import Any

from tools.tour.check import fact, must, same, tell, yuan
from tools.tour.finding import described
from tools.tour.papers import answers_scoring, identity_number, phone_number, with_wrong_check_digit
from tools.tour.party import (
    AGE,
    BEIJING,
    DISTRICT,
    MUTUAL,
    NURSING,
    NURSING_FEN,
    SENIORITY,
    SENIORITY_FEN,
    SEVERE_POINTS,
    STREET,
    TIANJIN,
    Party,
)


def register(tour: Party) -> None:
    """The family signs in by phone and registers its elder; a wrong check digit is refused with a sentence."""
    tour.phone = phone_number(tour.seed)
    tour.family.sign_in(tour.demo, tour.phone)
    birth = date(tour.today().year - AGE, 1, 1)
    number = identity_number(birth, tour.seed)
    own = identity_number(date(tour.today().year - 54, 3, 15), tour.seed)
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
    page = tour.family.fill(path, status=422, **{**typed, "id_number": with_wrong_check_digit(number)})
    must("身份证号" in page.text, "校验码错误没有被说明 · a wrong check digit was not explained")
    fact("校验码错误的号码 wrong check digit", "被拒绝并说明 refused with a sentence")
    tour.family.fill(path, **typed)
    tour.elder = re.search(r"/elders/([0-9a-f-]{36})", tour.family.at)[1]
    page = tour.family.see(f"/elders/{tour.elder}")
    must("能力评估" in page.text, "下一步不是能力评估 · the next step is not the assessment")
    must(number not in page.text, "页面上出现了完整的身份证号 · the number is shown in full")
    fact("老人 elder", f"{AGE} 周岁，户籍 {STREET}，身份证 {number[:3]}***********{number[-4:]}")


def assess(tour: Party) -> None:
    """Two assessors record and conclude; the result of Tianjin counts in Beijing, by the agreement named."""
    agencies = tour.family.get("/api/v1/assessments/agencies")["results"]
    agency = next(one for one in agencies if one["region"].startswith(TIANJIN[:2]) and one["is_demo"])
    asked = tour.family.post("/api/v1/assessments", {"elder": tour.elder, "agency": agency["id"]})
    door = f"/api/v1/assessments/{asked['id']}"
    tour.lead.sign_in(tour.demo, "assessor-a@demo.example.com")
    tour.second.sign_in(tour.demo, "assessor-b@demo.example.com")
    staff = {one["name"]: one["id"] for one in tour.lead.get("/api/v1/assessments/assessors")["results"]}
    two = {"first_assessor": staff["示例评估员甲"], "second_assessor": staff["示例评估员乙"]}
    tour.lead.post(f"{door}/assign", two)
    answers = answers_scoring(SEVERE_POINTS)
    conditions = {"coma": False, "dementia_or_psychiatric_diagnosis": False, "risk_events_30_days": 0}
    tour.lead.post(f"{door}/record", {"answers": answers, "conditions": conditions})
    tour.lead.post(f"{door}/conclude", status=(403, 404))
    result = tour.second.post(f"{door}/conclude")
    same("评估总分 total", result["result"]["total"], SEVERE_POINTS)
    same("等级 level", result["level"], 3)
    claim = {
        "kind": "assessment",
        "issued_in": TIANJIN,
        "used_in": BEIJING,
        "on": str(tour.today()),
        "standard": "GB/T 42195-2022",
        "level": 3,
        "concluded_on": result["concluded_on"],
        "valid_until": result["valid_until"],
    }
    answer = tour.visitor.post("/api/v1/recognitions/check", claim)
    same("互认 recognised", answer["verdict"], "yes")
    same("互认依据 agreement", answer["agreement"]["document"], MUTUAL)
    fact("评估 assessment", f"{agency['name']}：26 项 {SEVERE_POINTS} 分，3 级 {result['result']['level_name']}")
    fact("有效到 valid until", result["valid_until"])
    fact("北京认可 recognised in Beijing", f"{answer['counts_as']['name']}（{answer['agreement']['document']}）")


def decide(tour: Party) -> None:
    """The street reviews on the 20th, another officer of the district decides on the 25th; every condition answers."""
    _preview(tour)
    card = {"account_kind": "elder_card", "account_number": f"622848{tour.seed.randrange(10**10):010d}"}
    made = {
        programme: tour.family.post(
            "/api/v1/subsidy-applications", {"elder": tour.elder, "programme": programme, **card}
        )
        for programme in (NURSING, SENIORITY)
    }
    for one in made.values():
        same("送到的街道 street", one["street"], STREET)
    tour.go(tour.month.day(20), "10:00")
    tour.street.sign_in(tour.demo, "street@demo.example.com", second_factor=True)
    for one in made.values():
        passed = tour.street.post(f"/api/v1/subsidy-applications/{one['id']}/review", {"outcome": "pass"})
        same("街道初审 review", passed["state"], "street_passed")
    tour.street.post(f"/api/v1/subsidy-applications/{made[NURSING]['id']}/decide", {"outcome": "approve"}, status=404)
    fact(f"{tour.today()} 街道 street", "初审通过 passed")
    tour.go(tour.month.day(25), "10:00")
    tour.approver.sign_in(tour.demo, "district-b@demo.example.com", second_factor=True)
    expected = {NURSING: NURSING_FEN, SENIORITY: SENIORITY_FEN}
    tour.entitlements = {}
    for programme, one in made.items():
        decided = tour.approver.post(f"/api/v1/subsidy-applications/{one['id']}/decide", {"outcome": "approve"})
        same("区里审定 decision", decided["state"], "approved")
        tour.entitlements[programme] = decided["entitlement"]
        right = tour.family.get(f"/api/v1/entitlements/{decided['entitlement']}")
        same("每月 monthly", right["monthly_fen"], expected[programme])
        same("从哪月起 first month", right["first_month"], str(tour.month))
        same("出资区 payer", right["payer_region"], DISTRICT)
        _print_conditions(tour, decided)
    tour.nursing = made[NURSING]["id"]


def _preview(tour: Party) -> None:
    """The three benefits of 160号 answer every condition."""
    body = {"on": str(tour.today()), "elder": described(tour)}
    answers = {one["programme"]: one for one in tour.visitor.post("/api/v1/subsidies/preview", body)["programmes"]}
    verdicts = {name.rsplit("/", 1)[1]: one["verdict"] for name, one in answers.items() if "2019-160" in name}
    same("160号三项 the three benefits", verdicts, {"hardship": "no", "nursing": "yes", "seniority": "yes"})
    same("护理补贴 nursing", answers[NURSING]["monthly_fen"], NURSING_FEN)
    same("高龄津贴 seniority", answers[SENIORITY]["monthly_fen"], SENIORITY_FEN)
    must(all(one["conditions"] for one in answers.values()), "有补贴没有写条件 · a benefit without conditions")


def _print_conditions(tour: Party, decided: dict[str, Any]) -> None:
    answer = decided["answer"]
    fact(decided["programme"], f"每月 {yuan(answer['monthly_fen'])}，{answer['first_month']} 起")
    for condition in answer["conditions"]:
        cite = condition["cite"]
        source = f"（{cite['document']} {cite['article']}）" if cite else ""
        tell(f"        {'✓' if condition['outcome'] == 'pass' else '✗'} {condition['text']}{source}")
