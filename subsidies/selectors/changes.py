"""Changes of rights and what is owed, as lists and pages show them. Every read is handed a queryset from `access.py`."""

from dataclasses import dataclass

from django.db.models import QuerySet

from eldercare.kernel.days import Month
from eldercare.kernel.sentences import Sentence, restored
from eldercare.kernel.verdict import Reason, reason_from
from eldercare.people.selectors import masked_names
from eldercare.regions.selectors import full_names
from subsidies.choices import ChangeKind
from subsidies.models import Change, Debt
from subsidies.rules.programme import Benefit, benefit

PAGE = 50


@dataclass(frozen=True)
class ChangeCard:
    """A change with its reasons, in words."""

    change: Change
    kind: ChangeKind
    benefit: Benefit
    elder_name: str
    from_month: Month
    payer_before: str
    payer_after: str
    reasons: tuple[Reason, ...]

    @property
    def district(self) -> str:
        return self.payer_after or self.payer_before

    @property
    def is_move(self) -> bool:
        return self.kind is ChangeKind.MOVED


@dataclass(frozen=True)
class DebtCard:
    """A row of what was paid too much; below zero it takes an earlier row back."""

    debt: Debt
    benefit: Benefit
    elder_name: str
    month: Month
    payer_name: str
    owed_by_name: str
    cause: Sentence


def change_cards(changes: QuerySet[Change]) -> list[ChangeCard]:
    """Give changes in their order, in three queries."""
    rows = list(changes)
    names = masked_names({row.elder_id for row in rows})
    districts = full_names({code for row in rows for code in (row.payer_before_id, row.payer_after_id) if code})
    return [
        ChangeCard(
            change=row,
            kind=ChangeKind(row.kind),
            benefit=benefit(row.programme),
            elder_name=names[row.elder_id],
            from_month=Month.of(row.from_month),
            payer_before=districts.get(row.payer_before_id, ""),
            payer_after=districts.get(row.payer_after_id, ""),
            reasons=tuple(reason_from(reason) for reason in row.reasons),
        )
        for row in rows
    ]


def debt_cards(debts: QuerySet[Debt]) -> list[DebtCard]:
    """Give debts in their order, in three queries."""
    rows = list(debts)
    names = masked_names({row.elder_id for row in rows})
    districts = full_names({code for row in rows for code in (row.payer_region_id, row.owed_by_region_id) if code})
    return [
        DebtCard(
            debt=row,
            benefit=benefit(row.programme),
            elder_name=names[row.elder_id],
            month=Month.of(row.benefit_month),
            payer_name=districts.get(row.payer_region_id, ""),
            owed_by_name=districts.get(row.owed_by_region_id, "") if row.owed_by_region_id else "",
            cause=restored(row.cause),
        )
        for row in rows
    ]
