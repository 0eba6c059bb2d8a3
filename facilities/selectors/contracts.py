"""Contracts and moves as both sides see them. Every read is handed a queryset from `access.py`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.verdict import Line, Reason, line_from, reason_from
from eldercare.people.selectors import masked_names
from eldercare.regions.selectors import full_names
from facilities.choices import ApplicationState, ContractState
from facilities.models import Contract, Transfer
from facilities.selectors.admission import bill_line

RUNNING = (ContractState.DRAWN, ContractState.HOME_SIGNED)


@dataclass(frozen=True)
class ContractShown:
    """A contract as it is read: parties, lines, deposit with the rule it was held to; `until`: a short stay's day of leaving; `once`:
    what is paid once.
    """

    contract: Contract
    number: str
    parties: dict[str, Any]
    lines: tuple[Line, ...]
    deposit: Reason
    deposit_is_example: bool
    until: date | None = None
    once: tuple[Line, ...] = ()

    @property
    def can_be_voided(self) -> bool:
        return self.contract.state in RUNNING


@dataclass(frozen=True)
class TransferShown:
    """A move as each side sees it: from where, to where, how far. `stage` is waiting, offered, agreed, moved or ended."""

    transfer: Transfer
    elder_name: str
    from_home: str
    to_home: str
    to_region: str
    stage: str
    words: Sentence

    @property
    def is_open(self) -> bool:
        return self.stage in ("waiting", "offered", "agreed")


STAGES = {
    ApplicationState.SUBMITTED: ("waiting", say("等新机构答复")),
    ApplicationState.OFFERED: ("offered", say("新机构已留床，等家属答复")),
    ApplicationState.ACCEPTED: ("agreed", say("新机构的床位已定，等老人转入")),
}
ENDED = ("ended", say("这次转院没有继续"))
MOVED = ("moved", say("已经转入新机构"))


def contract_shown(contract: Contract) -> ContractShown:
    """Open a contract row."""
    until = contract.terms.get("until")
    return ContractShown(
        contract=contract,
        number=f"{contract.starts_on:%Y%m}-{contract.pk.hex[-10:].upper()}",
        parties=contract.parties,
        lines=tuple(bill_line(line).as_line() for line in contract.lines),
        deposit=reason_from(contract.terms["deposit"]),
        deposit_is_example=bool(contract.terms.get("deposit_example")),
        until=date.fromisoformat(until) if until else None,
        once=tuple(line_from(line) for line in contract.terms.get("once", ())),
    )


def transfers_shown(transfers: QuerySet[Transfer], most: int = 50) -> list[TransferShown]:
    """Give moves, newest first, in a constant number of queries."""
    rows = list(
        transfers.select_related("old_stay__facility", "application__facility").order_by("-requested_at", "-pk")[:most]
    )
    names = masked_names(row.elder_id for row in rows)
    regions = full_names(row.application.facility.region_id for row in rows)
    return [_transfer_shown(row, names[row.elder_id], regions) for row in rows]


def _transfer_shown(row: Transfer, elder_name: str, regions: dict[str, str]) -> TransferShown:
    stage, words = MOVED if row.moved_at else STAGES.get(row.application.state, ENDED)
    new_home = row.application.facility
    return TransferShown(
        transfer=row,
        elder_name=elder_name,
        from_home=row.old_stay.facility.name,
        to_home=new_home.name,
        to_region=regions.get(new_home.region_id, ""),
        stage=stage,
        words=words,
    )
