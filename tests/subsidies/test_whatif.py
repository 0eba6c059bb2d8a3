"""What a draft would mean: differences by elder and month, added up by district. Nothing is kept and nothing applies."""

from datetime import date

import pytest

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules.programme import ProgrammeProblem, catalogue
from subsidies.rules.whatif import Subject, differences, totals, touched, under_draft
from tests.subsidies.test_preview_cases import elder_of
from tests.subsidies.test_programme_files import NEXT_YEAR

NURSING, SENIORITY = "beijing/2019-160/nursing", "beijing/2019-160/seniority"
MONTHS = [Month(2026, 12), Month(2027, 1), Month(2027, 2)]
HAIDIAN = [{"region": "110108", "from": date(1950, 1, 1), "until": None}]
LEVEL_3 = [
    {"standard": "GB/T 42195-2022", "level": 3, "concluded_on": date(2026, 1, 15), "valid_until": date(2027, 1, 14)}
]
SUBJECTS = [
    Subject("81, Chaoyang", SENIORITY, elder_of({})),
    Subject("81, Haidian, dies in January", SENIORITY, elder_of({"hukou": HAIDIAN, "died_on": date(2027, 1, 9)})),
    Subject("92, whose tier stays", SENIORITY, elder_of({"birth_date": date(1934, 5, 1)})),
]


def test_a_higher_amount_is_told_elder_by_elder_and_month_by_month():
    found = list(differences(SUBJECTS, MONTHS, before=catalogue(), after=under_draft(NEXT_YEAR)))
    assert [(one.key, str(one.month), one.region, one.before_fen, one.after_fen) for one in found] == [
        ("81, Chaoyang", "2027-01", "110105", 10000, 15000),
        ("81, Chaoyang", "2027-02", "110105", 10000, 15000),
        ("81, Haidian, dies in January", "2027-01", "110108", 10000, 15000),
    ]
    assert [(one.region, str(one.month), one.elders, one.gain, one.lose, one.change_fen) for one in totals(found)] == [
        ("110105", "2027-01", 1, 1, 0, 5000),
        ("110105", "2027-02", 1, 1, 0, 5000),
        ("110108", "2027-01", 1, 1, 0, 5000),
    ]


def test_a_changed_reading_shows_who_would_lose():
    draft = {**NEXT_YEAR, "settings": {"severe_levels": {"value": [4]}}}
    del draft["amounts"]
    subject = Subject("level 3", NURSING, elder_of({"assessments": LEVEL_3}))
    (found,) = differences([subject], MONTHS[:2], before=catalogue(), after=under_draft(draft))
    assert (found.before, found.before_fen, found.after, found.after_fen) == (Answer.YES, 60000, Answer.NO, 0)
    (total,) = totals([found])
    assert (total.lose, total.change_fen, total.undecided) == (1, -60000, 0)


def test_what_cannot_be_decided_is_counted_as_undecided_and_never_as_nothing():
    draft = {**NEXT_YEAR, "settings": {"legacy_mzt039": {"value": "reassess"}}}
    del draft["amounts"]
    legacy = [{**LEVEL_3[0], "standard": "MZ/T 039-2013", "level": "重度失能"}]
    subject = Subject("legacy", NURSING, elder_of({"assessments": legacy}))
    found = list(differences([subject], MONTHS[1:2], before=catalogue(), after=under_draft(draft)))
    assert [(one.after, one.after_fen, one.change_fen) for one in found] == [(Answer.CANNOT_DECIDE, None, None)]
    assert (totals(found)[0].undecided, totals(found)[0].change_fen) == (1, 0)


def test_a_draft_touches_what_it_names_and_with_a_setting_its_whole_programme():
    assert touched(NEXT_YEAR) == [SENIORITY]
    assert len(touched({**NEXT_YEAR, "settings": {"gain_counts": {"value": "next_month"}}})) == 3


def test_a_wrong_draft_is_refused_with_its_field():
    with pytest.raises(ProgrammeProblem, match="draft · valid_from"):
        under_draft({**NEXT_YEAR, "valid_from": "soon"})
