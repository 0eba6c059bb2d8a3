"""What two apps or more do together: a bed is accepted and the routing proposed; the elder's file knows the next step."""

from datetime import timedelta

import pytest

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import Viewer
from eldercare.portal.journeys import find_a_home, move_in
from eldercare.portal.journeys.elder_file import elder_file
from eldercare.portal.rules.description import Description, elder_from
from eldercare.portal.rules.timeline import Door
from facilities.choices import OfferState, StayState
from facilities.models import Offer, Stay
from facilities.selectors.quotes import quote
from facilities.services.offer_bed import offer_bed
from facilities.services.stay import check_in
from subsidies.rules.facts import elder_from as facts_from
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import make_application, make_bed, make_home, make_staff, make_stay
from tests.builders.settlement import make_entitlement, make_routing
from tests.builders.subsidies import make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def staff(home) -> Viewer:
    user = make_user("院长")
    make_staff(user, home)
    return viewer_for(user)


@pytest.fixture
def family_user():
    return make_family()


@pytest.fixture
def elder(family_user):
    return make_beijing_elder(family_user)


@pytest.fixture
def offered(home, staff, family_user, elder) -> Offer:
    application = make_application(home, elder, family_user.person)
    return offer_bed(staff, application_id=application.pk, bed_id=make_bed(home).pk, from_day=clock.today())


def test_accepting_expects_the_stay_and_asks_nothing_while_no_subsidy_is_decided(family_user, offered):
    accepted = move_in.accept(viewer_for(family_user), offer_id=offered.pk)

    assert accepted.stay.state == StayState.EXPECTED
    assert accepted.proposal is None
    assert accepted.to_json()["routing"] is None


def test_accepting_twice_gives_the_same_stay(family_user, offered):
    viewer = viewer_for(family_user)

    first = move_in.accept(viewer, offer_id=offered.pk)
    second = move_in.accept(viewer, offer_id=offered.pk)

    assert first.to_json() == second.to_json()
    assert Stay.objects.count() == 1


def test_another_familys_offer_is_not_found_and_stays_as_it_was(offered):
    with pytest.raises(Refusal) as refused:
        move_in.accept(viewer_for(make_family("赵敏")), offer_id=offered.pk)

    assert refused.value.status == 404
    offered.refresh_from_db()
    assert offered.state == OfferState.LIVE


def test_a_lapsed_offer_is_refused_and_nothing_is_expected(family_user, offered):
    Offer.objects.filter(pk=offered.pk).update(
        offered_at=clock.now() - timedelta(days=3), lapses_at=clock.now() - timedelta(seconds=1)
    )

    with pytest.raises(Refusal) as refused:
        move_in.accept(viewer_for(family_user), offer_id=offered.pk)

    assert refused.value.code == "offer_lapsed"
    assert not Stay.objects.exists()


def test_the_file_of_an_assessed_elder_sends_the_family_to_the_subsidy(family_user, elder):
    file = elder_file(viewer_for(family_user), elder.pk)

    assert file.assessment.level == 3
    assert [step.state for step in file.steps][:2] == ["done", "current"]
    assert file.next_step.door is Door.SUBSIDY


def test_a_waiting_offer_is_the_next_step(family_user, elder, offered):
    file = elder_file(viewer_for(family_user), elder.pk)

    assert file.offer.pk == offered.pk
    assert file.next_step.door is Door.OFFER


def test_the_file_is_nobody_elses(elder):
    assert elder_file(viewer_for(make_family("赵敏")), elder.pk) is None
    assert elder_file(viewer_for(make_user("张经办")), elder.pk) is None


def test_search_quote_and_case_give_the_same_net_month_to_the_fen(home, staff, family_user, elder, offered):
    stay = move_in.accept(viewer_for(family_user), offer_id=offered.pk).stay
    check_in(staff, stay_id=stay.pk)
    on = clock.today()
    born = elder.person.birth_date
    described = Description(age=on.year - int(born[:4]), hukou="110105", level=3, hardship="none", draws=())
    asking = find_a_home.asker(facts_from(elder_from(described, on)), on)

    searched = next(one for one in find_a_home.prices_by_room(home.pk, asking) if one.quote.room_type == "double")
    quoted = find_a_home.priced(quote(home.pk, "double", "full", clock.this_month()), asking)
    case = elder_file(viewer_for(family_user), elder.pk).month

    assert searched.net.net_fen == quoted.net.net_fen == case.net.net_fen == 560_000
    assert [line.amount_fen for line in case.lines] == [200_000, 300_000, 120_000, -60_000]


def test_after_a_move_the_family_is_told_that_a_benefit_still_pays_the_old_home(client, family_user, elder, home):
    routing = make_routing(make_entitlement(elder), home)
    make_stay(make_home("示例·新的家"), elder, family_user.person, since=clock.today())

    assert elder_file(viewer_for(family_user), elder.pk).left_behind.routing == routing
    page = sign_in(client, family_user).get(f"/elders/{elder.pk}").content.decode()
    assert "补贴还写着付给示例·运河养老院" in page
