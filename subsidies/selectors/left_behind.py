"""Benefits that are still routed to a home the elder no longer lives in, and routings as the desk lists them. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.kernel.days import Month
from eldercare.people.selectors import masked_names
from facilities.choices import StayState
from facilities.models import Stay
from subsidies.choices import RoutingState
from subsidies.models import Routing
from subsidies.rules.may_route import first_month_after_move
from subsidies.rules.programme import Benefit, benefit


@dataclass(frozen=True)
class LeftBehind:
    """A standing routing, the stay that began elsewhere, and the first month that could pay there."""

    routing: Routing
    stay: Stay
    first_month: Month

    @property
    def benefit(self) -> Benefit:
        return benefit(self.routing.entitlement.programme)


@dataclass(frozen=True)
class RoutingCard:
    """A routing as the desk sees it; the name is masked. `behind`: the elder lives elsewhere now."""

    routing: Routing
    benefit: Benefit
    elder_name: str
    behind: LeftBehind | None


def left_behind(routings: Iterable[Routing], this_month: Month) -> dict[UUID, LeftBehind]:
    """Say of each standing routing whether its elder lives at another home now; by routing, in three queries."""
    standing = {row.pk: row for row in routings if row.state == RoutingState.ACTIVE}
    lives = Stay.objects.filter(elder__in={row.elder_id for row in standing.values()}, state=StayState.IN)
    stays = {stay.elder_id: stay for stay in lives.select_related("facility")} if standing else {}
    moved = {
        pk: stays[row.elder_id]
        for pk, row in standing.items()
        if row.elder_id in stays and stays[row.elder_id].facility_id != row.facility_id
    }
    left = _left_on(moved, standing)
    return {
        pk: LeftBehind(
            standing[pk],
            stay,
            first_month_after_move(
                left_on=left.get(pk),
                came_on=stay.days.lower,
                routed_from=Month.of(standing[pk].from_month),
                this_month=this_month,
            ),
        )
        for pk, stay in moved.items()
    }


def behind_at(facility_id: UUID, this_month: Month) -> list[RoutingCard]:
    """Give the residents of a home whose benefit is still routed elsewhere; which home that is, it need not know."""
    here = Stay.objects.filter(facility=facility_id, state=StayState.IN).values("elder")
    rows = Routing.objects.filter(state=RoutingState.ACTIVE, elder__in=here).exclude(facility=facility_id)
    return routing_cards(list(rows.select_related("entitlement").order_by("pk")), this_month)


def routing_cards(rows: Sequence[Routing], this_month: Month) -> list[RoutingCard]:
    """Give routings in their order, in a constant number of queries."""
    behind = left_behind(rows, this_month)
    names = masked_names({row.elder_id for row in rows})
    return [
        RoutingCard(row, benefit(row.entitlement.programme), names[row.elder_id], behind.get(row.pk)) for row in rows
    ]


def _left_on(moved: dict[UUID, Stay], standing: dict[UUID, Routing]) -> dict[UUID, date]:
    """Give, by routing, the first day not stayed any more at the home it pays."""
    wanted = {(standing[pk].elder_id, standing[pk].facility_id): pk for pk in moved}
    elders, homes = {elder for elder, _home in wanted}, {home for _elder, home in wanted}
    ended = Stay.objects.filter(elder__in=elders, facility__in=homes, state=StayState.ENDED).order_by("days")
    rows = ended.values_list("elder", "facility", "days") if wanted else ()
    return {wanted[elder, home]: days.upper for elder, home, days in rows if (elder, home) in wanted}
