"""From the family's application over the street to the district's decision and the entitlement it opens."""

from datetime import date, timedelta

import pytest

from eldercare.audit.models import Event
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import HukouSpell, Letter
from subsidies.models import Application, Decision, Entitlement, PayoutAccount
from subsidies.rules.eligibility import preview
from subsidies.rules.facts import elder_from
from subsidies.services.apply import (
    apply_for_subsidy,
    open_from_assessment,
    open_from_new_assessments,
    withdraw_application,
)
from subsidies.services.decide import decide_at_district, review_at_street
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.people import make_person
from tests.builders.regions import CHAOYANG, HUJIALOU, WUQING
from tests.builders.subsidies import CARD, NURSING, SENIORITY, make_assessment, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def street():
    return viewer_for(make_officer("street_officer", HUJIALOU, "赵初审"))


@pytest.fixture
def district():
    return viewer_for(make_officer("district_officer", CHAOYANG, "钱审定"))


def apply(family, elder, programme=NURSING, number=CARD):
    return apply_for_subsidy(
        viewer_for(family), elder_id=elder.pk, programme=programme, account_kind="elder_card", account_number=number
    )


def approve(family, elder, street, district, programme=NURSING) -> Application:
    application = apply(family, elder, programme)
    review_at_street(street, application_id=application.pk, outcome="pass")
    decide_at_district(district, application_id=application.pk, outcome="approve")
    application.refresh_from_db()
    return application


def test_an_application_goes_to_the_street_of_the_hukou_with_the_account_sealed_and_the_rules_answer_kept(family):
    elder = make_beijing_elder(family)
    application = apply(family, elder, number="6228 4800-１２３４ 5678")
    assert (application.street_id, application.district_id, application.state) == (HUJIALOU, CHAOYANG, "submitted")
    account = PayoutAccount.objects.get()
    assert account.number == "6228480012345678" and account.masked == "**** 5678"
    assert application.verdict["verdict"] == "yes" and application.verdict["monthly_fen"] == 60_000
    assert Letter.objects.filter(kind="subsidy.applied", to_person=family.person).count() == 1
    assert Event.objects.filter(act="subsidy.applied", place=HUJIALOU).count() == 1


def test_an_assessment_of_tianjin_counts_in_beijing_with_the_document_that_says_so(family):
    application = apply(family, make_beijing_elder(family))
    recognised = next(one for one in application.verdict["conditions"] if one["id"] == "assessment_recognised")
    assert recognised["outcome"] == "pass"
    assert recognised["cite"]["document"]


def test_street_and_district_bring_an_entitlement_from_the_month_of_application(family, street, district):
    application = approve(family, make_beijing_elder(family), street, district)
    entitlement = Entitlement.objects.get()
    assert application.state == "approved"
    assert (entitlement.payer_region_id, entitlement.monthly_fen, entitlement.tier) == (CHAOYANG, 60_000, "severe")
    assert Month.of(entitlement.first_month) == Month.of(application.applied_on)
    assert [one.stage for one in application.decisions.order_by("at")] == ["street_review", "district_decision"]
    assert Letter.objects.filter(kind="subsidy.approve", to_person=family.person).count() == 1


def test_a_benefit_met_some_months_before_is_paid_back_from_then(family, street, district):
    today = clock.today()
    born = date(today.year - 80, 1, 1) if today.month > 6 else date(today.year - 80, today.month, 1)
    met = Month.of(born.replace(year=born.year + 80))
    months = Month.of(today).minus(met)
    elder = make_beijing_elder(family, level=None, born=born)
    approve(family, elder, street, district, SENIORITY)
    expected = met if months <= 6 else Month.of(today)
    assert Month.of(Entitlement.objects.get().first_month) in {expected, Month.of(today)}


