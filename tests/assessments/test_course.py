from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from assessments import selectors
from assessments.access import assessments_visible_to
from assessments.models import Assessment, Assessor
from assessments.rules.claim import claim_of
from assessments.rules.validity import last_valid_day
from assessments.services.assign import assign
from assessments.services.conclude import conclude, send_back
from assessments.services.record import record, save_draft
from assessments.services.request import cancel, contest, request_assessment
from assessments.services.staffing import appoint_assessor, end_assessor
from eldercare.audit.models import Event
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import VISITOR, system
from eldercare.people.models import Letter
from eldercare.recognition.selectors import check
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.assessments import (
    NO_CONDITIONS,
    answers_totalling,
    assessor_id,
    make_assigned,
    make_concluded,
    make_recorded,
    make_requested,
    make_team,
)
from tests.builders.recognition import agreements

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refusal, match=code)


def test_two_assessors_bring_a_request_to_a_result_that_beijing_recognises(scene) -> None:
    agreements()
    assessment = make_concluded(
        scene.elder, scene.viewer, scene.team, total=57, conditions={"dementia_or_psychiatric_diagnosis": True}
    )

    today = clock.today()
    fact = selectors.valid_assessment(scene.elder.pk, today)
    assert (fact.level, fact.standard, fact.issued_in) == (3, "GB/T 42195-2022", "120000")
    assert (fact.concluded_on, fact.assessment_id) == (today, assessment.pk)
    assert fact.valid_until == last_valid_day(today, 12)
    claim = claim_of(
        standard=fact.standard,
        level=fact.level,
        concluded_on=fact.concluded_on,
        valid_until=fact.valid_until,
        issued_in=fact.issued_in,
        used_in="110000",
    )
    answer = check(claim, today)
    assert (answer.is_yes, answer.document) == (True, "京民养老发〔2024〕17号")
    acts = Event.objects.filter(noun=str(assessment)).order_by("id").values_list("act", flat=True)
    assert list(acts) == [f"assessment.{act}" for act in ("requested", "assigned", "recorded", "concluded")]


def test_the_family_is_told_that_there_is_a_result_but_not_which(scene) -> None:
    make_concluded(scene.elder, scene.viewer, scene.team)
    letter = Letter.objects.get(kind="assessment.concluded")
    assert letter.to_person_id == scene.family.person_id
    assert "失能" not in str(letter.body)


def test_what_is_kept_of_health_is_sealed_in_the_table(scene) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, result, answers FROM assessments_assessment WHERE id = %s", [assessment.pk])
        raw = b"".join(bytes(value) for value in cursor.fetchone())
    assert "重度失能".encode() not in raw
    assert b"B.1.1" not in raw


def test_a_request_for_somebody_elses_elder_is_not_found_and_nothing_is_written(scene) -> None:
    with refused("not_found"):
        request_assessment(scene.viewer, elder_id=scene.others.pk, agency_id=scene.team.agency.pk)
    assert not Assessment.objects.exists()


def test_a_second_request_while_one_is_open_is_refused(scene) -> None:
    make_requested(scene.elder, scene.viewer, scene.team)
    with refused("assessment_already_open"):
        make_requested(scene.elder, scene.viewer, scene.team)
    assert Assessment.objects.count() == 1


def test_an_agency_with_fewer_than_two_assessors_cannot_be_asked(scene) -> None:
    for user in (scene.team.first, scene.team.second):
        end_assessor(viewer_for(scene.team.lead), assessor_id=assessor_id(scene.team, user))
    assert not selectors.agencies(clock.today()).filter(pk=scene.team.agency.pk).exists()
    with refused("agency_not_available"):
        make_requested(scene.elder, scene.viewer, scene.team)


