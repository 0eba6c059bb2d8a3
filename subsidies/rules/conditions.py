"""Each condition of a benefit on one day: pass, fail or unknown, in plain words, with its article. Adds nothing up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Cite, Outcome, Reason
from eldercare.regions.rules.codes import covers, district_of
from subsidies.rules.facts import (
    CIRCUMSTANCES,
    LEGACY_STANDARD,
    LEVEL_NAMES,
    MULTIPLE,
    NUMBERED_STANDARD,
    AssessedLevel,
    Certificate,
    Disability,
    ElderInput,
    HukouSpell,
)
from subsidies.rules.moments import A_DAY, Moment, birthday
from subsidies.rules.terms import NEXT_MONTH, Benefit, CertificateTest, Exclusion, Programme, Tier, Way

CATEGORY_NAMES = {
    1: say("视力"),
    2: say("听力"),
    3: say("言语"),
    4: say("肢体"),
    5: say("智力"),
    6: say("精神"),
    7: say("多重"),
}
ALL_CATEGORIES = frozenset(range(1, MULTIPLE))
ALL_LEVELS = frozenset(range(1, 5))


@dataclass(frozen=True)
class Found:
    """How a question about the facts came out; `missing` names the facts that would settle an unknown."""

    outcome: Outcome
    text: Sentence
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A reason together with the facts it lacks."""

    reason: Reason
    missing: tuple[str, ...] = ()


def _answer(name: str, outcome: Outcome, text: Sentence, cite: Cite, *missing: str) -> Condition:
    return Condition(Reason(name, outcome, text, cite), missing)


ALIVE = say("老人在世")
NOT_IN_PRISON = say("没有在服刑")
BY_RESIDENCE = say("看现在住的地方，不看户籍")


@lru_cache(maxsize=4096)
def _passed(name: str, text: Sentence, programme: Programme, article: str) -> Condition:
    """Share the one explanation of what passes in the same way for everybody."""
    return _answer(name, Outcome.PASS, text, programme.cite(article))


@lru_cache(maxsize=1024)
def _of_age(benefit: Benefit) -> Condition:
    text = say("已满 {age} 周岁", age=benefit.age_from)
    return _answer("age", Outcome.PASS, text, benefit.programme.cite(benefit.programme.articles["age"]))


@lru_cache(maxsize=1024)
def _not_excluded(exclusion: Exclusion) -> Condition:
    text = say("没有享受{other}", other=CIRCUMSTANCES[exclusion.circumstance])
    return _answer(f"not_{exclusion.circumstance}", Outcome.PASS, text, exclusion.cite)


@lru_cache(maxsize=1024)
def _in_force_since(programme: Programme) -> Condition:
    text = say("{title}自 {day} 起施行", title=Sentence(programme.title), day=programme.valid_from)
    return _answer("in_force", Outcome.PASS, text, programme.cite(""))


def standing(benefit: Benefit, elder: ElderInput, moment: Moment) -> Iterator[Condition]:
    """Give the conditions every benefit of a programme asks: in force, age, 户籍 or residence, alive, not in prison."""
    programme = benefit.programme
    yield _in_force(programme, moment)
    yield _age(benefit, elder, moment)
    yield _hukou(programme, elder, moment) if programme.follows_hukou else _residence(programme, elder)
    yield _alive(programme, elder, moment)
    if programme.asks_prison:
        yield _prison(programme, elder, moment)


def notes(benefit: Benefit) -> Iterator[Condition]:
    """Give what stands beside every answer of a benefit."""
    for note in benefit.notes:
        yield _passed(note.id, note.text, benefit.programme, note.cite.article)


def exclusions(benefit: Benefit, elder: ElderInput, moment: Moment) -> Iterator[Condition]:
    """Give the answer of each exclusion of a benefit."""
    for exclusion in benefit.exclusions:
        yield _exclusion(benefit.programme, exclusion, elder, moment)


def _in_force(programme: Programme, moment: Moment) -> Condition:
    if programme.in_force_in(moment.month):
        return _in_force_since(programme)
    first, until = programme.valid_from, programme.valid_until
    if until and until <= moment.month.first_day:
        text = say("{title}到 {day} 为止，已经不再执行", title=Sentence(programme.title), day=until - A_DAY)
    else:
        text = say("{title}自 {day} 起施行", title=Sentence(programme.title), day=first)
    return _answer("in_force", Outcome.FAIL, text, programme.cite(""))


