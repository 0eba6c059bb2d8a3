"""What can never be kept about decisions, their documents, appeals, looks and postings: each by an insert that is refused."""

import itertools
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from eldercare.kernel import clock
from subsidies.choices import ApplicationState
from subsidies.models import Appeal, Application, Decision, Document, Escalation, Look, NumberBook, Objection, Posting
from subsidies.rules.transitions import EVERY_STEP, STEPS, acts_of, may_become, state_after
from tests.builders.accounts import make_officer
from tests.builders.people import stand_beside
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.subsidies import make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db
REFUSED = {"outcome": "refuse", "reason": "不符合", "remedy": "可以提出"}


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family, level=None)


@pytest.fixture
def application(family, elder):
    return make_application(elder, family.person)


def refused_by(name: str, act) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act()
    assert name in str(error.value)


def decide(application, by, **more):
    row = {"stage": "district_decision", "outcome": "approve", "facts": {}, "verdict": {}}
    return Decision.objects.create(application=application, by=by, **{**row, **more})


def test_the_table_takes_exactly_the_steps_of_the_transition_tables(application):
    row = Application.objects.filter(pk=application.pk)
    for before, after in itertools.permutations(ApplicationState.values, 2):
        row.delete()
        application.state = before
        application.save(force_insert=True)
        if may_become(before, after):
            assert row.update(state=after) == 1
        else:
            refused_by("an_application_steps_as_the_tables_say", lambda: row.update(state=after))  # noqa: B023


def test_every_state_role_and_act_has_one_answer_and_no_state_is_a_dead_end_by_accident():
    walked = set()
    for state, role in itertools.product(ApplicationState.values, STEPS):
        for act in {act for acts in STEPS.values() for act in acts}:
            following = state_after(role, act, state)
            assert (following is not None) == (act in acts_of(role, state))
            if following:
                assert following in ApplicationState.values
                walked.add((state, following))
    assert walked == EVERY_STEP
    assert {state for state in ApplicationState.values if not any(before == state for before, _ in walked)} == {
        "withdrawn"
    }
    assert state_after("street_officer", "approve", "street_passed") is None
    assert state_after("district_officer", "approve", "submitted") is None
    assert state_after("family", "withdraw", "approved") is None


def test_a_decider_is_not_beside_the_elder_even_when_that_is_over(elder, application):
    officer = make_officer("district_officer", CHAOYANG)
    over = stand_beside(elder, officer.person, "kin", since=clock.today() - timedelta(days=9))
    over.valid_until = clock.today() - timedelta(days=2)
    over.save()
    refused_by("a_decider_is_not_beside_the_elder", lambda: decide(application, officer))
    decide(application, make_officer("district_officer", CHAOYANG))


def test_a_decider_did_not_file_the_case_at_a_window(application):
    officer = make_officer("street_officer", HUJIALOU)
    Application.objects.filter(pk=application.pk).update(entered_by=officer)
    refused_by(
        "a_decider_did_not_file_the_case", lambda: decide(application, officer, stage="street_review", outcome="pass")
    )


def appeal(decision, by, origin="family"):
    return Appeal.objects.create(decision=decision, origin=origin, said="请再看", by=by)


def test_an_appeal_comes_in_time_once_and_about_a_final_decision(family, application):
    street, officer = make_officer("street_officer", HUJIALOU), make_officer()
    passed = decide(application, street, stage="street_review", outcome="pass")
    late = decide(application, officer, **REFUSED, appeal_until=clock.today() - timedelta(days=1))
    refused_by("an_appeal_is_about_a_final_decision", lambda: appeal(passed, family, "facts"))
    refused_by("an_appeal_comes_in_time", lambda: appeal(late, family))
    first = appeal(late, officer, "facts")
    refused_by("unique", lambda: appeal(late, officer, "facts"))
    refused_by("update or delete", lambda: Appeal.objects.filter(pk=first.pk).update(origin="family"))


def test_the_last_day_is_still_in_time(family, application):
    appeal(decide(application, make_officer(), **REFUSED, appeal_until=clock.today()), family)


def test_a_recheck_answers_an_appeal_of_its_own_case_by_somebody_who_took_no_part(family, elder, application):
    first, officer, raiser = make_officer(), make_officer(), make_officer()
    refused = decide(application, first, **REFUSED, appeal_until=clock.today())
    asked = appeal(refused, raiser, "facts")
    recheck = {"stage": "recheck", "answers": asked, "upholds": False}
    refused_by("a_recheck_and_only_it_answers_an_appeal", lambda: decide(application, officer, stage="recheck"))
    refused_by("a_recheck_and_only_it_answers_an_appeal", lambda: decide(application, officer, answers=asked))
    refused_by("a_decider_is_not_the_reviewer", lambda: decide(application, first, **recheck))
    refused_by("a_decider_is_not_the_applicant", lambda: decide(application, raiser, **recheck))
    other = make_application(elder, family.person, programme="beijing/2019-160/hardship")
    refused_by("a_recheck_answers_an_appeal_of_its_own_case", lambda: decide(other, officer, **recheck))
    decide(application, officer, **recheck)
    refused_by("unique", lambda: decide(application, make_officer(), **recheck))


