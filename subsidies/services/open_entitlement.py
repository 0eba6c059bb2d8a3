"""An approval becomes a right, month by month. What a month's money is and how it moves is the settlement's."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from subsidies.models import Decision, Entitlement
from subsidies.rules.eligibility import BenefitAnswer


def open_entitlement(viewer: Viewer, *, decision: Decision, answer: BenefitAnswer) -> Entitlement:
    """Open the entitlement of an approval, inside its transaction: from the first month due, back pay included.

    The district of the 户籍 pays; a last month that the facts already know is written down. Raises Refusal
    `already_entitled` (409) when the elder draws the same benefit in one of these months.
    """
    period, application = answer.period, decision.application
    if period is None or answer.tier is None or answer.monthly_fen is None:
        raise ValueError("an approval without a month, a tier or an amount")
    try:
        with transaction.atomic():
            entitlement = Entitlement.objects.create(
                elder_id=application.elder_id,
                programme=application.programme,
                payer_region_id=answer.payer_region or application.district_id,
                tier=answer.tier,
                monthly_fen=answer.monthly_fen,
                first_month=period.first_month.first_day,
                last_month=period.last_month and period.last_month.first_day,
                decision=decision,
            )
    except IntegrityError as error:
        raise Refusal(
            "already_entitled",
            say("老人在这些月份里已经有这一项补贴。"),
            next_step=say("请核对已有的发放记录。"),
            status=409,
        ) from error
    record(
        viewer,
        "entitlement.opened",
        f"entitlement:{entitlement.pk}",
        place=entitlement.payer_region_id,
        facts={"programme": entitlement.programme, "first_month": str(period.first_month)},
    )
    return entitlement


def end_entitlements(viewer: Viewer, rights: "QuerySet[Entitlement]") -> None:
    """End rights with this month, which is still due (160号 七(二)); one that begins later is never due."""
    this_month = clock.this_month().first_day
    for right in lock(rights):
        if right.last_month is not None and right.last_month <= this_month:
            continue
        right.revised_at = clock.now()
        if right.first_month > this_month:
            right.voided_at = right.revised_at
        else:
            right.last_month = this_month
        right.save(update_fields=["last_month", "revised_at", "voided_at"])
        record(
            viewer,
            "entitlement.ended",
            f"entitlement:{right.pk}",
            place=right.payer_region_id,
            facts={"last_month": str(this_month)},
        )