def _age(benefit: Benefit, elder: ElderInput, moment: Moment) -> Condition:
    programme, age = benefit.programme, benefit.age_from
    if elder.birth_date is None:
        cite = programme.cite(programme.articles["age"])
        return _answer("age", Outcome.UNKNOWN, say("还不知道出生日期，无法判断年龄"), cite, "birth_date")
    reached = birthday(elder.birth_date, age, programme)
    if moment.reached(reached, programme.setting("birthday_counts")):
        return _of_age(benefit)
    text = say("要到 {day} 才满 {age} 周岁", age=age, day=reached)
    return _answer("age", Outcome.FAIL, text, programme.cite(programme.articles["age"]))


def _residence(programme: Programme, elder: ElderInput) -> Condition:
    article = programme.articles["residence"]
    if elder.residence_region is None:
        text = say("还不知道现在住在哪里")
        return _answer("residence", Outcome.UNKNOWN, text, programme.cite(article), "residence_region")
    return _passed("residence", BY_RESIDENCE, programme, article)


def _hukou(programme: Programme, elder: ElderInput, moment: Moment) -> Condition:
    article = programme.articles["hukou"]
    if elder.hukou is None:
        return _answer("hukou", Outcome.UNKNOWN, say("还不知道户籍在哪里"), programme.cite(article), "hukou")
    rule = programme.setting("gain_counts")
    if any(moment.holds(days, rule) for days in residence(programme, elder)):
        return _passed("hukou", say("户籍在{place}", place=programme.place), programme, article)
    return _answer("hukou", Outcome.FAIL, say("户籍不在{place}", place=programme.place), programme.cite(article))


def residence(programme: Programme, elder: ElderInput) -> list[DayRange]:
    """Give the spells of 户籍 inside the programme's region, moves between its districts joined."""
    inside = sorted((one.days for one in _here(programme, elder)), key=lambda days: days.start)
    joined: list[DayRange] = []
    for days in inside:
        last = joined[-1] if joined else None
        if last and (last.until is None or days.start <= last.until):
            until = None if last.until is None or days.until is None else max(last.until, days.until)
            joined[-1] = DayRange(last.start, until)
        else:
            joined.append(days)
    return joined


def _here(programme: Programme, elder: ElderInput) -> list[HukouSpell]:
    region = programme.region
    return [
        one for one in elder.hukou or () if region and covers(region, one.region) and one.days.until != one.days.start
    ]


def payer_region(programme: Programme, elder: ElderInput, moment: Moment) -> str | None:
    """Give the district that pays the month (160号 八): that of the day before the month, else the first moved into.

    None when the 户籍 is not inside the programme's region, or its district is not known.
    """
    here = sorted(_here(programme, elder), key=lambda one: one.days.start)
    before = moment.month.first_day - A_DAY
    held = [one for one in here if before in one.days]
    begun = [one for one in here if one.days.start in moment.month.period]
    found = held[-1] if held else (begun[0] if begun else None)
    if found is None or district_of(found.region) == programme.region:
        return None
    return district_of(found.region)


def _alive(programme: Programme, elder: ElderInput, moment: Moment) -> Condition:
    article = programme.articles["changes"]
    if elder.died_on and elder.died_on <= moment.day:
        return _answer(
            "alive", Outcome.FAIL, say("老人已于 {day} 去世，次月起停发", day=elder.died_on), programme.cite(article)
        )
    if elder.declared_missing_on and elder.declared_missing_on <= moment.day:
        text = say("老人已于 {day} 被宣告失踪，次月起停发", day=elder.declared_missing_on)
        return _answer("alive", Outcome.FAIL, text, programme.cite(article))
    return _passed("alive", ALIVE, programme, article)


def _prison(programme: Programme, elder: ElderInput, moment: Moment) -> Condition:
    article = programme.articles["changes"]
    if elder.prison is None:
        text = say("还不知道是否在服刑")
        return _answer("prison", Outcome.UNKNOWN, text, programme.cite(article), "prison")
    ends = programme.setting("restart_after_prison")
    if any(moment.bars(days, begins=NEXT_MONTH, ends=ends) for days in elder.prison):
        return _answer("prison", Outcome.FAIL, say("服刑期间停发"), programme.cite(article))
    return _passed("prison", NOT_IN_PRISON, programme, article)


