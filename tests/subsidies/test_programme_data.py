"""The programme files: cited, dated, every open reading a setting that works; and the small rules beside them."""

from dataclasses import replace
from datetime import date

import pytest

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.choices import AccountKind
from subsidies.rules.accounts import read_account_number
from subsidies.rules.deadlines import decide_by, review_by
from subsidies.rules.eligibility import answer
from subsidies.rules.facts import CIRCUMSTANCES
from subsidies.rules.programme import Setting, benefit, benefits
from tests.subsidies.test_preview_cases import elder_of

NURSING = "beijing/2019-160/nursing"
SENIORITY = "beijing/2019-160/seniority"
LEVEL_3 = {
    "standard": "GB/T 42195-2022",
    "level": 3,
    "concluded_on": date(2026, 1, 15),
    "valid_until": date(2027, 1, 14),
}


@pytest.mark.parametrize("one", benefits().values(), ids=lambda one: one.id)
def test_every_tier_and_exclusion_names_its_document_and_article(one):
    for cite in [one.cite, *(tier.cite for tier in one.tiers), *(exclusion.cite for exclusion in one.exclusions)]:
        assert cite.document and cite.article and cite.url
    assert all(exclusion.circumstance in CIRCUMSTANCES for exclusion in one.exclusions)
    assert one.alternative is None or benefit(one.alternative.benefit).alternative.benefit == one.id
    assert all(str(setting.note) and setting.confidence for setting in one.programme.settings.values())


def test_160s_three_benefits_and_six_accounts_are_there():
    assert [name for name in benefits() if "2019-160" in name] == [
        "beijing/2019-160/hardship",
        "beijing/2019-160/nursing",
        "beijing/2019-160/seniority",
    ]
    assert set(benefit(NURSING).programme.accounts) == set(AccountKind.values)
    assert benefit(NURSING).eligible_lines == {"bed", "care"} and benefit(SENIORITY).eligible_lines == frozenset()


def with_setting(benefit_id: str, name: str, value):
    one = benefit(benefit_id)
    changed = {**one.programme.settings, name: Setting(value, one.programme.note(name), "test")}
    return replace(one, programme=replace(one.programme, settings=changed))


@pytest.mark.parametrize(
    ("benefit_id", "setting", "value", "given", "month", "before", "after"),
    [
        (NURSING, "severe_levels", [4], {"assessments": [LEVEL_3]}, "2026-06", Answer.YES, Answer.NO),
        (NURSING, "gain_counts", "next_month", {"assessments": [LEVEL_3]}, "2026-01", Answer.YES, Answer.NO),
        (SENIORITY, "birthday_counts", "next_month", {"birth_date": date(1946, 6, 15)}, "2026-06", Answer.YES, Answer.NO),
        (SENIORITY, "leap_birthday", "02-28", {"birth_date": date(1948, 2, 29), "died_on": date(2028, 1, 1)},
         "2028-02", Answer.NO, Answer.NO),
        (SENIORITY, "restart_after_prison", "same_month",
         {"prison": [{"from": date(2026, 1, 5), "until": date(2026, 6, 10)}]}, "2026-06", Answer.NO, Answer.YES),
        (NURSING, "legacy_mzt039", "reassess",
         {"assessments": [{**LEVEL_3, "standard": "MZ/T 039-2013", "level": "重度失能"}]},
         "2026-06", Answer.YES, Answer.CANNOT_DECIDE),
        (NURSING, "exclusion_begins", "same_month",
         {"assessments": [LEVEL_3], "circumstances": {"destitute_support": [{"from": date(2026, 6, 10)}]}},
         "2026-06", Answer.YES, Answer.NO),
    ],
)  # fmt: skip
def test_an_open_reading_is_a_setting_that_works(benefit_id, setting, value, given, month, before, after):
    elder, month = elder_of(given), Month.parse(month)
    assert answer(benefit(benefit_id), elder, month).answer is before
    assert answer(with_setting(benefit_id, setting, value), elder, month).answer is after


