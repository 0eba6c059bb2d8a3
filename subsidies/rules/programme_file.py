"""Programme files and amendments: checked as they are loaded, then read as values. A wrong file names its field.

The form is data/programmes/schema.yaml; beyond it stand here the checks that look at two places at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from eldercare.kernel.sentences import Sentence, say
from subsidies.rules.facts import CIRCUMSTANCES
from subsidies.rules.terms import (
    Alternative,
    Benefit,
    CertificateTest,
    Exclusion,
    Formula,
    Note,
    Overlap,
    Paper,
    Procedure,
    Programme,
    Setting,
    Tier,
    Way,
)

SCHEMA = Path(__file__).parent.parent / "data" / "programmes" / "schema.yaml"
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same as safe_load, in C where it was built
SECTIONS = ("calendar", "procedure", "back_pay", "accounts", "remedy", "routing")
ALWAYS_READ = ("birthday_counts", "gain_counts", "upgrade_counts", "leap_birthday", "exclusion_begins")


class ProgrammeProblem(ValueError):
    """A file that can't be used: `problems` are (file, field, sentence), one for each thing that is wrong."""

    def __init__(self, problems: list[tuple[str, str, Sentence]]) -> None:
        super().__init__("\n".join(f"{file} · {where}：{sentence}" for file, where, sentence in problems))
        self.problems = problems


def _is_day(_checker: Any, value: Any) -> bool:
    return isinstance(value, date)


_Validator = extend(Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("day", _is_day))
_schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
_VALIDATORS = {
    kind: _Validator({**_schema["$defs"][kind], "$defs": _schema["$defs"]}) for kind in ("programme", "amendment")
}


def read_text(text: str, file: str) -> dict[str, Any]:
    """Read one file's text and check it. Raises ProgrammeProblem."""
    try:
        data = yaml.load(text, FAST)
    except yaml.YAMLError as error:
        raise ProgrammeProblem(
            [(file, "-", say("不是可以读的 YAML：{error}", error=str(error).replace("\n", " ")))]
        ) from error
    check(data, file)
    return data


def check(data: Any, file: str) -> None:
    """Check the content of a file, or of a draft. Raises ProgrammeProblem naming every wrong field."""
    kind = "amendment" if isinstance(data, Mapping) and "amends" in data else "programme"
    problems = [_problem(error) for error in _VALIDATORS[kind].iter_errors(data)]
    if not problems and kind == "programme":
        problems = list(_contradictions(data))
    if problems:
        raise ProgrammeProblem(
            [(file, where, sentence) for where, sentence in sorted(problems, key=lambda one: one[0])]
        )


def problems_in(data: Any, file: str, schema: Path) -> None:
    """Check another file of dated law against a schema of its own. Raises ProgrammeProblem naming every wrong field."""
    errors = _Validator(yaml.safe_load(schema.read_text("utf-8"))).iter_errors(data)
    problems = sorted((_problem(error) for error in errors), key=lambda one: one[0])
    if problems:
        raise ProgrammeProblem([(file, where, sentence) for where, sentence in problems])


def _problem(error: ValidationError) -> tuple[str, Sentence]:
    inner = best_match(error.context) if error.context and error.validator != "oneOf" else None
    if inner is not None:
        error = inner
    where = ".".join(str(step) for step in error.absolute_path) or "-"
    wanted, value = error.validator_value, error.instance
    if error.validator == "required":
        missing = next((name for name in wanted if name not in value), wanted[-1])
        return f"{where}.{missing}".removeprefix("-."), say("缺少这一项")
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = "、".join(str(name) for name in value if name not in known)
        return where, say("不认识的项：{names}", names=unknown)
    if error.validator == "enum":
        return where, say("只能是 {values} 之一，现在是 {value}", values="、".join(map(str, wanted)), value=str(value))
    if error.validator == "type":
        return where, say("类型不对，应为 {wanted}，现在是 {value}", wanted=_types(wanted), value=repr(value))
    if error.validator in ("minimum", "maximum", "exclusiveMinimum"):
        return where, say(
            "超出了允许的范围（{rule} {limit}），现在是 {value}", rule=error.validator, limit=wanted, value=value
        )
    if error.validator in ("oneOf", "anyOf"):
        names = "、".join(name for choice in wanted for name in choice.get("required", []))
        return where, say("下面几项里要写、也只能写一项：{names}", names=names)
    return where, say("写法不对：{value}", value=repr(value)[:80])


def _types(wanted: Any) -> str:
    return "、".join(wanted) if isinstance(wanted, list) else str(wanted)


