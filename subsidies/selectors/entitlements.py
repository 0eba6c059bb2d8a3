"""Entitlements and routings as lists show them. Every read is handed a queryset from `access.py`."""

from dataclasses import dataclass

from django.db.models import QuerySet

from eldercare.kernel.days import Month
from eldercare.regions.selectors import full_names
from subsidies.choices import RoutingState
from subsidies.models import Entitlement, Routing
from subsidies.rules.programme import Benefit, benefit


@dataclass(frozen=True)
class EntitlementCard:
    """A right to a benefit with who pays it and where it is routed now."""

    entitlement: Entitlement
    benefit: Benefit
    payer_name: str
    first_month: Month
    last_month: Month | None
    routing: Routing | None


def entitlement_cards(entitlements: QuerySet[Entitlement]) -> list[EntitlementCard]:
    """Give entitlements, newest first, in three queries."""
    rows = list(entitlements.order_by("-pk"))
    payers = full_names(row.payer_region_id for row in rows)
    standing = Routing.objects.filter(entitlement__in=rows, state=RoutingState.ACTIVE).select_related("facility")
    routings = {routing.entitlement_id: routing for routing in standing}
    return [
        EntitlementCard(
            entitlement=row,
            benefit=benefit(row.programme),
            payer_name=payers.get(row.payer_region_id, row.payer_region_id),
            first_month=Month.of(row.first_month),
            last_month=Month.of(row.last_month) if row.last_month else None,
            routing=routings.get(row.pk),
        )
        for row in rows
    ]
