"""Programme files: a wrong one is refused with its file and field; a new one, or next year's amount, is only a file."""

import shutil
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
import yaml

from eldercare.kernel.days import Month
from eldercare.kernel.verdict import Answer
from subsidies.rules import programme
from subsidies.rules.eligibility import preview
from subsidies.rules.programme import ProgrammeProblem, benefits, catalogue, load
from subsidies.rules.programme_file import SCHEMA, check, read_text
from tests.builders.regions import regions
from tests.subsidies.test_preview_api import BODY, ask
from tests.subsidies.test_preview_cases import elder_of

CASES = Path(__file__).parent.parent / "cases" / "subsidies"
FILES = sorted(programme.DATA.glob("*/*.yaml"))
A_PROGRAMME = yaml.safe_load((programme.DATA / "beijing" / "2016-434.yaml").read_text("utf-8"))
NEXT_YEAR = {
    "amends": "beijing/2019-160",
    "document": "示例〔2026〕1号",
    "url": "https://example.invalid/2026-1",
    "source": "示例",
    "confidence": "example",
    "valid_from": date(2027, 1, 1),
    "recorded_on": date(2026, 11, 25),
    "amounts": [{"benefit": "beijing/2019-160/seniority", "tier": "80", "monthly_fen": 15000, "article": "一"}],
}


def without(name):
    return lambda data: data.pop(name)