def _contradictions(data: Mapping[str, Any]) -> Iterator[tuple[str, Sentence]]:
    """Find what the form can't tell: names that lead nowhere, days in the wrong order, settings that nobody gave."""
    if data["valid_until"] and data["valid_until"] <= data["valid_from"]:
        yield "valid_until", say("失效的日期不能早于生效的日期")
    settings = data["settings"]
    for name, setting in settings.items():
        given = [value for value in (setting["value"], *setting.get("places", {}).values()) if value is not None]
        wrong = [value for value in given if value not in setting["options"]]
        if wrong and not _describes(setting["options"]):
            yield f"settings.{name}.value", say("取值不在 options 里：{value}", value=str(wrong[0]))
    for where, name in _settings_named(data):
        if name not in settings:
            yield where, say("settings 里没有 {name}", name=name)
    for index, benefit in enumerate(data["benefits"]):
        here = f"benefits.{index}"
        for where, name in _circumstances_named(benefit):
            if name not in CIRCUMSTANCES:
                yield f"{here}.{where}", say("不认识的情形：{name}", name=name)
        ids = [tier["id"] for tier in benefit["tiers"]]
        if len(set(ids)) < len(ids):
            yield f"{here}.tiers", say("同一项里有两个档次用了同一个 id")


def _describes(options: list[Any]) -> bool:
    """Tell whether the options describe a value instead of listing it: a single sentence."""
    return len(options) == 1 and isinstance(options[0], str) and not options[0].isascii()


