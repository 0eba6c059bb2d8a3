"""Something became known about an elder: it is written down on its own floor, the stay and the routings follow a death,
and every right is worked out anew, in one transaction. Which fact it was decides nothing by itself.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.choices import CIRCUMSTANCE_NAMES
from eldercare.people.services.declare import (
    declare_certificate,
    declare_change,
    declare_facts,
    declare_prison,
    end_certificate,
    move_hukou,
    record_death,
    withdraw_death,
)
from eldercare.people.services.the_file import elder_to_write
from facilities.services.stay import resident_died
from subsidies.choices import FactKind
from subsidies.models import Change
from subsidies.services.recompute import recompute


@dataclass(frozen=True)
class Fact:
    """What became known, of which day. `region` of a move; `circumstance` of an acknowledgement; `certificate` in the
    API's shape; `until` the first day after a prison term."""

    kind: str
    on: date | None = None
    region: str = ""
    circumstance: str = ""
    certificate: dict[str, Any] | None = None
    until: date | None = None


@transaction.atomic
def report_fact(viewer: Viewer, *, elder_id: UUID, fact: Fact) -> list[Change]:
    """Write a fact down and let every right of the elder follow it; gives what changed.

    Refusals: `not_found` (404), `may_not_act` (403), `unknown_fact_kind`, `day_missing`, `circumstance_missing`,
    `certificate_missing`, and those of the acts of the people floor.
    """
    elder = elder_to_write(viewer, elder_id)
    _complete(fact)
    if not _known_already(elder.died_on, fact):
        WRITERS[FactKind(fact.kind)](viewer, elder.pk, fact)
    return recompute(viewer, elder.pk)


def _known_already(died_on: date | None, fact: Fact) -> bool:
    return fact.kind == FactKind.DEATH and died_on == fact.on


def _complete(fact: Fact) -> None:
    if fact.kind not in FactKind.values:
        raise _lacks("unknown_fact_kind", "kind", say("请选择发生了什么变动。"))
    if fact.on is None and fact.kind not in (FactKind.DEATH_WITHDRAWN, FactKind.REASSESSED):
        raise _lacks("day_missing", "on", say("请填写变动发生的日期。"))
    if fact.kind in (FactKind.BEGAN, FactKind.ENDED) and fact.circumstance not in CIRCUMSTANCE_NAMES:
        raise _lacks("circumstance_missing", "circumstance", say("请选择是哪一项认定或待遇。"))
    if fact.kind == FactKind.CERTIFICATE and not fact.certificate:
        raise _lacks("certificate_missing", "category", say("请填写残疾人证的类别和等级。"))
    if fact.kind == FactKind.HUKOU_MOVED and not fact.region:
        raise _lacks("unknown_region", "region", say("请填写迁往的地区。"))


def _lacks(code: str, field: str, sentence) -> Refusal:
    return Refusal(code, sentence, next_step=say("请补上这一项再提交，其他内容都还在。"), fields={field: sentence})


def _died(viewer: Viewer, elder_id: UUID, fact: Fact) -> None:
    record_death(viewer, elder_id=elder_id, died_on=fact.on)
    resident_died(viewer, elder_id=elder_id, died_on=fact.on)


WRITERS = {
    FactKind.DEATH: _died,
    FactKind.DEATH_WITHDRAWN: lambda viewer, pk, fact: withdraw_death(viewer, elder_id=pk),
    FactKind.MISSING: lambda viewer, pk, fact: declare_facts(
        viewer, elder_id=pk, facts={"declared_missing_on": fact.on.isoformat()}
    ),
    FactKind.HUKOU_MOVED: lambda viewer, pk, fact: move_hukou(viewer, elder_id=pk, region=fact.region, on=fact.on),
    FactKind.CERTIFICATE: lambda viewer, pk, fact: declare_certificate(
        viewer, elder_id=pk, certificate={**fact.certificate, "from": fact.on}
    ),
    FactKind.CERTIFICATE_ENDED: lambda viewer, pk, fact: end_certificate(viewer, elder_id=pk, on=fact.on),
    FactKind.BEGAN: lambda viewer, pk, fact: declare_change(
        viewer, elder_id=pk, circumstance=fact.circumstance, what="began", on=fact.on
    ),
    FactKind.ENDED: lambda viewer, pk, fact: declare_change(
        viewer, elder_id=pk, circumstance=fact.circumstance, what="ended", on=fact.on
    ),
    FactKind.PRISON: lambda viewer, pk, fact: declare_prison(viewer, elder_id=pk, since=fact.on, until=fact.until),
    FactKind.REASSESSED: lambda viewer, pk, fact: None,
}
