"""What contradicts a benefit is flagged with its evidence before anybody decides; only a person clears it, with a reason."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.people.models import Certificate, Declaration
from eldercare.people.services.declare import declare_facts, record_death
from facilities.choices import EndReason
from facilities.models import Leave, Stay
from subsidies.choices import FlagKind
from subsidies.models import CrossCheckFlag, PayoutAccount
from subsidies.rules.cross_checks import LONG_LEAVE_DAYS
from subsidies.selectors.cross_checks import known_of
from subsidies.services.cross_check import check_entitlements, clear_flag, cross_check
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.facilities import make_home, make_stay
from tests.builders.people import stand_beside
from tests.builders.regions import CHAOYANG, TONGZHOU
from tests.builders.settlement import make_entitlement, make_routing
from tests.builders.subsidies import HARDSHIP, NURSING, SENIORITY, make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family)


@pytest.fixture
def officer():
    return viewer_for(make_officer("district_officer", CHAOYANG))


def kinds(flags):
    return {flag.kind for flag in flags}


def said(flag):
    return [one["text"] for one in flag.evidence]


def test_a_clean_case_has_no_flag(elder, family):
    assert cross_check(make_application(elder, family.person)) == []
    assert not CrossCheckFlag.objects.exists()


@pytest.mark.parametrize(
    ("circumstance", "programme", "kind"),
    [
        ("destitute_support", NURSING, FlagKind.DESTITUTE),
        ("work_injury_nursing", HARDSHIP, FlagKind.WORK_INJURY),
        ("disability_nursing_allowance", NURSING, FlagKind.TWO_ALLOWANCES),
        ("disability_living_allowance", HARDSHIP, FlagKind.TWO_ALLOWANCES),
        ("destitute_support", SENIORITY, None),
    ],
)
def test_what_cannot_be_drawn_beside_the_benefit_is_flagged(elder, family, circumstance, programme, kind):
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {circumstance: True}})
    flags = cross_check(make_application(elder, family.person, programme=programme))
    assert kinds(flags) == ({kind} if kind else set())


def test_an_offices_yes_contradicts_a_later_no_of_the_family(elder, family, officer):
    declare_facts(officer, elder_id=elder.pk, facts={"circumstances": {"destitute_support": True}})
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {"destitute_support": False}})
    (flag,) = cross_check(make_application(elder, family.person))
    assert flag.kind == FlagKind.DESTITUTE and "后来的申报说没有" in said(flag)[0]
    declare_facts(officer, elder_id=elder.pk, facts={"circumstances": {"destitute_support": False}})
    assert cross_check(make_application(elder, family.person, programme=HARDSHIP)) == []


def test_a_death_that_a_home_knows_is_flagged_before_the_office_knows_it(elder, family):
    stay = make_stay(make_home(), elder, family.person, since=date(2026, 1, 1), until=date(2026, 3, 4))
    Stay.objects.filter(pk=stay.pk).update(ended_reason=EndReason.DEATH)
    (flag,) = cross_check(make_application(elder, family.person))
    assert flag.kind == FlagKind.DECEASED


def test_an_application_for_somebody_dead_is_flagged(elder, family):
    record_death(viewer_for(family), elder_id=elder.pk, died_on=clock.today())
    (flag,) = cross_check(make_application(elder, family.person))
    assert flag.kind == FlagKind.DECEASED and flag.evidence[0]["blanks"] == {"day": str(clock.today())}


def test_two_claims_are_told_by_the_paying_district_the_card_and_the_certificate(elder, family):
    other = make_beijing_elder(make_family("赵敏"))
    number = "6228480012345678"
    for one in (elder, other):
        PayoutAccount.objects.create(elder=one, kind="elder_card", number=number, number_index=blind_index(number))
        Certificate.objects.create(
            elder=one, number=number, number_index=blind_index(number), facts={}, days=DateRange(date(2020, 1, 1), None)
        )
    paid = make_entitlement(elder, first="2026-01")
    type(paid).objects.filter(pk=paid.pk).update(payer_region=TONGZHOU)
    (flag,) = cross_check(make_application(elder, family.person))
    assert flag.kind == FlagKind.DOUBLE_CLAIM
    assert said(flag) == [
        "{district}正在发放同一项补贴",
        "收款账户和另一位老人的相同",
        "残疾人证号码和另一位老人的相同",
    ]


def test_money_routed_to_a_home_where_nobody_is_is_flagged(elder, family):
    today = clock.today()
    home, entitlement = make_home(), make_entitlement(elder, first="2026-01")
    make_routing(entitlement, home, first="2026-01")
    assert check_entitlements([entitlement]) == 1
    assert kinds(CrossCheckFlag.objects.all()) == {FlagKind.ABSENT}
    stay = make_stay(home, elder, family.person, since=today - timedelta(9))
    assert check_entitlements([entitlement]) == 0, "the elder lives there now: the flag is gone by itself"
    assert CrossCheckFlag.objects.get().gone_at is not None
    Leave.objects.create(stay=stay, days=DateRange(today - timedelta(2), today + timedelta(LONG_LEAVE_DAYS - 3)))
    assert check_entitlements([entitlement]) == 0, "a short leave is no absence"
    Leave.objects.update(days=DateRange(today - timedelta(2), today + timedelta(LONG_LEAVE_DAYS - 2)))
    assert check_entitlements([entitlement]) == 1


def test_a_cleared_flag_does_not_come_back_unless_the_evidence_changes(elder, family, officer):
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {"destitute_support": True}})
    application = make_application(elder, family.person)
    (flag,) = cross_check(application)
    for reason in ("", "长" * 501):
        with pytest.raises(Refusal) as caught:
            clear_flag(officer, flag_id=flag.pk, reason=reason)
        assert caught.value.fields.keys() == {"reason"}
    cleared = clear_flag(officer, flag_id=flag.pk, reason="已向街道核实，供养 2026 年 5 月已停")
    assert (cleared.cleared_by_id, cleared.is_open) == (officer.user_id, False)
    assert cross_check(application) == []
    Declaration.objects.create(elder=elder, facts={"circumstances": {}}, declared_by="builder")
    assert cross_check(application) == []
    declare_facts(officer, elder_id=elder.pk, facts={"circumstances": {"destitute_support": True}})
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {"destitute_support": False}})
    assert len(cross_check(application)) == 1


def test_only_the_districts_officer_clears_and_never_the_own_case(elder, family, officer):
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {"destitute_support": True}})
    (flag,) = cross_check(make_application(elder, family.person))
    for stranger in (viewer_for(family), viewer_for(make_officer("district_officer", TONGZHOU))):
        with pytest.raises(Refusal) as caught:
            clear_flag(stranger, flag_id=flag.pk, reason="看过")
        assert caught.value.status == 404
    relative = make_officer("district_officer", CHAOYANG, "女儿")
    stand_beside(elder, relative.person)
    with pytest.raises(Refusal) as caught:
        clear_flag(viewer_for(relative), flag_id=flag.pk, reason="看过")
    assert caught.value.code == "own_case"
    assert CrossCheckFlag.objects.get().is_open


def test_the_table_wants_to_know_who_cleared_a_flag_when_and_why(elder, family):
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {"destitute_support": True}})
    (flag,) = cross_check(make_application(elder, family.person))
    with pytest.raises(IntegrityError, match="a_cleared_flag_says_who_when_and_why"), transaction.atomic():
        CrossCheckFlag.objects.filter(pk=flag.pk).update(cleared_at=clock.now())


def test_evidence_is_sealed_at_rest(elder, family):
    declare_facts(viewer_for(family), elder_id=elder.pk, facts={"circumstances": {"destitute_support": True}})
    cross_check(make_application(elder, family.person))
    with connection.cursor() as cursor:
        cursor.execute("SELECT evidence::text FROM subsidies_crosscheckflag")
        assert "特困" not in cursor.fetchone()[0]


def test_many_are_compared_in_a_constant_number_of_queries(family):
    counts = []
    for more in (1, 4):
        elders = [make_beijing_elder(family) for _one in range(more)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            known_of([elder.pk for elder in elders], NURSING, clock.today())
        counts.append(len(queries))
    assert counts[0] == counts[1]
