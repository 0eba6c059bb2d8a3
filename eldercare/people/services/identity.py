"""Reading an identity number that somebody typed, and putting it on a person. One number belongs to one person."""

from datetime import date

from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index, blind_indexes
from eldercare.kernel.sentences import Sentence, say
from eldercare.people.models import Person
from eldercare.people.rules.id_number import IdNumber, IdNumberProblem, parse_id_number

Faults = dict[str, tuple[str, Sentence]]


def read_id_number(text: str, field: str, faults: Faults) -> IdNumber | None:
    """Read a number; what is wrong with it is put beside the field's name."""
    try:
        return parse_id_number(text)
    except IdNumberProblem as problem:
        faults[field] = (problem.code, problem.sentence)
        return None


def read_name(text: str, field: str, faults: Faults) -> str:
    """Read a person's name."""
    name = " ".join(text.split())
    if not name:
        faults[field] = ("name_missing", say("请填写姓名，和身份证上的一样。"))
    elif len(name) > 50:
        faults[field] = ("name_too_long", say("姓名太长了，请和身份证上的一样填写。"))
    return name


def holder_of(number: IdNumber) -> Person | None:
    """Find the person a number belongs to; the number is held until the transaction ends."""
    lock_name(f"people.id_number:{blind_index(number.text)}")
    return Person.objects.filter(id_number_index__in=blind_indexes(number.text)).first()


def put_identity(person: Person, name: str, number: IdNumber) -> None:
    """Write name and number on a person who had none."""
    person.name = name
    person.id_number = number.text
    person.id_number_index = blind_index(number.text)
    person.birth_date = number.birth_date.isoformat()
    person.sex = number.sex
    person.save(update_fields=["name", "id_number", "id_number_index", "birth_date", "sex"])


def born(person: Person) -> date | None:
    """Give a person's day of birth, when it is known."""
    return date.fromisoformat(person.birth_date) if person.birth_date else None


def refuse_faults(faults: Faults) -> None:
    """Refuse what was typed, naming every fault beside its field; the code is that of the first."""
    if not faults:
        return
    code, sentence = next(iter(faults.values()))
    raise Refusal(
        code,
        sentence,
        next_step=say("请改正标出的地方再提交，其他内容都还在。"),
        fields={field: fault for field, (_code, fault) in faults.items()},
    )