def test_the_two_assessors_must_be_two_people_of_the_agency(scene) -> None:
    assessment = make_requested(scene.elder, scene.viewer, scene.team)
    lead, first = viewer_for(scene.team.lead), assessor_id(scene.team, scene.team.first)
    elsewhere = make_team()
    with refused("assessors_must_be_two"):
        assign(lead, assessment_id=assessment.pk, first_assessor_id=first, second_assessor_id=first)
    with refused("assessor_not_available"):
        assign(
            lead,
            assessment_id=assessment.pk,
            first_assessor_id=first,
            second_assessor_id=assessor_id(elsewhere, elsewhere.first),
        )
    assessment.refresh_from_db()
    assert (assessment.state, assessment.first_assessor_id) == ("requested", None)


def test_an_agency_that_runs_the_elders_home_may_not_assess(scene) -> None:
    scene.team.agency.credit_code = "91110000101623741K"
    scene.team.agency.save()
    assessment = make_requested(scene.elder, scene.viewer, scene.team)
    with refused("agency_runs_the_home"):
        assign(
            viewer_for(scene.team.lead),
            assessment_id=assessment.pk,
            first_assessor_id=assessor_id(scene.team, scene.team.first),
            second_assessor_id=assessor_id(scene.team, scene.team.second),
            operator_credit_code="91110000101623741K",
        )


def test_a_draft_keeps_every_part_and_a_wrong_answer_changes_nothing(scene) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    first = viewer_for(scene.team.first)
    save_draft(first, assessment_id=assessment.pk, answers={"B.1.1": 4}, conditions={})
    save_draft(first, assessment_id=assessment.pk, answers={"B.2.4": 3}, conditions={"coma": False})
    with refused("wrong_answers") as caught:
        save_draft(first, assessment_id=assessment.pk, answers={"B.1.1": 9}, conditions={})
    assert set(caught.value.fields) == {"answers.B.1.1"}
    assessment.refresh_from_db()
    assert (assessment.answers, assessment.conditions) == ({"B.1.1": 4, "B.2.4": 3}, {"coma": False})


def test_an_incomplete_record_is_refused_with_every_missing_item_named(scene) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    with refused("wrong_answers") as caught:
        record(viewer_for(scene.team.first), assessment_id=assessment.pk, answers={"B.1.1": 4}, conditions={})
    assert len(caught.value.fields) == 25 + 3
    assessment.refresh_from_db()
    assert assessment.state == "assigned"


def test_only_the_first_records_and_only_the_second_concludes(scene) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    complete = {"answers": answers_totalling(40), "conditions": NO_CONDITIONS}
    with refused("not_yours_to_do"):
        record(viewer_for(scene.team.second), assessment_id=assessment.pk, **complete)
    record(viewer_for(scene.team.first), assessment_id=assessment.pk, **complete)
    with refused("not_yours_to_do"):
        conclude(viewer_for(scene.team.first), assessment_id=assessment.pk)
    assert conclude(viewer_for(scene.team.second), assessment_id=assessment.pk).level == 3


def test_a_second_conclusion_is_refused_and_the_result_stays(scene) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    with refused("assessment_has_moved_on"):
        conclude(viewer_for(scene.team.second), assessment_id=assessment.pk)
    assert Letter.objects.filter(kind="assessment.concluded").count() == 1


def test_a_record_sent_back_keeps_its_answers_as_a_draft(scene) -> None:
    assessment = make_recorded(scene.elder, scene.viewer, scene.team, total=40)
    sent_back = send_back(viewer_for(scene.team.second), assessment_id=assessment.pk)
    assert (sent_back.state, sum(sent_back.answers.values())) == ("assigned", 40)


def test_an_assessor_who_has_left_can_do_nothing_more(scene) -> None:
    assessment = make_recorded(scene.elder, scene.viewer, scene.team)
    end_assessor(viewer_for(scene.team.lead), assessor_id=assessor_id(scene.team, scene.team.second))
    with refused("not_found"):
        conclude(viewer_for(scene.team.second), assessment_id=assessment.pk)


