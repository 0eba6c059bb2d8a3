"""Who is asking: built anew at each request, with as many queries whatever is granted."""

from datetime import date, timedelta

import pytest

from eldercare.accounts.models import Post
from eldercare.kernel import clock
from eldercare.kernel.viewer import Grant
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.people import make_elder
from tests.builders.regions import CHAOYANG

pytestmark = pytest.mark.django_db


def test_a_relative_is_granted_the_elder_they_stand_beside_and_no_other():
    user = make_user()
    elder = make_elder(guardian=user.person)
    make_elder("赵秀英", born=date(1950, 1, 1))
    assert viewer_for(user).grants == {Grant("agent", "elder", str(elder.pk))}


def test_an_officer_without_the_second_factor_is_granted_nothing():
    officer = make_officer()
    assert viewer_for(officer, second_factor=False).grants == frozenset()
    assert viewer_for(officer).grants == {Grant("district_officer", "region", CHAOYANG)}


def test_a_post_that_ends_today_is_over_now():
    officer = make_officer()
    Post.objects.filter(user=officer).update(valid_until=clock.today())
    assert viewer_for(officer).grants == frozenset()


def test_a_post_that_begins_tomorrow_grants_nothing_today():
    officer = make_officer()
    Post.objects.filter(user=officer).update(valid_from=clock.today() + timedelta(days=1))
    assert viewer_for(officer).grants == frozenset()


def test_many_grants_cost_as_many_queries_as_one(django_assert_num_queries):
    user = make_user()
    make_elder(guardian=user.person)
    with django_assert_num_queries(3):
        viewer_for(user)
    for year in range(1940, 1946):
        make_elder(born=date(year, 1, 1), guardian=user.person)
    with django_assert_num_queries(3):
        assert len(viewer_for(user).grants) == 7
