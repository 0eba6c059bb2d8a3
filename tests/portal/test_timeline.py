"""A family always sees one next step, and it is the one that can't wait."""

from dataclasses import replace
from datetime import UTC, datetime

from eldercare.portal.rules.timeline import Door, Progress, Stand, next_step, steps

FRESH = Progress(*[Stand.NOTHING] * 6)


def states(progress: Progress) -> list[str]:
    return [step.state for step in steps(progress)]


def test_a_new_elder_begins_with_the_assessment():
    assert states(FRESH) == ["current", "todo", "todo", "todo", "todo", "todo"]
    assert next_step(FRESH).door is Door.ASSESSMENT


def test_while_the_subsidy_is_decided_the_family_is_sent_to_the_homes():
    waiting = replace(FRESH, assessment=Stand.DONE, subsidy=Stand.WAITING)

    assert states(waiting)[:3] == ["done", "current", "todo"]
    assert next_step(waiting).door is Door.HOMES


def test_an_offer_that_lapses_comes_before_everything_else():
    offered = replace(
        FRESH, bed=Stand.WAITING, offer_lapses_at=datetime(2026, 7, 1, tzinfo=UTC), home_name="示例养老院"
    )

    assert next_step(offered).door is Door.OFFER
    assert "示例养老院" in str(next_step(offered).why)


def test_a_stay_without_routing_asks_for_the_routing():
    inside = replace(FRESH, assessment=Stand.DONE, subsidy=Stand.DONE, bed=Stand.DONE, stay=Stand.DONE)

    assert next_step(inside).door is Door.ROUTING


def test_a_refused_subsidy_is_shown_as_failed_and_the_way_to_a_home_goes_on():
    refused = replace(FRESH, assessment=Stand.DONE, subsidy=Stand.FAILED, routing=None)

    assert states(refused) == ["done", "failed", "current", "todo", "todo"]
    assert next_step(refused).door is Door.HOMES


def test_when_all_is_done_the_payments_are_what_is_left_to_see():
    done = Progress(*[Stand.DONE] * 6)

    assert states(done) == ["done"] * 6
    assert next_step(done).door is Door.PAYMENTS


def test_an_application_the_assessment_began_waits_for_the_account():
    begun = replace(FRESH, assessment=Stand.DONE, subsidy=Stand.WAITING, account_missing=True)

    assert next_step(begun).door is Door.SUBSIDY
    assert "收款账户" in str(next_step(begun).title)


def test_what_others_work_on_is_under_way_and_the_family_is_told_to_wait_for_both():
    asked = replace(FRESH, assessment=Stand.DONE, subsidy=Stand.WAITING, bed=Stand.WAITING)

    assert states(asked) == ["done", "current", "current", "todo", "todo", "todo"]
    assert str(next_step(asked).title) == "等补贴审批和养老院的答复"
    assert next_step(asked).door is None


def test_who_lives_at_the_home_already_waits_for_the_subsidy_alone():
    inside = replace(FRESH, assessment=Stand.DONE, subsidy=Stand.WAITING, bed=Stand.DONE, stay=Stand.DONE)

    assert str(next_step(inside).title) == "等补贴审批"