def test_only_the_lead_ends_an_assessor(scene) -> None:
    with refused("not_found"):
        end_assessor(viewer_for(scene.team.first), assessor_id=assessor_id(scene.team, scene.team.second))


def test_appointing_somebody_twice_keeps_one(scene) -> None:
    user = make_user("新评估员")
    one = appoint_assessor(system("builder"), agency_id=scene.team.agency.pk, user_id=user.pk)
    assert appoint_assessor(system("builder"), agency_id=scene.team.agency.pk, user_id=user.pk) == one


def test_a_family_can_take_a_request_back_until_it_is_recorded(scene) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    assert cancel(scene.viewer, assessment_id=assessment.pk).state == "cancelled"
    recorded = make_recorded(scene.elder, scene.viewer, scene.team)
    with refused("assessment_has_moved_on"):
        cancel(scene.viewer, assessment_id=recorded.pk)


def test_a_contested_result_keeps_its_force_until_the_review_concludes(scene) -> None:
    doubted = make_concluded(scene.elder, scene.viewer, scene.team, total=50)
    other_team = make_team()
    review = contest(scene.viewer, assessment_id=doubted.pk, agency_id=other_team.agency.pk, doubt="走路其实要人扶")
    today = clock.today()
    assert (review.reason, review.reviews_id, review.state) == ("review", doubted.pk, "requested")
    assert selectors.valid_assessment(scene.elder.pk, today).level == 2

    assign(
        viewer_for(other_team.lead),
        assessment_id=review.pk,
        first_assessor_id=assessor_id(other_team, other_team.first),
        second_assessor_id=assessor_id(other_team, other_team.second),
    )
    record(
        viewer_for(other_team.first),
        assessment_id=review.pk,
        answers=answers_totalling(30),
        conditions=NO_CONDITIONS,
    )
    conclude(viewer_for(other_team.second), assessment_id=review.pk)
    assert selectors.valid_assessment(scene.elder.pk, today).level == 3


def test_a_result_is_valid_from_its_day_to_its_last_day_and_not_longer(scene) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    begins, ends = assessment.concluded_on, assessment.valid_until
    assert selectors.valid_assessment(scene.elder.pk, begins - timedelta(days=1)) is None
    assert selectors.valid_assessment(scene.elder.pk, ends).level == 3
    assert selectors.valid_assessment(scene.elder.pk, ends + timedelta(days=1)) is None


def test_many_elders_results_are_read_with_one_query(scene, django_assert_num_queries) -> None:
    make_concluded(scene.elder, scene.viewer, scene.team)
    today = clock.today()
    with django_assert_num_queries(1):
        found = selectors.valid_assessments([scene.elder.pk, scene.others.pk], today)
    assert set(found) == {scene.elder.pk}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("family", True),
        ("stranger", False),
        ("the first assessor", True),
        ("an assessor of another agency", False),
        ("an officer of the elder's street", True),
        ("an officer of another district", False),
        ("an officer without the second factor", False),
        ("a visitor", False),
    ],
)
def test_who_sees_an_assessment(scene, who: str, sees: bool) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    viewer = {
        "family": lambda: scene.viewer,
        "stranger": lambda: viewer_for(scene.stranger),
        "the first assessor": lambda: viewer_for(scene.team.first),
        "an assessor of another agency": lambda: viewer_for(make_team().first),
        "an officer of the elder's street": lambda: viewer_for(make_officer("street_officer", "110105003")),
        "an officer of another district": lambda: viewer_for(make_officer("district_officer", "110106")),
        "an officer without the second factor": lambda: viewer_for(make_officer(), second_factor=False),
        "a visitor": lambda: VISITOR,
    }[who]()
    assert assessments_visible_to(viewer).filter(pk=assessment.pk).exists() is sees