def test_a_decision_can_be_explained_again_from_what_was_kept(family, street, district):
    application = approve(family, make_beijing_elder(family), street, district)
    kept = Decision.objects.get(stage="district_decision")
    elder = elder_from(kept.facts)
    (again,) = preview(
        elder, on=Month.of(application.applied_on), applied_on=application.applied_on, programmes=[NURSING]
    )
    assert again.to_json() == kept.verdict


def test_a_refusal_states_reason_remedy_and_last_day(family, street, district):
    elder = make_beijing_elder(family, level=1)
    application = apply(family, elder)
    review_at_street(street, application_id=application.pk, outcome="object", reason="评估为轻度")
    with pytest.raises(Refusal) as missing:
        decide_at_district(district, application_id=application.pk, outcome="refuse", reason="评估没有达到重度失能")
    assert missing.value.code == "remedy_missing"
    last_day = clock.today() + timedelta(days=60)
    decision = decide_at_district(
        district,
        application_id=application.pk,
        outcome="refuse",
        reason="评估没有达到重度失能",
        remedy="可以向区民政局提出",
        appeal_until=last_day,
    )
    application.refresh_from_db()
    assert application.state == "refused" and decision.appeal_until == last_day
    assert not Entitlement.objects.exists()
    letter = Letter.objects.get(kind="subsidy.refuse")
    assert "轻度" not in str(letter.body) and "重度" not in str(letter.body)


def test_what_the_rule_refuses_cannot_be_approved(family, street, district):
    application = apply(family, make_beijing_elder(family, level=2))
    review_at_street(street, application_id=application.pk, outcome="pass")
    with pytest.raises(Refusal) as no:
        decide_at_district(district, application_id=application.pk, outcome="approve")
    assert no.value.code == "rule_says_no"
    assert [reason.id for reason in no.value.reasons if reason.outcome == "fail"] == ["tier"]
    assert not Entitlement.objects.exists() and Decision.objects.count() == 1


def test_missing_facts_cannot_be_approved(family, street, district):
    application = apply(family, make_beijing_elder(family, circumstances={"destitute_support": None}))
    review_at_street(street, application_id=application.pk, outcome="pass")
    with pytest.raises(Refusal) as no:
        decide_at_district(district, application_id=application.pk, outcome="approve")
    assert no.value.code == "facts_missing"


def test_an_officer_of_another_street_or_district_finds_nothing(family, street, district):
    application = apply(family, make_beijing_elder(family))
    elsewhere = viewer_for(make_officer("street_officer", "110105001", "外街道"))
    with pytest.raises(Refusal) as hidden:
        review_at_street(elsewhere, application_id=application.pk, outcome="pass")
    assert hidden.value.status == 404
    review_at_street(street, application_id=application.pk, outcome="pass")
    with pytest.raises(Refusal) as hidden:
        decide_at_district(
            viewer_for(make_officer("district_officer", "110108")), application_id=application.pk, outcome="approve"
        )
    assert hidden.value.status == 404


def test_a_street_officer_does_not_decide_and_a_district_officer_does_not_review(family, street, district):
    application = apply(family, make_beijing_elder(family))
    for act, viewer, outcome in ((decide_at_district, street, "approve"), (review_at_street, district, "pass")):
        with pytest.raises(Refusal) as hidden:
            act(viewer, application_id=application.pk, outcome=outcome)
        assert hidden.value.status == 404


def test_without_the_second_factor_an_officer_finds_nothing(family):
    application = apply(family, make_beijing_elder(family))
    officer = viewer_for(make_officer("street_officer", HUJIALOU), second_factor=False)
    with pytest.raises(Refusal) as hidden:
        review_at_street(officer, application_id=application.pk, outcome="pass")
    assert hidden.value.status == 404


def test_the_district_decides_only_after_the_street(family, district):
    application = apply(family, make_beijing_elder(family))
    with pytest.raises(Refusal) as early:
        decide_at_district(district, application_id=application.pk, outcome="approve")
    assert (early.value.code, early.value.status) == ("wrong_stage", 409)


