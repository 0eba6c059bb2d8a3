"""What can never be kept about applications, decisions, entitlements and routings: each by one insert that is refused."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.people.choices import Purpose
from eldercare.people.models import Consent
from subsidies.models import Application, Decision, Entitlement, PayoutAccount, Routing
from tests.builders.accounts import make_officer, make_user
from tests.builders.facilities import make_home
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.settlement import make_account, make_entitlement
from tests.builders.subsidies import make_application, make_assessment, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family, level=None)


def refused_by(name: str, act) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act()
    assert name in str(error.value)


def decide(application, by, **more):
    row = {"stage": "district_decision", "outcome": "approve", "facts": {}, "verdict": {}}
    return Decision.objects.create(application=application, by=by, **{**row, **more})


def test_an_elder_has_one_open_application_per_programme(family, elder):
    make_application(elder, family.person)
    refused_by("one_open_application_per_programme_and_elder", lambda: make_application(elder, family.person))
    make_application(elder, family.person, state="withdrawn")


def test_an_assessment_opens_one_application(family, elder):
    row = {"origin": "assessment", "assessment": make_assessment(elder)}
    make_application(elder, None, state="withdrawn", **row)
    refused_by(
        "an_assessment_opens_one_application",
        lambda: make_application(elder, None, programme="beijing/2019-160/hardship", **row),
    )


def test_an_application_is_in_a_known_state(family, elder):
    refused_by("an_application_is_in_a_known_state", lambda: make_application(elder, family.person, state="lost"))


def test_an_application_names_who_or_what_began_it(family, elder):
    refused_by("an_application_names_who_or_what_began_it", lambda: make_application(elder, None))
    refused_by(
        "an_application_names_who_or_what_began_it",
        lambda: make_application(elder, family.person, origin="assessment"),
    )


def test_an_application_stays_in_the_district_of_its_street(family, elder):
    application = make_application(elder, family.person)
    refused_by(
        "an_application_stays_in_the_district_of_its_street",
        lambda: Application.objects.filter(pk=application.pk).update(district_id="110108"),
    )


def test_a_payout_account_is_one_of_the_six_cards_and_kept_once(elder):
    account = make_account(elder)
    row = {"elder": elder, "number": account.number, "number_index": account.number_index}
    refused_by(
        "an_elder_keeps_each_payout_account_once", lambda: PayoutAccount.objects.create(kind=account.kind, **row)
    )
    refused_by("a_payout_account_is_one_of_the_allowed_cards", lambda: PayoutAccount.objects.create(kind="cash", **row))


def test_a_decider_is_not_the_applicant_nor_the_elder(elder):
    neighbour = make_family("邻居")
    application = make_application(elder, neighbour.person)
    refused_by("a_decider_is_not_the_applicant", lambda: decide(application, neighbour))
    themselves = make_user("王桂兰")
    themselves.person = elder.person
    themselves.save()
    refused_by("a_decider_is_not_the_applicant", lambda: decide(application, themselves))


def test_a_decider_is_not_the_reviewer(family, elder):
    application = make_application(elder, family.person)
    officer = make_officer("street_officer", HUJIALOU)
    decide(application, officer, stage="street_review", outcome="pass")
    refused_by("a_decider_is_not_the_reviewer", lambda: decide(application, officer))
    decide(application, make_officer("district_officer", CHAOYANG))


def test_a_decision_is_written_once(family, elder):
    decision = decide(make_application(elder, family.person), make_officer())
    refused_by("update or delete", lambda: Decision.objects.filter(pk=decision.pk).update(outcome="refuse"))
    refused_by("update or delete", lambda: Decision.objects.filter(pk=decision.pk)._raw_delete("default"))
    refused_by("an_application_is_decided_once_per_stage", lambda: decide(decision.application, make_officer()))


def test_an_outcome_belongs_to_its_stage(family, elder):
    application = make_application(elder, family.person)
    refused_by("an_outcome_belongs_to_its_stage", lambda: decide(application, make_officer(), stage="street_review"))


def test_a_no_states_its_reason_and_a_refusal_its_remedy_and_time_limit(family, elder):
    application = make_application(elder, family.person)
    officer = make_officer()
    last_day = clock.today() + timedelta(days=60)
    refused_by("a_no_states_its_reason", lambda: decide(application, officer, stage="street_review", outcome="object"))
    for incomplete in ({"remedy": "可以提出"}, {"appeal_until": last_day}):
        refused_by(
            "a_refusal_states_remedy_and_time_limit",
            lambda: decide(application, officer, outcome="refuse", reason="不符合", **incomplete),  # noqa: B023
        )


def test_an_elder_has_one_live_entitlement_per_programme_and_month(elder):
    make_entitlement(elder, first="2026-07", last="2026-09")
    refused_by("one_live_entitlement_per_programme_and_beneficiary", lambda: make_entitlement(elder, first="2026-09"))
    make_entitlement(elder, first="2026-10")
    refused_by("one_live_entitlement_per_programme_and_beneficiary", lambda: make_entitlement(elder, first="2030-01"))


def test_an_entitlement_is_worth_something_and_counts_in_whole_months(elder):
    refused_by("an_entitlement_is_worth_something", lambda: make_entitlement(elder, monthly_fen=0))
    entitlement = make_entitlement(elder, first="2026-07")
    rows = Entitlement.objects.filter(pk=entitlement.pk)
    for wrong in ({"first_month": date(2026, 7, 2)}, {"last_month": date(2026, 8, 31)}):
        refused_by("an_entitlement_counts_in_whole_months", lambda: rows.update(**wrong))  # noqa: B023


@pytest.fixture
def route(family, elder):
    entitlement, home = make_entitlement(elder, first="2026-07"), make_home(prices=False)
    consent = Consent.objects.create(
        elder=elder, purpose=Purpose.SUBSIDY_ROUTING, text_version="2026-01", given_by=family.person
    )

    def routed(first: str, until: str | None = None, **more):
        row = {
            "from_month": Month.parse(first).first_day,
            "until_month": until and Month.parse(until).first_day,
            "state": "revoked" if until else "active",
        }
        return Routing.objects.create(
            entitlement=entitlement, elder=elder, facility=home, consent=consent, **{**row, **more}
        )

    return routed


def test_an_entitlement_is_routed_to_one_home_a_month(route):
    route("2026-07", "2026-09")
    refused_by("an_entitlement_is_routed_to_one_home_a_month", lambda: route("2026-08"))
    route("2026-09")


def test_a_revoked_routing_names_its_first_free_month(route):
    refused_by("a_revoked_routing_names_its_first_free_month", lambda: route("2026-07", state="revoked"))
    refused_by("a_revoked_routing_names_its_first_free_month", lambda: route("2026-07", "2026-09", state="active"))


def test_a_routing_counts_in_whole_months(route):
    refused_by("a_routing_counts_in_whole_months", lambda: route("2026-07", from_month=date(2026, 7, 15)))


def test_sealed_columns_hold_no_readable_text(family, elder):
    from django.db import connection

    application = make_application(elder, family.person)
    Application.objects.filter(pk=application.pk).update(facts={"birth_date": "1945-03-10"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM subsidies_application WHERE id = %s", [application.pk])
        (facts,) = cursor.fetchone()
        cursor.execute("SELECT number FROM subsidies_payoutaccount")
        numbers = [bytes(row[0]) for row in cursor.fetchall()]
    assert b"1945" not in bytes(facts)
    assert all(application.account.number.encode() not in number for number in numbers)
