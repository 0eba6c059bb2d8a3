"""A family accepts an offered bed: the stay is expected, and it is asked whether a subsidy should pay there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from eldercare.kernel.viewer import Viewer
from facilities.models import Stay
from facilities.services.accept_offer import accept_offer
from subsidies.services.route import Proposal, propose_routing

DOOR = "offer.accept"  # the page and the API share the request key's name


@dataclass(frozen=True)
class Acceptance:
    """The expected stay, and the entitlement that could pay there (None: nothing to ask). Nothing is routed yet."""

    stay: Stay
    proposal: Proposal | None

    def to_json(self) -> dict[str, Any]:
        """Give the answer as the API shows it and as a repeated request gets it again."""
        stay, proposal = self.stay, self.proposal
        return {
            "stay": str(stay.pk),
            "elder": str(stay.elder_id),
            "facility": str(stay.facility_id),
            "from": stay.application.offers.latest("offered_at").from_day.isoformat(),
            "state": stay.state,
            "routing": proposal
            and {
                "entitlement": str(proposal.entitlement.pk),
                "programme": proposal.entitlement.programme,
                "monthly_fen": proposal.entitlement.monthly_fen,
                "from_month": str(proposal.from_month),
            },
        }


@transaction.atomic
def accept(viewer: Viewer, *, offer_id: UUID) -> Acceptance:
    """Accept an offer and look at once whether an entitlement that stands could pay at this home.

    Raises the refusals of `accept_offer`. A second call gives the same stay.
    """
    stay = accept_offer(viewer, offer_id=offer_id)
    return Acceptance(stay, propose_routing(viewer, elder_id=stay.elder_id, facility_id=stay.facility_id))