def _exclusion(programme: Programme, exclusion: Exclusion, elder: ElderInput, moment: Moment) -> Condition:
    stated = elder.circumstance(exclusion.circumstance)
    if stated is False:
        return _not_excluded(exclusion)
    label = CIRCUMSTANCES[exclusion.circumstance]
    name = f"not_{exclusion.circumstance}"
    if stated is None:
        fact = f"circumstances.{exclusion.circumstance}"
        return _answer(name, Outcome.UNKNOWN, say("还不知道是否享受{other}", other=label), exclusion.cite, fact)
    begins, ends = programme.setting("exclusion_begins"), programme.setting("gain_counts")
    barred = stated if isinstance(stated, bool) else any(moment.bars(d, begins=begins, ends=ends) for d in stated)
    applies = programme.setting(exclusion.setting) if exclusion.setting else True
    if barred and applies is None:
        note = programme.note(exclusion.setting or "")
        return _answer(name, Outcome.UNKNOWN, note, exclusion.cite, f"settings.{exclusion.setting}")
    if barred and applies:
        return _answer(name, Outcome.FAIL, say("已享受{other}，不能同时享受这一项", other=label), exclusion.cite)
    if barred:
        return _answer(name, Outcome.PASS, say("享受{other}的也可以领", other=label), exclusion.cite)
    return _not_excluded(exclusion)


@dataclass(frozen=True)
class TierFound:
    """Which tier holds, if one does, and why. `possible` are the tiers that can't be ruled out, the one that holds last."""

    tier: Tier | None
    found: Found
    possible: tuple[Tier, ...] = ()


def tier_of(benefit: Benefit, elder: ElderInput, moment: Moment) -> TierFound:
    """Find the first tier that holds. An unknown tier above it leaves the tier undecided; one below it is ignored."""
    unsure: list[tuple[Tier, Found]] = []
    sure: list[tuple[Tier, Found]] = []
    for tier in benefit.tiers:
        found = any_of(_way_found(way, benefit.programme, elder, moment) for way in tier.ways)
        if found.outcome is Outcome.UNKNOWN:
            unsure.append((tier, found))
        if found.outcome is Outcome.PASS:
            sure.append((tier, found))
            break
    possible = tuple(tier for tier, _found in unsure + sure)
    if unsure:
        missing = _once(name for _tier, found in unsure for name in found.missing)
        return TierFound(None, Found(Outcome.UNKNOWN, unsure[0][1].text, missing), possible)
    if sure:
        return TierFound(*sure[0], possible)
    return TierFound(None, Found(Outcome.FAIL, _no_tier(benefit, elder, moment)))


def _no_tier(benefit: Benefit, elder: ElderInput, moment: Moment) -> Sentence:
    looked_at = [way for tier in benefit.tiers for way in tier.ways]
    if benefit.birthday_tiers:
        return say("未满 {age} 周岁", age=min(way.age_from for way in looked_at if way.age_from))
    levels = next((way.assessed for way in looked_at if way.assessed), None)
    if levels is None:
        return say("没有符合任何一档的认定")
    assessed = _assessed(levels, benefit.programme, elder, moment).text
    if any(way.certificate for way in looked_at):
        return say("{assessed}；也没有达到标准的残疾人证", assessed=assessed)
    return assessed


def any_of(found: Iterable[Found]) -> Found:
    """Join questions of which one is enough."""
    every = list(found)
    passed = next((one for one in every if one.outcome is Outcome.PASS), None)
    if passed:
        return passed
    unknown = [one for one in every if one.outcome is Outcome.UNKNOWN]
    if unknown:
        return Found(Outcome.UNKNOWN, unknown[0].text, _once(name for one in unknown for name in one.missing))
    return every[0]


def all_of(found: Iterable[Found]) -> Found:
    """Join questions that must all pass."""
    every = list(found)
    failed = next((one for one in every if one.outcome is Outcome.FAIL), None)
    if failed:
        return failed
    unknown = [one for one in every if one.outcome is Outcome.UNKNOWN]
    if unknown:
        return Found(Outcome.UNKNOWN, unknown[0].text, _once(name for one in unknown for name in one.missing))
    told = [one.text for one in every[:2]]
    return Found(Outcome.PASS, told[0] if len(told) == 1 else say("{first}；{second}", first=told[0], second=told[1]))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _way_found(way: Way, programme: Programme, elder: ElderInput, moment: Moment) -> Found:
    if way.circumstance and elder.circumstance(way.circumstance) is False:
        return BELONGS[way.circumstance, False]
    if way.certificate and elder.certificates == ():
        return NO_CERTIFICATE
    found: list[Found] = []
    if way.circumstance:
        found.append(_circumstance(way.circumstance, programme, elder, moment))
    if way.assessed:
        found.append(_assessed(way.assessed, programme, elder, moment))
    if way.certificate:
        found.append(_certified(way.certificate, programme, elder, moment))
    if way.age_from:
        found.append(_aged(way.age_from, programme, elder, moment))
    if way.ages:
        found.append(_aged_by_sex(way.ages, programme, elder, moment))
    found += [_not(_circumstance(name, programme, elder, moment)) for name in way.none_of]
    if way.income_below:
        found.append(_income(way.income_below, programme, elder))
    return all_of(found)


