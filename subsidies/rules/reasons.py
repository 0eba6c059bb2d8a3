"""The reason a refusal may begin with: the conditions that failed, each with its document and article. An officer edits it."""

from collections.abc import Iterable

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Outcome, Reason


def reason_from_conditions(conditions: Iterable[Reason]) -> Sentence | None:
    """Give the reason in sentences, one a failed condition; None when nothing failed."""
    said = [_said(one) for one in conditions if one.outcome is Outcome.FAIL]
    if not said:
        return None
    joined = said[-1]
    for sentence in reversed(said[:-1]):
        joined = say("{first}\n{rest}", first=sentence, rest=joined)
    return joined


def _said(condition: Reason) -> Sentence:
    if condition.cite is None:
        return say("{fact}。", fact=condition.text)
    return say(
        "{fact}（{document} {article}）。",
        fact=condition.text,
        document=condition.cite.document,
        article=condition.cite.article,
    )