def test_an_officer_does_not_handle_a_case_of_the_own_family(district):
    officer = make_officer("street_officer", HUJIALOU)
    officer.person = make_person("赵初审")
    officer.save()
    application = apply(officer, make_beijing_elder(officer))
    with pytest.raises(Refusal) as own:
        review_at_street(viewer_for(officer), application_id=application.pk, outcome="pass")
    assert (own.value.code, own.value.status) == ("own_case", 403)


def test_a_second_application_is_refused_while_one_is_open_and_after_it_is_approved(family, street, district):
    elder = make_beijing_elder(family)
    application = apply(family, elder)
    with pytest.raises(Refusal) as second:
        apply(family, elder)
    assert (second.value.code, second.value.status) == ("already_open", 409)
    review_at_street(street, application_id=application.pk, outcome="pass")
    decide_at_district(district, application_id=application.pk, outcome="approve")
    with pytest.raises(Refusal) as third:
        apply(family, elder)
    assert third.value.code == "already_entitled"
    assert Application.objects.count() == 1


def test_a_withdrawn_application_makes_room_for_another(family):
    elder = make_beijing_elder(family)
    first = apply(family, elder)
    withdraw_application(viewer_for(family), application_id=first.pk)
    withdraw_application(viewer_for(family), application_id=first.pk)
    assert apply(family, elder).pk != first.pk


def test_another_family_finds_no_elder_to_apply_for(family):
    elder = make_beijing_elder(family)
    with pytest.raises(Refusal) as hidden:
        apply(make_family("别人"), elder)
    assert hidden.value.status == 404
    assert not Application.objects.exists()


def test_a_wrong_account_number_is_refused_beside_its_field(family):
    with pytest.raises(Refusal) as wrong:
        apply(family, make_beijing_elder(family), number="12")
    assert list(wrong.value.fields) == ["account_number"]


def test_without_a_hukou_in_beijing_there_is_nowhere_to_apply(family):
    elder = make_beijing_elder(family, hukou=WUQING)
    with pytest.raises(Refusal) as elsewhere:
        apply(family, elder)
    assert elsewhere.value.code == "hukou_elsewhere"


def test_an_assessed_severe_disability_opens_the_application_by_itself_once(family):
    elder = make_beijing_elder(family)
    assert open_from_new_assessments() == 1
    assert open_from_new_assessments() == 0
    application = Application.objects.get()
    assert (application.programme, application.origin, application.street_id) == (NURSING, "assessment", HUJIALOU)
    assert application.elder_id == elder.pk and application.account is None
    assert Letter.objects.filter(kind="subsidy.opened", to_person=family.person).count() == 1


def test_a_moderate_disability_opens_nothing(family):
    make_beijing_elder(family, level=2)
    assert open_from_new_assessments() == 0


def test_an_elder_of_tianjin_assessed_severe_gets_no_beijing_application(family):
    elder = make_beijing_elder(family, level=None)
    HukouSpell.objects.filter(elder=elder).update(region_id=WUQING)
    assert open_from_assessment(make_assessment(elder).pk) is None


def test_the_family_completes_what_the_assessment_opened_and_only_then_it_can_be_approved(family, street, district):
    elder = make_beijing_elder(family)
    opened = open_from_assessment(make_assessment(elder, level=4).pk)
    review_at_street(street, application_id=opened.pk, outcome="pass")
    with pytest.raises(Refusal) as no_account:
        decide_at_district(district, application_id=opened.pk, outcome="approve")
    assert no_account.value.code == "account_missing"
    assert apply(family, elder).pk == opened.pk
    decide_at_district(district, application_id=opened.pk, outcome="approve")
    assert Entitlement.objects.count() == 1


def test_a_user_without_a_post_or_an_elder_finds_nothing(family):
    application = apply(family, make_beijing_elder(family))
    with pytest.raises(Refusal) as hidden:
        withdraw_application(viewer_for(make_user("路人")), application_id=application.pk)
    assert hidden.value.status == 404
