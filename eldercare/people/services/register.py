"""An elder is registered: the number read and sealed, the 户籍 as its own fact, somebody beside them by consent.

An identity number that is here already is refused in words that do not say so; the refusal is remembered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside
from eldercare.people.choices import RELATION_ROLES, ROLE_PURPOSES, Relation
from eldercare.people.models import Consent, Elder, Guardianship, HukouSpell, Person
from eldercare.people.rules.address import parse_address
from eldercare.people.rules.age import is_adult, is_elder, required_age
from eldercare.people.rules.consent_text import current_text
from eldercare.people.rules.id_number import IdNumber
from eldercare.people.services.declare import write_certificate, write_declaration
from eldercare.people.services.identity import (
    Faults,
    holder_of,
    put_identity,
    read_id_number,
    read_name,
    refuse_faults,
)
from eldercare.regions.selectors import hukou_divisions


class KnownNumber(Refusal):
    """The number belongs to somebody who is here already. The words don't tell; `person_id` is for the record."""

    def __init__(self, person_id: UUID, sentence: Sentence) -> None:
        super().__init__(
            "id_number_not_accepted",
            sentence,
            next_step=say(
                "如果家里人登记过这位老人，请他在“家人和代办”页邀请您；如果您换过手机号或邮箱，请用原来的登录；"
                "都不是的话，请带身份证到户籍所在街道的养老服务窗口办理。"
            ),
        )
        self.person_id = person_id


ELDERS_NUMBER = say("老人的这个身份证号码不能在您这里登记。")
OWN_NUMBER = say("您自己的这个身份证号码不能用在这个账号上。")


@dataclass(frozen=True)
class _Form:
    """What was typed, read. Only made when nothing is wrong with it."""

    name: str
    number: IdNumber
    applicant: tuple[str, IdNumber] | None


@transaction.atomic
def register_elder(
    viewer: Viewer,
    *,
    name: str,
    id_number: str,
    hukou_region: str,
    relation: str,
    consent_text_version: str,
    phone: str = "",
    hukou_since: date | None = None,
    applicant_name: str = "",
    applicant_id_number: str = "",
    declared: dict[str, Any] | None = None,
    certificate: dict[str, Any] | None = None,
) -> Elder:
    """Register an elder and put the viewer beside them.

    `relation` is self, child or guardian. Who is not the elder gives their own name and number once: a minor
    stands beside no elder. `hukou_since` None means: never moved, so since birth. `declared` and `certificate` as in
    `services.declare`. Raises Refusal with every fault by field: `id_number_*`, `under_age`, `unknown_region`,
    `consent_text_outdated`, `name_missing`, `applicant_under_age`, `id_number_not_accepted` (KnownNumber).
    """
    today = clock.today()
    me = Person.objects.select_for_update().get(pk=viewer.person_id)
    form = _read(
        me,
        today,
        relation=relation,
        name=name,
        id_number=id_number,
        applicant_name=applicant_name,
        applicant_id_number=applicant_id_number,
        hukou_region=hukou_region,
        hukou_since=hukou_since,
        phone=phone,
        consent_text_version=consent_text_version,
    )
    _identify(me, form.applicant)
    person = _person_of_elder(viewer, me, relation, form, phone)
    elder = Elder.objects.create(person=person, registered_by=me)
    since = hukou_since or form.number.birth_date
    HukouSpell.objects.create(elder=elder, region_id=hukou_region, days=DateRange(since, None))
    role = RELATION_ROLES[Relation(relation)]
    consent = Consent.objects.create(
        elder=elder, purpose=ROLE_PURPOSES[role], text_version=consent_text_version, given_by=me
    )
    Guardianship.objects.create(elder=elder, guardian=me, kind=role, consent=consent, valid_from=today)
    if declared:
        write_declaration(viewer, elder, declared)
    if certificate:
        write_certificate(viewer, elder, certificate)
    record(viewer, "elder.registered", f"elder:{elder.pk}", place=hukou_region, facts={"role": role})
    return elder


@contextmanager
def refusals_remembered(viewer: Viewer) -> Iterator[None]:
    """Remember who tried a number that is here already, after the refused transaction is undone."""
    try:
        yield
    except KnownNumber as refusal:
        record(viewer, "elder.registration_refused", f"person:{refusal.person_id}")
        raise


