"""A benefit is routed to the home the elder lives in, with a consent that can be taken back."""

from datetime import date

import pytest

from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Consent, Letter
from eldercare.people.services.consents import revoke_consent
from subsidies.models import Routing
from subsidies.services.route import propose_routing, revoke_routing, route_subsidy, stop_without_consent
from tests.builders.accounts import viewer_for
from tests.builders.facilities import make_home, make_stay
from tests.builders.recognition import agreements
from tests.builders.regions import CHAOYANG
from tests.builders.settlement import make_entitlement, set_day
from tests.builders.subsidies import SENIORITY, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """An elder of 朝阳 with the nursing benefit since July, living in 武清 since 10 July; today is 15 July 2026."""
    agreements()
    set_day(date(2026, 7, 15))
    family = make_family()
    elder = make_beijing_elder(family, level=None)
    home = make_home(prices=False)
    make_stay(home, elder, family.person, since=date(2026, 7, 10))
    return viewer_for(family), make_entitlement(elder), home


def route(viewer, entitlement, home):
    return route_subsidy(viewer, entitlement_id=entitlement.pk, facility_id=home.pk, text_version="2026-01")


def test_a_routing_starts_with_this_months_credit_and_rests_on_a_consent_and_a_document(case):
    routing = route(*case)
    assert (routing.from_month, routing.until_month, routing.state) == (date(2026, 7, 1), None, "active")
    assert (routing.consent.purpose, routing.consent.about) == ("subsidy_routing", f"facility:{case[2].pk}")
    documents = {reason["cite"]["document"] for reason in routing.grounds if reason["cite"]}
    assert {"京民养老发〔2019〕160号", "京民养老发〔2024〕17号"} <= documents
    assert Letter.objects.filter(kind="routing.given").count() == 1


def test_routing_twice_gives_the_first_and_one_consent(case):
    assert route(*case).pk == route(*case).pk
    assert Consent.objects.filter(purpose="subsidy_routing").count() == 1


def test_a_routing_taken_back_stops_from_next_month_and_can_begin_again_then(case):
    viewer, entitlement, home = case
    routing = revoke_routing(viewer, routing_id=route(*case).pk)
    assert (routing.state, routing.until_month) == ("revoked", date(2026, 8, 1))
    routing.consent.refresh_from_db()
    assert routing.consent.revoked_at is not None
    again = route(viewer, entitlement, home)
    assert again.pk != routing.pk and again.from_month == date(2026, 8, 1)


def test_taking_the_consent_back_elsewhere_stops_the_routing_too(case):
    viewer = case[0]
    routing = route(*case)
    revoke_consent(viewer, consent_id=routing.consent_id)
    assert (stop_without_consent(), stop_without_consent()) == (1, 0)
    routing.refresh_from_db()
    assert (routing.state, routing.until_month) == ("revoked", date(2026, 8, 1))


def test_without_a_stay_at_the_home_nothing_is_routed(case):
    viewer, entitlement, _home = case
    with pytest.raises(Refusal) as no:
        route(viewer, entitlement, make_home("示例·别处养老院", prices=False))
    assert no.value.code == "not_routable"
    assert [reason.id for reason in no.value.reasons if reason.outcome == "fail"] == ["stay"]
    assert not Routing.objects.exists() and not Consent.objects.filter(purpose="subsidy_routing").exists()


def test_the_elders_free_money_is_not_routed(case):
    viewer, nursing, home = case
    free = make_entitlement(nursing.elder, programme=SENIORITY, monthly_fen=10_000)
    with pytest.raises(Refusal) as no:
        route(viewer, free, home)
    assert [reason.id for reason in no.value.reasons if reason.outcome == "fail"] == ["spendable"]


def test_a_second_home_is_refused_while_the_first_routing_stands(case):
    viewer, entitlement, home = case
    route(viewer, entitlement, home)
    with pytest.raises(Refusal) as no:
        route(viewer, entitlement, make_home("示例·别处养老院", prices=False))
    assert (no.value.code, no.value.status) == ("already_routed", 409)


def test_outdated_words_of_consent_are_refused_and_nothing_is_kept(case):
    viewer, entitlement, home = case
    with pytest.raises(Refusal) as no:
        route_subsidy(viewer, entitlement_id=entitlement.pk, facility_id=home.pk, text_version="1999-01")
    assert no.value.code == "consent_text_outdated"
    assert not Routing.objects.exists()


def test_another_family_can_neither_route_nor_revoke(case):
    stranger = viewer_for(make_family("别人"))
    with pytest.raises(Refusal) as hidden:
        route(stranger, *case[1:])
    assert hidden.value.status == 404
    with pytest.raises(Refusal) as hidden:
        revoke_routing(stranger, routing_id=route(*case).pk)
    assert hidden.value.status == 404


def test_a_home_in_the_same_region_needs_no_recognition(case):
    viewer, entitlement, _home = case
    at_home = make_home("示例·朝阳养老院", region=CHAOYANG, prices=False)
    proposal = propose_routing(viewer, elder_id=entitlement.elder_id, facility_id=at_home.pk)
    assert proposal is None  # the elder does not live there


def test_a_proposal_opens_nothing_and_is_gone_once_routed(case):
    viewer, entitlement, home = case
    proposal = propose_routing(viewer, elder_id=entitlement.elder_id, facility_id=home.pk)
    assert (proposal.entitlement.pk, proposal.from_month) == (entitlement.pk, Month(2026, 7))
    assert not Routing.objects.exists()
    route(*case)
    assert propose_routing(viewer, elder_id=entitlement.elder_id, facility_id=home.pk) is None
