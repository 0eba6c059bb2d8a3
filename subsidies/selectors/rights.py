"""What do we know of an elder's rights: how each month stands, what was paid for it, and when facts became known? Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from assessments.selectors import results_of_many
from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import Month
from eldercare.people.models import Certificate, DeathReport, Declaration, HukouSpell
from subsidies.choices import VersionState
from subsidies.models import Debt, Entitlement, ProgrammeVersion, Rate, RunLine
from subsidies.models.run import APPROVED_STATES
from subsidies.rules.schedule import Share, span

Owed = dict[tuple[Month, str, str | None], int]


@dataclass(frozen=True)
class Amount:
    """From a month on, a tier and its fen."""

    from_month: Month
    tier: str
    fen: int


def amounts_of(entitlements: Iterable[Entitlement]) -> Mapping[UUID, list[Amount]]:
    """Give the amounts of many entitlements by month of beginning, the first month's first; with one query."""
    rows = list(entitlements)
    rates: dict[UUID, list[Rate]] = defaultdict(list)
    for rate in Rate.objects.filter(entitlement__in=rows, superseded_at__isnull=True).order_by("from_month"):
        rates[rate.entitlement_id].append(rate)
    return {row.pk: _amounts(row, rates[row.pk]) for row in rows}


def _amounts(row: Entitlement, rates: list[Rate]) -> list[Amount]:
    first = Amount(Month.of(row.first_month), row.tier, row.monthly_fen)
    later = [Amount(Month.of(rate.from_month), rate.tier, rate.monthly_fen) for rate in rates]
    return [first, *later]


def amount_in(amounts: list[Amount], month: Month) -> Amount:
    """Give the amount that counts in a month."""
    return next((one for one in reversed(amounts) if one.from_month <= month), amounts[0])


def standing(entitlements: Iterable[Entitlement], last: Month) -> dict[Month, Share]:
    """Give what each month up to `last` brings by the rows of one elder and benefit."""
    rows = list(entitlements)
    amounts = amounts_of(rows)
    found: dict[Month, Share] = {}
    for row in rows:
        first, end = Month.of(row.first_month), Month.of(row.last_month) if row.last_month else last
        for month in span(first, min(end, last)):
            amount = amount_in(amounts[row.pk], month)
            found[month] = Share(row.payer_region_id, amount.tier, amount.fen)
    return found


def paid(elder_id: UUID, programme: str) -> dict[Month, dict[str, int]]:
    """Give the fen each district was told to credit, by month, in runs that are approved."""
    rows = RunLine.objects.filter(
        elder=elder_id, entitlement__programme=programme, run__state__in=APPROVED_STATES
    ).order_by()
    found: dict[Month, dict[str, int]] = defaultdict(dict)
    for month, region, fen in rows.values_list("benefit_month", "run__region").annotate(fen=Sum("amount_fen")):
        found[Month.of(month)][region] = fen
    return found


def owed(elder_id: UUID, programme: str) -> Owed:
    """Give what is written down as paid too much: by month, by the district that paid and by who owes it."""
    rows = Debt.objects.filter(elder=elder_id, programme=programme).order_by()
    keys = rows.values_list("benefit_month", "payer_region", "owed_by_region").annotate(fen=Sum("amount_fen"))
    return {(Month.of(month), payer, by): fen for month, payer, by, fen in keys if fen}


def learnt_since(elder_id: UUID, since: datetime) -> list[datetime]:
    """Give the last moment of each day since then on which a fact about the elder, or a law, became known; in order."""
    moments: set[datetime] = set()
    for model, column in (
        (HukouSpell.every, "recorded_at"),
        (HukouSpell.every, "superseded_at"),
        (Certificate.every, "recorded_at"),
        (Certificate.every, "superseded_at"),
        (Declaration.objects, "declared_at"),
        (DeathReport.objects, "reported_at"),
    ):
        rows = model.filter(elder=elder_id, **{f"{column}__gt": since})
        moments.update(rows.values_list(column, flat=True))
    published = ProgrammeVersion.objects.filter(published_at__gt=since, state=VersionState.PUBLISHED)
    moments.update(published.values_list("published_at", flat=True))
    days = {moment.astimezone(CHINA).date() for moment in moments}
    days |= {
        one.concluded_on for one in results_of_many([elder_id]) if one.concluded_on > since.astimezone(CHINA).date()
    }
    return [datetime(day.year, day.month, day.day, 23, 59, 59, 999999, tzinfo=CHINA) for day in sorted(days)]
