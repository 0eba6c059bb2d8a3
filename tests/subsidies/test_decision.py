"""What the officers' conclusions bring: a numbered paper, a re-check by a third, clocks that ring, publicity, bulk."""

from datetime import date, timedelta

import pytest

from eldercare.audit.models import Event
from eldercare.kernel import clock
from eldercare.kernel.keys import digest
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import VISITOR, system
from eldercare.people.models import Declaration, Letter
from subsidies.models import Appeal, Application, Decision, Document, Entitlement, Escalation, Objection, Posting
from subsidies.services.appeal import appeal_decision, reopen_for_facts
from subsidies.services.bulk import conclude_in_bulk
from subsidies.services.clocks import ring_clocks, set_clocks_anew
from subsidies.services.decide import decide_at_district, judged, review_at_street
from subsidies.services.look import look_at_case
from subsidies.services.publicity import answer_objection, object_to_posting
from subsidies.services.recompute import recompute
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.people import stand_beside
from tests.builders.regions import BEIJING, CHAOYANG, HUJIALOU
from tests.builders.settlement import set_day
from tests.builders.subsidies import (
    NOTHING,
    NURSING,
    make_application,
    make_assessment,
    make_beijing_elder,
    make_family,
)

pytestmark = pytest.mark.django_db
VOUCHER_434 = "beijing/2016-434/nursing"


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def street():
    return viewer_for(make_officer("street_officer", HUJIALOU, "赵初审"))


@pytest.fixture
def district():
    return viewer_for(make_officer("district_officer", CHAOYANG, "钱审定"))


@pytest.fixture
def another():
    return viewer_for(make_officer("district_officer", CHAOYANG, "孙复核"))


def waiting(family, state="street_passed", level=3, programme=NURSING, **more) -> Application:
    """A case that waits in a state, with what the rule answered when it was applied for."""
    elder = more.pop("elder", None) or make_beijing_elder(family, level=None)
    if level is not None and programme == NURSING:
        make_assessment(elder, level=level, concluded_on=clock.today() - timedelta(days=60))
    application = make_application(elder, family.person, programme=programme, state=state, **more)
    _facts, answer = judged(application)
    application.verdict = answer.to_json()
    application.save(update_fields=["verdict"])
    return application


def approve(viewer, application, **more):
    return decide_at_district(viewer, application_id=application.pk, outcome="approve", **more)


def refuse(viewer, application, **more):
    said = {"reason": "没有达到重度失能", "remedy": "可以提出", "appeal_until": clock.today() + timedelta(days=60)}
    return decide_at_district(viewer, application_id=application.pk, outcome="refuse", **{**said, **more})


def refused(code: str, act) -> Refusal:
    with pytest.raises(Refusal) as error:
        act()
    assert error.value.code == code
    return error.value


def test_a_decision_gets_the_next_number_of_its_district_and_year_and_a_frozen_paper(family, district):
    first, second = (approve(district, waiting(family)) for _number in range(2))
    year = clock.today().year
    assert [one.document.number for one in (first, second)] == [
        f"朝阳区民补决〔{year}〕00001号",
        f"朝阳区民补决〔{year}〕00002号",
    ]
    paper = first.document
    content = paper.content
    assert (content["monthly_fen"], content["outcome"]) == (60_000, "approve")
    assert content["elder"]["id_masked"].count("*") == 4 and content["elder"]["name"] == "王桂兰"
    assert {one["document"] for one in content["articles"]} >= {"京民养老发〔2019〕160号"}
    assert content["remedy"] and date.fromisoformat(content["appeal_until"]) == clock.today() + timedelta(days=60)
    assert paper.content_digest == digest(content)
    issued = Event.objects.get(act="subsidy.document_issued", noun=f"subsidy_document:{paper.pk}")
    assert issued.facts["sha256"] == paper.content_digest and "王桂兰" not in str(issued.facts)


def test_a_refused_decision_takes_no_number(family, district):
    refused("rule_says_no", lambda: approve(district, waiting(family, level=1)))
    assert not Document.objects.exists()
    assert approve(district, waiting(family)).document.serial == 1


def test_the_paper_stays_as_decided_when_the_facts_change(family, district):
    application = waiting(family)
    decision = approve(district, application)
    before = Document.objects.get(decision=decision).content
    person = application.elder.person
    person.name = "改名了"
    person.save()
    assert Document.objects.get(decision=decision).content == before


