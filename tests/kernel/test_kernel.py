"""The kernel's promises."""

import doctest
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from eldercare.audit import services as audit
from eldercare.kernel import clock, days, locks, money, sealed
from eldercare.kernel.days import DayRange, Month
from eldercare.kernel.sentences import restored, say
from eldercare.kernel.verdict import Answer, Cite, Line, Outcome, Reason, judge, line_from, reason_from
from eldercare.kernel.viewer import VISITOR, Viewer, grants


@pytest.mark.parametrize("module", [money, days], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@given(st.integers(0, 10**9), st.lists(st.integers(0, 400), min_size=1, max_size=31).filter(any))
def test_splitting_loses_and_invents_no_fen(total, weights):
    shares = money.split(total, weights)
    assert sum(shares) == total
    assert all(abs(share - total * weight / sum(weights)) < 1 for share, weight in zip(shares, weights, strict=True))


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-600, 600))
def test_going_some_months_on_and_back_comes_home(day, steps):
    month = Month.of(day)
    assert month.plus(steps).plus(-steps) == month
    assert month.plus(steps).minus(month) == steps


def test_two_periods_that_only_touch_share_no_day():
    july = Month(2026, 7).period
    assert july.within(Month(2026, 8).period) is None
    assert july.within(DayRange(date(2026, 7, 30), None)) == DayRange(date(2026, 7, 30), date(2026, 8, 1))


def test_a_sentence_is_kept_and_spoken_again_in_another_language():
    sentence = say("满 {age} 周岁：{who}", age=60, who=say("您"))
    kept = restored(sentence.to_json())
    english = {"满 {age} 周岁：{who}": "Aged {age}: {who}", "您": "you"}
    assert str(kept) == "满 60 周岁：您"
    assert kept.in_language(english.get) == "Aged 60: you"


def test_a_reason_and_a_line_survive_keeping():
    cite = Cite("京民养老发〔2019〕160号", "二(二)1", "https://example.org")
    reason = Reason("hukou", Outcome.PASS, say("户籍在北京"), cite)
    line = Line(say("失能护理补贴"), 60_000, say("一档"), cite)
    assert reason_from(reason.to_json()) == reason
    assert line_from(line.to_json()) == line


def test_a_definite_no_settles_it_and_an_unknown_is_never_a_no():
    yes, no, unknown = (Reason(o.value, o, say("x")) for o in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN))
    assert judge((yes,)) is Answer.YES
    assert judge((yes, unknown)) is Answer.CANNOT_DECIDE
    assert judge((yes, unknown, no)) is Answer.NO


def test_a_viewer_holds_a_role_only_over_its_place():
    viewer = Viewer(grants=frozenset(grants("street_officer", "region", ["110105001"])))
    assert viewer.has("street_officer", "region", "110105001")
    assert not viewer.has("street_officer", "region", "110105002")
    assert VISITOR.places("region") == frozenset()


class TestSealed:
    PLACE = "people_person.id_number"

    def test_what_is_sealed_opens_only_in_its_place(self):
        closed = sealed.seal("11010519491231002X", self.PLACE)
        assert b"11010519491231002X" not in closed
        assert sealed.open_sealed(closed, self.PLACE) == "11010519491231002X"
        with pytest.raises(sealed.CannotOpen):
            sealed.open_sealed(closed, "people_person.phone")

    def test_an_altered_value_does_not_open(self):
        closed = bytearray(sealed.seal("a", self.PLACE))
        closed[-1] ^= 1
        with pytest.raises(sealed.CannotOpen):
            sealed.open_sealed(bytes(closed), self.PLACE)

    def test_the_same_text_is_sealed_differently_but_found_the_same(self):
        assert sealed.seal("a", self.PLACE) != sealed.seal("a", self.PLACE)
        assert sealed.blind_index("a") == sealed.blind_index("a") != sealed.blind_index("b")

    def test_an_old_key_still_opens_and_the_new_one_seals(self, settings):
        old = sealed.seal("a", self.PLACE)
        settings.SEALED_KEYS = ["t2:ZmVkY2JhOTg3NjU0MzIxMA==", *settings.SEALED_KEYS]
        assert sealed.open_sealed(old, self.PLACE) == "a"
        assert sealed.key_name(sealed.seal("a", self.PLACE)) == "t2"


@pytest.mark.django_db
class TestClock:
    def test_the_clock_is_the_databases_plus_the_offset(self):
        before = datetime.now(UTC)
        audit.move_clock(VISITOR, timedelta(days=40))
        assert timedelta(days=39, hours=23) < clock.now() - before < timedelta(days=40, hours=1)
        assert clock.today() == clock.now().date()

    def test_the_clock_can_be_read_inside_a_statement(self):
        audit.move_clock(VISITOR, timedelta(days=-10))
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_now() < now() - interval '9 days'")
            assert cursor.fetchone() == (True,)

    def test_the_clock_cannot_be_moved_outside_a_demo(self, settings):
        settings.DEMO = False
        with pytest.raises(Exception, match="not_a_demo"):
            audit.move_clock(VISITOR, timedelta(days=1))
        assert audit.ClockOffset.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_row_held_too_long_is_refused_with_a_sentence_instead_of_waiting(monkeypatch):
    import threading

    from eldercare.kernel.refusal import Refusal

    monkeypatch.setattr(locks, "WAIT_MS", 200)
    held, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                locks.lock_name("a bed")
                held.set()
                done.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        with pytest.raises(Refusal) as refusal, transaction.atomic():
            locks.lock_name("a bed")
    finally:
        done.set()
        holder.join()
    assert (refusal.value.code, refusal.value.status) == ("busy", 409)


@pytest.mark.parametrize(("pgcode", "code"), [("55P03", "busy"), ("40P01", "busy"), ("57P01", None)])
def test_an_act_undone_because_it_stood_in_anothers_way_may_be_tried_again_and_a_broken_database_is_no_refusal(
    pgcode, code
):
    cause = Exception()
    cause.pgcode = pgcode
    error = OperationalError("said by the database")
    error.__cause__ = cause
    refusal = locks.busy(error)
    assert (refusal and refusal.code) == code
    assert locks.busy(ValueError()) is None
