"""What an elder may be entitled to, for a family that has not signed in: the description in, each programme's answer out.

The description is the one the search uses, sealed in the session; nothing is registered and no address tells of it.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Answer, Outcome, Reason
from eldercare.portal.rules.description import Description, elder_from
from eldercare.portal.web import described
from eldercare.portal.web.describe import DescriptionForm
from eldercare.regions.selectors import full_name
from facilities.rules.words import LEVELS
from subsidies.rules import facts
from subsidies.rules.eligibility import BenefitAnswer, preview
from subsidies.rules.net import net_benefits
from subsidies.rules.readings import Reading, readings
from subsidies.selectors.law import law

DUE = (Answer.YES, Answer.CHOICE)


@dataclass(frozen=True)
class Shown:
    """One programme's answer. `against` is what stands in its way or is missing; `counts`: it is part of the total.

    `readings` are the open places of its text that the answer hangs on.
    """

    answer: BenefitAnswer
    against: tuple[Reason, ...]
    counts: bool
    readings: tuple[Reading, ...] = ()

    @property
    def is_due(self) -> bool:
        return self.answer.answer in DUE


@never_cache
@require_safe
def subsidies(request: HttpRequest) -> HttpResponse:
    """Ask about the elder, or show what each programme answers for this month."""
    said = described.described(request)
    if said is None:
        context = {"form": DescriptionForm(), "next": request.path, "for_prices": False}
        return render(request, "portal/subsidies_ask.html", context)
    month = Month.of(clock.today())
    shown = _answers(said, month)
    context = {
        "said": _words(said),
        "month": month,
        "due": [one for one in shown if one.is_due],
        "open": [one for one in shown if one.answer.answer is Answer.CANNOT_DECIDE],
        "not_due": [one for one in shown if one.answer.answer is Answer.NO],
        "total_fen": sum(one.answer.monthly_fen or 0 for one in shown if one.counts),
        "is_born_guessed": said.birth_date is None,
    }
    return render(request, "portal/subsidies.html", context)


def _answers(said: Description, month: Month) -> list[Shown]:
    on = clock.today()
    elder = facts.elder_from(elder_from(said, on))
    under = law()
    answers = preview(elder, on=month, under=under)
    counted = {one.programme for one in net_benefits(answers) if one.is_due}
    return [
        Shown(answer, _against(answer), answer.programme in counted, tuple(readings(answer, elder)))
        for answer in answers
    ]


def _against(answer: BenefitAnswer) -> tuple[Reason, ...]:
    wanted = Outcome.FAIL if answer.answer is Answer.NO else Outcome.UNKNOWN
    return tuple(reason for reason in answer.conditions if reason.outcome is wanted)


def _words(said: Description) -> Sentence:
    place = full_name(said.hukou)
    if said.level is None:
        return say("{age} 周岁，户籍{place}，还没有评估", age=said.age, place=place)
    return say("{age} 周岁，户籍{place}，{level}", age=said.age, place=place, level=LEVELS[said.level])
