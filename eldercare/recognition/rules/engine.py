"""The five recognitions: is a result of one region recognised in another on a day, why, and on what document?

Knows regions, days, kinds and levels; not what a rating or an assessment is, nor whether the paper is genuine.
"""

from collections.abc import Iterable
from datetime import date

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Answer, Outcome, Reason, Verdict, judge
from eldercare.recognition.rules.claims import AgreementFact, Claim, CountsAs, Recognition
from eldercare.recognition.rules.conditions import CONDITIONS, day_asked
from eldercare.recognition.rules.standards import find

NEXT_STEPS = {
    "agreement": say("请问使用地的民政部门，能否按本地办法重新办理。"),
    "rating.standard": say("请机构按互认的标准重新评定等级。"),
    "assessment.standard": say("请按互认的标准重新评估一次，可以在本站申请能力评估。"),
    "assessment.valid_until": say("请重新评估一次，可以在本站申请能力评估。"),
    "level": say("请核对证书或报告上的等级。"),
    "issued_on": say("请等结果生效以后再用。"),
    "valid_until": say("请在原来的地区申请复评，拿到新结果后再用。"),
    "status": say("请联系发出结果的部门，恢复以后再用。"),
    "certificate_no": say("请核对证书编号，或请发证单位出具证明。"),
    "certificate_level": say("请核对证书编号和等级。"),
    "certificate_province": say("请核对证书编号和发证地区。"),
    "certificate_year": say("请核对证书编号和发证日期。"),
    "programme": say("请问户籍地的街道，这项待遇能否在外地使用。"),
    "stars": say("请机构向所在地民政部门申请等级评定。"),
}
FIND_OUT = say("请补上缺少的信息，再查一次。")
ASK = say("文件没有写清楚，请问使用地的民政部门。")


def recognise(claim: Claim, agreements: Iterable[AgreementFact], *, on: date) -> Recognition:
    """Answer for one claim on one day. Every condition answers, also those that pass.

    A result used in the province it was made in needs no agreement. A definite no settles the answer; an unknown fact
    or an unknown term makes it `cannot_decide`. Implements 京民养老发〔2024〕17号 §三 as far as the data say.
    """
    day = day_asked(claim, on)
    candidates = [row for row in agreements if _speaks_of(row, claim)]
    agreement = None if claim.is_local else next((row for row in candidates if day in row.days), None)
    between = _local() if claim.is_local else _between(agreement, candidates, day)
    reasons = (between, *CONDITIONS[claim.kind](claim, agreement, on))
    answer = judge(reasons)
    missing = (
        tuple(row.id for row in reasons if row.outcome is Outcome.UNKNOWN) if answer is Answer.CANNOT_DECIDE else ()
    )
    return Recognition(
        verdict=Verdict(answer, reasons, missing=missing),
        counts_as=_counts_as(claim) if answer is Answer.YES else None,
        agreement=agreement,
        next_step=_next_step(claim.kind, answer, reasons),
    )


def _speaks_of(row: AgreementFact, claim: Claim) -> bool:
    return (row.kind, row.issued_in, row.used_in) == (claim.kind, claim.issued_in, claim.used_in)


def _local() -> Reason:
    return Reason("agreement", Outcome.PASS, say("这是本地结果，在本地使用不需要互认。"))


def _between(agreement: AgreementFact | None, candidates: list[AgreementFact], day: date) -> Reason:
    if agreement is not None:
        text = say("两地按 {document} 互认这类结果。", document=agreement.document)
        return Reason("agreement", Outcome.PASS, text, agreement.cite)
    coming = [row for row in candidates if row.days.start > day]
    if coming:
        first = min(coming, key=lambda row: row.days.start)
        text = say("{day} 那天两地还没有互认；{document} 从 {start} 起生效。", day=day, **_named(first))
        return Reason("agreement", Outcome.FAIL, text, first.cite)
    if candidates:
        last = max(candidates, key=lambda row: row.days.start)
        text = say("{day} 那天两地的互认已经结束；{document} 只到 {until} 之前。", day=day, **_named(last))
        return Reason("agreement", Outcome.FAIL, text, last.cite)
    return Reason("agreement", Outcome.FAIL, say("没有查到两地互认这类结果的文件。"))


def _named(row: AgreementFact) -> dict[str, object]:
    return {"document": row.document, "start": row.days.start, "until": row.days.until}


def _counts_as(claim: Claim) -> CountsAs | None:
    """Recognition is equal standing: the level stays what it is, it is not converted."""
    named = find(claim.kind, claim.standard)
    number = named.level_number(claim.level) if named else None
    return CountsAs(number, named.level_name(number)) if named and number is not None else None


def _next_step(kind: str, answer: Answer, reasons: tuple[Reason, ...]) -> Sentence | None:
    if answer is Answer.YES:
        return None
    if answer is Answer.NO:
        first = next(row for row in reasons if row.outcome is Outcome.FAIL)
        return NEXT_STEPS.get(f"{kind}.{first.id}") or NEXT_STEPS[first.id]
    first = next(row for row in reasons if row.outcome is Outcome.UNKNOWN)
    return ASK if first.cite else FIND_OUT
