"""The pages around a decision through HTTP: desk, bulk, papers, appeals, publicity; who sees what, and how many questions."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare.audit.models import ViewOfFile
from eldercare.kernel import clock
from eldercare.kernel.keys import new_id
from eldercare.people.models import Declaration
from subsidies.models import Appeal, Application, Decision, Document, Look, Objection, Posting
from subsidies.services.clocks import ring_clocks
from subsidies.services.decide import decide_at_district, review_at_street
from subsidies.web import documents
from tests.builders.accounts import make_officer, sign_in, viewer_for
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.settlement import set_day
from tests.builders.subsidies import NOTHING, make_beijing_elder, make_family
from tests.subsidies.test_decision import VOUCHER_434, approve, refuse, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def officer():
    return make_officer("district_officer", CHAOYANG, "钱审定")


@pytest.fixture
def district(officer):
    return sign_in(Client(), officer)


@pytest.fixture
def at_home(family):
    return sign_in(Client(), family)


def text_of(response) -> str:
    return response.content.decode()


def file_of(application) -> str:
    return reverse("subsidies:file", args=[application.pk])


def test_the_queue_is_sorted_by_its_clocks_and_says_them_in_words(family, district):
    today = clock.today()
    late, soon, later = (
        waiting(family, due_on=today + timedelta(days=days), step_began_on=today) for days in (-2, 1, 20)
    )
    page = text_of(district.get(reverse("subsidies:desk")))
    places = [page.index(file_of(one)) for one in (late, soon, later)]
    assert places == sorted(places)
    assert "已过期 2 天" in page and "还有 1 天" in page and "还有 20 天" in page
    page = text_of(district.get(reverse("subsidies:desk"), {"only": "overdue"}))
    assert file_of(late) in page and file_of(soon) not in page
    page = text_of(district.get(reverse("subsidies:desk"), {"programme": "beijing/2019-160/hardship"}))
    assert file_of(late) not in page and "没有符合条件的申请" in page


def test_what_a_street_left_lying_is_shown_to_its_district_once_it_was_reported(family, district):
    today = clock.today()
    lying = waiting(family, state="submitted", due_on=today - timedelta(days=1), step_began_on=today)
    streets = f"{reverse('subsidies:desk')}?show=streets"
    assert file_of(lying) not in text_of(district.get(streets))
    assert ring_clocks() == 1
    page = text_of(district.get(streets))
    assert file_of(lying) in page and "已上报" in page
    street = sign_in(Client(), make_officer("street_officer", HUJIALOU))
    assert "街道过期" not in text_of(street.get(reverse("subsidies:desk")))


def test_a_long_queue_is_paged_by_key_and_a_page_asks_the_same_questions_for_any_length(family, district):
    def questions(**asked):
        with CaptureQueriesContext(connection) as asked_of:
            page = text_of(district.get(reverse("subsidies:desk"), asked))
        return len(asked_of), page

    template = waiting(family, due_on=date(2026, 7, 1), step_began_on=date(2026, 7, 1))
    one, _page = questions()

    def copies(count: int) -> None:
        elders = [make_beijing_elder(family, level=None) for _number in range(2)]
        rows = []
        for number in range(count):
            row = Application.objects.get(pk=template.pk)
            row.pk, row.elder = new_id(), elders[number % 2]
            row.programme = f"beijing/2019-160/{('nursing', 'hardship', 'seniority')[number % 3]}"
            row.state, row.due_on = "recheck", date(2026, 7, 1) + timedelta(days=number % 40)
            rows.append(row)
        Application.objects.bulk_create(rows)

    copies(49)
    fifty, _page = questions()
    copies(450)
    five_hundred, _page = questions()
    assert (fifty, five_hundred) == (one, one)
    seen, after = set(), ""
    for _page_number in range(17):
        rows = text_of(district.get(reverse("subsidies:desk"), {"after": after}))
        ids = {part[:36] for part in rows.split("/desk/subsidies/")[1:]} - {"bulk"}
        found = {one for one in ids if one.count("-") == 4}
        assert not seen & found
        seen |= found
        marks = [part for part in rows.split('href="?')[1:] if "after=" in part.split('"')[0]]
        after = marks[-1].split("after=")[1].split('"')[0].replace("%7E", "~") if marks else ""
        if not after:
            break
    assert len(seen) == 500
    assert district.get(reverse("subsidies:desk"), {"after": "nonsense~x"}).status_code == 200


def test_the_file_shows_clock_answer_and_facts_and_a_decision_leads_to_the_next_file(family, district):
    today = clock.today()
    first, second = (waiting(family, due_on=today + timedelta(days=days), step_began_on=today) for days in (1, 2))
    page = text_of(district.get(file_of(first)))
    assert "没有疑点" in page and 'data-key="a"' in page and 'data-key="r"' in page and file_of(second) in page
    assert Look.objects.get().application == first
    assert ViewOfFile.objects.filter(elder_id=first.elder_id, part="subsidy_application").count() == 1
    answer = district.post(file_of(first), {"outcome": "approve", "request_key": str(new_id())})
    assert answer.status_code == 302 and answer["Location"].startswith(file_of(second))


def test_the_reason_is_drafted_from_the_failed_conditions_and_the_last_day_is_filled_in(family, district):
    application = waiting(family, level=1)
    page = text_of(district.get(file_of(application)))
    assert "（京民养老发〔2019〕160号 二(二)" in page and "示例" in page
    assert (clock.today() + timedelta(days=60)).isoformat() in page


def test_bulk_lists_what_was_looked_at_and_names_what_was_not_done(family, district):
    clean, unseen = waiting(family), waiting(family)
    changed = waiting(family)
    for application in (clean, changed):
        district.get(file_of(application))
    page = text_of(district.get(reverse("subsidies:bulk")))
    assert str(clean.pk) in page and str(changed.pk) in page and str(unseen.pk) not in page
    assert "决定不能撤销" in page
    facts = {"circumstances": {**NOTHING, "work_injury_nursing": True}, "welfare_allowances": [], "prison": []}
    Declaration.objects.create(elder=changed.elder, facts=facts, declared_by="correction")
    done = district.post(reverse("subsidies:bulk"), {"application": [clean.pk, unseen.pk, changed.pk, "nonsense"]})
    page = text_of(done)
    assert "办好了 1 份" in page and "有 2 份没有办" in page
    assert "您还没有打开看过" in page and "您看过以后" in page
    assert Decision.objects.filter(in_bulk=True).count() == 1
    assert district.post(reverse("subsidies:bulk"), {}).status_code == 422


def test_the_family_reads_its_paper_as_page_and_pdf_and_others_do_not_find_it(family, officer, at_home):
    application = waiting(family)
    paper = approve(viewer_for(officer), application).document
    address = reverse("subsidies:document", args=[paper.pk])
    page = text_of(at_home.get(address))
    assert paper.number in page and "京民养老发〔2019〕160号" in page and "600.00" in page
    assert "朝阳区民政局" in page and "****" in page and "最后一天" in page
    pdf = at_home.get(reverse("subsidies:document_pdf", args=[paper.pk]))
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert ViewOfFile.objects.filter(part="subsidy_document", elder_id=application.elder_id).count() == 2
    stranger = sign_in(Client(), make_family("别人"))
    elsewhere = sign_in(Client(), make_officer("district_officer", "110108"))
    for client in (stranger, elsewhere):
        assert client.get(address).status_code == 404


def test_without_the_pdf_library_the_page_says_how_to_print(family, officer, at_home, monkeypatch):
    paper = approve(viewer_for(officer), waiting(family)).document

    def missing(_html):
        raise documents.CannotPrint("OSError")

    monkeypatch.setattr(documents, "pdf_of", missing)
    page = text_of(at_home.get(reverse("subsidies:document_pdf", args=[paper.pk])))
    assert "现在不能生成 PDF" in page and paper.number in page


def test_the_family_appeals_on_a_page_and_after_the_last_day_hears_what_remains(family, officer, at_home):
    application = waiting(family, level=1)
    refuse(viewer_for(officer), application, appeal_until=clock.today() + timedelta(days=2))
    address = reverse("subsidies:appeal", args=[application.pk])
    assert address in text_of(at_home.get(reverse("subsidies:application", args=[application.pk])))
    assert at_home.post(address, {"said": " "}).status_code == 422
    set_day(clock.today() + timedelta(days=3))
    late = at_home.post(address, {"said": "身体更差了"})
    assert late.status_code == 422 and "行政复议" in text_of(late) and "已经过了" in text_of(at_home.get(address))
    assert not Appeal.objects.exists()
    set_day(clock.today() - timedelta(days=2))
    assert at_home.post(address, {"said": "身体更差了"}).status_code == 302
    assert "正在重新核对" in text_of(at_home.get(address))
    assert sign_in(Client(), make_family("别人")).get(address).status_code == 404


def test_facts_that_changed_since_are_shown_at_the_desk_and_lead_to_a_recheck(family, officer, district):
    application = waiting(family)
    approve(viewer_for(officer), application)
    assert "转为重新核对" not in text_of(district.get(file_of(application)))
    facts = {"circumstances": {**NOTHING, "destitute_support": True}, "welfare_allowances": [], "prison": []}
    Declaration.objects.create(elder=application.elder, facts=facts, declared_by="correction")
    assert "资料在决定以后有变化" in text_of(district.get(file_of(application)))
    assert district.post(reverse("subsidies:reopen", args=[application.pk])).status_code == 302
    application.refresh_from_db()
    assert application.state == "recheck"
    assert Document.objects.count() == 1


def test_publicity_shows_no_more_than_it_may_and_anybody_objects(family):
    set_day(date(2026, 9, 21))
    officer = make_officer("district_officer", CHAOYANG)
    district = sign_in(Client(), officer)
    street = viewer_for(make_officer("street_officer", HUJIALOU))
    elder = make_beijing_elder(family, level=None, certificate={"category": 4, "level": 1})
    application = waiting(family, state="submitted", programme=VOUCHER_434, elder=elder)
    review_at_street(street, application_id=application.pk, outcome="pass")
    visitor = Client()
    assert "现在没有公示" in text_of(visitor.get(reverse("subsidies:postings")))
    set_day(date(2026, 9, 23))
    page = text_of(visitor.get(reverse("subsidies:postings")))
    posting = Posting.objects.get()
    assert "王**" in page and "300.00" in page and "呼家楼街道" in page
    for secret in ("王桂兰", "肢体", "一级", "110105"):
        assert secret not in page
    address = reverse("subsidies:object", args=[posting.pk])
    assert visitor.post(address, {"said": ""}).status_code == 422
    made = visitor.post(address, {"said": "他不住在这里", "name": "邻居", "request_key": str(new_id())})
    objection = Objection.objects.get()
    assert made["Location"] == reverse("subsidies:objection", args=[objection.pk])
    assert "正在核实" in text_of(visitor.get(made["Location"]))
    answer = reverse("subsidies:answer_objection", args=[objection.pk])
    assert district.post(answer, {"holds": "no"}).status_code == 422
    assert district.post(answer, {"holds": "no", "answer": "已入户核实"}).status_code == 302
    page = text_of(visitor.get(made["Location"]))
    assert "已入户核实" in page and "异议不成立" in page and "邻居" not in page
    set_day(date(2026, 9, 29))
    assert visitor.get(address).status_code == 404
    decide_at_district(viewer_for(officer), application_id=application.pk, outcome="approve")


def test_officers_work_through_the_api_and_an_officer_elsewhere_finds_nothing(family, officer, district, at_home):
    today = clock.today()
    late, soon = (waiting(family, due_on=today + timedelta(days=days), step_began_on=today) for days in (-2, 1))
    moderate = waiting(family, level=1, due_on=today + timedelta(days=9), step_began_on=today)
    rows = district.get("/api/v1/desk/subsidies").json()["results"]
    assert [row["id"] for row in rows] == [str(one.pk) for one in (late, soon, moderate)]
    assert rows[0]["time_left"] == "已过期 2 天" and not rows[0]["looked"]
    overdue = district.get("/api/v1/desk/subsidies", {"only": "overdue"}).json()["results"]
    assert [row["id"] for row in overdue] == [str(late.pk)]
    chosen = {"applications": [str(late.pk), str(soon.pk)]}
    district.get(f"/api/v1/subsidy-applications/{late.pk}")
    done = district.post("/api/v1/desk/subsidies/bulk", chosen, content_type="application/json").json()["results"]
    assert [(one["outcome"], one["code"]) for one in done] == [("approve", None), (None, "not_looked_at")]
    paper = Document.objects.get()
    assert done[0]["number"] == paper.number
    read = at_home.get(f"/api/v1/subsidy-documents/{paper.pk}").json()
    assert (read["monthly_fen"], read["content_sha256"], read["intact"]) == (60_000, paper.content_digest, True)
    refuse(viewer_for(officer), moderate)
    address = f"/api/v1/subsidy-applications/{moderate.pk}"
    said = {"said": "评估以后身体更差了"}
    assert district.post(f"{address}/appeal", said, content_type="application/json").status_code == 404
    assert at_home.post(f"{address}/appeal", said, content_type="application/json").json()["state"] == "recheck"
    again = at_home.post(f"{address}/appeal", said, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_appeal")
    elsewhere = sign_in(Client(), make_officer("district_officer", "110108"))
    assert elsewhere.get("/api/v1/desk/subsidies").json()["results"] == []
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.get(f"/api/v1/subsidy-documents/{paper.pk}").status_code == 404
    (refusal,) = elsewhere.post("/api/v1/desk/subsidies/bulk", chosen, content_type="application/json").json()[
        "results"
    ][:1]
    assert refusal["code"] == "not_found"
    assert at_home.get("/api/v1/desk/subsidies").status_code == 403
