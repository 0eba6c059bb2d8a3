import re

import pytest
from django.test import Client

from assessments.models import Assessment
from eldercare.audit.models import ViewOfFile
from tests.builders.accounts import make_officer, make_user, sign_in
from tests.builders.assessments import (
    answers_totalling,
    assessor_id,
    make_assigned,
    make_concluded,
    make_recorded,
    make_requested,
)
from tests.builders.recognition import agreements

pytestmark = pytest.mark.django_db

CONDITIONS = {"coma": "no", "dementia_or_psychiatric_diagnosis": "yes", "risk_events_30_days": "0"}


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_family_asks_for_an_assessment_and_a_second_click_does_nothing_more(scene, client: Client) -> None:
    sign_in(client, scene.family)
    url = f"/elders/{scene.elder.pk}/assessment"
    drawn = text(client.get(url))
    assert "申请一次能力评估" in drawn
    key = re.search(r'name="request_key" value="([^"]+)"', drawn)[1]
    filled = {"agency": str(scene.team.agency.pk), "reason": "first", "request_key": key}
    assert client.post(url, filled).status_code == 302
    assert client.post(url, filled).status_code == 302
    assert Assessment.objects.count() == 1
    assert "机构安排评估员" in text(client.get(url))


def test_an_empty_request_says_what_is_missing(scene, client: Client) -> None:
    sign_in(client, scene.family)
    answer = client.post(f"/elders/{scene.elder.pk}/assessment", {"reason": "first"})
    assert answer.status_code == 422
    assert "请选择一家评估机构。" in text(answer)


def test_the_agency_assigns_on_its_page(scene, client: Client) -> None:
    assessment = make_requested(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.team.lead)
    assert "派评估员" in text(client.get("/assessments/"))
    url = f"/assessments/{assessment.pk}/"
    first, second = (assessor_id(scene.team, user) for user in (scene.team.first, scene.team.second))
    same = client.post(url, {"first_assessor": first, "second_assessor": first})
    assert (same.status_code, "两位评估员必须是两个人。" in text(same)) == (422, True)
    assert client.post(url, {"first_assessor": first, "second_assessor": second}).status_code == 302
    assessment.refresh_from_db()
    assert assessment.first_assessor_id == scene.team.first.pk


def test_the_record_is_kept_part_by_part_without_javascript_and_then_handed_in(scene, client: Client) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.team.first)
    url = f"/assessments/{assessment.pk}/record"
    answers = answers_totalling(57)
    part = {code: str(points) for code, points in answers.items() if code.startswith("B.1.")}

    kept = client.post(url, {**part, "save": "B.1"})
    assert kept.url == f"{url}#part-B.1"
    drawn = text(client.get(url))
    assert "8 / 26" in drawn
    assert "目前合计 32 分（满分 90）" in drawn

    short = client.post(url, {**part, "hand_in": "yes"})
    assert short.status_code == 422
    assert "请填写 B.2.1 床上体位转移。" in text(short)

    whole = {code: str(points) for code, points in answers.items()}
    assert client.post(url, {**whole, **CONDITIONS, "hand_in": "yes"}).status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.answers) == ("recorded", answers)
    again = client.post(url, {**whole, **CONDITIONS, "hand_in": "yes"})
    assert again.status_code == 409
    assert "这一步已经办过或还不能办" in text(again)


def test_a_wrong_answer_is_said_beside_its_item_and_the_others_stay_typed(scene, client: Client) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.team.first)
    answer = client.post(f"/assessments/{assessment.pk}/record", {"B.1.1": "9", "B.1.2": "3", "save": "B.1"})
    assert answer.status_code == 422
    assert "请选择列出的一项。" in text(answer)
    assert re.search(r'name="B.1.2" value="3"[^>]*checked', text(answer))


