"""What each of the five kinds asks of a claim, condition by condition. Whether there is an agreement the engine asks.

A condition without its fact answers `unknown`, never `fail`. `agreement` is None for a local result, or where none is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Cite, Outcome, Reason
from eldercare.recognition.rules.claims import AgreementFact, Claim
from eldercare.recognition.rules.standards import Standard, find

Reasons = Iterator[Reason]
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
ACTIVE = "active"
STOPPED = {
    "suspended": say("这个结果现在被发出它的部门暂停了。"),
    "revoked": say("这个结果已经被发出它的部门撤销。"),
}


def of_rating(claim: Claim, agreement: AgreementFact | None, on: date) -> Reasons:
    """A star rating: an accepted standard, a level it has, and in force on the day."""
    yield from _standard(claim, agreement)
    yield from _level(claim)
    yield from _days(claim, on)
    yield _status(claim.status)


def of_assessment(claim: Claim, agreement: AgreementFact | None, on: date) -> Reasons:
    """A concluded capability assessment: an accepted standard, a level it has, and in force on the day."""
    yield from _standard(claim, agreement)
    yield from _level(claim)
    yield from _days(claim, on)


def of_training(claim: Claim, agreement: AgreementFact | None, on: date) -> Reasons:
    """A care worker's certificate: its number says where, in which year and at which level it was issued."""
    yield from _level(claim)
    yield _begun(claim, on)
    yield from _certificate(claim)


def of_policy(claim: Claim, agreement: AgreementFact | None, on: date) -> Reasons:
    """A programme of the elder's home region: does the benefit stay usable elsewhere?"""
    programme = claim.facts.get("programme")
    if not programme:
        yield Reason("programme", UNKNOWN, say("没有说明是哪一项待遇。"))
    elif agreement is not None:
        yield _programme(str(programme), agreement)


def of_facility_subsidy(claim: Claim, agreement: AgreementFact | None, on: date) -> Reasons:
    """A resident-month of an elder from another region: who may be paid for it. Amounts are other people's rules."""
    yield _known("hukou", claim.facts.get("hukou"), say("已知老人的户籍地区。"), say("不知道老人的户籍地区。"))
    yield _known(
        "capability_level",
        claim.facts.get("capability_level"),
        say("已知老人的能力等级。"),
        say("不知道老人的能力等级，补贴按能力等级发放。"),
    )
    if agreement is not None and "lowest_stars" in agreement.terms:
        yield _stars(claim.facts.get("stars"), agreement.terms["lowest_stars"], agreement.cite)


CONDITIONS: Mapping[str, Callable[[Claim, AgreementFact | None, date], Reasons]] = {
    "policy": of_policy,
    "facility_subsidy": of_facility_subsidy,
    "rating": of_rating,
    "assessment": of_assessment,
    "training": of_training,
}


def day_asked(claim: Claim, on: date) -> date:
    """Give the day the agreement must be in force: a resident-month counts by its first day."""
    month = claim.facts.get("month")
    return month.first_day if isinstance(month, Month) else on


def _standard(claim: Claim, agreement: AgreementFact | None) -> Reasons:
    if not claim.standard:
        yield Reason("standard", UNKNOWN, say("没有说明按哪个标准得出。"))
        return
    known = find(claim.kind, claim.standard)
    if known and known.of and known.of != claim.issued_in:
        text = say("{standard} 是另一个地区的地方标准，不能用来在这里发出结果。", standard=claim.standard)
        yield Reason("standard", FAIL, text)
    elif agreement is None:
        yield Reason("standard", PASS, say("按 {standard} 得出。", standard=claim.standard))
    else:
        yield _accepted(claim.standard, known, agreement)


def _accepted(named: str, known: Standard | None, agreement: AgreementFact) -> Reason:
    accepted = agreement.terms["standards"]
    if accepted is None:
        text = say("没有查到当时互认哪些标准，{standard} 算不算还不能确定。", standard=named)
        return Reason("standard", UNKNOWN, text, agreement.cite)
    if known is None or known.standard not in accepted:
        text = say("{standard} 不在互认的标准里。互认的是：{accepted}。", standard=named, accepted="、".join(accepted))
        return Reason("standard", FAIL, text, agreement.cite)
    if known.note:
        text = say("{standard} 按更严格的地方标准互认（{note}）。", standard=named, note=say(known.note))
    else:
        text = say("{standard} 是互认的标准。", standard=named)
    return Reason("standard", PASS, text, agreement.cite)


