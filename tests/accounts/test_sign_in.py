"""Signing in by a code: proven once, in time, with few tries; asked for seldom; the answer never tells who is known."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from eldercare.accounts.models import SignInCode, User
from eldercare.accounts.services.sign_in import MOST_PER_ADDRESS, forget_old_codes, prove_code, send_again, send_code
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import restored
from eldercare.people.models import Letter
from tests.builders.accounts import make_user

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def asked(address=PHONE, client="192.0.2.1"):
    return send_code(address=address, client=client)


def digits_sent() -> str:
    letter = Letter.objects.filter(kind="sign_in.code").order_by("-id").first()
    return restored(letter.body).blanks["code"]


def refusal_of(act, **kwargs):
    with pytest.raises(Refusal) as caught:
        act(**kwargs)
    return caught.value


def test_a_code_sent_to_a_new_address_opens_an_account():
    user = prove_code(code_id=asked().pk, digits=digits_sent())
    assert (user.phone, user.person.phone) == (PHONE, PHONE)
    assert User.objects.count() == 1


def test_the_same_address_written_otherwise_opens_the_same_account():
    known = make_user(address="lina@example.com")
    code = asked(" LiNa@Example.com ")
    assert prove_code(code_id=code.pk, digits=digits_sent()) == known


def test_full_width_digits_and_spaces_in_a_code_are_forgiven():
    code, digits = asked(), digits_sent()
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    assert prove_code(code_id=code.pk, digits=f"{full_width[:3]} {full_width[3:]}").phone == PHONE


def test_a_code_opens_once():
    code, digits = asked(), digits_sent()
    prove_code(code_id=code.pk, digits=digits)
    assert refusal_of(prove_code, code_id=code.pk, digits=digits).code == "code_expired"


def test_a_code_expires():
    code = asked()
    SignInCode.objects.filter(pk=code.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal_of(prove_code, code_id=code.pk, digits=digits_sent()).code == "code_expired"


def test_a_newer_code_closes_the_older_one():
    first, first_digits = asked(), digits_sent()
    second = send_again(code_id=first.pk, client="192.0.2.1")
    assert refusal_of(prove_code, code_id=first.pk, digits=first_digits).code == "code_expired"
    assert prove_code(code_id=second.pk, digits=digits_sent()).phone == PHONE


def test_after_five_wrong_tries_even_the_right_digits_open_nothing():
    code, digits = asked(), digits_sent()
    wrong = str((int(digits) + 1) % 1_000_000).zfill(6)
    codes = [refusal_of(prove_code, code_id=code.pk, digits=wrong).code for _ in range(5)]
    assert codes == ["wrong_code"] * 5
    assert refusal_of(prove_code, code_id=code.pk, digits=digits).code == "too_many_tries"
    assert not User.objects.exists()


def test_one_person_s_code_does_not_open_another_s_request():
    mine = asked()
    digits = digits_sent()
    theirs = asked("13900005678", client="192.0.2.9")
    assert refusal_of(prove_code, code_id=theirs.pk, digits=digits).code == "wrong_code"
    assert mine.pk != theirs.pk


def test_too_many_codes_for_one_address_are_refused_with_the_time_to_wait():
    for number in range(MOST_PER_ADDRESS):
        asked(client=f"192.0.2.{number}")
    refusal = refusal_of(send_code, address=PHONE, client="192.0.2.200")
    assert (refusal.code, refusal.status) == ("too_many_codes", 429)
    assert 0 < refusal.retry_after <= 601
    assert SignInCode.objects.count() == MOST_PER_ADDRESS


def test_too_many_codes_from_one_place_are_refused(monkeypatch):
    monkeypatch.setattr("eldercare.accounts.services.sign_in.MOST_PER_CLIENT", 3)
    for number in range(3):
        asked(f"1380000000{number}")
    assert refusal_of(send_code, address="13800000009", client="192.0.2.1").status == 429
    assert asked("13800000009", client="192.0.2.2")


def test_once_the_window_has_passed_a_code_can_be_asked_for_again():
    for _ in range(MOST_PER_ADDRESS):
        asked()
    SignInCode.objects.update(sent_at=timezone.now() - timedelta(minutes=11))
    assert asked()


@pytest.mark.parametrize("text", ["", "12345", "138000012345", "a@b", "李娜"])
def test_what_is_no_address_is_told_plainly(text):
    refusal = refusal_of(send_code, address=text, client="192.0.2.1")
    assert (refusal.code, set(refusal.fields)) == ("unknown_address", {"address"})


def test_neither_the_address_nor_the_code_can_be_read_in_the_tables():
    asked()
    digits = digits_sent()
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_signincode t")
        (row,) = cursor.fetchone()
    assert PHONE not in row and digits not in row and PHONE.encode().hex() not in row


def test_codes_of_days_gone_by_are_forgotten_with_their_letters():
    old = asked("13900005678")
    asked()
    yesterday = timezone.now() - timedelta(days=2)
    SignInCode.objects.filter(pk=old.pk).update(sent_at=yesterday)
    Letter.objects.filter(pk=Letter.objects.order_by("id").first().pk).update(created_at=yesterday)
    assert forget_old_codes() == 1
    assert [SignInCode.objects.get().address, Letter.objects.get().address] == [PHONE, PHONE]