def _settings_named(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((f"settings.{name}", name) for name in ALWAYS_READ)
    if data["back_pay"]:
        yield "settings.half_year_counted", "half_year_counted"
    for index, benefit in enumerate(data["benefits"]):
        here = f"benefits.{index}"
        if benefit["spendable_at_home"]:
            yield f"{here}.spendable_at_home", "eligible_lines"
        if "insurance_article" in benefit:
            yield f"{here}.insurance_article", "insurance_districts"
        for row in (*benefit["exclusions"], *benefit.get("overlaps", ())):
            if "setting" in row:
                yield f"{here}.exclusions", row["setting"]
        for number, tier in enumerate(benefit["tiers"]):
            yield from ((f"{here}.tiers.{number}", name) for name in _settings_of(tier))


def _settings_of(tier: Mapping[str, Any]) -> Iterator[str]:
    formula = tier.get("formula", {})
    yield from (formula[name] for name in ("setting", "reading") if name in formula)
    for way in tier["when"]:
        yield from (way[name] for name in ("assessed", "income_below") if name in way)
        if "assessed" in way:
            yield from ("assessed_words", "legacy_mzt039", "legacy_beijing")
        if "certificate" in way:
            yield "multiple_level"


def _circumstances_named(benefit: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for index, row in enumerate(benefit["exclusions"]):
        yield f"exclusions.{index}.circumstance", row["circumstance"]
    if "alternative" in benefit:
        yield "alternative.drawn_by", benefit["alternative"]["drawn_by"]
    for number, tier in enumerate(benefit["tiers"]):
        for way in tier["when"]:
            named = [way["circumstance"]] if "circumstance" in way else []
            yield from ((f"tiers.{number}.when", name) for name in (*named, *way.get("none_of", ())))


def benefits_from(data: Mapping[str, Any], programme_id: str) -> list[Benefit]:
    """Read a checked programme file as its benefits."""
    programme = _programme(data, programme_id)
    return [_benefit(row, programme) for row in data["benefits"]]


def amended(before: list[Benefit], change: Mapping[str, Any]) -> list[Benefit]:
    """Give the benefits of a programme as a checked amendment leaves them: its own document where it says something.

    Raises KeyError naming the benefit, tier or setting that isn't there.
    """
    old = before[0].programme
    settings = dict(old.settings)
    for name, row in change.get("settings", {}).items():
        was = settings[name]
        settings[name] = replace(
            was,
            value=row["value"],
            places=row.get("places", was.places),
            note=Sentence(row["note"]) if "note" in row else was.note,
            confidence=row.get("confidence", was.confidence),
        )
    programme = replace(
        old,
        settings=settings,
        valid_from=change["valid_from"],
        recorded_on=change["recorded_on"],
        source=change["source"],
    )
    by_id = {benefit.id: replace(benefit, programme=programme) for benefit in before}
    for row in change.get("amounts", ()):
        benefit = by_id[row["benefit"]]
        benefit.tier(row["tier"])
        cite = replace(benefit.cite, document=change["document"], article=row["article"], url=change["url"])
        tiers = (
            replace(tier, monthly_fen=row["monthly_fen"], formula=None, cite=cite) if tier.id == row["tier"] else tier
            for tier in benefit.tiers
        )
        by_id[benefit.id] = replace(benefit, tiers=tuple(tiers))
    return list(by_id.values())


def _programme(data: Mapping[str, Any], programme_id: str) -> Programme:
    articles = {name: data[name]["article"] for name in ("age", "hukou", "residence", "changes") if name in data}
    articles |= {name: (data[name] or {}).get("article", "") for name in SECTIONS}
    if "hukou" in data:
        articles["payer"] = data["hukou"]["payer_article"]
    programme = Programme(
        id=programme_id,
        document=data["document"],
        title=data["title"],
        url=data["url"],
        source=data["source"],
        confidence=data["confidence"],
        region=data["region"],
        place=Sentence(data["hukou"]["name"]) if "hukou" in data else say("全国"),
        valid_from=data["valid_from"],
        valid_until=data["valid_until"],
        recorded_on=data["recorded_on"],
        age_from=data["age"]["from"],
        articles=articles,
        calendar=data["calendar"] or {},
        back_pay_months=(data["back_pay"] or {}).get("within_months"),
        accounts=tuple((data["accounts"] or {}).get("kinds", ())),
        remedy=Sentence(data["remedy"]["text"]) if data["remedy"] else None,
        procedure=_procedure(data["procedure"], data["remedy"] or {}) if data["procedure"] else Procedure(),
        routing=data["routing"] or {},
        settings={name: _setting(row) for name, row in data["settings"].items()},
        documents=None,
    )
    if data["documents"] is None:
        return programme
    papers = (
        Paper(Sentence(p["name"]), Sentence(p["because"]), programme.cite(p["article"])) for p in data["documents"]
    )
    return replace(programme, documents=tuple(papers))


def _procedure(row: Mapping[str, Any], remedy: Mapping[str, Any]) -> Procedure:
    days, late = remedy.get("days"), remedy.get("late")
    return Procedure(
        by_working_days=row["counted"] == "working_days",
        street_days=sum(row.get("street_days", ())),
        district_days=sum(row.get("district_days", ())),
        posted_days=(row["publicity"] or {}).get("days"),
        remind_before=row["remind_days_before"]["value"],
        recheck_days=row["recheck"]["working_days"],
        appeal_days=days and days["value"],
        appeal_note=Sentence(days["note"]) if days else None,
        late_remedy=Sentence(late) if late else None,
        remedy_after_recheck=Sentence(remedy["after_recheck"]) if "after_recheck" in remedy else None,
    )


def _setting(row: Mapping[str, Any]) -> Setting:
    label = Sentence(row["label"]) if "label" in row else None
    note, options = Sentence(row["note"]), tuple(row["options"])
    return Setting(row["value"], note, row["confidence"], row.get("places", {}), label, options)


def _benefit(row: Mapping[str, Any], programme: Programme) -> Benefit:
    cite = programme.cite
    return Benefit(
        id=row["id"],
        programme=programme,
        name=Sentence(row["name"]),
        gloss=Sentence(row["gloss"]),
        cite=cite(row["article"]),
        kind=row["class"],
        age_from=row.get("age_from", programme.age_from),
        tiers=tuple(_tier(tier, programme) for tier in row["tiers"]),
        exclusions=tuple(
            Exclusion(one["circumstance"], cite(one["article"]), one.get("setting")) for one in row["exclusions"]
        ),
        alternative=_alternative(row["alternative"], programme) if "alternative" in row else None,
        overlaps=tuple(
            Overlap(one["benefit"], one["setting"], cite(one["article"])) for one in row.get("overlaps", ())
        ),
        notes=tuple(Note(one["id"], Sentence(one["text"]), cite(one["article"])) for one in row.get("notes", ())),
        welfare=cite(row["welfare_article"]) if "welfare_article" in row else None,
        insurance=cite(row["insurance_article"]) if "insurance_article" in row else None,
        if_not=Sentence(row["would_change"]),
        birthday_tiers=row["birthday_tiers"],
        spendable_at_home=row["spendable_at_home"],
        spendable_note=Sentence(row["spendable_note"]),
    )


def _alternative(row: Mapping[str, Any], programme: Programme) -> Alternative:
    return Alternative(row["benefit"], row["drawn_by"], row["drawn_is"] == "this", programme.cite(row["article"]))


def _tier(row: Mapping[str, Any], programme: Programme) -> Tier:
    formula = row.get("formula")
    return Tier(
        id=row["id"],
        name=Sentence(row["name"]),
        monthly_fen=row.get("monthly_fen"),
        formula=Formula(**formula) if formula else None,
        cite=programme.cite(row["article"]),
        ways=tuple(_way(way) for way in row["when"]),
    )


def _way(row: Mapping[str, Any]) -> Way:
    test = row.get("certificate")
    return Way(
        circumstance=row.get("circumstance"),
        none_of=tuple(row.get("none_of", ())),
        assessed=row.get("assessed"),
        certificate=(
            CertificateTest(frozenset(test["categories"]), frozenset(test["levels"]), test.get("multiple", False))
            if test
            else None
        ),
        age_from=row.get("age_from"),
        ages=row.get("ages"),
        income_below=row.get("income_below"),
    )
