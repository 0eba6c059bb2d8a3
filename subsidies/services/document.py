"""The paper of a final decision is issued with it: numbered without a gap, its whole text frozen, its digest in the audit."""

from typing import Any

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.keys import digest
from eldercare.kernel.locks import lock_one
from eldercare.kernel.verdict import Cite, Reason
from eldercare.kernel.viewer import Viewer
from eldercare.people.models import Elder
from eldercare.people.rules.masks import mask_id
from eldercare.regions.selectors import full_name, region
from subsidies.models import Application, Decision, Document, NumberBook
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.facts import ElderInput
from subsidies.rules.numbers import number_of
from subsidies.selectors.shown_facts import facts_shown


def issue_document(viewer: Viewer, *, decision: Decision, facts: ElderInput, answer: BenefitAnswer) -> Document:
    """Write a decision's paper under the next number of its district and year, inside the decision's transaction.

    The number is taken last: who decides in the same district at once waits only for these few statements.
    """
    application = decision.application
    content = _content(application, decision, facts, answer)
    district, year = application.district_id, clock.today().year
    serial = _next_serial(district, year)
    number = number_of(region(district).name, year, serial)
    content["number"] = number
    document = Document.objects.create(
        decision=decision,
        region_id=district,
        year=year,
        serial=serial,
        number=number,
        content=content,
        content_digest=digest(content),
    )
    record(
        viewer,
        "subsidy.document_issued",
        f"subsidy_document:{document.pk}",
        place=district,
        facts={"number": number, "sha256": document.content_digest, "decision": str(decision.pk)},
    )
    return document


def _next_serial(district: str, year: int) -> int:
    NumberBook.objects.get_or_create(region_id=district, year=year)
    book = lock_one(NumberBook.objects.filter(region=district, year=year))
    book.last += 1
    book.save(update_fields=["last"])
    return book.last


def _content(application: Application, decision: Decision, facts: ElderInput, answer: BenefitAnswer) -> dict[str, Any]:
    """Give everything the paper says, so that it can be printed again, in any language, as it was decided."""
    person = Elder.objects.select_related("person").get(pk=application.elder_id).person
    programme, period = answer.benefit.programme, answer.period
    approved = decision.outcome == "approve"
    return {
        "elder": {"name": person.name, "id_masked": mask_id(person.id_number or "")},
        "benefit": answer.name.to_json(),
        "programme": {"document": programme.document, "title": programme.title, "url": programme.url},
        "articles": _articles(answer),
        "applied_on": application.applied_on.isoformat(),
        "district": full_name(application.district_id),
        "street": full_name(application.street_id),
        "decided_on": clock.today().isoformat(),
        "stage": decision.stage,
        "outcome": decision.outcome,
        "upholds": decision.upholds,
        "replaces": _number_of(decision),
        "monthly_fen": answer.monthly_fen if approved else None,
        "first_month": str(period.first_month) if approved and period else None,
        "last_month": str(period.last_month) if approved and period and period.last_month else None,
        "back_pay_months": period.back_pay_months if approved and period else None,
        "lines": [line.to_json() for line in answer.lines] if approved else [],
        "facts": [[name.to_json(), [one.to_json() for one in values]] for name, values in facts_shown(facts)],
        "conditions": [reason.to_json() for reason in answer.conditions],
        "reason": decision.reason,
        "remedy": decision.remedy,
        "appeal_until": decision.appeal_until and decision.appeal_until.isoformat(),
    }


def _articles(answer: BenefitAnswer) -> list[dict[str, str]]:
    """Give the articles the decision rests on, each once: the programme's own first, in the order of the conditions."""
    cites: list[Cite | None] = [answer.benefit.cite, *(line.cite for line in answer.lines)]
    reasons: tuple[Reason, ...] = answer.conditions
    cites += [reason.cite for reason in reasons]
    named = [cite for cite in dict.fromkeys(cites) if cite and cite.article]
    own = answer.benefit.programme.document
    return [cite.to_json() for cite in sorted(named, key=lambda cite: cite.document != own)]


def _number_of(decision: Decision) -> str | None:
    """Give the number of the decision a re-check looked at, where it has one."""
    if decision.answers is None:
        return None
    return Document.objects.filter(decision=decision.answers.decision).values_list("number", flat=True).first()
