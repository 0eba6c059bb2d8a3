"""Operating subsidies: who pays a home what for a resident's month; what nobody has found is never an amount."""

from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules.operating import DATA, ResidentMonth, by_payer, operating, read, schemes
from subsidies.rules.programme_file import ProgrammeProblem

JUNE = Month(2026, 6)
WUQING = ResidentMonth(JUNE, hukou="110105", facility_region="120114", level=3, stars=3, is_filed=True)


def answers(resident, **more):
    return {one.scheme.id: one for one in operating(resident, **more)}


def test_no_real_amount_stands_in_the_data_and_every_row_says_where_it_is_from():
    for one in schemes():
        assert one.source and str(one.note) and one.recorded_on
        assert one.example or one.amount_fen is None or one.valid_from is None, one.id  # only history has a figure
        assert not one.example or "示例" in str(one.name)


def test_for_a_beijing_elder_in_wuqing_three_schemes_are_asked_and_none_can_be_decided():
    found = answers(WUQING)
    asked = {name for name, one in found.items() if one.verdict.answer is not Answer.NO}
    assert asked == {"beijing-for-its-elders-elsewhere", "tianjin-own-homes", "tianjin-for-beijing-elders"}
    for name in asked:
        assert (found[name].verdict.answer, found[name].amount_fen) == (Answer.CANNOT_DECIDE, None)
        assert "settings.amount_fen" in found[name].verdict.missing
    assert by_payer(found.values()) == {}


def test_with_example_rates_both_regions_pay_and_every_line_says_that_it_is_one():
    found = answers(WUQING, examples=True)
    assert by_payer(found.values()) == {"110000": 50000, "120000": 20000}
    lines = [line for one in found.values() for line in one.verdict.lines]
    assert len(lines) == 2 and all("示例" in str(line.label) for line in lines)


@pytest.mark.parametrize(
    ("change", "scheme", "answer", "missing"),
    [
        ({"level": 2}, "example-beijing-moderate", Answer.YES, ()),
        ({"level": 2}, "example-beijing-severe", Answer.NO, ()),
        ({"level": None}, "example-beijing-severe", Answer.CANNOT_DECIDE, ("level",)),
        ({"level": 0}, "example-tianjin", Answer.NO, ()),
        ({"stars": None}, "example-beijing-severe", Answer.CANNOT_DECIDE, ("stars",)),
        ({"stars": 0}, "example-beijing-severe", Answer.NO, ()),
        ({"stars": None}, "example-tianjin", Answer.YES, ()),  # asks for no stars
        ({"is_filed": False, "level": None}, "example-tianjin", Answer.NO, ()),  # a definite no settles it
        ({"is_filed": None}, "example-tianjin", Answer.CANNOT_DECIDE, ("is_filed",)),
        ({"hukou": None}, "example-beijing-severe", Answer.CANNOT_DECIDE, ("hukou",)),
        ({"hukou": None}, "example-tianjin", Answer.YES, ()),  # wherever the resident is from
        ({"hukou": "130102"}, "example-beijing-severe", Answer.NO, ()),
        ({"facility_region": "110105"}, "example-beijing-severe", Answer.NO, ()),
    ],
)  # fmt: skip
def test_every_condition_answers_and_an_unknown_one_leaves_it_open(change, scheme, answer, missing):
    found = answers(replace(WUQING, **change), examples=True)[scheme].verdict
    assert (found.answer, found.missing) == (answer, missing)


def test_a_scheme_answers_only_the_months_it_is_in_force():
    assert "example-tianjin" not in answers(replace(WUQING, month=Month(2025, 12)), examples=True)
    (severe,) = [one for one in schemes() if one.id == "example-beijing-severe"]
    until = replace(severe, valid_until=date(2026, 7, 1))
    assert [
        len(operating(replace(WUQING, month=month), examples=True, among=[until])) for month in (JUNE, JUNE.next())
    ] == [1, 0]


def test_an_amount_once_found_is_a_line_of_data(tmp_path):
    data = yaml.safe_load((DATA / "known.yaml").read_text("utf-8"))
    data["schemes"] = [{**data["schemes"][1], "levels": [3, 4], "amount_fen": 12300, "confirmed": True}]
    file = tmp_path / "tianjin.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    (found,) = operating(WUQING, among=read(file))
    assert (found.verdict.answer, found.amount_fen) == (Answer.YES, 12300)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"amount_fen": 0}, "schemes.0.amount_fen"),
        ({"amount_fen": "1050"}, "schemes.0.amount_fen"),
        ({"payer_region": "北京"}, "schemes.0.payer_region"),
        ({"rating_min": 6}, "schemes.0.rating_min"),
        ({"confidence": "GK"}, "schemes.0.confidence"),
        ({"colour": "red"}, "schemes.0"),
    ],
)
def test_a_wrong_file_is_refused_with_its_field(tmp_path, change, where):
    data = deepcopy(yaml.safe_load((DATA / "example.yaml").read_text("utf-8")))
    data["schemes"][0].update(change)
    file = Path(tmp_path) / "wrong.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(ProgrammeProblem, match=f"wrong.yaml · {where}："):
        read(file)