def test_grants_of_an_assessor_are_over_their_agency_and_end_with_the_day(scene) -> None:
    row = Assessor.objects.get(user=scene.team.first)
    (grant,) = selectors.assessor_grants(scene.team.first.pk, None, clock.today())
    assert (grant.role, grant.kind, grant.place) == ("assessor", "agency", str(scene.team.agency.pk))
    Assessor.objects.filter(pk=row.pk).update(valid_until=clock.today())
    assert selectors.assessor_grants(scene.team.first.pk, None, clock.today()) == set()


@pytest.mark.parametrize(
    ("state", "changes", "sentence"),
    [
        ("requested", {"state": "lost"}, "an_assessment_is_in_a_known_state"),
        ("assigned", {"second_assessor": None}, "an_assigned_assessment_has_two_assessors"),
        ("recorded", {"answers": None}, "a_recorded_assessment_has_its_answers"),
        ("recorded", {"state": "concluded"}, "a_concluded_assessment_has_a_level"),
        ("recorded", {"level": 3}, "only_a_concluded_assessment_has_a_level"),
    ],
)
def test_the_table_refuses_an_assessment_that_cannot_be(scene, state: str, changes: dict, sentence: str) -> None:
    make = {"requested": make_requested, "assigned": make_assigned, "recorded": make_recorded}[state]
    assessment = make(scene.elder, scene.viewer, scene.team)
    if "state" in changes and changes["state"] == "lost":
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Assessment.objects.filter(pk=assessment.pk).update(**changes)
        with pytest.raises(IntegrityError, match=sentence):
            Assessment.objects.create(
                elder=scene.others,
                agency=scene.team.agency,
                instrument="x",
                reason="first",
                requested_by=scene.family.person,
                state="lost",
            )
        return
    with pytest.raises(IntegrityError, match=sentence):
        Assessment.objects.filter(pk=assessment.pk).update(**changes)


def test_the_table_refuses_one_person_as_both_assessors(scene) -> None:
    assessment = make_assigned(scene.elder, scene.viewer, scene.team)
    with pytest.raises(IntegrityError, match="assessors_are_two_people"):
        Assessment.objects.filter(pk=assessment.pk).update(second_assessor=scene.team.first)


def test_the_table_refuses_a_result_that_ends_before_it_begins(scene) -> None:
    assessment = make_recorded(scene.elder, scene.viewer, scene.team)
    with pytest.raises(IntegrityError, match="an_assessment_is_valid_from_the_day_it_concludes"):
        Assessment.objects.filter(pk=assessment.pk).update(
            state="concluded", level=3, result={}, concluded_on=date(2026, 6, 15), valid_until=date(2026, 6, 14)
        )


def test_the_table_refuses_a_second_open_assessment(scene) -> None:
    make_requested(scene.elder, scene.viewer, scene.team)
    with pytest.raises(IntegrityError, match="an_elder_has_one_open_assessment"):
        Assessment.objects.create(
            elder=scene.elder,
            agency=scene.team.agency,
            instrument="GB/T 42195-2022",
            reason="first",
            requested_by=scene.family.person,
        )


@pytest.mark.parametrize("change", [{"level": 0}, {"answers": {}}, {"valid_until": date(2099, 1, 1)}, {"result": {}}])
def test_a_result_is_never_rewritten(scene, change: dict) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    with pytest.raises(InternalError, match="a_concluded_assessment_is_not_rewritten"):
        Assessment.objects.filter(pk=assessment.pk).update(**change)


def test_a_result_never_goes_back_and_no_assessment_is_deleted(scene) -> None:
    assessment = make_concluded(scene.elder, scene.viewer, scene.team)
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(state="recorded")
    with pytest.raises(InternalError, match="an_assessment_is_never_deleted"):
        Assessment.objects.filter(pk=assessment.pk).delete()


def test_an_assessor_serves_an_agency_once_a_day(scene) -> None:
    with pytest.raises(IntegrityError, match="an_assessor_serves_an_agency_once_a_day"):
        Assessor.objects.create(user=scene.team.first, agency=scene.team.agency, valid_from=clock.today())
