"""Somebody comes to a street's window: found by their number, or registered there from the papers they show.

The officer holds the identity card or household book in hand (160号 四(一)); the number of somebody who is here already is
therefore no secret to them, and a name that does not fit it is a slip to be corrected.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.choices import Purpose, Role, Source
from eldercare.people.models import Consent, Elder, Guardianship, HukouSpell, Person
from eldercare.people.rules.age import is_adult, is_elder, required_age
from eldercare.people.rules.consent_text import current_text
from eldercare.people.services.identity import (
    Faults,
    holder_of,
    put_identity,
    read_id_number,
    read_name,
    refuse_faults,
)
from eldercare.regions.selectors import hukou_divisions


@dataclass(frozen=True)
class Met:
    """Who stands at the window: the elder, and who asks for them (the elder's own person when they came themselves)."""

    elder: Elder
    applicant_id: UUID
    is_new: bool


@transaction.atomic
def meet_at_window(
    viewer: Viewer,
    *,
    name: str,
    id_number: str,
    hukou_region: str = "",
    agent_name: str = "",
    agent_id_number: str = "",
) -> Met:
    """Find the elder, or register them with the 户籍 of the household book; and who came for them, if somebody did.

    Raises Refusal with every fault by field: `id_number_*`, `name_missing`, `name_differs`, `under_age`, `unknown_region`,
    `applicant_under_age`.
    """
    faults: Faults = {}
    today = clock.today()
    typed = read_name(name, "name", faults)
    number = read_id_number(id_number, "id_number", faults)
    holder = holder_of(number) if number else None
    if holder and typed and holder.name != typed:
        faults["name"] = _name_differs()
    if number and not is_elder(number.birth_date, today):
        years, _cite = required_age("elder", today)
        faults["id_number"] = ("under_age", say("按身份证号码，这位老人还不满 {years} 周岁。", years=years))
    known = Elder.objects.filter(person=holder).first() if holder else None
    if number and known is None and not hukou_divisions().filter(pk=hukou_region).exists():
        faults["hukou_region"] = (
            "unknown_region",
            say("这位老人还没有登记过，请按户口簿选择户籍所在的街道或乡镇。"),
        )
    agent = _agent(agent_name, agent_id_number, faults) if agent_name or agent_id_number else None
    refuse_faults(faults)
    elder = known or _register(viewer, holder, typed, number, hukou_region)
    return Met(elder, agent.pk if agent else elder.person_id, known is None)


def _agent(name: str, id_number: str, faults: Faults) -> Person | None:
    typed = read_name(name, "agent_name", faults)
    number = read_id_number(id_number, "agent_id_number", faults)
    if number is None or not typed:
        return None
    today = clock.today()
    if not is_adult(number.birth_date, today):
        years, _cite = required_age("adult", today)
        faults["agent_id_number"] = ("applicant_under_age", say("未满 {years} 周岁不能替老人办理。", years=years))
        return None
    holder = holder_of(number)
    if holder and holder.name != typed:
        faults["agent_name"] = _name_differs()
        return None
    return holder or _person(typed, number)


def _person(name: str, number) -> Person:
    person = Person()
    person.save()
    put_identity(person, name, number)
    return person


def _register(viewer: Viewer, holder: Person | None, name: str, number, hukou_region: str) -> Elder:
    person = holder or _person(name, number)
    elder = Elder.objects.create(person=person, registered_by=person)
    HukouSpell.objects.create(
        elder=elder, region_id=hukou_region, days=DateRange(number.birth_date, None), source=Source.OFFICER
    )
    consent = Consent.objects.create(
        elder=elder,
        purpose=Purpose.REGISTRATION,
        text_version=current_text(Purpose.REGISTRATION, clock.today()).version,
        given_by=person,
        evidence="window",
    )
    Guardianship.objects.create(elder=elder, guardian=person, kind=Role.SELF, consent=consent, valid_from=clock.today())
    record(viewer, "elder.registered", f"elder:{elder.pk}", place=hukou_region, facts={"role": "window"})
    return elder


def _name_differs() -> tuple[str, object]:
    return "name_differs", say("姓名和这个身份证号码对不上，请对照证件核对。")
