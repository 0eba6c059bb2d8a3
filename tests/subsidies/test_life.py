"""What becomes known after a decision: by a family, by a list, by the sweep; and what it means for rights, stays and money."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from eldercare.accounts.models import User
from eldercare.audit.models import Job
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import restored
from eldercare.people.models import Guardianship, Letter
from eldercare.people.services.declare import declare_certificate
from facilities.choices import StayState
from facilities.models import Stay
from subsidies.choices import ChangeKind, FactListState, RoutingState, VersionState
from subsidies.models import Change, Decision, Entitlement, FactList, ProgrammeVersion, Rate, Routing
from subsidies.selectors.explain import replay
from subsidies.selectors.law import law
from subsidies.selectors.sheets import summary_sheet, transfer_rows, transfer_sheet
from subsidies.services.fact_lists import look_at_list, take_list
from subsidies.services.life import Fact, report_fact
from subsidies.services.review import follow_facts, review_month
from subsidies.services.versions import (
    draft_version,
    publish_version,
    take_back_version,
    try_version,
    work_out,
)
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.facilities import make_home, make_stay
from tests.builders.regions import CHAOYANG, HUJIALOU, TONGZHOU
from tests.builders.settlement import make_routing, set_day
from tests.builders.subsidies import NURSING, make_beijing_elder, make_family
from tests.subsidies.test_application import approve
from tests.subsidies.test_recompute import LIYUAN, Case

pytestmark = pytest.mark.django_db

HEADING = ["身份证号码", "姓名", "变动", "日期", "迁往地区代码", "认定或待遇", "残疾类别", "残疾等级", "截止日期"]


@pytest.fixture
def case():
    return Case()


@pytest.fixture
def officer(case):
    return viewer_for(make_officer("district_officer", CHAOYANG, "王经办"))


def book(*rows) -> bytes:
    made = Workbook()
    for row in (HEADING, *rows):
        made.active.append(list(row))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def said(row) -> str:
    return str(restored(row["said"]))


def test_a_death_ends_stay_routing_and_right_in_one_act(case):
    home = make_home()
    stay = make_stay(home, case.elder, case.family.person, since=date(2026, 1, 5))
    make_routing(case.entitlement, home, first="2026-01")
    report_fact(case.viewer, elder_id=case.elder.pk, fact=Fact("death", on=date(2026, 6, 3)))
    assert Stay.objects.get(pk=stay.pk).state == StayState.ENDED
    assert Routing.objects.get().state == RoutingState.REVOKED
    assert case.rows() == [(CHAOYANG, "2026-01", "2026-06")]
    again = report_fact(case.viewer, elder_id=case.elder.pk, fact=Fact("death", on=date(2026, 6, 3)))
    assert again == []


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (Fact("flown"), "unknown_fact_kind"),
        (Fact("death"), "day_missing"),
        (Fact("ended", on=date(2026, 5, 1)), "circumstance_missing"),
        (Fact("certificate", on=date(2026, 5, 1)), "certificate_missing"),
        (Fact("hukou_moved", on=date(2026, 5, 1)), "unknown_region"),
        (Fact("hukou_moved", on=date(2026, 5, 1), region="999999"), "unknown_region"),
        (Fact("death", on=date(2030, 5, 1)), "impossible_day"),
        (Fact("prison", on=date(2026, 5, 1), until=date(2026, 4, 1)), "impossible_day"),
    ],
)
def test_a_report_that_lacks_something_says_what(case, fact, code):
    with pytest.raises(Refusal) as caught:
        report_fact(case.viewer, elder_id=case.elder.pk, fact=fact)
    assert caught.value.code == code and caught.value.fields
    assert not Change.objects.exists()


def test_a_list_is_looked_at_row_by_row_and_taken_in_once(case, officer):
    other = make_beijing_elder(make_family("赵敏"), level=None)
    number = case.elder.person.id_number
    content = book(
        [number, "王桂兰", "去世", "2026-06-03"],
        [number, "王桂兰", "去世", date(2026, 6, 3)],
        [other.person.id_number, "王桂兰", "不再享受认定或待遇", "2026/5/3", "", "低保"],
        [other.person.id_number, "张三", "服刑", "2026年5月3日"],
        ["110105194503101234", "无名", "去世", "2026-06-03"],
        ["110105194503100012", "无名", "飞升", "2026-06-03"],
        [number, "王桂兰", "去世", "六月三日"],
        ["", "", "", ""],
    )
    found = look_at_list(officer, region=CHAOYANG, file_name="去世名单.xlsx", content=content)
    assert [(row["number"], row["state"]) for row in found.rows] == [
        (2, "ready"),
        (3, "wrong"),
        (4, "ready"),
        (5, "wrong"),
        (6, "wrong"),
        (7, "wrong"),
        (8, "wrong"),
    ]
    sentences = [said(row) for row in found.rows]
    assert sentences[0] == "可以录入；会引起：停发。"
    assert sentences[1] == "和前面一行重复，只录入一次。"
    assert sentences[2] == "可以录入；现有补贴不变。"
    assert sentences[3] == "姓名和身份证号码对不上，请核对。"
    assert "不认识的变动“飞升”" in sentences[5] and "看不懂" in sentences[6]
    case.elder.refresh_from_db()
    assert case.elder.died_on is None and not Change.objects.exists(), "looking moves nothing"
    assert not Letter.objects.exists()

    taken = take_list(officer, list_id=found.pk)
    assert (taken.state, taken.total, taken.ready, taken.taken) == (FactListState.TAKEN, 7, 2, 2)
    assert case.rows() == [(CHAOYANG, "2026-01", "2026-06")]
    assert take_list(officer, list_id=found.pk).taken_at == taken.taken_at
    assert Change.objects.count() == 1


def test_what_is_no_list_and_whose_place_it_is_not_is_refused(case, officer):
    for content in (b"PK\x03\x04broken", b"\xff\xfe\x00\x01\x81", b"a,b\n1,2\n", b""):
        with pytest.raises(Refusal) as caught:
            look_at_list(officer, region=CHAOYANG, file_name="x", content=content)
        assert caught.value.code == "not_a_list" and caught.value.next_step
    with pytest.raises(Refusal) as caught:
        look_at_list(officer, region=TONGZHOU, file_name="x", content=book([case.elder.person.id_number, "", "去世"]))
    assert caught.value.status == 404
    stranger = viewer_for(make_officer("district_officer", TONGZHOU))
    content = book([case.elder.person.id_number, "", "去世", "2026-06-03"])
    found = look_at_list(stranger, region=TONGZHOU, file_name="x", content=content)
    assert "没有找到这位老人" in said(found.rows[0]), "an elder of another district is not there"
    assert FactList.objects.count() == 1


def test_what_a_family_declared_without_a_bell_is_followed_by_the_sweep(case):
    follow_facts()
    certificate = {"category": 1, "level": 1, "from": date(2026, 6, 1)}
    declare_certificate(case.viewer, elder_id=case.elder.pk, certificate=certificate)
    assert follow_facts() == 1
    assert case.rates() == [("2026-07", 60_000)]
    assert follow_facts() == 0


def test_the_monthly_review_looks_at_every_right_once_and_reports(case):
    job = Job.objects.get(pk=review_month())
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert job.report == {"month": "2026-06", "changes": 0, "flags": 0}
    assert review_month() is None, "this month is done"
    set_day(date(2026, 7, 2))
    assert review_month() is not None
    assert Entitlement.objects.get().reviewed_at.date() == date(2026, 7, 2)


def decided() -> Decision:
    """A decision as street and district make it, with all that is kept with it: 600 yuan for 重度失能."""
    family = make_family("赵敏")
    elder = make_beijing_elder(family)
    street = viewer_for(make_officer("street_officer", HUJIALOU, "孙初审"))
    district = viewer_for(make_officer("district_officer", CHAOYANG, "钱审定"))
    return approve(family, elder, street, district).decisions.get(stage="district_decision")


def explained(*arguments) -> tuple[dict, int]:
    out = io.StringIO()
    try:
        call_command("explain", *arguments, "--json", stdout=out)
    except SystemExit as stopped:
        return json.loads(out.getvalue()), stopped.code
    return json.loads(out.getvalue()), 0


CITY = "110000"


def pair():
    return tuple(viewer_for(make_officer("city_officer", CITY, name)) for name in ("张市局", "李市局"))


def figures(fen: int, month: Month, tier: str = "second") -> dict:
    return {
        "document": "京民养老发〔2026〕示例号",
        "article": "一",
        "url": "https://example.invalid/notice",
        "from_month": month,
        "amounts": {NURSING: {tier: fen}},
        "settings": {},
    }


def test_a_draft_shows_elders_and_money_before_anything_applies_and_a_second_officer_publishes(case):
    drafter, publisher = pair()
    draft = draft_version(drafter, programme="beijing/2019-160", figures=figures(45_000, Month(2026, 8)))
    with pytest.raises(Refusal) as caught:
        publish_version(publisher, version_id=draft.pk)
    assert caught.value.code == "not_tried"
    try_version(drafter, version_id=draft.pk)
    work_out(draft.pk)
    draft.refresh_from_db()
    assert draft.impact["elders"] == 1 and draft.impact["looked_at"] == 1
    assert [(row["region"], row["month"], row["elders"], row["change_fen"]) for row in draft.impact["rows"]] == [
        (CHAOYANG, "2026-08", 1, 5_000),
        (CHAOYANG, "2026-09", 1, 5_000),
        (CHAOYANG, "2026-10", 1, 5_000),
    ]
    assert case.recompute() == [] and law() is not None
    with pytest.raises(Refusal) as caught:
        publish_version(drafter, version_id=draft.pk)
    assert caught.value.code == "publisher_is_drafter"

    publish_version(publisher, version_id=draft.pk)
    set_day(date(2026, 7, 3))
    follow_facts()
    assert case.rates() == [("2026-08", 45_000)]
    change = Change.objects.get()
    assert (change.kind, change.before_fen, change.after_fen) == (ChangeKind.INCREASED, 40_000, 45_000)
    assert change.verdict["lines"][0]["cite"]["document"] == "京民养老发〔2026〕示例号"

    take_back_version(drafter, version_id=draft.pk)
    follow_facts()
    assert case.rates() == [] and Rate.objects.filter(superseded_at__isnull=False).count() == 1
    assert ProgrammeVersion.objects.get().state == VersionState.TAKEN_BACK


def test_a_version_begins_in_a_month_to_come_changes_something_and_is_taken_back_before_it(case):
    drafter, publisher = pair()
    for wrong, code in (
        (figures(45_000, Month(2026, 6)), "month_begun"),
        (figures(40_000, Month(2026, 8)), "nothing_changed"),
    ):
        with pytest.raises(Refusal) as caught:
            draft_version(drafter, programme="beijing/2019-160", figures=wrong)
        assert caught.value.code == code
    stranger = viewer_for(make_officer("district_officer", CHAOYANG))
    with pytest.raises(Refusal) as caught:
        draft_version(stranger, programme="beijing/2019-160", figures=figures(45_000, Month(2026, 8)))
    assert caught.value.status == 404
    draft = draft_version(drafter, programme="beijing/2019-160", figures=figures(45_000, Month(2026, 7)))
    try_version(drafter, version_id=draft.pk)
    work_out(draft.pk)
    publish_version(publisher, version_id=draft.pk)
    set_day(date(2026, 7, 1))
    with pytest.raises(Refusal) as caught:
        take_back_version(drafter, version_id=draft.pk)
    assert caught.value.code == "month_begun"


def test_a_decision_is_explained_to_the_fen_after_the_facts_and_the_law_have_changed(case):
    decision = decided()
    drafter, publisher = pair()
    wanted = figures(65_000, Month(2026, 7), "severe")
    draft = draft_version(drafter, programme="beijing/2019-160", figures=wanted)
    try_version(drafter, version_id=draft.pk)
    work_out(draft.pk)
    publish_version(publisher, version_id=draft.pk)
    follow_facts()
    elder_id = decision.application.elder_id
    guardian = Guardianship.objects.get(elder=elder_id).guardian
    viewer = viewer_for(User.objects.get(person=guardian))
    report_fact(viewer, elder_id=elder_id, fact=Fact("death", on=clock.today()))
    found, code = explained(str(decision.pk))
    assert code == 0
    kinds = [
        (one["noun"].partition(":")[0], one["agrees"], one["monthly_fen"], one["again_fen"]) for one in found["replays"]
    ]
    assert kinds == [
        ("decision", True, 60_000, 60_000),
        ("change", True, 65_000, 65_000),
        ("change", True, 0, 0),
    ]
    report_fact(case.viewer, elder_id=case.elder.pk, fact=Fact("death", on=clock.today() - timedelta(1)))
    found, code = explained(str(case.entitlement.decision_id))
    assert code == 1, "a decision without stored facts can't be explained, and says so"
    assert found["replays"][0]["differs"][0]["where"] == "facts"
    assert found["replays"][1]["agrees"], "the change that followed is explained from its own facts"


def test_an_altered_verdict_is_found_out(case):
    decision = decided()
    forged = Decision(
        application=decision.application,
        stage="recheck",
        outcome="approve",
        facts=decision.facts,
        verdict={**decision.verdict, "monthly_fen": 66_000},
        by=decision.by,
        at=decision.at,
    )
    forged.pk = decision.pk
    (found,) = replay(forged)
    assert not found.agrees and found.differs == (("monthly_fen", 66_000, 60_000),)


def test_the_summary_sheet_adds_up_to_the_run_and_the_transfer_sheet_says_both_districts(case):
    run = case.pay("2026-06", 40_000)
    pages = load_workbook(io.BytesIO(summary_sheet(run)))
    sums = [[cell.value for cell in row] for row in pages.worksheets[0].iter_rows(min_row=3)]
    assert sums[0][:3] == ["街道（乡镇）", "档次", "人数"]
    assert sums[-2][2:] == [1, 400, 0, 400] and sums[-1][5] == 40_000 == sum(
        run.lines.values_list("amount_fen", flat=True)
    )
    assert pages.worksheets[1].max_row == 2
    assert case.elder.person.name not in str(list(pages.worksheets[1].values)), "names are masked"
    (change,) = report_fact(
        case.viewer, elder_id=case.elder.pk, fact=Fact("hukou_moved", on=date(2026, 5, 15), region=LIYUAN)
    )
    rows = dict(transfer_rows(change))
    assert (rows["转出区发放至"], rows["转入区发放起"]) == ("2026-05", "2026-06")
    assert ("朝阳区" in rows["转出区"], "通州区" in rows["转入区"]) == (True, True)
    assert load_workbook(io.BytesIO(transfer_sheet(change))).active["A1"].value.endswith("转移单")
