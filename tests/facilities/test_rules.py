"""The pure rules against cases an official can read: tests/cases/facilities."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from eldercare.kernel.days import DayRange, Month
from facilities.rules.charging import Presence, Price, PriceMissing, charges
from facilities.rules.fit import HomeFacts, Need, fit
from facilities.rules.freshness import freshness
from facilities.rules.names import NameKeys, Way, Word, more_freely, name_keys, name_query, nearest
from facilities.rules.ranking import Standing, rank
from facilities.rules.settings import ranking, read, setting

CASES = Path(__file__).resolve().parent.parent / "cases" / "facilities"
DAY = date(2026, 6, 15)


def cases(file):
    return [pytest.param(case, id=case["name"]) for case in yaml.safe_load((CASES / file).read_text("utf-8"))["cases"]]


def days(row):
    return DayRange(row["from"], row.get("until"))


@pytest.mark.parametrize("case", cases("charging.yaml"))
def test_charging(case):
    prices = [
        Price(row["item"], row["room_type"], row["care_grade"], row["monthly_fen"], days(row)) for row in case["prices"]
    ]
    presences = [Presence(days(row), row["room_type"], row["care_grade"]) for row in case["presences"]]

    def work_out():
        return charges(
            Month.parse(case["month"]),
            presences,
            prices,
            away=[days(row) for row in case.get("away", [])],
            not_charged_on_leave=setting("billing", DAY)["not_charged_on_leave"],
        )

    if "price_missing" in case:
        with pytest.raises(PriceMissing) as missing:
            work_out()
        assert {"item": missing.value.item, "day": missing.value.day} == case["price_missing"]
        return
    lines = work_out()
    if "lines" in case:
        assert {str(line.label): line.amount_fen for line in lines} == case["lines"]
    if "amounts" in case:
        assert [line.amount_fen for line in lines] == case["amounts"]
    assert sum(line.amount_fen for line in lines) == case["total_fen"]


TAKES_EVERYBODY = {
    "kind": "home",
    "accepts_levels": [0, 1, 2, 3, 4],
    "accepts_hukou": ["110000"],
    "takes_dementia": True,
    "licence_valid_until": date(2030, 1, 1),
}
ELDER = {"birth_date": date(1945, 3, 10), "hukou_code": "110105003", "level": 3, "care_grade": "full"}


@pytest.mark.parametrize("case", cases("fit.yaml"))
def test_fit(case):
    verdict = fit(
        HomeFacts(**{**TAKES_EVERYBODY, **case.get("home", {})}),
        Need(**{**ELDER, **case.get("need", {})}),
        on=DAY,
        admission=setting("admission", DAY),
        grades=setting("care_grades", DAY)["levels"],
    )
    outcomes = {reason.id: reason.outcome.value for reason in verdict.reasons}
    assert verdict.answer == case["verdict"]
    assert outcomes == {**outcomes, **case.get("outcomes", {})}


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, "fresh"), (24, "fresh"), (24.1, "recent"), (72, "recent"), (168, "verify"), (168.1, "unknown")],
)
def test_a_number_about_beds_grows_old(hours, expected):
    now = datetime(2026, 6, 15, 12, tzinfo=UTC)
    assert freshness(now - timedelta(hours=hours), now, setting("freshness", DAY)) == expected


def test_a_number_nobody_confirmed_is_unknown():
    assert freshness(None, datetime(2026, 6, 15, tzinfo=UTC), setting("freshness", DAY)) == "unknown"


def test_the_best_home_earns_a_thousand_points_and_an_unpublished_one_none():
    weights = ranking(DAY)
    best = Standing(3, "fresh", 5, True, True, True)
    silent = Standing(None, "unknown", None, False, None, None)
    assert rank(best, weights)[0] == 1000
    points, reasons = rank(silent, weights)
    assert points == 0
    assert [reason.id for reason in reasons] == [
        "free_beds",
        "freshness",
        "stars",
        "price",
        "medical_insurance",
        "licence",
    ]


def test_a_stale_number_drops_a_home_below_its_equal():
    weights = ranking(DAY)
    fresh, stale = (rank(Standing(3, level, 4, True, True, True), weights)[0] for level in ("fresh", "verify"))
    assert fresh - stale == 160


def found(words: list[Word], *names: str, **more: str) -> bool:
    """What the tables do: of each word one way whose marks the name carries, and its pattern where it has one."""
    keys = name_keys(*names, **more)
    return bool(words) and all(any(fits(way, keys) for way in (*word.ways, word.address) if way) for word in words)


def fits(way: Way, keys: NameKeys) -> bool:
    return (
        set(way.marks) <= set(keys.marks)
        and all(set(some) & set(keys.marks) for some in way.one_of)
        and (not way.column or re.search(way.pattern, getattr(keys, way.column)) is not None)
    )


def slipped(typed: str) -> list[Word]:
    """The freest way the words can be read."""
    *_others, freest = [name_query(typed), *more_freely(name_query(typed))]
    return list(freest)


def place_of(typed: str, name: str) -> int | None:
    """How near a name is, 0 the nearest; None: it is only among those found."""
    keys = name_keys(name)
    ways = nearest(name_query(typed))
    return next((number for number, tier in enumerate(ways) if any(fits(way, keys) for way in tier)), None)


@pytest.mark.parametrize(
    "typed",
    ["武", "武清", "清运", "运河颐养", "颐", "武清 颐养", "武清　中心", "wuqing", "qingyun", "yiyang", "wuq"]
    + ["wu qing", "wǔ qīng", "wu3qing1", "WuQing", "wuqing yiyang", "武清yunhe", "wqyh", "WQ", "ｗｑ", "w q", "slwq"],
)
def test_a_home_is_found_by_any_part_of_its_name_its_pinyin_or_initials(typed):
    assert found(list(name_query(typed)), "示例·武清运河颐养中心")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("康乐养老院", "慷乐"),  # another character of the same sound
        ("康乐养老院", "乐康"),  # two swapped
        ("康乐养老院", "康养老"),  # one missing
        ("康乐养老院", "康东养老"),  # one wrong
        ("康乐养老院", "康乐样老院"),
        ("康乐养老院", "康乐东"),  # the last one wrong
        ("康乐养老院", "康乐乐养老"),  # one too many
        ("康乐养老院", "kangel"),
        ("康乐养老院", "kngle"),
        ("康乐养老院", "kanglle"),
        ("康乐养老院", "kamgle"),
        ("重庆长乐之家", "chongqinchangle"),
        ("武清区河西务镇康居护理院", "wuqingquhexiwuzhenkangjuhulyuan"),  # a long one, one letter missing
        ("武清区河西务镇康居护理院", "wuqingquhexiwuzehnkangjuhuliyuan"),
        ("武清区河西务镇康居护理院", "wuqingquhexiwuzhenkangjuhulhyuan"),
        ("武清区河西务镇康居护理院", "wuqingquhexiwuzhenkanngjuhuliyuan"),
        ("武清区河西务镇康居护理院", "wuqngquhexiwuzh"),  # and the last syllable unfinished
        ("康乐养老院", "kanlge"),  # swapped between two syllables
        ("Sunshine 阳光之家", "sunshnie"),
    ],
)
def test_one_slip_is_forgiven(name, typed):
    words = list(name_query(typed))
    assert not found(words, name)
    assert found(slipped(typed), name)


@pytest.mark.parametrize("typed", ["东方", "福寿康", "dongfang", "zzz", "康乐 东方"])
def test_another_name_is_no_slip(typed):
    assert not found(slipped(typed), "康乐养老院")


@pytest.mark.parametrize(("typed", "heard"), [("chongqing", "重庆"), ("changle", "长乐"), ("zhangle", "长者")])
def test_characters_are_heard_in_their_word(typed, heard):
    assert found(list(name_query(typed)), f"{heard}之家") == (typed != "zhangle")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("石家庄市长安区养老院", "changan"),  # 市长 is a word, too
        ("石家庄市长安区养老院", "sca"),
        ("大城县养老院", "daicheng"),
        ("大城县养老院", "dacheng"),
        ("𠮷祥养老院", "jixiang"),
        ("西田园光梁乡院", "xitianyuanguangliangxiang"),
        ("安天园光梁乡院", "antianyuanguangliangxiang"),
        ("西安田园光梁乡天源广亮院", "xiantianyuanguangliangxiangtianyuanguangliang"),
        ("略阳女儿红", "lüeyang"),
        ("略阳女儿红", "lveyang"),
        ("略阳女儿红", "lueyang"),
        ("略阳女儿红", "nu:er"),
        ("略阳女儿红", "nuer"),
        ("绿洲养老院", "lü zhou"),
        ("绿洲养老院", "lu:zhou"),
        ("徐家养老院", "xüjia"),
        ("刘奶奶的家", "nai3nai5de"),
        ("养老院", "養老"),
        ("仁愛護理院", "仁爱护理"),
        ("福壽園", "福寿园"),
        ("福寿园", "福壽園"),
        ("café养老院", "café"),
        ("café养老院", "cafe"),
        ("がん養老院", "がん养老"),
        ("乾坤养老院", "乾坤"),
    ],
)
def test_a_name_is_one_name_however_it_is_written_or_read(name, typed):
    assert found(list(name_query(typed)), name)


@pytest.mark.parametrize(
    ("typed", "near", "far"),
    [
        ("康乐", "康乐", "康乐养老院"),
        ("康乐", "康乐养老院", "示例·康乐养老院"),
        ("kangle", "康乐", "康乐养老院"),
        ("kangle", "康乐养老院", "武清康乐养老院"),
        ("klyly", "康乐养老院", "武清康乐养老院"),
        ("武清kangle", "武清康乐", "示例·武清康乐"),
        ("康 乐", "示例·康乐园", "康保乐园"),
        ("AI康养", "福祉AI康养3号", "爱康养老院"),
        ("第2养老院", "第二养老院", "武清区第二养老院"),
        ("泰康之家·燕园", "泰康之家燕园", "北京泰康之家燕园"),
    ],
)
def test_who_is_called_so_stands_before_who_has_it_in_the_name(typed, near, far):
    assert found(list(name_query(typed)), near)
    assert found(list(name_query(typed)), far)
    last = len(nearest(name_query(typed)))
    first, then = (last if (place := place_of(typed, name)) is None else place for name in (near, far))
    assert first < then


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("武清区第二养老院", "第2养老院"),
        ("第12敬老院", "第十二敬老院"),
        ("二十四孝养老院", "24孝"),
        ("九九重阳院", "99重阳"),
        ("24孝养老院", "二十四孝"),
        ("金海湾养老院（二期）", "金海湾（二期）"),
        ("万福（北京）养老院", "万福北京"),
        ("後海養老院", "后海"),
        ("于家养老院", "於家"),
    ],
)
def test_a_number_a_bracket_and_an_old_character_are_the_same_written_otherwise(name, typed):
    assert found(list(name_query(typed)), name)


@pytest.mark.parametrize(("name", "typed"), [("己任之家", "巳任"), ("末来之家", "未来"), ("未来之家", "末来")])
def test_a_character_that_only_looks_the_same_is_a_slip(name, typed):
    assert not found(list(name_query(typed)), name)
    assert found(slipped(typed), name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("一一一一一一", "颐怡养老院"), ("xianxianxianxianxianxian", "成安县祥舍")],
)
def test_what_is_said_many_times_is_not_found_said_once(typed, name):
    assert not found(slipped(typed), name)


def test_lookalikes_are_in_one_group_each():
    together = "".join(read("writing.yaml")["lookalikes"])
    assert len(set(together)) == len(together)


def test_characters_that_only_look_simplified_stay_what_they_are():
    assert not found(list(name_query("乾")), "干休所")


def test_a_long_name_in_pinyin_is_a_few_ways():
    """However many ways there are to divide the letters: each way is an index asked."""
    word = name_query("guantaoxianbaihuayanglaofuwuzhongxin")[0]
    assert len(word.ways) <= 10
    assert len(slipped(word.text)[0].ways) <= 100
    assert len(slipped("a" * 60)[0].ways) <= 300


def test_an_address_is_found_by_its_parts_and_an_alias_like_a_name():
    assert found(list(name_query("黄庄 康乐")), "康乐养老院", address="武清区黄庄街道1号")
    assert found(list(name_query("bieming")), "康乐养老院", "别名")


@pytest.mark.parametrize("typed", ["", "  ", "··", "%", "_%_", "\\"])
def test_nothing_typed_is_no_query(typed):
    assert name_query(typed) == ()
