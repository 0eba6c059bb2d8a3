"""What a tier that holds comes to for one elder, and the line that explains it. Which tier holds is the conditions' answer."""

from dataclasses import dataclass

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Line
from subsidies.rules.conditions import TierFound
from subsidies.rules.facts import ElderInput
from subsidies.rules.terms import Benefit, Formula, Programme, Tier

STANDARD = "standard"
DIFFERENCE = "difference"


@dataclass(frozen=True)
class Amount:
    """A tier's amount a month. `monthly_fen` None: not known, for want of `missing`; `up_to_fen` is the most it can be."""

    monthly_fen: int | None
    up_to_fen: int | None
    missing: tuple[str, ...] = ()
    because: Sentence | None = None


def amount_of(tier: Tier, programme: Programme, elder: ElderInput) -> Amount:
    """Work out what a tier comes to for an elder."""
    if tier.formula is None:
        return Amount(tier.monthly_fen, tier.monthly_fen)
    if tier.formula.kind == "share":
        return _share(tier.formula, programme, elder)
    return _of_standard(tier.formula, programme, elder)


def _share(formula: Formula, programme: Programme, elder: ElderInput) -> Amount:
    """So many per cent of a bill, up to a cap: without a bill nobody can say how much."""
    share = programme.setting(formula.setting, elder.residence_region)
    missing = ("bill_fen",) if share is not None else (f"settings.{formula.setting}",)
    because = programme.note(formula.setting) if share is None else say("要看当月账单：账单的 {share}%", share=share)
    return Amount(None, formula.cap_fen, missing, because)


def _of_standard(formula: Formula, programme: Programme, elder: ElderInput) -> Amount:
    standard, income = programme.setting(formula.setting), elder.own_monthly_income_fen
    how = programme.setting(formula.reading) if formula.reading else formula.kind
    open_settings = [name for name in (formula.setting, formula.reading) if name and programme.setting(name) is None]
    missing = [f"settings.{name}" for name in open_settings]
    if formula.kind == DIFFERENCE and income is None:
        missing.append("own_monthly_income_fen")
    if open_settings:
        return Amount(None, standard, tuple(missing), programme.note(open_settings[0]))
    if how == STANDARD:
        return Amount(standard, standard)
    if income is None:
        return Amount(None, standard, ("own_monthly_income_fen",), say("还不知道本人每月收入"))
    return Amount(max(0, standard - income), standard)


def line_of(benefit: Benefit, found: TierFound, amount: Amount) -> Line:
    """Write the line of a tier that holds. Raises ValueError when none does, or when its amount is not known."""
    if found.tier is None or amount.monthly_fen is None:
        raise ValueError(f"{benefit.id}: no known amount")
    label = say("{benefit}（{tier}）", benefit=benefit.name, tier=found.tier.name)
    return Line(label, amount.monthly_fen, found.found.text, found.tier.cite)