def test_the_family_appeals_in_time_and_a_third_officer_replaces_the_decision(family, street, district, another):
    application = waiting(family, level=1)
    old = refuse(district, application)
    appeal = appeal_decision(viewer_for(family), application_id=application.pk, said="评估以后身体更差了")
    application.refresh_from_db()
    assert (application.state, application.due_on, appeal.said) == ("recheck", None, "评估以后身体更差了")
    refused("reviewed_by_you", lambda: refuse(district, application))
    make_assessment(application.elder, level=4)
    new = approve(another, application)
    assert (new.stage, new.answers.decision, new.upholds) == ("recheck", old, False)
    assert new.document.content["replaces"] == old.document.number
    assert Entitlement.objects.get().decision == new
    assert Decision.objects.filter(pk=old.pk, outcome="refuse").exists()
    last = refused(
        "rechecked_already", lambda: appeal_decision(viewer_for(family), application_id=application.pk, said="还是不对")
    )
    assert "行政复议" in str(last.next_step)


def test_a_recheck_may_uphold_and_the_right_stays_as_it_is(family, district, another):
    application = waiting(family)
    approve(district, application)
    appeal_decision(viewer_for(family), application_id=application.pk, said="应该更多")
    new = approve(another, application)
    assert new.upholds and Entitlement.objects.count() == 1
    assert new.remedy.startswith("这是重新核对以后的决定")
    assert Letter.objects.filter(kind="subsidy.approve").count() == 2


def test_what_a_recheck_refused_does_not_come_back_though_the_facts_still_speak_for_it(family, district, another):
    application = waiting(family)
    approve(district, application)
    appeal_decision(viewer_for(family), application_id=application.pk, said="应该更多")
    refuse(another, application)
    last = clock.this_month().first_day
    assert Entitlement.objects.get().last_month == last

    set_day(clock.this_month().plus(2).first_day)
    recompute(system("test"), application.elder_id)

    assert Entitlement.objects.get().last_month == last


def test_after_the_last_day_the_other_remedies_are_named_and_nothing_moves(family, district):
    application = waiting(family, level=1)
    refuse(district, application, appeal_until=clock.today() + timedelta(days=1))
    set_day(clock.today() + timedelta(days=2))
    late = refused(
        "too_late", lambda: appeal_decision(viewer_for(family), application_id=application.pk, said="不同意")
    )
    assert "已经过了" in str(late.sentence) and "行政复议" in str(late.next_step)
    assert not Appeal.objects.exists()


def test_who_asked_for_the_recheck_does_not_decide_it(family, district, another):
    application = waiting(family, level=1)
    refuse(district, application)
    refused("nothing_changed", lambda: reopen_for_facts(another, application_id=application.pk))
    make_assessment(application.elder, level=3)
    reopen_for_facts(another, application_id=application.pk)
    refused("raised_by_you", lambda: approve(another, application))
    third = viewer_for(make_officer("district_officer", CHAOYANG))
    assert approve(third, application).upholds is False


def test_facts_corrected_after_the_decision_lead_to_a_new_one_that_ends_the_right(family, district, another):
    application = waiting(family)
    old = approve(district, application)
    kept = old.verdict
    correction = {"circumstances": {**NOTHING, "destitute_support": True}, "welfare_allowances": [], "prison": []}
    Declaration.objects.create(elder=application.elder, facts=correction, declared_by="correction")
    assert judged(application)[1].answer == "no"
    reopen_for_facts(another, application_id=application.pk)
    third = viewer_for(make_officer("district_officer", CHAOYANG))
    new = refuse(third, application, reason="享受特困供养")
    assert new.upholds is False
    old.refresh_from_db()
    assert old.verdict == kept
    right = Entitlement.every.get()
    assert right.last_month == clock.this_month().first_day or right.voided_at


@pytest.mark.parametrize("kind", ["kin", "agent"])
def test_an_officer_beside_the_elder_hears_why_not(family, kind):
    application = waiting(family)
    officer = make_officer("district_officer", CHAOYANG)
    stand_beside(application.elder, officer.person, kind)
    no = refused("own_case", lambda: approve(viewer_for(officer), application))
    assert "家人" in str(no.sentence) and no.status == 403
    assert not Decision.objects.exists()


def test_an_officer_does_not_review_what_they_filed_at_the_window(family):
    officer = make_officer("street_officer", HUJIALOU)
    application = waiting(family, state="submitted", entered_by=officer)
    no = refused(
        "own_case",
        lambda: review_at_street(viewer_for(officer), application_id=application.pk, outcome="pass"),
    )
    assert "窗口录入" in str(no.sentence)


def test_each_step_sets_its_clock_and_a_late_case_belongs_to_the_next_month(family, street):
    set_day(date(2026, 7, 22))
    application = waiting(family, state="submitted", applied_on=date(2026, 7, 1))
    assert set_clocks_anew() == 1
    application.refresh_from_db()
    assert application.due_on == date(2026, 7, 20)
    set_day(date(2026, 7, 27))
    review_at_street(street, application_id=application.pk, outcome="pass")
    application.refresh_from_db()
    assert (application.step_began_on, application.due_on) == (date(2026, 7, 27), date(2026, 8, 25))
    assert set_clocks_anew() == 0


