"""Where each fact about an elder came from and when it was written down, in plain words. Judges nothing."""

from uuid import UUID

from assessments.selectors import results_of
from eldercare.kernel.clock import CHINA
from eldercare.kernel.sentences import Sentence, say
from eldercare.people.choices import Source
from eldercare.people.models import Certificate, Declaration, HukouSpell

WORDS = {
    Source.FAMILY: say("家庭申报"),
    Source.OFFICER: say("窗口登记"),
    Source.DATA_SHARING: say("部门数据"),
}
FROM_NUMBER = say("按身份证号码")


def sources_of(elder_id: UUID) -> dict[str, Sentence]:
    """Give the source of `birth`, `hukou`, `assessment`, `certificate` and `declared`; what was never told has none."""
    rows = {
        "hukou": HukouSpell.objects.filter(elder=elder_id).order_by("days").last(),
        "certificate": Certificate.objects.filter(elder=elder_id).order_by("days").last(),
    }
    found = {name: _said(row.source, row.recorded_at) for name, row in rows.items() if row}
    declared = Declaration.objects.filter(elder=elder_id).order_by("-id").first()
    if declared:
        found["declared"] = _said(declared.source, declared.declared_at)
    results = results_of(elder_id)
    if results:
        found["assessment"] = say("{agency}评估", agency=results[0].agency_name)
    return {"birth": FROM_NUMBER, **found}


def _said(source: str, at) -> Sentence:
    return say("{who}，{day}记下", who=WORDS[Source(source)], day=at.astimezone(CHINA).date())