def test_an_upgrade_counts_at_once_where_the_setting_says_so():
    elder = elder_of(
        {
            "certificates": [
                {"category": 4, "level": 2, "from": date(2020, 1, 1), "until": date(2026, 6, 10)},
                {"category": 4, "level": 1, "from": date(2026, 6, 10), "until": None},
            ]
        }
    )
    june = Month(2026, 6)
    assert answer(benefit(NURSING), elder, june).monthly_fen == 40_000
    assert answer(with_setting(NURSING, "upgrade_counts", "same_month"), elder, june).monthly_fen == 60_000


def test_half_a_year_can_be_counted_by_month():
    elder = elder_of({"assessments": [LEVEL_3]})
    july, late = Month(2026, 7), date(2026, 7, 31)
    assert answer(benefit(NURSING), elder, july, late).period.first_month == july
    by_month = with_setting(NURSING, "half_year_counted", "by_month")
    assert answer(by_month, elder, july, late).period.first_month == Month(2026, 1)


@pytest.mark.parametrize(
    ("applied_on", "reviewed_by", "decided_by"),
    [
        (date(2026, 6, 1), date(2026, 6, 20), date(2026, 6, 25)),
        (date(2026, 6, 20), date(2026, 6, 20), date(2026, 6, 25)),
        (date(2026, 6, 21), date(2026, 7, 20), date(2026, 7, 25)),
        (date(2026, 12, 31), date(2027, 1, 20), date(2027, 1, 25)),
    ],
)
def test_the_street_has_until_the_20th_and_the_district_until_the_25th(applied_on, reviewed_by, decided_by):
    programme = benefit(NURSING).programme
    assert (review_by(programme, applied_on), decide_by(programme, applied_on)) == (reviewed_by, decided_by)


@pytest.mark.parametrize(
    ("typed", "read"), [("6228 4800-12", "6228480012"), ("123456789", None), ("１２３４５６７８９０", "1234567890")]
)
def test_an_account_number_is_read_as_people_write_it(typed, read):
    assert read_account_number(typed) == read


def test_a_local_share_of_the_voucher_is_a_setting_per_place_and_then_only_the_bill_is_missing():
    voucher = "national/2026-voucher"
    tianjin = replace(benefit(voucher).programme.settings["share_percent"], places={"120000": 40})
    both = replace(benefit(voucher).programme.settings["overlap_160"], value="both")
    settings = {**benefit(voucher).programme.settings, "share_percent": tianjin, "overlap_160": both}
    known = replace(benefit(voucher), programme=replace(benefit(voucher).programme, settings=settings))
    missing = {
        place: answer(known, elder_of({"assessments": [LEVEL_3], "residence_region": place}), Month(2026, 6)).missing
        for place in ("120114", "110105")
    }
    assert missing == {"120114": ("bill_fen",), "110105": ("settings.share_percent",)}


@pytest.mark.parametrize(
    ("standard", "how", "income", "low_income", "fen"),
    [
        (150_000, "standard", None, True, 150_000),
        (150_000, "difference", 90_000, True, 60_000),
        (150_000, "difference", None, True, None),  # the difference to an income nobody told
        (150_000, "standard", 90_000, False, 60_000),  # 二(一)4 pays the difference
        (150_000, "standard", 150_000, False, 0),  # no longer below the standard: a no
    ],
)
def test_once_the_minimum_income_standard_is_entered_434_can_be_decided(standard, how, income, low_income, fen):
    living = benefit("beijing/2016-434/living")
    entered = {"minimum_income_standard_fen": standard, "low_income_severe_amount": how}
    settings = {**living.programme.settings}
    settings |= {name: replace(settings[name], value=value) for name, value in entered.items()}
    known = replace(living, programme=replace(living.programme, settings=settings))
    elder = elder_of(
        {
            "own_monthly_income_fen": income,
            "circumstances": {"low_income": low_income},
            "certificates": [{"category": 4, "level": 1, "from": date(2020, 1, 1)}],
        }
    )
    assert answer(known, elder, Month(2026, 6)).monthly_fen == fen
