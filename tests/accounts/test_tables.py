"""What the tables of the accounts floor refuse, whoever asks."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from eldercare.accounts.models import Invitation, Post, User
from eldercare.kernel import clock
from eldercare.people.models import Person
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.regions import BEIJING, CHAOYANG, HUJIALOU, regions

pytestmark = pytest.mark.django_db


def refuses(name, act):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


def twin(**address):
    return User.objects.create(person=Person.objects.create(), **address)


def test_an_address_opens_one_account():
    by_phone, by_mail = make_user(), make_user(address="a@example.com")
    refuses("a_phone_number_opens_one_account", lambda: twin(phone="1", phone_index=by_phone.phone_index))
    refuses("an_email_address_opens_one_account", lambda: twin(email="a", email_index=by_mail.email_index))
    refuses("an_account_has_an_address_to_sign_in_with", twin)


def test_a_post_ends_after_it_begins_and_is_held_once_a_day():
    post = make_officer().posts.get()
    yesterday = post.valid_from - timedelta(days=1)
    rows = Post.objects.filter(pk=post.pk)
    refuses("a_post_ends_after_it_begins", lambda: rows.update(valid_until=yesterday))
    again = {"user": post.user, "role": post.role, "region": post.region, "valid_from": post.valid_from}
    refuses("an_officer_holds_a_post_once_a_day", lambda: Post.objects.create(**again))


def test_an_offer_is_open_once_for_an_address_and_not_both_accepted_and_withdrawn():
    officer, now = make_officer(), clock.now()
    offer = {
        "address": "1",
        "address_index": "x",
        "role": "street_officer",
        "region_id": HUJIALOU,
        "invited_by": officer,
        "expires_at": now,
    }
    Invitation.objects.create(**offer)
    refuses("an_address_is_invited_to_a_post_once_at_a_time", lambda: Invitation.objects.create(**offer))
    both = {**offer, "accepted_at": now, "withdrawn_at": now}
    refuses("an_invitation_is_accepted_or_withdrawn", lambda: Invitation.objects.create(**both))


def test_the_command_puts_a_region_s_first_officer_in_post():
    regions()
    call_command("appoint", "13800001234", "city_officer", BEIJING, name="王处")
    officer = User.objects.get()
    assert (officer.name, viewer_for(officer).has("city_officer", "region", BEIJING)) == ("王处", True)
    with pytest.raises(CommandError):
        call_command("appoint", "13800001234", "street_officer", CHAOYANG)
