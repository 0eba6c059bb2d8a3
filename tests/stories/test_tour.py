"""`make tour` on a system of its own: it passes, passes again, and stops at the first difference."""

import random
from datetime import date

import pytest

from eldercare.people.rules.id_number import IdNumberProblem, parse_id_number
from tools.tour import finding
from tools.tour.__main__ import tour
from tools.tour.check import Difference
from tools.tour.doors import Demo
from tools.tour.own import system
from tools.tour.pages import read
from tools.tour.papers import answers_scoring, identity_number, with_wrong_check_digit

# One system for all of them: each process that gets one of these would start its own.
pytestmark = pytest.mark.xdist_group("tour")


@pytest.fixture(scope="module")
def address():
    with system() as running:
        yield running


@pytest.mark.launch
@pytest.mark.slow
def test_the_tour_passes_twice_and_leaves_the_clock_as_it_was(address):
    assert tour(address) == 0
    assert tour(address) == 0
    assert Demo(address).clock()["offset_seconds"] == 0


@pytest.mark.launch
@pytest.mark.slow
def test_the_tour_stops_at_the_first_difference_and_still_puts_the_clock_back(address, monkeypatch):
    monkeypatch.setattr(finding, "NURSING_FEN", 60_001)

    with pytest.raises(Difference, match="补贴后自付"):
        tour(address)

    assert Demo(address).clock()["offset_seconds"] == 0


def test_a_form_is_read_as_a_browser_would_send_it():
    page = read(
        """<form method="post" action="/x"><input type="hidden" name="key" value="k1">
        <input name="age" value="82"><input type="radio" name="level" value="1"><input type="radio" name="level"
        value="3" checked><input type="checkbox" name="agree" value="on"><select name="room"><option value="">请选择
        </option><option value="double" selected>双人间</option></select><textarea name="note">早 上</textarea>
        <button name="word" value="go">去</button></form>"""
    )

    form = page.forms[0]
    assert form.filled() == {"key": ["k1"], "age": ["82"], "level": ["3"], "room": ["double"], "note": ["早 上"]}
    assert form.filled(agree="on", level=1)["level"] == ["1"]
    assert form.options["room"] == [("", "请选择"), ("double", "双人间")]
    assert form.buttons == [("word", "go")]


def test_the_tours_papers_are_what_they_say():
    number = identity_number(date(1944, 1, 1), random.Random(7))

    assert parse_id_number(number).birth_date == date(1944, 1, 1)
    with pytest.raises(IdNumberProblem):
        parse_id_number(with_wrong_check_digit(number))
    assert sum(answers_scoring(40).values()) == 40