def _not(found: Found) -> Found:
    turned = {Outcome.PASS: Outcome.FAIL, Outcome.FAIL: Outcome.PASS, Outcome.UNKNOWN: Outcome.UNKNOWN}
    return Found(turned[found.outcome], found.text, found.missing)


BELONGS: dict[tuple[str, bool | None], Found] = {
    **{(name, True): Found(Outcome.PASS, say("属于{label}", label=label)) for name, label in CIRCUMSTANCES.items()},
    **{(name, False): Found(Outcome.FAIL, say("不属于{label}", label=label)) for name, label in CIRCUMSTANCES.items()},
    **{
        (name, None): Found(Outcome.UNKNOWN, say("还不知道是否属于{label}", label=label), (f"circumstances.{name}",))
        for name, label in CIRCUMSTANCES.items()
    },
}
NO_CERTIFICATE = Found(Outcome.FAIL, say("没有残疾人证"))
NOT_ASSESSED = Found(Outcome.FAIL, say("还没有做过能力评估"))


def _circumstance(name: str, programme: Programme, elder: ElderInput, moment: Moment) -> Found:
    stated = elder.circumstance(name)
    if isinstance(stated, tuple):
        rule = programme.setting("gain_counts")
        stated = any(moment.holds(days, rule) for days in stated)
    return BELONGS[name, stated]


def _aged(age: int, programme: Programme, elder: ElderInput, moment: Moment) -> Found:
    if elder.birth_date is None:
        return Found(Outcome.UNKNOWN, say("还不知道出生日期，无法判断年龄"), ("birth_date",))
    reached = moment.reached(birthday(elder.birth_date, age, programme), programme.setting("birthday_counts"))
    outcome = Outcome.PASS if reached else Outcome.FAIL
    return Found(outcome, say("已满 {age} 周岁", age=age) if reached else say("未满 {age} 周岁", age=age))


def _aged_by_sex(ages: Mapping[str, int], programme: Programme, elder: ElderInput, moment: Moment) -> Found:
    """Ask for the age of the elder's sex; where it is not known, an age that decides for both still answers."""
    if elder.sex is not None and elder.sex in ages:
        return _aged(ages[elder.sex], programme, elder, moment)
    either = {_aged(age, programme, elder, moment).outcome for age in ages.values()}
    if len(either) == 1:
        return _aged(max(ages.values()), programme, elder, moment)
    return Found(Outcome.UNKNOWN, say("还不知道性别，男女的年龄要求不同"), ("sex",))


def _income(name: str, programme: Programme, elder: ElderInput) -> Found:
    standard = programme.setting(name)
    if standard is None:
        unknown = ("own_monthly_income_fen",) if elder.own_monthly_income_fen is None else ()
        return Found(Outcome.UNKNOWN, programme.note(name), (f"settings.{name}", *unknown))
    if elder.own_monthly_income_fen is None:
        return Found(Outcome.UNKNOWN, say("还不知道本人每月收入"), ("own_monthly_income_fen",))
    if elder.own_monthly_income_fen < standard:
        return Found(Outcome.PASS, say("本人收入低于低保标准"))
    return Found(Outcome.FAIL, say("本人收入不低于低保标准"))


def assessment_at(programme: Programme, elder: ElderInput, moment: Moment) -> AssessedLevel | None:
    """Give the assessment that counts: the latest one concluded, also when it has run out."""
    rule = programme.setting("gain_counts")
    concluded = [one for one in elder.assessments or () if moment.reached(one.concluded_on, rule)]
    return max(concluded, key=lambda one: one.concluded_on, default=None)


def _assessed(levels: str, programme: Programme, elder: ElderInput, moment: Moment) -> Found:
    """Ask for an assessed level; `levels` names the setting that says which count."""
    if elder.assessments is None:
        return Found(Outcome.UNKNOWN, say("还没有能力评估结果"), ("assessments",))
    one = assessment_at(programme, elder, moment)
    if one is None:
        return NOT_ASSESSED
    if one.valid_until and one.valid_until < moment.day:
        return Found(Outcome.FAIL, say("能力评估已于 {day} 到期", day=one.valid_until))
    reached = reaches_level(levels, programme, one)
    if reached is False:
        wanted = programme.settings[levels].label
        text = say("能力评估结果：{level}，没有达到{wanted}", level=level_name(one), wanted=wanted)
        return Found(Outcome.FAIL, text)
    if reached is None or one.valid_until is None:
        return _unclear(levels, programme, one)
    if one.recognised is False:
        return Found(Outcome.FAIL, say("外地的能力评估结果没有得到认可"))
    if one.recognised is None:
        return Found(Outcome.UNKNOWN, say("外地的能力评估结果能否认可还不能判断"), ("assessments",))
    return Found(
        Outcome.PASS,
        say(
            "{day} 的能力评估结果：{level}，有效至 {until}",
            day=one.concluded_on,
            level=level_name(one),
            until=one.valid_until,
        ),
    )


