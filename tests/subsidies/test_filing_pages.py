"""The pages of the application form: what is typed is never lost, and nobody else's pages are found."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from eldercare.kernel import clock
from eldercare.people.choices import Role
from eldercare.people.models import Certificate
from subsidies.models import Application, Filing, Inquiry, Paper
from tests.builders import papers as files
from tests.builders.accounts import make_officer, sign_in
from tests.builders.people import id_number, stand_beside
from tests.builders.regions import HUJIALOU
from tests.builders.settlement import make_account
from tests.builders.subsidies import CARD, NURSING, SENIORITY, make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family)


@pytest.fixture
def at_home(elder, family):
    return sign_in(Client(), family)


@pytest.fixture
def form(at_home, elder) -> str:
    answer = at_home.post(reverse("subsidies:apply_for_all", args=[elder.pk]), {"programmes": [NURSING, SENIORITY]})
    assert answer.status_code == 302
    return answer["Location"].rpartition("/")[0]


def text_of(response) -> str:
    return response.content.decode()


def test_what_is_typed_after_the_session_lapsed_is_there_again_after_signing_in(form, family, at_home):
    typed = {"account_kind": "civil_card", "account_number": "6222 0212 3456 7890"}
    lapsed = Client()
    answer = lapsed.post(f"{form}/account", typed)
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=")
    assert "6222" not in str(dict(lapsed.session.items()))  # sealed
    stranger = Client()
    stranger.post(f"{form}/account", typed)
    assert sign_in(stranger, make_family("别人")).get(f"{form}/account").status_code == 404
    page = text_of(sign_in(lapsed, family).get(f"{form}/account"))
    assert "登录过期了，您填的还在" in page and "6222 0212 3456 7890" in page
    assert lapsed.post(f"{form}/account", typed).status_code == 302
    assert Filing.objects.get().contents["account"]["number"] == "6222021234567890"


def test_a_page_left_for_later_is_offered_again_where_it_was_left(form, at_home, elder):
    typed = {"account_kind": "elder_card", "account_number": CARD, "later": "1"}
    assert at_home.post(f"{form}/account", typed)["Location"] == reverse("subsidies:elder", args=[elder.pk])
    assert "接着填没填完的申请" in text_of(at_home.get(reverse("subsidies:elder", args=[elder.pk])))
    assert "接着填没填完的补贴申请" in text_of(at_home.get(f"/elders/{elder.pk}"))
    assert at_home.get(form)["Location"] == f"{form}/confirm"
    assert at_home.get(reverse("subsidies:apply", args=[elder.pk, NURSING]))["Location"] == f"{form}/benefits"


def test_a_60_mb_file_comes_back_as_a_sentence_beside_its_field(form, at_home):
    at_home.post(f"{form}/account", {"account_kind": "elder_card", "account_number": CARD})
    huge = SimpleUploadedFile("证.pdf", b"%PDF-1.7\n" + bytes(60_000_000), "application/pdf")
    answer = at_home.post(f"{form}/papers", {"upload": "1", "kind": "certificate", "file": huge})
    assert answer.status_code == 422 and "这个文件太大了，最多 10 MB。" in text_of(answer)
    locked = SimpleUploadedFile("证.pdf", files.pdf_with_a_password(), "application/pdf")
    answer = at_home.post(f"{form}/papers", {"upload": "1", "kind": "certificate", "file": locked})
    assert answer.status_code == 422 and "设了密码" in text_of(answer)
    assert "**** 5678" in text_of(at_home.get(f"{form}/confirm")) and not Paper.objects.exists()


def test_an_upload_without_its_proof_of_origin_is_refused(form, family):
    strict = sign_in(Client(enforce_csrf_checks=True), family)
    photo = SimpleUploadedFile("证.jpg", files.picture(), "image/jpeg")
    sent = strict.post(f"{form}/papers", {"upload": "1", "kind": "certificate", "file": photo})
    assert sent.status_code == 403 and not Paper.objects.exists()


def test_a_choice_not_made_is_asked_for_beside_both_sides_and_both_amounts(at_home, elder, family):
    chooser = make_beijing_elder(family, level=None, certificate={"category": 4, "level": 1})
    client = sign_in(Client(), family)
    page = client.get(reverse("subsidies:apply", args=[chooser.pk, NURSING]))
    assert "600.00" in text_of(page) and "300.00" in text_of(page) and "金额较高" in text_of(page)
    begun = client.post(reverse("subsidies:apply", args=[chooser.pk, NURSING]), {"programmes": NURSING})
    assert begun["Location"].endswith("/benefits")  # kept, and asked again
    unmade = client.post(begun["Location"], {"programmes": NURSING})
    assert unmade.status_code == 422 and "请在两项里选一项，再继续。" in text_of(unmade)
    made = client.post(begun["Location"], {"programmes": NURSING, f"choice:{NURSING}": NURSING})
    assert made["Location"].endswith("/facts")


def test_kin_may_look_at_an_application_and_not_fill_in_a_form(form, elder, at_home):
    cousin = make_family("王芳")
    stand_beside(elder, cousin.person, Role.KIN)
    client = sign_in(Client(), cousin)
    assert client.get(reverse("subsidies:elder", args=[elder.pk])).status_code == 200
    assert client.get(reverse("subsidies:apply", args=[elder.pk, NURSING])).status_code == 403
    assert client.get(f"{form}/account").status_code == 404


def test_the_family_answers_on_its_page_and_the_timeline_tells(at_home, elder, family):
    application = make_application(elder, family.person)
    officer = sign_in(Client(), make_officer("street_officer", HUJIALOU))
    ask = reverse("subsidies:ask", args=[application.pk])
    by = clock.today() + timedelta(days=10)
    assert officer.post(ask, {"items": ["certificate"], "answer_by": clock.today()}).status_code == 422
    assert officer.post(ask, {"items": ["certificate"], "note": "传新证", "answer_by": by}).status_code == 302
    assert "补充补贴申请的资料" in text_of(at_home.get(f"/elders/{elder.pk}"))
    question = reverse("subsidies:inquiry", args=[Inquiry.objects.get().pk])
    assert "传新证" in text_of(at_home.get(question))
    photo = SimpleUploadedFile("新证.jpg", files.picture(), "image/jpeg")
    assert at_home.post(question, {"upload": "1", "kind": "certificate", "file": photo}).status_code == 302
    assert at_home.post(question, {"text": "换了新证"}).status_code == 302
    page = text_of(at_home.get(reverse("subsidies:application", args=[application.pk])))
    assert "您补充了资料" in page and "请您补充资料" in page
    file = text_of(officer.get(reverse("subsidies:file", args=[application.pk])))
    assert "换了新证" in file and "新证.jpg" in file


def test_at_a_window_a_whole_form_is_filled_in_and_the_file_stays_closed(elder):
    clerk = sign_in(Client(), make_officer("street_officer", "110105005"))
    window = {"window": "110105005", "name": "王桂兰", "id_number": elder.person.id_number}
    slip = clerk.post(reverse("subsidies:window"), {**window, "name": "王桂花"})
    assert slip.status_code == 422 and "姓名和这个身份证号码对不上" in text_of(slip) and "王桂花" in text_of(slip)
    form = clerk.post(reverse("subsidies:window"), window)["Location"]
    clerk.post(f"{form}/benefits", {"programmes": [NURSING]})
    facts = text_of(clerk.get(f"{form}/facts"))
    assert "情况由户籍所在街道核对" in facts and "1945-03-10" not in facts
    clerk.post(f"{form}/account", {"account_kind": "elder_card", "account_number": CARD})
    assert clerk.post(f"{form}/confirm", {"agreed": "on"}).status_code == 302
    assert "由北京市朝阳区" in text_of(clerk.get(form)) and "您代填的申请，不能由您自己审" in text_of(clerk.get(form))
    application = Application.objects.get()
    assert clerk.get(reverse("subsidies:application", args=[application.pk])).status_code == 404
    assert clerk.get(f"/elders/{elder.pk}").status_code == 404
    assert "窗口代填申请" in text_of(clerk.get("/desk"))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("{id}51", "证号最后两位和您选的类别、等级不一致"),
        ("{wrong}41", "残疾人证号应当是身份证号加两位数字"),
        ("{other}41", "证号里的出生日期和老人身份证上的不一样"),
        ("{twin}41", "证号的前 18 位应当是老人自己的身份证号"),
    ],
)
def test_a_certificate_number_that_does_not_fit_is_named_beside_its_field(at_home, elder, number, said):
    own = elder.person.id_number
    born = date_of(own)
    typed = number.format(
        id=own,
        wrong=own[:-1] + ("1" if own[-1] != "1" else "2"),
        other=id_number(born.replace(year=born.year - 1)),
        twin=id_number(born, prefix="110108"),
    )
    facts = {"certificate_category": 4, "certificate_level": 1, "certificate_number": typed}
    answer = at_home.post(f"/elders/{elder.pk}/facts", {**facts, "no_others": "on"})
    assert answer.status_code == 422 and said in text_of(answer) and typed in text_of(answer)
    assert not Certificate.objects.exists()


def date_of(number: str):
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def test_a_card_named_before_stays_unless_another_is_chosen(form, at_home, elder, family):
    make_application(elder, family.person, programme="beijing/2019-160/hardship")
    at_home.post(f"{form}/account", {"account": "another", "account_kind": "elder_card", "account_number": CARD})
    assert at_home.post(f"{form}/account", {"account": "typed"})["Location"] == f"{form}/papers"
    assert Filing.objects.get().contents["account"]["number"] == CARD
    half = at_home.post(f"{form}/account", {"account": "another", "account_kind": "elder_card"})
    assert half.status_code == 422 and "请填写卡号。" in text_of(half)
    known = str(make_account(elder).pk)
    assert at_home.post(f"{form}/account", {"account": known}).status_code == 302
    assert Filing.objects.get().contents["account"] == {"known": known}
