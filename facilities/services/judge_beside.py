"""Weighs care workers and hospital agreements of a file against the directory: whose they are, what each row would do.

A row belongs to a home of the same file or of the directory, found by its number, or by name with the district and the
code as far as they are written; where several fit or none, the row is refused and says so. Rows that say the same are
merged. A certificate counts at one home at a time: one that stands elsewhere is refused, never moved.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Left

from eldercare.kernel.locks import lock
from eldercare.kernel.sealed import blind_indexes
from eldercare.kernel.sentences import Sentence, say
from facilities.choices import RowVerdict
from facilities.models import CareWorker, Facility, HospitalAgreement
from facilities.rules.changes import Changes, alike
from facilities.rules.identity import Known, name_key
from facilities.rules.import_row import ReadRow
from facilities.services.judged import DISTRICT_DIGITS, Judged, inside

AGREED = ("services", "signed_on", "valid_until")
SKILLED = ("level", "issued_on", "issued_in", "since")


@dataclass(frozen=True)
class Owner:
    """The home a row belongs to: one of the directory, or the line of the file that makes it."""

    home: UUID | None = None
    line: int | None = None


def judge_beside(
    rows: list[ReadRow], homes: dict[int, Judged], scope: tuple[str, ...], *, for_update: bool
) -> dict[int, Judged]:
    """Judge the rows of a file that are no homes; `homes` are its homes, judged. With `for_update` their homes are locked."""
    judged = {row.line: _refused(row, row.fatal) for row in rows if row.fatal}
    owners: dict[int, Owner] = {}
    find = _finder([row for row in rows if row.line not in judged], homes, scope)
    for row in rows:
        if row.line not in judged:
            found = find(row)
            if isinstance(found, Owner):
                owners[row.line] = found
            else:
                judged[row.line] = _refused(row, found)
    live = [row for row in rows if row.line in owners]
    known = {owner.home for owner in owners.values() if owner.home}
    if for_update:
        lock(Facility.objects.filter(pk__in=known))
    judged |= _judge_hospitals([row for row in live if row.of == "hospital"], owners, known)
    judged |= _judge_workers([row for row in live if row.of == "care_worker"], owners, known)
    for line, owner in owners.items():
        judged[line].home, judged[line].head = owner.home, owner.line
    return judged


def _refused(row: ReadRow, why: Sentence) -> Judged:
    return Judged(row, RowVerdict.REFUSED, [why])


# Whose they are


def _finder(
    rows: list[ReadRow], homes: dict[int, Judged], scope: tuple[str, ...]
) -> Callable[[ReadRow], Owner | Sentence]:
    """Give the look-up of the home a row belongs to: one query for all rows."""
    in_file: dict[str, list[tuple[int, Known]]] = defaultdict(list)
    for line, one in homes.items():
        for key in (*one.row.known.names, one.row.known.code):
            if key:
                in_file[key].append((line, one.row.known))
    in_directory, regions = _directory([row for row in rows if row.head is None])

    def find(row: ReadRow) -> Owner | Sentence:
        if row.head is not None:
            return _of_line(row.head, homes)
        known = row.known
        keys = known.names or {known.code}
        found = [_of_line(line, homes) for key in keys for line, home in in_file[key] if _fits(known, home)]
        owners = {one for one in found if isinstance(one, Owner)}
        owners |= {Owner(UUID(home.id)) for key in keys for home in in_directory[key] if _fits(known, home)}
        if known.id:
            owners = {Owner(UUID(home.id)) for home in in_directory[known.id]}
        if not owners:
            return next(
                (one for one in found if isinstance(one, Sentence)), say("名录和表里都没有这家机构，请核对机构名称")
            )
        if len(owners) > 1:
            return say("有几家同名的机构，看不出是哪一家，请写明区县或统一社会信用代码")
        (owner,) = owners
        if owner.home in regions and not inside(regions[owner.home], scope):
            return say("名录里的这一家在您负责的地区以外，要由当地民政部门更新")
        return owner

    return find


def _of_line(line: int, homes: dict[int, Judged]) -> Owner | Sentence:
    one = homes[line]
    if one.verdict in (RowVerdict.CONFLICT, RowVerdict.REFUSED):
        return say("它的机构（表里第 {row} 行）没有采用，这一行也没有", row=one.row.row)
    if one.home is not None:
        return Owner(one.home)
    return Owner(line=one.head or line)


def _fits(row: Known, home: Known) -> bool:
    """Tell whether what a row says beside the name agrees with a home."""
    return (not row.district or row.district == home.district) and not (
        row.code and home.code and row.code != home.code
    )


def _directory(rows: list[ReadRow]) -> tuple[dict[str, list[Known]], dict[UUID, str]]:
    """Fetch the homes of the directory these rows may belong to, by what they are found by; and their regions."""
    known = [row.known for row in rows]
    names = {row.values["name"] for row in rows if "name" in row.values}
    wanted = (
        Q(pk__in=[one.id for one in known if _is_uuid(one.id)])
        | Q(credit_code__in={one.code for one in known if one.code})
        | Q(name__in=names)
        | Q(alias__in=names - {""})
        | Q(district__in={one.district for one in known if one.district})
    )
    columns = ("pk", "name", "alias", "credit_code", "region_id", "filing_number")
    homes = Facility.objects.annotate(district=Left("region_id", DISTRICT_DIGITS)).filter(wanted)
    found: dict[str, list[Known]] = defaultdict(list)
    regions = {}
    for pk, *rest in homes.values_list(*columns):
        home = Known.of(str(pk), *rest)
        regions[pk] = rest[3]
        for key in (*home.names, home.code, home.id):
            if key:
                found[key].append(home)
    return found, regions


def _is_uuid(text: str) -> bool:
    try:
        return bool(text and UUID(text))
    except ValueError:
        return False


# Hospitals


def _judge_hospitals(rows: list[ReadRow], owners: dict[int, Owner], known: set[UUID]) -> dict[int, Judged]:
    there = {
        (one.facility_id, name_key(one.hospital)): one for one in HospitalAgreement.objects.filter(facility__in=known)
    }
    groups: dict[tuple[Owner, str], list[ReadRow]] = defaultdict(list)
    for row in rows:
        groups[owners[row.line], name_key(row.values["hospital"])].append(row)
    judged: dict[int, Judged] = {}
    for (owner, key), group in groups.items():
        says, differs = _together(group, AGREED)
        if differs:
            judged |= {row.line: _refused(row, say("这家医院在表里写了几次，写得不一样，请核对")) for row in group}
            continue
        judged |= _merged(group, _hospital(group[0], says, there.get((owner.home, key))))
    return judged


def _hospital(row: ReadRow, says: dict[str, Any], stored: HospitalAgreement | None) -> Judged:
    name = row.values["hospital"]
    if stored is None:
        changes = {field: [None, value] for field, value in {"hospital": name, **says}.items()}
        return Judged(row, RowVerdict.NEW, [say("新增协议医院：{name}", name=name)], changes)
    changes = _changes(stored, says, AGREED)
    signed, until = (_after(stored, changes, field) for field in ("signed_on", "valid_until"))
    if signed and until and until < signed:
        return _refused(row, say("有效期早于已登记的签订日，请核对"))
    if not changes:
        return Judged(row, RowVerdict.SAME, [say("协议医院 {name}：和名录里一样", name=name)])
    return Judged(row, RowVerdict.UPDATE, [say("更新协议医院：{name}", name=name)], changes, stored=stored)


# Care workers


def _judge_workers(rows: list[ReadRow], owners: dict[int, Owner], known: set[UUID]) -> dict[int, Judged]:
    numbers = {row.secret["certificate_no"] for row in rows if "certificate_no" in row.secret}
    holders = _holders(numbers)
    teams: dict[tuple[UUID, str], list[CareWorker]] = defaultdict(list)
    for worker in CareWorker.objects.filter(facility__in=known, left_on__isnull=True).order_by("pk"):
        teams[worker.facility_id, name_key(worker.name)].append(worker)
    places: dict[str, set[Owner]] = defaultdict(set)
    for row in rows:
        places[row.secret.get("certificate_no", "")].add(owners[row.line])
    judged: dict[int, Judged] = {}
    for (owner, name, number), group in _people(rows, owners).items():
        says, differs = _together(group, SKILLED)
        names = {name_key(row.secret["person"]) for row in group}
        if number and len(places[number]) > 1:
            why = say("同一个证书号在表里写在几家机构，请核对")
        elif len(names) > 1:
            why = say("同一个证书号在表里写了几个姓名，请核对")
        elif differs:
            why = say("这个人在表里写了几次，写得不一样，请核对")
        else:
            team = teams[owner.home, name] if owner.home else []
            judged |= _merged(group, _worker(group[0], says, number, owner, holders.get(number), team))
            continue
        judged |= {row.line: _refused(row, why) for row in group}
    return judged


def _people(rows: list[ReadRow], owners: dict[int, Owner]) -> dict[tuple[Owner, str, str], list[ReadRow]]:
    """Put the rows that are one person together: the same certificate, or the same name at the home where one has none."""
    numbers: dict[tuple[Owner, str], set[str]] = defaultdict(set)
    names: dict[tuple[Owner, str], str] = {}
    for row in rows:
        person, number = name_key(row.secret["person"]), row.secret.get("certificate_no", "")
        if number:
            numbers[owners[row.line], person].add(number)
            names.setdefault((owners[row.line], number), person)
    groups: dict[tuple[Owner, str, str], list[ReadRow]] = defaultdict(list)
    for row in rows:
        owner, person = owners[row.line], name_key(row.secret["person"])
        number = row.secret.get("certificate_no", "")
        if not number and len(numbers[owner, person]) == 1:
            (number,) = numbers[owner, person]
        groups[owner, names.get((owner, number), person), number].append(row)
    for group in groups.values():  # who has the certificate stands for all
        group.sort(key=lambda row: ("certificate_no" not in row.secret, row.line))
    return groups


def _holders(numbers: set[str]) -> dict[str, CareWorker]:
    """Give who holds these certificates now, at whatever home."""
    indexes = {index: number for number in numbers for index in blind_indexes(number)}
    rows = CareWorker.objects.filter(certificate_index__in=indexes, left_on__isnull=True)
    return {indexes[worker.certificate_index]: worker for worker in rows}


def _worker(
    row: ReadRow, says: dict[str, Any], number: str, owner: Owner, holder: CareWorker | None, team: list[CareWorker]
) -> Judged:
    person = row.values["person"]
    if holder is not None and holder.facility_id != owner.home:
        return _refused(row, say("这张证书已登记在另一家机构在岗；本人确已离开的，请原机构先办离岗"))
    if holder is not None and name_key(holder.name) != name_key(row.secret["person"]):
        return _refused(row, say("这个证书号已登记给另一个姓名，请核对"))
    bare = [one for one in team if one.certificate_no is None]
    if holder is None and number and team and len(bare) != 1:
        return _refused(row, say("这家机构已有同名的护理员，证书号不同：换了证或不是同一个人，请在机构的页面上办"))
    stored = holder or (bare[0] if len(bare) == 1 else team[0] if team else None)
    if stored is None:
        changes: Changes = {field: [None, value] for field, value in says.items()}
        if number:
            changes["certificate_no"] = [None, True]
        return Judged(row, RowVerdict.NEW, [_new_worker(person, says.get("level"))], changes)
    changes = _changes(stored, says, SKILLED)
    if number and stored.certificate_no is None:
        changes["certificate_no"] = [None, True]
    if not changes:
        return Judged(row, RowVerdict.SAME, [say("护理员 {person}：和名录里一样", person=person)])
    return Judged(row, RowVerdict.UPDATE, [say("更新护理员 {person}", person=person)], changes, stored=stored)


def _new_worker(person: str, level: int | None) -> Sentence:
    if level is None:
        return say("新增护理员 {person}，没有等级", person=person)
    return say("新增护理员 {person}，{level} 级", person=person, level=level)


# Both


def _together(group: list[ReadRow], fields: Iterable[str]) -> tuple[dict[str, Any], bool]:
    """Give what rows about one thing say together, and whether they contradict each other."""
    says: dict[str, Any] = {}
    differs = False
    for row in group:
        for field in fields:
            if field in row.values:
                differs = differs or not alike(says.setdefault(field, row.values[field]), row.values[field])
    return says, differs


def _merged(group: list[ReadRow], first: Judged) -> dict[int, Judged]:
    """Let the first row of a group stand for all."""
    judged = {first.row.line: first}
    for row in group[1:]:
        if first.verdict == RowVerdict.REFUSED:
            judged[row.line] = Judged(row, first.verdict, list(first.reasons))
        else:
            why = say("与第 {row} 行说的是同一件事，合在一起", row=first.row.row)
            judged[row.line] = Judged(row, RowVerdict.MERGE, [why], against=(f"line:{first.row.line}",))
    return judged


def _changes(stored: Any, says: dict[str, Any], fields: Iterable[str]) -> Changes:
    was = {field: as_json(getattr(stored, field)) for field in fields}
    return {
        field: [was[field], says[field]] for field in fields if field in says and not alike(was[field], says[field])
    }


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _after(stored: Any, changes: Changes, field: str) -> Any:
    return changes[field][1] if field in changes else as_json(getattr(stored, field))
