"""A "no" that is not a bug: one plain sentence, the reasons, and what to do next. Every door shows the same one."""

from collections.abc import Iterable

from eldercare.kernel.sentences import Sentence
from eldercare.kernel.verdict import Reason


class Refusal(Exception):
    """An act was refused and nothing was changed.

    `code` is stable and machine-readable; `status` is the HTTP answer: 400 unreadable, 403 not yours to do,
    404 not yours to see, 409 somebody was first, 413 larger than is read, 422 against a rule, 429 too many, 503 not reachable just now.
    `fields` maps an input's name to what is wrong with it.
    """

    def __init__(
        self,
        code: str,
        sentence: Sentence,
        *,
        next_step: Sentence | None = None,
        status: int = 422,
        reasons: Iterable[Reason] = (),
        fields: dict[str, Sentence] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code, str(sentence))
        self.code = code
        self.sentence = sentence
        self.next_step = next_step
        self.status = status
        self.reasons = tuple(reasons)
        self.fields = fields or {}
        self.retry_after = retry_after
