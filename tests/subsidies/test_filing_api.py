"""The application form, its papers and the questions to the family through the API, as a mini-programme uses it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eldercare.audit.models import ViewOfFile
from subsidies.models import Application, Filing, Inquiry, Paper
from tests.builders import papers as files
from tests.builders.accounts import make_officer, sign_in
from tests.builders.people import stand_beside
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.subsidies import CARD, NURSING, SENIORITY, make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db
JSON = "application/json"
FORMS = "/api/v1/subsidy-filings"


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family)


@pytest.fixture
def client(elder, family):
    return sign_in(Client(), family)


def begun(client, elder, *programmes) -> str:
    body = {"elder": str(elder.pk), "programmes": list(programmes or [NURSING, SENIORITY])}
    answer = client.post(FORMS, body, content_type=JSON)
    assert answer.status_code == 201, answer.content.decode()
    return f"{FORMS}/{answer.json()['id']}"


def file(content: bytes, name: str = "证.pdf") -> dict:
    return {"kind": "certificate", "file": SimpleUploadedFile(name, content, "application/pdf")}


def test_a_form_is_begun_saved_given_papers_and_sent(client, elder):
    form = begun(client, elder)
    assert client.get(form).json()["lacks"] == "account"
    account = {"account": {"kind": "elder_card", "number": CARD}}
    saved = client.patch(form, account, content_type=JSON).json()
    assert (saved["account"], saved["lacks"]) == ("**** 5678", None)
    paper = client.post(f"{form}/papers", file(files.pdf(2)))
    assert paper.status_code == 201, paper.content.decode()
    assert (paper.json()["pages"], paper.json()["name"]) == (2, "证.pdf")
    send = {"content_type": JSON, "headers": {"Idempotency-Key": "k-1"}}
    sent = client.post(f"{form}/send", {"agreed": True}, **send)
    again = client.post(f"{form}/send", {"agreed": True}, **send)
    assert sent.json()["state"] == "sent" and len(sent.json()["applications"]) == 2
    assert again["Idempotent-Replay"] == "true" and again.json() == sent.json()
    assert Application.objects.count() == 2


def test_a_file_of_60_mb_gets_a_sentence_and_nothing_entered_is_lost(client, elder, settings):
    form = begun(client, elder)
    client.patch(form, {"account": {"kind": "elder_card", "number": CARD}}, content_type=JSON)
    huge = b"%PDF-1.7\n" + bytes(60_000_000)
    refused = client.post(f"{form}/papers", file(huge))
    assert (refused.status_code, refused.json()["code"]) == (422, "too_big")
    assert refused.json()["detail"] == "这个文件太大了，最多 10 MB。" and "都还在" in refused.json()["next_step"]
    settings.UPLOAD_NEVER_READ_BYTES = 1_000_000
    unread = client.post(f"{form}/papers", file(bytes(1_100_000)))
    assert (unread.status_code, unread.json()["code"]) == (413, "too_big")
    settings.API_MOST_BYTES = 1000
    long = client.patch(form, {"programmes": ["x" * 2000]}, content_type=JSON)
    assert (long.status_code, long.json()["code"]) == (413, "too_large")
    assert client.get(form).json()["account"] == "**** 5678" and not Paper.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"programmes": ["beijing/2019-160/nursing", "beijing/2016-434/nursing"]}, "exclusive_together"),
        ({"programmes": ["horoscope"]}, "unknown_programme"),
        ({"choices": {"beijing/2019-160/nursing": "both"}}, "unknown_choice"),
        ({"account": {"kind": "elder_card", "number": "12"}}, "account_number"),
        ({"account": {"number": CARD}}, "account_kind"),
        ({"account": {"known": "00000000-0000-0000-0000-000000000000"}}, "unknown_account"),
    ],
)
def test_bad_parts_are_refused_with_a_code_a_sentence_and_a_next_step(client, elder, body, code):
    refused = client.patch(begun(client, elder), body, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["detail"] and refused.json()["errors"]
    assert Filing.objects.get().contents["programmes"] == [NURSING, SENIORITY]


def test_a_paper_is_for_who_is_on_the_case_and_every_look_is_remembered(client, elder, family):
    form = begun(client, elder, SENIORITY)
    client.patch(form, {"account": {"kind": "elder_card", "number": CARD}}, content_type=JSON)
    photo = SimpleUploadedFile("证.jpg", files.picture_with_a_place(), "image/jpeg")
    paper = client.post(f"{form}/papers", {"kind": "certificate", "file": photo}).json()["id"]
    address = f"/api/v1/subsidy-papers/{paper}"
    sister = make_family("李红")
    stand_beside(elder, sister.person)
    street, elsewhere = make_officer("street_officer", HUJIALOU), make_officer("street_officer", "110105001")
    others = [make_family("别人"), elsewhere, make_officer("auditor", "110000"), make_officer("city_officer", "110000")]
    assert sign_in(Client(), street).get(address).status_code == 404  # not handed in yet
    client.post(f"{form}/send", {"agreed": True}, content_type=JSON)
    for user in others:
        assert sign_in(Client(), user).get(address).status_code == 404
        assert sign_in(Client(), user).get(f"/subsidy-papers/{paper}").status_code == 404
    assert ViewOfFile.objects.filter(elder_id=elder.pk, part="subsidy_paper").count() == 0
    for user in (family, sister, street, make_officer("district_officer", CHAOYANG)):
        shown = sign_in(Client(), user).get(f"/subsidy-papers/{paper}")
        assert (shown.status_code, shown["Content-Type"], shown["X-Content-Type-Options"]) == (
            200,
            "image/jpeg",
            "nosniff",
        )
        assert b"116.4074E" not in shown.content and "sandbox" in shown["Content-Security-Policy"]
        assert shown["Cache-Control"] == "private, no-store"
    assert ViewOfFile.objects.filter(elder_id=elder.pk, part="subsidy_paper").count() == 4
    assert sign_in(Client(), street).get(address).status_code == 200


def test_more_is_asked_and_given_without_starting_over(client, elder, family):
    application = make_application(elder, family.person, programme=SENIORITY)
    street = sign_in(Client(), make_officer("street_officer", HUJIALOU))
    ask = f"/api/v1/subsidy-applications/{application.pk}/ask-more"
    body = {"items": ["certificate", "facts"], "note": "请传新证。", "answer_by": "2999-01-01"}
    assert street.post(ask, body, content_type=JSON).json()["code"] == "answer_day"
    body["answer_by"] = "2026-12-31"
    assert street.post(ask, {**body, "items": ["horoscope"]}, content_type=JSON).status_code == 422
    assert client.post(ask, body, content_type=JSON).status_code == 404
    asked = street.post(ask, body, content_type=JSON)
    assert asked.status_code == 201, asked.content.decode()
    question = f"/api/v1/subsidy-inquiries/{asked.json()['id']}"
    assert street.post(ask, body, content_type=JSON).json()["code"] == "asked_already"
    assert client.post(f"{question}/answer", {}, content_type=JSON).json()["code"] == "answer_empty"
    assert client.post(f"{question}/papers", file(files.pdf())).status_code == 201
    given = client.post(f"{question}/answer", {"text": "换了新证"}, content_type=JSON).json()
    assert (given["is_open"], given["text"], len(given["papers"])) == (False, "换了新证", 1)
    assert client.post(f"{question}/papers", file(files.pdf(3))).json()["code"] == "not_asked"
    assert street.get(question).json()["papers"][0]["name"] == "证.pdf"
    application.refresh_from_db()
    assert application.state == "submitted"


def test_lists_ask_the_same_number_of_questions_for_one_and_for_ten(client, elder, family):
    def looks():
        with CaptureQueriesContext(connection) as asked:
            answers = [client.get(FORMS), client.get("/api/v1/subsidy-inquiries")]
        return len(asked), [len(answer.json()["results"]) for answer in answers]

    officer = make_officer("street_officer", HUJIALOU)
    for number in range(10):
        other = make_beijing_elder(family, level=None)
        Filing.objects.create(elder=other, applicant=family.person, begun_by=family)
        application = make_application(other, family.person)
        asked = {"items": ["certificate"], "note": ""}
        Inquiry.objects.create(application=application, asked=asked, answer_by="2026-12-31", asked_by=officer)
        if number == 0:
            one = looks()
    assert one[1] == [1, 1] and looks() == (one[0], [10, 10])


def test_the_card_is_changed_through_the_api(client, elder, family):
    address = f"/api/v1/elders/{elder.pk}/payout-accounts"
    body = {"account_kind": "civil_card", "account_number": "6222 0212 3456 7890"}
    assert client.post(address, body, content_type=JSON).json()["code"] == "nothing_to_change"
    make_application(elder, family.person)
    change = client.post(address, body, content_type=JSON)
    assert (change.status_code, change.json()["state"]) == (201, "waiting")
    assert client.get(address).json()["waiting"]["account"]["number"] == "**** 7890"
    taken = client.post(f"/api/v1/account-changes/{change.json()['id']}/withdraw", content_type=JSON)
    assert taken.json()["state"] == "withdrawn"
    assert len(client.get(address).json()["accounts"]) == 1