def _level(claim: Claim) -> Reasons:
    known = find(claim.kind, claim.standard)
    if claim.level is None:
        yield Reason("level", UNKNOWN, say("不知道是几级。"))
    elif known is not None and known.levels:
        number = known.level_number(claim.level)
        if number is None:
            yield Reason("level", FAIL, say("这个标准没有 {level} 这一级。", level=claim.level))
        else:
            yield Reason("level", PASS, say("等级是{name}。", name=known.level_name(number)))


def _days(claim: Claim, on: date) -> Reasons:
    yield _begun(claim, on)
    if claim.valid_until is None:
        yield Reason("valid_until", UNKNOWN, say("不知道有效期到哪一天。"))
    elif claim.valid_until < on:
        yield Reason("valid_until", FAIL, say("有效期到 {day}，已经过期。", day=claim.valid_until))
    else:
        yield Reason("valid_until", PASS, say("有效期到 {day}（含当天）。", day=claim.valid_until))


def _begun(claim: Claim, on: date) -> Reason:
    if claim.issued_on is None:
        return Reason("issued_on", UNKNOWN, say("不知道是哪一天得出的。"))
    if claim.issued_on > on:
        return Reason("issued_on", FAIL, say("这个结果 {day} 才得出，那时还没有生效。", day=claim.issued_on))
    return Reason("issued_on", PASS, say("{day} 得出。", day=claim.issued_on))


def _status(status: str | None) -> Reason:
    if status is None:
        return Reason("status", UNKNOWN, say("不知道这个结果现在是否仍有效力。"))
    if status == ACTIVE:
        return Reason("status", PASS, say("没有被暂停或撤销。"))
    return Reason("status", FAIL, STOPPED.get(status, say("这个结果现在没有效力。")))


def _certificate(claim: Claim) -> Reasons:
    number, skill = claim.facts.get("certificate_no"), find(claim.kind, None)
    forms = skill.number if skill and skill.number else {}
    if not number:
        yield Reason("certificate_no", UNKNOWN, say("没有证书编号。"))
        return
    read = re.fullmatch(forms["current"], number)
    if read is None:
        yield _unreadable(number, forms["older"])
        return
    yield Reason("certificate_no", PASS, say("证书编号符合现行的 22 位规则。"))
    yield _agrees("certificate_level", read["level"], claim.level, say("编号里的等级"), say("所说的等级"))
    yield _agrees("certificate_province", read["province"], claim.issued_in[:2], say("编号里的省份"), say("发证的省份"))
    year = claim.issued_on and f"{claim.issued_on:%y}"
    yield _agrees("certificate_year", read["year"], year, say("编号里的年份"), say("发证的年份"))


def _unreadable(number: str, older: str) -> Reason:
    if re.fullmatch(older, number):
        return Reason("certificate_no", UNKNOWN, say("这是较早或特级的证书编号，只凭编号看不出等级和地区。"))
    return Reason("certificate_no", FAIL, say("证书编号不符合 22 位规则，也不是较早的编号形式。"))


def _agrees(id: str, read: str, told: object, what: Sentence, other: Sentence) -> Reason:
    if told is None:
        return Reason(id, UNKNOWN, say("不能核对{what}：不知道{other}。", what=what, other=other))
    if read == str(told):
        return Reason(id, PASS, say("{what}与{other}一致。", what=what, other=other))
    return Reason(
        id, FAIL, say("{what}是 {read}，与{other} {told} 不一致。", what=what, read=read, other=other, told=told)
    )


def _programme(programme: str, agreement: AgreementFact) -> Reason:
    usable = agreement.terms["programmes"]
    if usable is None:
        text = say("没有查到这个地区有哪些待遇可以在外地使用。")
        return Reason("programme", UNKNOWN, text, agreement.cite)
    if programme not in usable:
        return Reason("programme", FAIL, say("互认的文件没有写到这项待遇。"), agreement.cite)
    if usable[programme] is None:
        text = say("文件没有写明这项待遇能否在外地机构使用。")
        return Reason("programme", UNKNOWN, text, agreement.cite)
    return Reason("programme", PASS, say("这项待遇可以在外地机构使用。"), agreement.cite)


def _stars(stars: int | None, lowest: int, cite: Cite) -> Reason:
    if stars is None:
        return Reason("stars", UNKNOWN, say("不知道这家机构有没有评上等级。"))
    if stars < lowest:
        return Reason("stars", FAIL, say("这家机构还没有评上等级，评上等级的机构才同等享受扶持政策。"), cite)
    return Reason("stars", PASS, say("这家机构已评上等级，三地同等享受扶持政策。"), cite)


def _known(id: str, value: Any, yes: Sentence, no: Sentence) -> Reason:
    return Reason(id, UNKNOWN if value is None else PASS, no if value is None else yes)
