"""The card benefits are paid to: the bank is asked whose it is, and a change takes effect only once it has said yes."""

import pytest

from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Letter
from subsidies.models import AccountChange, Application, PayoutAccount
from subsidies.rules.accounts import looks_mistyped
from subsidies.services.accounts import change_account, check_account, check_waiting, withdraw_change
from subsidies.services.decide import decide_at_district, review_at_street
from subsidies.services.filing import begin_filing, save_filing, send_filing
from subsidies.services.pay import _newest_accounts
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.people import stand_beside
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.subsidies import CARD, NURSING, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db
OTHER = "6222021234567894"


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family)


@pytest.fixture
def applied(family, elder) -> Application:
    viewer = viewer_for(family)
    filing = begin_filing(viewer, elder_id=elder.pk, programmes=[NURSING])
    save_filing(viewer, filing_id=filing.pk, account={"kind": "elder_card", "number": CARD})
    return send_filing(viewer, filing_id=filing.pk, agreed=True)[0]


def change(family, elder, number=OTHER):
    return change_account(
        viewer_for(family), elder_id=elder.pk, account_kind="social_security_card", account_number=number
    )


def refused(act) -> str:
    with pytest.raises(Refusal) as no:
        act()
    return no.value.code


def asked(account_id) -> tuple[str, str]:
    check_account(account_id)
    return PayoutAccount.objects.values_list("check_state", "check_reason").get(pk=account_id)


def test_the_bank_says_whether_the_card_is_the_elders_and_no_money_moves(open_bank, applied, elder):
    bank = open_bank({"do": "name_differs", "when": {"account": OTHER}}, {"do": "no_answer", "when": {"account": CARD}})
    assert asked(applied.account_id) == ("unverified", "")  # silence is no answer
    assert asked(applied.account_id) == ("verified", "")
    assert bank.balance(CARD) == 0
    other = PayoutAccount.objects.create(elder=elder, kind="civil_card", number=OTHER, number_index="x")
    assert asked(other.pk) == ("failed", "name_differs")
    letter = Letter.objects.get(kind="account.check_failed")
    assert "不是老人本人" in str(letter.body) and OTHER not in str(letter.body)


def test_a_bell_nobody_heard_is_made_good(open_bank, applied):
    open_bank()
    assert check_waiting() == 0  # young enough for its bell
    PayoutAccount.objects.update(recorded_at="2026-01-01T00:00:00+08:00")
    assert check_waiting() == 1 and PayoutAccount.objects.get().check_state == "verified"
    assert check_waiting() == 0


def test_what_the_bank_refused_is_not_approved_until_another_card_is_verified(open_bank, family, elder, applied):
    open_bank({"do": "unknown_account", "when": {"account": CARD}, "times": None})
    check_account(applied.account_id)
    review_at_street(viewer_for(make_officer("street_officer", HUJIALOU)), application_id=applied.pk, outcome="pass")
    district = viewer_for(make_officer("district_officer", CHAOYANG))

    def approve():
        return decide_at_district(district, application_id=applied.pk, outcome="approve")

    assert refused(approve) == "account_failed"
    check_account(change(family, elder).account_id)
    assert approve().outcome == "approve"
    applied.refresh_from_db()
    assert applied.account.number == OTHER


def test_until_the_bank_has_said_yes_the_old_card_is_paid_and_everybody_is_told(open_bank, family, elder, applied):
    open_bank()
    sister = make_family("李红")
    stand_beside(elder, sister.person)
    check_account(applied.account_id)
    asked_for = change(family, elder)
    told = Letter.objects.filter(kind="account.change_asked").values_list("to_person", flat=True)
    assert set(told) == {family.person_id, sister.person_id}
    assert _newest_accounts([elder.pk]) == {elder.pk: applied.account_id}
    assert refused(lambda: change(family, elder, "6222029999999999")) == "change_waits"
    check_account(asked_for.account_id)
    applied.refresh_from_db()
    asked_for.refresh_from_db()
    assert (asked_for.state, applied.account_id) == ("effective", asked_for.account_id)
    assert _newest_accounts([elder.pk]) == {elder.pk: asked_for.account_id}
    assert refused(lambda: change(family, elder)) == "same_account"


def test_a_change_the_bank_refuses_or_the_family_takes_back_leaves_the_old_card(open_bank, family, elder, applied):
    open_bank({"do": "account_closed", "when": {"account": OTHER}, "times": None})
    check_account(applied.account_id)
    failed = change(family, elder)
    check_account(failed.account_id)
    failed.refresh_from_db()
    assert failed.state == "failed" and "停用" in str(Letter.objects.get(kind="account.change_failed").body)
    taken = change(family, elder, "6222029999999999")
    for _click in range(2):
        assert withdraw_change(viewer_for(family), change_id=taken.pk).state == "withdrawn"
    applied.refresh_from_db()
    assert applied.account.number == CARD and AccountChange.objects.count() == 2
    assert refused(lambda: withdraw_change(viewer_for(family), change_id=failed.pk)) == "already_settled"
    stranger = viewer_for(make_family("别人"))
    assert refused(lambda: withdraw_change(stranger, change_id=failed.pk)) == "not_found"


def test_a_number_that_breaks_the_rule_of_bank_cards_is_only_a_hint():
    assert [looks_mistyped(one) for one in ("6228480402564890018", "6228480402564890019", "1234567890")] == [
        False,
        True,
        False,
    ]