def test_clocks_remind_the_desk_before_the_day_and_report_to_the_level_above_after_it(family):
    set_day(date(2026, 7, 1))
    officers = {
        "street": make_officer("street_officer", HUJIALOU),
        "district": make_officer("district_officer", CHAOYANG),
        "city": make_officer("city_officer", BEIJING),
        "elsewhere": make_officer("street_officer", "110105005"),
    }
    at_street = waiting(family, state="submitted", due_on=date(2026, 7, 20), step_began_on=date(2026, 7, 1))
    waiting(family, due_on=date(2026, 7, 25), step_began_on=date(2026, 7, 1))
    for day, rung in ((16, 0), (17, 1), (17, 0), (20, 0), (21, 1), (22, 1), (25, 0), (26, 1), (26, 0)):
        set_day(date(2026, 7, day))
        assert ring_clocks() == rung, day
    letters = {name: Letter.objects.filter(to_person=officer.person) for name, officer in officers.items()}
    assert {name: sorted(rows.values_list("kind", flat=True)) for name, rows in letters.items()} == {
        "street": ["subsidy.clock_overdue", "subsidy.clock_reminder"],
        "district": ["subsidy.clock_overdue", "subsidy.clock_overdue", "subsidy.clock_reminder"],
        "city": ["subsidy.clock_overdue"],
        "elsewhere": [],
    }
    assert Escalation.objects.filter(application=at_street).count() == 2
    assert not any("王" in str(letter.body) for letter in Letter.objects.filter(kind__startswith="subsidy.clock"))


def test_a_programme_with_publicity_is_posted_objected_to_and_decided_after_its_days(family, street, district):
    set_day(date(2026, 9, 21))
    certificate = {"category": 4, "level": 1}
    elder = make_beijing_elder(family, level=None, certificate=certificate)
    application = waiting(family, state="submitted", programme=VOUCHER_434, elder=elder)
    review_at_street(street, application_id=application.pk, outcome="pass")
    application.refresh_from_db()
    posting = Posting.objects.get()
    assert (application.state, application.due_on) == ("posted", date(2026, 10, 14))
    assert (posting.from_day, posting.until) == (date(2026, 9, 22), date(2026, 9, 29))
    assert (posting.shown_name, posting.monthly_fen) == ("王**", 30_000)
    refused("not_found", lambda: object_to_posting(viewer_for(family), posting_id=posting.pk, said="早了"))
    set_day(date(2026, 9, 28))
    objection = object_to_posting(VISITOR, posting_id=posting.pk, said="他不住在这里")
    refused("still_posted", lambda: approve(district, application))
    set_day(date(2026, 9, 29))
    refused("not_found", lambda: object_to_posting(VISITOR, posting_id=posting.pk, said="晚了"))
    refused("still_posted", lambda: approve(district, application))
    refused("not_found", lambda: answer_objection(street, objection_id=objection.pk, answer="核实过", holds=False))
    refused("holds_missing", lambda: answer_objection(district, objection_id=objection.pk, answer="核实过", holds=None))
    answer_objection(district, objection_id=objection.pk, answer="已入户核实，居住属实", holds=False)
    refused("answered", lambda: answer_objection(district, objection_id=objection.pk, answer="再来", holds=True))
    decision = approve(district, application)
    assert decision.document.serial == 1 and decision.appeal_until is None
    assert Objection.objects.get().answer == "已入户核实，居住属实"


def test_bulk_takes_clean_cases_that_were_looked_at_and_names_the_others(family, district):
    clean, unseen, moderate = waiting(family), waiting(family), waiting(family, level=1)
    for application in (clean, moderate):
        look_at_case(district, application, judged(application)[1])
    results = conclude_in_bulk(district, application_ids=[clean.pk, unseen.pk, moderate.pk, clean.pk])
    assert [one.refusal.code if one.refusal else one.decision.outcome for one in results] == [
        "approve",
        "not_looked_at",
        "not_clean",
    ]
    assert Decision.objects.get().in_bulk and Entitlement.objects.count() == 1
    refused("nothing_chosen", lambda: conclude_in_bulk(district, application_ids=[]))


def test_what_changed_after_the_look_is_not_concluded_in_bulk(family, district):
    application = waiting(family)
    look_at_case(district, application, judged(application)[1])
    Declaration.objects.create(
        elder=application.elder, facts={"circumstances": {**NOTHING, "work_injury_nursing": True}}, declared_by="x"
    )
    (result,) = conclude_in_bulk(district, application_ids=[application.pk])
    assert result.refusal.code == "changed_since_look"
    assert not Decision.objects.exists()