def level_name(one: AssessedLevel) -> Sentence:
    """Name an assessed level as the family reads it."""
    if isinstance(one.level, int):
        return say("{level} 级（{name}）", level=one.level, name=Sentence(LEVEL_NAMES[one.level]))
    return Sentence(one.level or "")


def _legacy(one: AssessedLevel) -> str:
    return "legacy_mzt039" if one.standard == LEGACY_STANDARD else "legacy_beijing"


def reaches_level(levels: str, programme: Programme, one: AssessedLevel) -> bool | None:
    """Tell whether an assessed level counts. None: the level is not known, or nobody knows whether its standard counts."""
    if one.level is None:
        return None
    if one.standard == NUMBERED_STANDARD:
        return one.level in programme.setting(levels)
    if one.level not in programme.setting("assessed_words"):
        return False
    return True if programme.setting(_legacy(one)) == "accept" else None


def _unclear(levels: str, programme: Programme, one: AssessedLevel) -> Found:
    """Say what keeps a level from counting: a standard of which nobody knows whether it counts, or the paper itself."""
    open_setting = one.standard != NUMBERED_STANDARD and programme.setting(_legacy(one)) is None
    if one.level is not None and open_setting:
        return Found(Outcome.UNKNOWN, programme.note(_legacy(one)), (f"settings.{_legacy(one)}",))
    return Found(Outcome.UNKNOWN, say("能力评估的等级或有效期不清楚"), ("assessments",))


def _certified(test: CertificateTest, programme: Programme, elder: ElderInput, moment: Moment) -> Found:
    if elder.certificates is None:
        return Found(Outcome.UNKNOWN, say("还不知道有没有残疾人证"), ("certificates",))
    rule = programme.setting("gain_counts")
    held = [one for one in elder.certificates if moment.holds(one.days, rule)]
    if not held:
        return NO_CERTIFICATE
    return any_of(_certificate(test, one) for one in held)


def _certificate(test: CertificateTest, one: Certificate) -> Found:
    if not one.is_multiple and one.own.category is not None:
        return (
            Found(Outcome.FAIL, say("不是多重残疾")) if test.multiple else _disability(test, one.own, 1, "certificates")
        )
    if one.own.category is None:
        return _unknown_category(test, one)
    fact = "certificates.components"
    return any_of(_disability(test, part, one.own.level or 1, fact) for part in _parts(one))


def _parts(one: Certificate) -> tuple[Disability, ...]:
    """Give what a class-7 certificate is made of: at least two, what is not known of them left unknown.

    The certificate's level is that of its severest component (the setting `multiple_level`).
    """
    known = one.components or ()
    if len(known) > 1:
        return known
    severest = one.own.level if not known else None
    rest = (Disability(None, severest), Disability(None, None))
    return (*known, *rest[len(known) :])


def _unknown_category(test: CertificateTest, one: Certificate) -> Found:
    """Of a certificate without a class only the level can tell something: one too mild for the test is no."""
    if one.own.level is not None and not any(level >= one.own.level for level in test.levels):
        return Found(Outcome.FAIL, say("残疾人证的等级没有达到标准"))
    return Found(Outcome.UNKNOWN, say("残疾人证的类别或等级不清楚"), ("certificates",))


def _disability(test: CertificateTest, one: Disability, severest: int, fact: str) -> Found:
    """Compare one category and level; `severest` is the most severe level an unknown one can have, `fact` where both stand."""
    categories = ALL_CATEGORIES if one.category is None else {one.category}
    levels = {level for level in ALL_LEVELS if level >= severest} if one.level is None else {one.level}
    if not (categories & test.categories and levels & test.levels):
        return Found(Outcome.FAIL, _disability_words(one))
    if categories <= test.categories and levels <= test.levels:
        return Found(Outcome.PASS, _disability_words(one))
    return Found(Outcome.UNKNOWN, say("残疾人证没有写明具体类别和等级"), (fact,))


def _disability_words(one: Disability) -> Sentence:
    if one.category is None or one.level is None:
        return say("残疾人证的类别或等级没有写全")
    return say("{category}残疾 {level} 级", category=CATEGORY_NAMES[one.category], level=one.level)