def at(*path_and_value):
    """Give a change that puts the last argument at the path."""
    *path, last, value = path_and_value

    def change(data):
        for step in path:
            data = data[step]
        data[last] = value

    return change


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_says_where_it_is_from_and_when_we_learnt_it(file):
    data = yaml.safe_load(file.read_text("utf-8"))
    assert data["document"] and data["source"] and data["confidence"] and data["recorded_on"]
    assert all(setting["note"] and setting["confidence"] for setting in data["settings"].values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_worked_cases_stand_beside_every_file_and_reach_every_benefit(file):
    data = yaml.safe_load(file.read_text("utf-8"))
    cases = "".join(case.read_text("utf-8") for case in (CASES / data["cases"]).glob("*.yaml"))
    for benefit in data["benefits"]:
        assert benefit["id"].rsplit("/", 1)[-1] in cases, benefit["id"]


@pytest.mark.parametrize(
    ("change", "where", "sentence"),
    [
        (without("document"), "document", "缺少这一项"),
        (without("recorded_on"), "recorded_on", "缺少这一项"),
        (without("cases"), "cases", "缺少这一项"),
        (at("valid_from", "2016-01-01 "), "valid_from", "类型不对，应为 day"),
        (at("valid_until", date(2015, 1, 1)), "valid_until", "失效的日期不能早于生效的日期"),
        (at("confidence", "certain"), "confidence", "只能是 H、M、inference、open、example 之一，现在是 certain"),
        (at("colour", "red"), "-", "不认识的项：colour"),
        (at("benefits", 0, "tiers", 0, "monthly_fen", 400.5), "benefits.0.tiers.0.monthly_fen", "类型不对"),
        (at("benefits", 0, "tiers", 0, "monthly_fen", 0), "benefits.0.tiers.0.monthly_fen", "超出了允许的范围"),
        (at("benefits", 0, "tiers", 0, "formula", {"kind": "standard", "setting": "x"}), "benefits.0.tiers.0", "也只能写一项"),
        (at("benefits", 1, "tiers", 0, "when", 0, "certificate", "categories", [8]),
         "benefits.1.tiers.0.when.0.certificate.categories.0", "超出了允许的范围"),
        (at("benefits", 0, "tiers", 0, "when", 0, "circumstance", "rich"), "benefits.0.tiers.0.when", "不认识的情形：rich"),
        (at("benefits", 0, "exclusions", 0, "circumstance", "poor"), "benefits.0.exclusions.0.circumstance", "不认识的情形：poor"),
        (at("benefits", 0, "tiers", 2, "formula", "setting", "unheard"), "benefits.0.tiers.2", "settings 里没有 unheard"),
        (at("benefits", 0, "tiers", 1, "id", "dibao_severe"), "benefits.0.tiers", "同一个 id"),
        (at("benefits", 1, "article", ""), "benefits.1.article", "写法不对"),
        (at("settings", "gain_counts", "value", "sometimes"), "settings.gain_counts.value", "取值不在 options 里：sometimes"),
        (lambda data: data["settings"].pop("leap_birthday"), "settings.leap_birthday", "settings 里没有 leap_birthday"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_its_name_its_field_and_a_sentence(change, where, sentence):
    data = deepcopy(A_PROGRAMME)
    check(data, "beijing/2016-434.yaml")
    change(data)
    with pytest.raises(ProgrammeProblem) as refused:
        check(data, "beijing/2016-434.yaml")
    found = {field: str(text) for _file, field, text in refused.value.problems}
    assert where in found and sentence in found[where], found
    assert f"beijing/2016-434.yaml · {where}" in str(refused.value)


def test_what_is_not_yaml_is_refused_by_name():
    with pytest.raises(ProgrammeProblem, match=r"beijing/x.yaml · -：不是可以读的 YAML"):
        read_text("a: [", "beijing/x.yaml")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of one's own, in place of the real one."""
    shutil.copytree(programme.DATA, tmp_path / "programmes")
    monkeypatch.setattr(programme, "DATA", tmp_path / "programmes")
    return tmp_path / "programmes"


def write(folder, name, data):
    (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")


def a_new_programme():
    """A programme of Tianjin that nobody has heard of: 示例, with one amount for elders of 70 and more."""
    data = yaml.safe_load((programme.DATA / "beijing" / "2019-160.yaml").read_text("utf-8"))
    seniority = {**data["benefits"][2], "id": "tianjin/2026-example/holiday", "name": "示例·节日慰问金"}
    tier = {"id": "70", "name": "70 周岁及以上", "monthly_fen": 5000, "article": "一", "when": [{"age_from": 70}]}
    return {
        **data,
        "document": "示例〔2026〕2号",
        "region": "120000",
        "hukou": {**data["hukou"], "name": "天津"},
        "valid_from": date(2026, 1, 1),
        "confidence": "example",
        "benefits": [{**seniority, "tiers": [tier]}],
    }


@pytest.mark.django_db
def test_a_new_programme_is_only_a_file_and_answers_at_every_door(client, folder):
    regions()
    elder = {**BODY["elder"], "hukou": [{"region": "120114", "from": "1955-03-10", "until": None}]}
    body = {**BODY, "elder": elder, "programmes": ["tianjin/2026-example/holiday"]}
    assert ask(client, body).status_code == 422  # nobody has heard of it yet

    (folder / "tianjin").mkdir()
    write(folder, "tianjin/2026-example.yaml", a_new_programme())
    programme._loaded.cache_clear()

    (found,) = ask(client, body).json()["programmes"]
    assert (found["name"], found["verdict"], found["monthly_fen"]) == ("示例·节日慰问金", "yes", 5000)
    assert [one["text"] for one in found["conditions"] if one["id"] == "hukou"] == ["户籍在天津"]
    assert (found["payer_region"], found["lines"][0]["cite"]["document"]) == ("120114", "示例〔2026〕2号")
    everything = ask(client, {**body, "programmes": None}).json()["programmes"]
    assert "tianjin/2026-example/holiday" in [one["programme"] for one in everything]
    assert "tianjin/2026-example/holiday" in benefits()


def test_next_years_amount_is_a_file_of_a_few_lines(folder):
    write(folder, "beijing/2019-160@2027.yaml", NEXT_YEAR)
    found = load(folder)
    elder = elder_of({})
    ask_for = {"programmes": ["beijing/2019-160/seniority"], "under": found}
    (this_year,) = preview(elder, on=Month(2026, 12), **ask_for)
    (next_year,) = preview(elder, on=Month(2027, 1), **ask_for)
    assert (this_year.monthly_fen, this_year.lines[0].cite.document) == (10000, "京民养老发〔2019〕160号")
    assert (next_year.monthly_fen, next_year.lines[0].cite.document) == (15000, "示例〔2026〕1号")
    (applied,) = preview(elder, on=Month(2027, 1), applied_on=date(2026, 11, 3), **ask_for)
    assert (applied.answer, applied.monthly_fen, str(applied.period.first_month)) == (Answer.YES, 15000, "2026-11")
    nursing = found.in_month("beijing/2019-160/nursing", Month(2027, 1))
    assert nursing.tier("severe").monthly_fen == 60000  # what the amendment does not name stays


def test_before_we_learnt_of_an_amendment_the_old_amount_answers(folder):
    write(folder, "beijing/2019-160@2027.yaml", NEXT_YEAR)
    known = load(folder).as_known_on(date(2026, 11, 24))
    (answer,) = preview(elder_of({}), on=Month(2027, 1), programmes=["beijing/2019-160/seniority"], under=known)
    assert answer.monthly_fen == 10000


def test_a_whole_new_version_may_follow_but_never_overlap(folder):
    whole = yaml.safe_load((folder / "beijing/2019-160.yaml").read_text("utf-8"))
    following = {**whole, "document": "示例〔2027〕3号", "valid_from": date(2027, 7, 1)}
    write(folder, "beijing/2019-160@2027-07.yaml", following)
    with pytest.raises(ProgrammeProblem, match="两个版本同时有效"):
        load(folder)
    write(folder, "beijing/2019-160.yaml", {**whole, "valid_until": date(2027, 7, 1)})
    names = {
        month: load(folder).in_month("beijing/2019-160/nursing", Month.parse(month)).programme.document
        for month in ("2027-06", "2027-07")
    }
    assert names == {"2027-06": "京民养老发〔2019〕160号", "2027-07": "示例〔2027〕3号"}


@pytest.mark.parametrize(
    ("change", "where", "sentence"),
    [
        ({"amends": "beijing/1999-1"}, "amends", "没有这个办法"),
        ({"valid_from": date(2019, 10, 1)}, "valid_from", "要晚于现行版本的生效日期"),
        ({"amounts": [{**NEXT_YEAR["amounts"][0], "tier": "70"}]}, "amounts", "没有这个待遇、档次或设置"),
        ({"amounts": [{**NEXT_YEAR["amounts"][0], "monthly_fen": -1}]}, "amounts.0.monthly_fen", "超出了允许的范围"),
        ({"settings": {"weather": {"value": "good"}}}, "amounts", "没有这个待遇、档次或设置"),
    ],
)
def test_an_amendment_that_leads_nowhere_is_refused(change, where, sentence):
    with pytest.raises(ProgrammeProblem) as refused:
        catalogue().with_amendment({**NEXT_YEAR, **change}, "draft")
    ((_file, field, text),) = refused.value.problems
    assert field == where and sentence in str(text)


def test_an_exclusive_alternative_without_its_partner_is_refused(folder):
    (folder / "beijing/2016-434.yaml").unlink()
    with pytest.raises(ProgrammeProblem, match="二选一的另一项没有指回来"):
        load(folder)


def test_the_schema_is_not_taken_for_a_programme():
    assert SCHEMA.exists() and SCHEMA not in FILES
