"""The contract both sides sign, and the move to another home as one case that both homes see."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from eldercare.audit.models import Event
from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from eldercare.people.models import Letter
from facilities.access import contracts_visible_to, transfers_visible_to
from facilities.choices import ContractState
from facilities.models import Contract, GradeSpell, Leave, Offer, Stay, Transfer
from facilities.rules.prepayment import deposit_limit, deposit_reason
from facilities.selectors.contracts import contract_shown, transfers_shown
from facilities.services import (
    accept_offer,
    change_grade,
    check_in,
    come_back,
    draw_up_contract,
    drop_stay,
    end_stay,
    offer_bed,
    record_leave,
    request_transfer,
    set_fee,
    set_price,
    set_season,
    sign_for_family,
    sign_for_home,
    void_contract,
)
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_bed, make_staff, make_stay
from tests.builders.people import make_elder, stand_beside
from tests.builders.waiting import Queue

pytestmark = pytest.mark.django_db
BED_FEN = 200_000


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


class Agreed:
    """A family that accepted a bed from in five days on."""

    def __init__(self):
        self.queue = Queue()
        self.family = self.queue.join("王桂兰")
        self.day = self.queue.today + timedelta(5)
        offer = offer_bed(
            self.queue.manager,
            application_id=self.family.application.pk,
            bed_id=make_bed(self.queue.home).pk,
            from_day=self.day,
        )
        self.stay = accept_offer(self.family.viewer, offer_id=offer.pk)

    def draw(self, deposit_fen=BED_FEN):
        return draw_up_contract(self.queue.manager, stay_id=self.stay.pk, deposit_fen=deposit_fen)


@pytest.fixture
def agreed():
    return Agreed()


def test_a_contract_has_the_parties_the_fees_in_force_the_deposit_and_the_first_day(agreed):
    contract = agreed.draw()
    shown = contract_shown(contract)
    assert (contract.starts_on, contract.monthly_fen, contract.deposit_fen) == (agreed.day, 620_000, BED_FEN)
    assert [line.amount_fen for line in shown.lines] == [200_000, 300_000, 120_000]
    assert shown.parties["home"]["name"] == agreed.queue.home.name
    assert shown.parties["elder"]["name"] == "王桂兰"
    assert "*" in shown.parties["elder"]["id_masked"]
    assert (contract.deposit_limit_fen, shown.deposit.outcome.value, shown.deposit_is_example) == (
        12 * BED_FEN,
        "pass",
        True,
    )


def test_what_is_paid_once_stands_in_the_contract_as_published_for_the_room_on_the_first_day(agreed):
    manager, home = agreed.queue.manager, agreed.queue.home
    facts = {"facility_id": home.pk, "kind": "one_off", "since": agreed.queue.today}
    set_fee(manager, **facts, name="床品费{套}", fen=30_000, refundable=False)
    set_fee(manager, **facts, name="单间的", fen=1, room_type="single")
    set_fee(manager, **{**facts, "since": agreed.day + timedelta(1)}, name="以后的", fen=1)
    set_fee(manager, **{**facts, "kind": "deposit"}, name="押金", fen=BED_FEN)
    contract = agreed.draw()
    set_fee(manager, **facts, name="床品费{套}", fen=40_000)
    boss = sign_in(Client(), agreed.queue.manager_user)
    row = boss.get(f"/api/v1/contracts/{contract.pk}").json()
    assert [(line["label"], line["amount_fen"], line["because"]) for line in row["once"]] == [
        ("床品费{套}", 30_000, "不退")
    ]
    assert row["monthly_fen"] == 620_000
    assert "床品费{套}" in boss.get(f"/contracts/{contract.pk}").content.decode()


def test_a_short_stay_s_contract_has_its_days_and_the_season_s_price_as_it_was_offered():
    queue = Queue()
    day, until = queue.today + timedelta(5), queue.today + timedelta(8)
    facts = {"facility_id": queue.home.pk, "room_type": "double", "unit": "day", "fen": 20_000}
    set_season(queue.manager, **facts, since=queue.today, until=None, includes=["care", "meal"], season="冬季")
    family = queue.join("王桂兰", wanted_from=day, wanted_until=until)
    bed = make_bed(queue.home)
    offer = offer_bed(queue.manager, application_id=family.application.pk, bed_id=bed.pk, from_day=day)
    stay = accept_offer(family.viewer, offer_id=offer.pk)
    contract = draw_up_contract(queue.manager, stay_id=stay.pk, deposit_fen=BED_FEN)
    shown = contract_shown(contract)
    assert (contract.starts_on, shown.until, contract.monthly_fen) == (day, until, 60_000)
    assert contract.monthly_fen == offer.price["gross_fen"]
    assert [line.amount_fen for line in shown.lines] == [60_000]
    boss = Client()
    sign_in(boss, queue.manager_user)
    page = boss.get(f"/contracts/{contract.pk}").content.decode()
    assert "每月合计" not in page
    assert f"{until.month}月{until.day}日" in page
    row = boss.get(f"/api/v1/contracts/{contract.pk}").json()
    assert (row["until"], row["monthly_fen"], row["total_fen"]) == (until.isoformat(), None, 60_000)


def test_a_contract_names_the_month_as_it_is_charged_from_its_first_day_not_a_mixture(agreed):
    """A price that ends in the middle of the first month, before the stay begins, is not part of what is signed."""
    set_price(
        agreed.queue.manager,
        facility_id=agreed.queue.home.pk,
        item="meal",
        monthly_fen=130_000,
        since=agreed.day - timedelta(1),
    )
    contract = agreed.draw()
    assert contract.monthly_fen == 630_000
    assert [line.amount_fen for line in contract_shown(contract).lines] == [200_000, 300_000, 130_000]


def test_nobody_signs_for_a_stay_that_was_called_off(agreed):
    contract = agreed.draw()
    sign_for_home(agreed.queue.manager, contract_id=contract.pk)
    drop_stay(agreed.family.viewer, stay_id=agreed.stay.pk)
    facts = {"contract_id": contract.pk, "content": contract.content}
    assert code_of(lambda: sign_for_family(agreed.family.viewer, **facts)) == "already_answered"
    assert void_contract(agreed.queue.manager, contract_id=contract.pk, reason="没有入住").state == ContractState.VOID


def test_a_deposit_above_the_limit_is_refused_with_the_article_and_nothing_is_drawn_up(agreed):
    with pytest.raises(Refusal) as refusal:
        agreed.draw(12 * BED_FEN + 1)
    assert refusal.value.code == "deposit_too_high"
    assert refusal.value.reasons[0].cite.article == "押金不超过月床位费的12倍"
    assert str(refusal.value.sentence) == "押金 24,000.01 元，超过月床位费的 12 倍（24,000.00 元）。"
    assert Contract.objects.count() == 0
    assert agreed.draw(12 * BED_FEN).state == ContractState.DRAWN


def test_without_a_known_limit_the_deposit_can_not_be_judged_and_the_reason_says_so():
    reason = deposit_reason(1, deposit_limit(BED_FEN, None))
    assert (reason.outcome.value, reason.cite) == ("unknown", None)


def test_the_home_signs_first_then_the_family_what_it_has_read(agreed):
    contract = agreed.draw()
    family = lambda content=contract.content: sign_for_family(  # noqa: E731
        agreed.family.viewer, contract_id=contract.pk, content=content
    )
    assert code_of(family) == "already_answered"
    sign_for_home(agreed.queue.manager, contract_id=contract.pk)
    assert Letter.objects.filter(kind="contract.to_sign", to_person=agreed.family.viewer.person_id).count() == 1
    assert code_of(lambda: family("another page")) == "contract_changed"
    assert code_of(lambda: sign_for_family(agreed.queue.manager, contract_id=contract.pk, content="")) == (
        "not_acting_for_elder"
    )
    signed = family()
    assert (signed.state, signed.family_signed_by_id) == (ContractState.SIGNED, agreed.family.viewer.person_id)
    assert family().family_signed_at == signed.family_signed_at
    assert code_of(lambda: void_contract(agreed.queue.manager, contract_id=contract.pk, reason="x")) == (
        "already_answered"
    )


def test_only_the_manager_signs_and_only_those_concerned_see_it(agreed):
    contract = agreed.draw()
    nurse = make_user("护士")
    make_staff(nurse, agreed.queue.home, role="staff")
    assert code_of(lambda: sign_for_home(viewer_for(nurse), contract_id=contract.pk)) == "manager_only"
    assert code_of(lambda: sign_for_home(agreed.family.viewer, contract_id=contract.pk)) == "not_found"
    assert not contracts_visible_to(Queue().manager).exists()
    assert not contracts_visible_to(viewer_for(make_user("路人"))).exists()


def test_what_was_drawn_up_is_never_rewritten_a_mistake_is_voided(agreed):
    contract = agreed.draw()
    assert code_of(agreed.draw) == "contract_exists"
    with pytest.raises(InternalError), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(deposit_fen=1)
    set_price(
        agreed.queue.manager,
        facility_id=agreed.queue.home.pk,
        item="meal",
        room_type="",
        care_grade="",
        monthly_fen=150_000,
        since=agreed.queue.today + timedelta(60),
    )
    contract.refresh_from_db()
    assert contract.monthly_fen == 620_000
    assert code_of(lambda: void_contract(agreed.queue.manager, contract_id=contract.pk, reason=" ")) == (
        "reason_missing"
    )
    void_contract(agreed.queue.manager, contract_id=contract.pk, reason="押金写错了")
    assert agreed.draw(0).state == ContractState.DRAWN


def test_the_table_refuses_a_deposit_above_its_limit_and_a_signature_by_one_side(agreed):
    contract = agreed.draw()
    with pytest.raises(IntegrityError, match="a_deposit_is_within_its_limit"), transaction.atomic():
        Contract.objects.create(
            stay=agreed.stay,
            parties={},
            lines=[],
            monthly_fen=1,
            deposit_fen=2,
            deposit_limit_fen=1,
            starts_on=agreed.day,
            state="void",
            content="x",
        )
    sign_for_home(agreed.queue.manager, contract_id=contract.pk)
    with pytest.raises(IntegrityError, match="a_signed_contract_has_both_signatures"), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(state="signed")


def test_the_contract_is_read_signed_and_printed_on_its_page(agreed):
    contract = agreed.draw()
    manager = sign_in(Client(), _user_of(agreed.queue.manager))
    daughter = sign_in(Client(), _user_of(agreed.family.viewer))
    page = manager.get(f"/contracts/{contract.pk}").content.decode()
    assert "养老机构入住合同（网签）" in page
    assert "24,000.00" in page
    said = {"side": "home", "content": contract.content}
    assert manager.post(f"/contracts/{contract.pk}/sign", said).status_code == 302
    assert "我看清了，签字" in daughter.get(f"/contracts/{contract.pk}").content.decode()
    daughter.post(f"/contracts/{contract.pk}/sign", {"side": "family", "content": contract.content})
    contract.refresh_from_db()
    assert contract.state == "signed"
    assert "双方已签" in daughter.get(f"/contracts/{contract.pk}").content.decode()


def _user_of(viewer):
    from eldercare.accounts.models import User

    return User.objects.get(pk=viewer.user_id)


# Before and during the stay


def test_a_family_calls_an_agreed_stay_off_and_the_next_one_is_asked(agreed):
    second = agreed.queue.join("赵秀英")
    stranger = viewer_for(make_user("路人"))
    assert code_of(lambda: drop_stay(stranger, stay_id=agreed.stay.pk)) == "not_found"
    assert drop_stay(agreed.family.viewer, stay_id=agreed.stay.pk).state == "dropped"
    assert drop_stay(agreed.family.viewer, stay_id=agreed.stay.pk).state == "dropped"
    assert Offer.objects.get(state="live").application_id == second.application.pk
    assert Offer.objects.get(state="live").from_day == agreed.queue.today  # the bed is empty until the day agreed


def test_a_leave_ends_early_when_the_resident_is_back(agreed):
    move_clock(system("test"), timedelta(days=5))
    check_in(agreed.queue.manager, stay_id=agreed.stay.pk)
    move_clock(system("test"), timedelta(days=15))
    facts = {"stay_id": agreed.stay.pk}
    record_leave(agreed.queue.manager, since=agreed.day + timedelta(2), until=agreed.day + timedelta(20), **facts)
    assert code_of(lambda: come_back(agreed.queue.manager, on=agreed.day + timedelta(1), **facts)) == "not_on_leave"
    come_back(agreed.queue.manager, on=agreed.day + timedelta(9), **facts)
    leave = Leave.objects.get()
    assert (leave.days.lower, leave.days.upper) == (agreed.day + timedelta(2), agreed.day + timedelta(9))


def test_a_leave_nobody_went_on_is_as_if_it_had_not_been(agreed):
    move_clock(system("test"), timedelta(days=5))
    stay = check_in(agreed.queue.manager, stay_id=agreed.stay.pk)
    first = agreed.day + timedelta(2)
    facts = {"stay_id": stay.pk, "since": first, "until": first + timedelta(9)}
    record_leave(agreed.queue.manager, **facts)
    come_back(agreed.queue.manager, stay_id=stay.pk, on=first)
    assert not Leave.objects.exists()
    assert code_of(lambda: come_back(agreed.queue.manager, stay_id=stay.pk, on=first)) == "not_on_leave"
    record_leave(agreed.queue.manager, **facts)


def test_who_dies_on_the_day_they_came_has_stayed_that_day_and_the_next_is_asked_at_once(agreed):
    move_clock(system("test"), timedelta(days=5))
    stay = check_in(agreed.queue.manager, stay_id=agreed.stay.pk)
    end = lambda reason, day=agreed.day: end_stay(  # noqa: E731
        agreed.queue.manager, stay_id=stay.pk, until=day, reason=reason
    )
    with pytest.raises(Refusal) as refusal:
        end("went_home")
    assert "明天" in str(refusal.value.next_step)
    assert code_of(lambda: end("death", agreed.day - timedelta(1))) == "leaving_day"
    second = agreed.queue.join("赵秀英", wanted_from=agreed.day)
    assert end("death").days.upper == end("death").days.upper == agreed.day + timedelta(1)
    offer = Offer.objects.get(state="live")
    assert (offer.application_id, offer.from_day) == (second.application.pk, agreed.day + timedelta(1))


def test_who_leaves_takes_the_grade_and_the_leave_agreed_for_later_along(agreed):
    move_clock(system("test"), timedelta(days=5))
    stay = check_in(agreed.queue.manager, stay_id=agreed.stay.pk)
    move_clock(system("test"), timedelta(days=15))
    facts, left = {"stay_id": stay.pk}, stay.days.lower + timedelta(8)
    change_grade(agreed.queue.manager, care_grade="partial", from_day=left + timedelta(10), **facts)
    record_leave(agreed.queue.manager, since=left - timedelta(2), until=left + timedelta(5), **facts)
    record_leave(agreed.queue.manager, since=left + timedelta(5), until=left + timedelta(9), **facts)
    end_stay(agreed.queue.manager, until=left, reason="went_home", **facts)
    assert [(spell.days.lower, spell.days.upper) for spell in GradeSpell.objects.filter(stay=stay)] == [
        (stay.days.lower, left)
    ]
    assert [(leave.days.lower, leave.days.upper) for leave in Leave.objects.filter(stay=stay)] == [
        (left - timedelta(2), left)
    ]


# Moves


class Moving:
    """A resident of a Tianjin home whose family asks a Hebei home to take over."""

    def __init__(self):
        self.old, self.new = Queue(), Queue(region="131082", name="示例·燕郊养老院")
        self.elder = make_elder("王桂兰")
        self.stay = make_stay(self.old.home, self.elder, self.elder.person, since=date(2026, 1, 1))
        daughter = make_user("李娜")
        stand_beside(self.elder, daughter.person)
        self.family = viewer_for(daughter)
        self.today = clock.today()

    def ask(self, home=None):
        return request_transfer(
            self.family,
            stay_id=self.stay.pk,
            facility_id=(home or self.new.home).pk,
            room_type="double",
            care_grade="full",
            wanted_from=self.today,
            consent_text_version="2026-01",
        )

    def agree(self):
        self.move = self.ask()
        offer = offer_bed(
            self.new.manager,
            application_id=self.move.application_id,
            bed_id=make_bed(self.new.home).pk,
            from_day=self.today,
        )
        return accept_offer(self.family, offer_id=offer.pk)

    def stage(self, viewer):
        return [(one.stage, one.from_home, one.to_home) for one in transfers_shown(transfers_visible_to(viewer))]


@pytest.fixture
def moving():
    return Moving()


def test_a_move_is_one_case_that_the_family_and_both_homes_see(moving):
    homes = (moving.old.home.name, moving.new.home.name)
    moving.ask()
    for viewer in (moving.family, moving.old.manager, moving.new.manager):
        assert moving.stage(viewer) == [("waiting", *homes)]
    assert moving.stage(Queue().manager) == []
    assert Letter.objects.filter(kind="transfer.requested").count() == 1
    assert code_of(moving.ask) == "application_open"
    assert code_of(lambda: moving.ask(moving.old.home)) == "same_home"


def test_the_old_stay_ends_on_the_day_the_new_one_begins_and_the_old_bed_goes_to_the_next(moving):
    coming, waiting = moving.agree(), moving.old.join("赵秀英")
    assert moving.stage(moving.old.manager)[0][0] == "agreed"
    stay = check_in(moving.new.manager, stay_id=coming.pk)
    moving.stay.refresh_from_db()
    assert (moving.stay.state, moving.stay.ended_reason) == ("ended", "moved")
    assert moving.stay.days.upper == stay.days.lower == moving.today
    assert Offer.objects.get(state="live").application_id == waiting.application.pk
    move = Transfer.objects.get(application=stay.application_id)
    assert (move.elder_id, move.old_stay_id, move.moved_on) == (moving.elder.pk, moving.stay.pk, moving.today)
    assert moving.stage(moving.family) == [("moved", moving.old.home.name, moving.new.home.name)]
    assert Letter.objects.filter(kind="transfer.moved").count() == 1
    assert Event.objects.filter(act="transfer.moved").count() == 1
    assert check_in(moving.new.manager, stay_id=coming.pk).pk == stay.pk
    spells = GradeSpell.objects.filter(stay__elder=moving.elder).order_by("days")
    assert [(spell.days.lower, spell.days.upper) for spell in spells] == [
        (date(2026, 1, 1), moving.today),
        (moving.today, None),
    ]


def test_a_move_into_a_day_before_the_old_stay_moves_nothing(moving):
    coming = moving.agree()
    early = lambda: check_in(moving.new.manager, stay_id=coming.pk, on=date(2025, 12, 31))  # noqa: E731
    assert code_of(early) == "moving_day"
    moving.stay.refresh_from_db()
    assert (moving.stay.state, Stay.objects.get(pk=coming.pk).state) == ("in", "expected")
    assert Transfer.objects.get().moved_at is None


def test_who_left_the_old_home_already_is_taken_in_all_the_same(moving):
    coming = moving.agree()
    end_stay(moving.old.manager, stay_id=moving.stay.pk, until=moving.today, reason="moved")
    assert check_in(moving.new.manager, stay_id=coming.pk).state == "in"
    assert Transfer.objects.get().moved_on == moving.today


def test_a_move_that_is_called_off_ends_and_the_resident_stays(moving):
    coming = moving.agree()
    drop_stay(moving.family, stay_id=coming.pk)
    assert moving.stage(moving.old.manager)[0][0] == "ended"
    moving.stay.refresh_from_db()
    assert moving.stay.state == "in"


def test_only_who_acts_for_the_resident_asks_for_a_move(moving):
    kin = make_user("姑姑")
    stand_beside(moving.elder, kin.person, "kin")
    moving.family = viewer_for(kin)
    assert code_of(moving.ask) == "not_acting_for_elder"
    moving.family = moving.old.manager
    assert code_of(moving.ask) == "not_acting_for_elder"
    moving.family = viewer_for(make_user("路人"))
    assert code_of(moving.ask) == "not_found"