def test_only_a_yes_that_was_looked_at_is_given_in_bulk(application):
    officer = make_officer()
    refused_by("a_decision_in_bulk_was_looked_at", lambda: decide(application, officer, in_bulk=True))
    Look.objects.create(application=application, by=make_officer(), fingerprint="x")
    refused_by("a_decision_in_bulk_was_looked_at", lambda: decide(application, officer, in_bulk=True))
    look = Look.objects.create(application=application, by=officer, fingerprint="x")
    refused_by(
        "an_officer_has_one_last_look_at_an_application",
        lambda: Look.objects.create(application=application, by=officer, fingerprint=look.fingerprint),
    )
    refused = {**REFUSED, "appeal_until": clock.today()}
    refused_by("only_a_yes_is_given_in_bulk", lambda: decide(application, officer, in_bulk=True, **refused))
    decide(application, officer, in_bulk=True)


def paper(decision, serial, year=2026):
    return Document.objects.create(
        decision=decision,
        region_id=CHAOYANG,
        year=year,
        serial=serial,
        number=f"{year}-{serial}",
        content={},
        content_digest="x",
    )


def test_decision_numbers_follow_each_other_and_are_given_once(family, application):
    decision = decide(application, make_officer())
    for wrong in (2, 0):
        refused_by(
            "a_decision_number_follows_the_last" if wrong else "decision_numbers_begin_at_one",
            lambda: paper(decision, wrong),  # noqa: B023
        )
    first = paper(decision, 1)
    other = make_application(make_beijing_elder(family, level=None), family.person)
    passed = decide(other, make_officer("street_officer", HUJIALOU), stage="street_review", outcome="pass")
    refused_by("a_document_belongs_to_a_final_decision", lambda: paper(passed, 2))
    second = decide(other, make_officer())
    refused_by("a_decision_number_is_given_once", lambda: paper(second, 1))
    refused_by("a_decision_number_follows_the_last", lambda: paper(second, 3))
    refused_by("update or delete", lambda: Document.objects.filter(pk=first.pk).update(number="另一个"))
    paper(second, 2)
    NumberBook.objects.create(region_id=CHAOYANG, year=2026)
    refused_by(
        "a_district_keeps_one_number_book_a_year", lambda: NumberBook.objects.create(region_id=CHAOYANG, year=2026)
    )


def post(application, **more):
    today = clock.today()
    row = {"from_day": today, "until": today + timedelta(days=7), "shown_name": "王*", "monthly_fen": 10_000}
    return Posting.objects.create(application=application, place_id=HUJIALOU, by=make_officer(), **{**row, **more})


def test_a_posting_shows_a_masked_name_over_some_days_and_stands(application):
    refused_by("a_posted_name_is_masked", lambda: post(application, shown_name="王桂兰"))
    refused_by("a_posting_is_shown_some_days", lambda: post(application, until=clock.today()))
    posting = post(application)
    refused_by("update or delete", lambda: Posting.objects.filter(pk=posting.pk).update(until=clock.today()))


def test_a_posted_case_is_approved_only_after_its_days_and_with_every_objection_answered(application):
    today = clock.today()
    running = post(application, from_day=today - timedelta(days=6), until=today + timedelta(days=1))
    refused_by("a_posted_case_is_decided_after_its_days", lambda: decide(application, make_officer()))
    objection = Objection.objects.create(posting=running, said="他不住在这里")
    row = Objection.objects.filter(pk=objection.pk)
    refused_by("what_was_objected_stands", lambda: row.update(said="改了"))
    refused_by("an_objection_is_never_deleted", lambda: row._raw_delete("default"))
    refused_by("an_answered_objection_says_by_whom_when_and_what", lambda: row.update(answer="核实过"))


def test_an_objection_falls_in_the_posted_days(application):
    today = clock.today()
    over = post(application, from_day=today - timedelta(days=7), until=today)
    refused_by(
        "an_objection_falls_in_the_posted_days", lambda: Objection.objects.create(posting=over, said="他不住在这里")
    )
    decide(application, make_officer())


def test_a_clock_is_rung_once(application):
    row = {"application": application, "level": "overdue", "due_on": clock.today()}
    Escalation.objects.create(**row)
    refused_by("a_clock_is_rung_once_per_day_due_and_level", lambda: Escalation.objects.create(**row))