def test_htmx_keeps_a_change_and_gets_the_running_total(scene, client: Client) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.team.first)
    part = client.post(f"/assessments/{assessment.pk}/record", {"B.1.1": "4"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<section id="running"')
    assert "1 / 26" in text(part)


def test_the_second_assessor_sees_the_answers_and_the_level_and_concludes(scene, client: Client) -> None:
    assessment = make_recorded(
        scene.elder, scene.viewer, scene.team, total=57, conditions={"dementia_or_psychiatric_diagnosis": True}
    )
    sign_in(client, scene.team.second)
    url = f"/assessments/{assessment.pk}/conclude"
    drawn = text(client.get(url))
    assert "按记录得出：重度失能" in drawn
    assert "B.1.1 进食" in drawn
    assert "提高 1 级，最多到完全失能" in drawn
    assert client.post(url).status_code == 302
    assessment.refresh_from_db()
    assert (assessment.state, assessment.level) == ("concluded", 3)


def test_the_family_reads_the_result_its_reasons_and_where_it_counts(scene, client: Client) -> None:
    agreements()
    make_concluded(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.family)
    page = text(client.get(f"/elders/{scene.elder.pk}/assessment"))
    assert "结果：重度失能" in page
    assert "北京市：算数" in page
    assert "两地按 京民养老发〔2024〕17号 互认这类结果。" in page
    assert "天津市：算数" in page
    assert "示例：这个期限尚未核实" in page
    assert not ViewOfFile.objects.exists()


def test_the_family_contests_a_result_in_its_own_words(scene, client: Client) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team, total=50)
    sign_in(client, scene.family)
    url = f"/assessments/{assessment.pk}/contest"
    assert client.post(url, {"agency": str(scene.team.agency.pk), "doubt": ""}).status_code == 422
    assert client.post(url, {"agency": str(scene.team.agency.pk), "doubt": "走路要人扶"}).status_code == 302
    assert Assessment.objects.get(reason="review").doubt == "走路要人扶"
    assert "已申请复评" in text(client.get(f"/elders/{scene.elder.pk}/assessment"))


def test_only_who_acts_for_the_elder_is_shown_the_way_to_contest(scene, client: Client) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.team.first)
    assert client.get(f"/assessments/{assessment.pk}/contest").status_code == 404


def test_an_officers_look_is_kept_and_shows_no_single_answers(scene, client: Client) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    sign_in(client, make_officer("street_officer", "110105003"))
    page = text(client.get(f"/assessments/{assessment.pk}/"))
    assert "结果：重度失能" in page
    assert "26 项记录" not in page
    assert ViewOfFile.objects.filter(elder_id=scene.elder.pk, part="assessment").count() == 1


def test_the_list_of_somebody_without_an_agency_says_so(scene, client: Client) -> None:
    sign_in(client, scene.family)
    assert "您现在不在评估机构任职" in text(client.get("/assessments/"))


def test_an_agency_without_requests_has_an_empty_list(scene, client: Client) -> None:
    sign_in(client, scene.team.first)
    assert "还没有评估申请" in text(client.get("/assessments/"))


@pytest.mark.parametrize("door", ["", "record", "conclude", "contest"])
def test_somebody_elses_assessment_is_not_found(scene, client: Client, door: str) -> None:
    assessment = make_recorded(scene.elder, scene.viewer, scene.team)
    sign_in(client, make_user("路人"))
    assert client.get(f"/assessments/{assessment.pk}/{door}").status_code == 404


@pytest.mark.parametrize("door", ["record", "conclude", "send-back", "cancel"])
def test_somebody_elses_assessment_cannot_be_posted_to(scene, client: Client, door: str) -> None:
    assessment = make_recorded(scene.elder, scene.viewer, scene.team)
    sign_in(client, scene.stranger)
    assert client.post(f"/assessments/{assessment.pk}/{door}").status_code == 404
    assessment.refresh_from_db()
    assert assessment.state == "recorded"


def test_another_familys_elder_is_not_found(scene, client: Client) -> None:
    sign_in(client, scene.stranger)
    assert client.get(f"/elders/{scene.elder.pk}/assessment").status_code == 404


def test_a_visitor_is_sent_to_sign_in(scene, client: Client) -> None:
    assert client.get("/assessments/").status_code == 302
    assert client.get(f"/elders/{scene.elder.pk}/assessment").status_code == 302
