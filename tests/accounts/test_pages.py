"""Signing in and the team, as a browser does it."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from eldercare.accounts.models import Post, User
from eldercare.accounts.services.second_factor import shown_secret
from eldercare.accounts.services.sign_in import MOST_PER_ADDRESS
from eldercare.kernel.sentences import restored
from eldercare.people.models import Letter
from tests.builders.accounts import make_officer, make_user, sign_in
from tests.builders.people import make_elder
from tests.builders.regions import BEIJING, CHAOYANG, HUJIALOU

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def digits_sent() -> str:
    return restored(Letter.objects.filter(kind="sign_in.code").order_by("-id").first().body).blanks["code"]


def sign_in_by_code(client: Client, address: str = PHONE, following: str = ""):
    client.post("/sign-in", {"address": address, "next": following})
    return client.post("/sign-in/code", {"code": digits_sent()})


def test_one_box_a_code_and_in():
    client = Client()
    answer = client.post("/sign-in", {"address": PHONE})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/code")
    page = client.get("/sign-in/code").content.decode()
    assert "138****1234" in page and PHONE not in page and 'autocomplete="one-time-code"' in page
    assert client.post("/sign-in/code", {"code": digits_sent()})["Location"] == "/me"
    assert client.get("/elders").status_code == 200


def test_who_was_on_the_way_somewhere_goes_on_there_and_never_to_another_site():
    assert sign_in_by_code(Client(), following="/elders/new")["Location"] == "/elders/new"
    assert sign_in_by_code(Client(), following="https://evil.example/")["Location"] == "/me"
    assert sign_in_by_code(Client(), following="//evil.example/")["Location"] == "/me"


def test_who_was_signed_out_before_sending_a_form_comes_back_to_its_page_and_never_to_another_site():
    """The address a form is sent to often shows nothing when it is merely opened: 405."""
    client, sent_to = Client(), "/home/01a2185b-28bb-725b-96e0-6051aa706dba/board/confirm"
    page = sent_to.removesuffix("/confirm")
    for referer, following in (
        (f"http://testserver{page}?floor=2", f"{page}%3Ffloor%3D2"),
        ("http://evil.example/board", sent_to),
        ("", sent_to),
    ):
        answer = client.post(sent_to, headers={"referer": referer} if referer else {})
        assert answer["Location"] == f"/sign-in?next={following}"
    assert client.get(page, headers={"referer": "http://testserver/homes"})["Location"] == f"/sign-in?next={page}"


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address():
    make_user(address=PHONE)
    known, unknown = Client(), Client()
    answers = [
        client.post("/sign-in", {"address": address}) for client, address in ((known, PHONE), (unknown, "13900009999"))
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    pages = [client.get("/sign-in/code").content.decode() for client in (known, unknown)]
    assert (
        pages[0].replace("138****1234", "*").split("csrf")[0] == pages[1].replace("139****9999", "*").split("csrf")[0]
    )


def test_a_wrong_code_is_told_and_the_next_one_can_be_asked_for():
    client = Client()
    client.post("/sign-in", {"address": PHONE})
    wrong = str((int(digits_sent()) + 1) % 1_000_000).zfill(6)
    answer = client.post("/sign-in/code", {"code": wrong})
    assert answer.status_code == 422 and "验证码不对" in answer.content.decode()
    assert client.post("/sign-in/again")["Location"] == "/sign-in/code"
    assert client.post("/sign-in/code", {"code": digits_sent()}).status_code == 302


def test_too_many_codes_are_answered_with_429_a_sentence_and_retry_after():
    client = Client()
    for _ in range(MOST_PER_ADDRESS):
        client.post("/sign-in", {"address": PHONE})
    answer = client.post("/sign-in", {"address": PHONE})
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert "验证码要得太频繁了。" in answer.content.decode() and PHONE in answer.content.decode()


def test_neither_the_phone_number_nor_the_code_stands_in_the_session_s_row():
    from django.contrib.sessions.models import Session

    client = Client()
    client.post("/sign-in", {"address": PHONE})
    kept = str(Session.objects.get().get_decoded())
    assert PHONE not in kept and digits_sent() not in kept


def test_the_code_page_without_a_code_leads_back():
    assert Client().get("/sign-in/code")["Location"] == "/sign-in"


def test_signing_out_ends_the_session():
    client = sign_in(Client(), make_user())
    client.post("/sign-out")
    assert client.get("/elders").status_code == 302
    assert client.get("/sign-out").status_code == 405


def test_an_officer_is_led_to_the_second_factor_and_sets_it_up():
    make_officer("district_officer", CHAOYANG)
    officer = User.objects.get()
    client = Client()
    assert sign_in_by_code(client, officer.phone)["Location"] == "/second-factor"
    assert client.get("/team").status_code == 404, "the post is withheld"
    page = client.get("/second-factor", follow=True).content.decode()
    assert "data:image/svg+xml;base64," in page
    secret = shown_secret(client.session["second_factor_secret"])
    answer = client.post(
        "/second-factor/enrol", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))}
    )
    assert "请保存备用码" in answer.content.decode()
    assert client.get("/team").status_code == 200


def test_a_recovery_code_passes_the_second_factor():
    officer = make_officer("district_officer", CHAOYANG)
    client = sign_in(Client(), officer, second_factor=False)
    client.get("/second-factor/enrol")
    secret = shown_secret(client.session["second_factor_secret"])
    client.post("/second-factor/enrol", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    again = sign_in(Client(), officer, second_factor=False)
    assert again.post("/second-factor", {"code": "000000"}).status_code == 422
    assert again.post("/second-factor", {"code": codes[0]}).status_code == 302
    assert again.get("/team").status_code == 200


def test_a_post_that_ends_stops_in_the_open_session():
    elder = make_elder()
    officer = make_officer("street_officer", HUJIALOU)
    client = sign_in(Client(), officer)
    assert client.get(f"/elders/{elder.pk}/facts").status_code == 200
    manager = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    assert manager.post(f"/team/posts/{officer.posts.get().pk}/end")["Location"] == "/team"
    assert client.get(f"/elders/{elder.pk}/facts").status_code == 404


def test_a_post_is_offered_and_taken_by_the_pages():
    manager = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    offer = {"name": "赵经办", "address": PHONE, "post": f"street_officer:{HUJIALOU}", "request_key": "k"}
    assert manager.post("/team/offer", offer)["Location"] == "/team"
    assert manager.post("/team/offer", offer)["Location"] == "/team", "a second click offers nothing twice"
    assert "赵经办" in manager.get("/team").content.decode()
    newcomer = Client()
    address = sign_in_by_code(newcomer)["Location"]
    assert "呼家楼" in newcomer.get(address).content.decode()
    assert newcomer.post(address)["Location"] == "/second-factor"
    assert Post.objects.filter(user__name__isnull=False, role="street_officer", region=HUJIALOU).count() == 1


def test_a_post_beyond_the_manager_s_place_cannot_be_chosen():
    manager = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    offer = {"name": "赵", "address": PHONE, "post": f"city_officer:{BEIJING}"}
    assert manager.post("/team/offer", offer).status_code == 422
    assert not Letter.objects.exists()


@pytest.mark.parametrize("address", ["/team", "/team/offer"])
def test_who_manages_no_posts_finds_no_team(address):
    assert sign_in(Client(), make_officer("street_officer", HUJIALOU)).get(address).status_code == 404
    assert sign_in(Client(), make_user()).get(address).status_code == 404


def test_an_officer_of_another_district_finds_no_post():
    officer = make_officer("street_officer", HUJIALOU)
    other = sign_in(Client(), make_officer("district_officer", "110112"))
    for door in ("end", "replace", "reset"):
        assert other.post(f"/team/posts/{officer.posts.get().pk}/{door}", {}).status_code == 404


def test_the_team_costs_as_many_queries_for_many_posts_as_for_one(django_assert_max_num_queries):
    manager = sign_in(Client(), make_officer("district_officer", CHAOYANG))
    manager.get("/team")
    for _ in range(6):
        make_officer("street_officer", HUJIALOU)
    with django_assert_max_num_queries(14):
        manager.get("/team")


def test_a_preference_is_kept_with_the_account_and_brought_to_the_next_browser():
    user = make_user(address=PHONE)
    sign_in(Client(), user).post("/preferences", {"view": "elder", "language": "en"})
    user.refresh_from_db()
    assert (user.elder_view, user.language) == (True, "en")
    elsewhere = Client()
    answer = sign_in_by_code(elsewhere)
    assert answer.cookies["eldercare_view"].value == "elder"
    assert answer.cookies["eldercare_language"].value == "en"
