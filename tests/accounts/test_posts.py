"""Posts are given by role over a place, taken by who proves the address, ended at once."""

import pytest

from eldercare.accounts.models import Invitation, Post
from eldercare.accounts.services.posts import (
    accept_invitation,
    appoint,
    end_post,
    invite_officer,
    replace_post,
    withdraw_invitation,
)
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.regions import BEIJING, CHAOYANG, HUJIALOU, TIANJIN, TONGZHOU, WUQING, regions

pytestmark = pytest.mark.django_db
NEWCOMER = "13600000001"


@pytest.fixture(autouse=True)
def _divisions(db):
    regions()


def refusal_of(act, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    return caught.value


def offered(by, role="street_officer", region=HUJIALOU):
    return invite_officer(viewer_for(by), address=NEWCOMER, name="赵经办", role=role, region_code=region)


def test_a_district_officer_fills_a_street_of_the_district():
    invitation = offered(make_officer("district_officer", CHAOYANG))
    newcomer = make_user("", address=NEWCOMER)
    accept_invitation(viewer_for(newcomer), invitation_id=invitation.pk)
    assert viewer_for(newcomer).has("street_officer", "region", HUJIALOU)
    assert viewer_for(newcomer).name == "", "the viewer was built before; the account has the name now"
    newcomer.refresh_from_db()
    assert newcomer.name == "赵经办"


@pytest.mark.parametrize(
    ("holder", "over", "role", "region", "allowed"),
    [
        ("city_officer", BEIJING, "district_officer", CHAOYANG, True),
        ("city_officer", BEIJING, "auditor", BEIJING, True),
        ("city_officer", BEIJING, "street_officer", HUJIALOU, False),
        ("city_officer", BEIJING, "district_officer", WUQING, False),
        ("city_officer", TIANJIN, "district_officer", WUQING, True),
        ("district_officer", CHAOYANG, "district_officer", CHAOYANG, True),
        ("district_officer", CHAOYANG, "district_officer", TONGZHOU, False),
        ("district_officer", CHAOYANG, "city_officer", BEIJING, False),
        ("street_officer", HUJIALOU, "street_officer", HUJIALOU, False),
        ("auditor", BEIJING, "district_officer", CHAOYANG, False),
    ],
)
def test_who_fills_which_posts(holder, over, role, region, allowed):
    officer = make_officer(holder, over)
    if allowed:
        assert offered(officer, role, region)
    else:
        assert refusal_of(offered, officer, role, region).code == "may_not_fill"
        assert not Invitation.objects.exists()


def test_a_role_stands_only_over_its_own_level():
    officer = make_officer("city_officer", BEIJING)
    assert refusal_of(offered, officer, "district_officer", HUJIALOU).code == "unknown_region"
    assert refusal_of(offered, officer, "district_officer", "999999").code == "unknown_region"


def test_without_the_second_factor_nobody_is_invited():
    officer = make_officer("district_officer", CHAOYANG)
    viewer = viewer_for(officer, second_factor=False)
    typed = {"address": NEWCOMER, "name": "赵", "role": "street_officer", "region_code": HUJIALOU}
    assert refusal_of(invite_officer, viewer, **typed).code == "may_not_fill"


def test_somebody_with_another_address_finds_no_invitation():
    invitation = offered(make_officer())
    assert refusal_of(accept_invitation, viewer_for(make_user()), invitation_id=invitation.pk).status == 404


def test_an_offer_is_taken_once_and_not_after_it_was_withdrawn():
    manager = make_officer()
    newcomer = make_user("", address=NEWCOMER)
    invitation = offered(manager)
    withdraw_invitation(viewer_for(manager), invitation_id=invitation.pk)
    assert refusal_of(accept_invitation, viewer_for(newcomer), invitation_id=invitation.pk).code == "invitation_over"
    again = offered(manager)
    accept_invitation(viewer_for(newcomer), invitation_id=again.pk)
    assert refusal_of(accept_invitation, viewer_for(newcomer), invitation_id=again.pk).code == "invitation_over"
    assert Post.objects.filter(user=newcomer).count() == 1


def test_an_offer_that_lapsed_can_be_made_again():
    manager = make_officer()
    Invitation.objects.filter(pk=offered(manager).pk).update(expires_at=clock.now())
    again = offered(manager)
    assert accept_invitation(viewer_for(make_user("", address=NEWCOMER)), invitation_id=again.pk)


def test_an_offer_of_somebody_who_has_left_carries_nothing():
    manager = make_officer("district_officer", CHAOYANG)
    invitation = offered(manager)
    end_post(viewer_for(make_officer("city_officer", BEIJING)), post_id=manager.posts.get().pk)
    newcomer = make_user("", address=NEWCOMER)
    assert refusal_of(accept_invitation, viewer_for(newcomer), invitation_id=invitation.pk).code == "invitation_over"


def test_a_replaced_officer_stays_until_the_offer_is_taken_and_goes_then():
    manager, leaving = make_officer("district_officer", CHAOYANG), make_officer("street_officer", HUJIALOU)
    offer = replace_post(viewer_for(manager), post_id=leaving.posts.get().pk, address=NEWCOMER, name="赵经办")
    assert viewer_for(leaving).has("street_officer", "region", HUJIALOU)
    newcomer = make_user("", address=NEWCOMER)
    accept_invitation(viewer_for(newcomer), invitation_id=offer.pk)
    assert viewer_for(leaving).grants == frozenset()
    assert viewer_for(newcomer).has("street_officer", "region", HUJIALOU)


def test_nobody_ends_their_own_post_nor_one_of_another_district():
    manager, other = make_officer("district_officer", CHAOYANG), make_officer("street_officer", "110112001")
    assert refusal_of(end_post, viewer_for(manager), post_id=manager.posts.get().pk).code == "your_own_post"
    assert refusal_of(end_post, viewer_for(manager), post_id=other.posts.get().pk).status == 404
    assert viewer_for(other).grants


def test_nobody_is_appointed_to_the_same_post_twice():
    officer = make_officer("district_officer", CHAOYANG)
    refusal = refusal_of(appoint, system("test"), user=officer, role="district_officer", region_code=CHAOYANG)
    assert refusal.code == "already_in_post"
