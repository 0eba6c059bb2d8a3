"""An approval becomes a right, month by month. What a month's money is and how it moves is the settlement's."""

from django.db import IntegrityError, transaction

from eldercare.audit.services import record
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
