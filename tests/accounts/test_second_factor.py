"""The second factor: proven before it is set up, each code opens once, its secrets unreadable in the table."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from eldercare.accounts.services.second_factor import check, enrol, has_second_factor, new_secret, picture, shown_secret
from eldercare.kernel.refusal import Refusal
from tests.builders.accounts import make_officer, viewer_for

pytestmark = pytest.mark.django_db


def digits(secret: str, steps: int = 0) -> str:
    """The digits an app shows now, or some steps of 30 seconds away."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up(officer):
    sealed = new_secret()
    codes = enrol(viewer_for(officer), user=officer, sealed_secret=sealed, digits=digits(shown_secret(sealed), -1))
    return shown_secret(sealed), codes


def refused(officer, typed):
    with pytest.raises(Refusal) as caught:
        check(viewer_for(officer), user=officer, digits=typed)
    return caught.value.code


def test_an_app_is_set_up_only_when_it_shows_the_right_digits():
    officer, sealed = make_officer(), new_secret()
    with pytest.raises(Refusal):
        enrol(viewer_for(officer), user=officer, sealed_secret=sealed, digits="000000")
    assert not has_second_factor(officer.pk)
    set_up(officer)
    assert has_second_factor(officer.pk)


def test_the_digits_of_the_app_open_once():
    officer = make_officer()
    secret, _codes = set_up(officer)
    now = digits(secret)
    check(viewer_for(officer), user=officer, digits=f"{now[:3]} {now[3:]}")
    assert refused(officer, now) == "wrong_code"


def test_digits_of_long_ago_and_of_another_open_nothing():
    officer = make_officer()
    secret, _codes = set_up(officer)
    assert refused(officer, digits(secret, -10)) == "wrong_code"
    assert refused(officer, digits(shown_secret(new_secret()))) == "wrong_code"


def test_a_recovery_code_opens_once():
    officer = make_officer()
    _secret, codes = set_up(officer)
    check(viewer_for(officer), user=officer, digits=codes[0])
    assert refused(officer, codes[0]) == "wrong_code"


def test_the_secret_and_the_seed_are_sealed_in_the_table():
    officer = make_officer()
    secret, _codes = set_up(officer)
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)


def test_the_picture_needs_no_other_host_and_does_not_show_the_phone_number():
    officer = make_officer()
    assert picture(officer, new_secret()).startswith("data:image/svg+xml;base64,")


def test_after_five_wrong_tries_even_the_right_digits_wait():
    officer = make_officer()
    secret, _codes = set_up(officer)
    assert [refused(officer, "000000") for _ in range(6)] == ["wrong_code"] * 5 + ["too_many_tries"]
    assert refused(officer, digits(secret)) == "too_many_tries"