def _read(me: Person, today: date, **typed: Any) -> _Form:
    faults: Faults = {}
    name = read_name(typed["name"], "name", faults)
    number = read_id_number(typed["id_number"], "id_number", faults)
    if number and not is_elder(number.birth_date, today):
        years, cite = required_age("elder", today)
        faults["id_number"] = (
            "under_age",
            say(
                "按身份证号码，这位老人还不满 {years} 周岁（{document}{article}）。",
                years=years,
                document=cite.document,
                article=cite.article,
            ),
        )
    relation = typed["relation"]
    if relation not in Relation.values:
        faults["relation"] = ("unknown_relation", say("请选择您和老人的关系。"))
    else:
        _check_consent(relation, typed["consent_text_version"], today, faults)
    _check_hukou(typed["hukou_region"], typed["hukou_since"], number, today, faults)
    if typed["phone"] and not parse_address(typed["phone"]):
        faults["phone"] = ("unknown_phone", say("手机号应当是 11 位数字，请核对；没有手机可以不填。"))
    applicant = None
    if relation != Relation.SELF and me.id_number is None:
        applicant = _read_applicant(typed["applicant_name"], typed["applicant_id_number"], today, faults)
    refuse_faults(faults)
    return _Form(name, number, applicant)


def _check_consent(relation: str, version: str, today: date, faults: Faults) -> None:
    purpose = ROLE_PURPOSES[RELATION_ROLES[Relation(relation)]]
    if version != current_text(purpose, today).version:
        faults["consent_text_version"] = (
            "consent_text_outdated",
            say("同意书的文字刚刚更新过，请刷新页面，读一遍再勾选。"),
        )


def _check_hukou(code: str, since: date | None, number: IdNumber | None, today: date, faults: Faults) -> None:
    if not hukou_divisions().filter(pk=code).exists():
        faults["hukou_region"] = (
            "unknown_region",
            say("请选择老人户口本上的地区：北京选到街道或乡镇，天津、河北选到区县。"),
        )
    if since and (since > today or (number and since < number.birth_date)):
        faults["hukou_since"] = ("impossible_day", say("迁入日期应当在出生以后、今天以前。"))


def _read_applicant(name: str, id_number: str, today: date, faults: Faults) -> tuple[str, IdNumber] | None:
    own_name = read_name(name, "applicant_name", faults)
    own = read_id_number(id_number, "applicant_id_number", faults)
    if own and not is_adult(own.birth_date, today):
        years, _cite = required_age("adult", today)
        faults["applicant_id_number"] = (
            "applicant_under_age",
            say("未满 {years} 周岁不能替老人办理，请让一位成年家人来登记。", years=years),
        )
    return (own_name, own) if own else None


def _identify(me: Person, applicant: tuple[str, IdNumber] | None) -> None:
    """Put the applicant's own name and number on their person, the first time."""
    if applicant is None:
        return
    name, number = applicant
    holder = holder_of(number)
    if holder and holder.pk != me.pk:
        raise KnownNumber(holder.pk, OWN_NUMBER)
    put_identity(me, name, number)


def _person_of_elder(viewer: Viewer, me: Person, relation: str, form: _Form, phone: str) -> Person:
    holder = holder_of(form.number)
    if relation == Relation.SELF:
        return _own_person(viewer, me, form, holder)
    if holder:
        _refuse_if_mine(viewer, holder)
        raise KnownNumber(holder.pk, ELDERS_NUMBER)
    person = Person(phone=parse_address(phone).text if phone else None)
    person.save()
    put_identity(person, form.name, form.number)
    return person


def _own_person(viewer: Viewer, me: Person, form: _Form, holder: Person | None) -> Person:
    if holder and holder.pk != me.pk:
        raise KnownNumber(holder.pk, ELDERS_NUMBER)
    if holder:
        _refuse_if_mine(viewer, holder)
        return me
    if me.id_number is not None:
        raise Refusal(
            "not_your_number",
            say("这个身份证号码和您以前登记的不一样。"),
            next_step=say("替别人登记，请选“子女或亲友”或“监护人”；您自己的号码登记错了，请到街道的养老服务窗口更正。"),
            fields={"id_number": say("和您以前登记的身份证号码不一样。")},
        )
    put_identity(me, form.name, form.number)
    return me


def _refuse_if_mine(viewer: Viewer, holder: Person) -> None:
    """Whoever already stands beside the elder may know it."""
    if elders_beside(viewer).filter(person=holder).exists():
        raise Refusal(
            "elder_already_yours",
            say("这位老人已经在您名下登记过了。"),
            next_step=say("请到“我的老人”里查看和修改。"),
            status=409,
        )
