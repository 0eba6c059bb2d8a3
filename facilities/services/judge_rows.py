"""Weighs the rows of a file against the directory: what each would do. Writes nothing; the rule is `rules/identity.py`."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Left

from eldercare.kernel.locks import lock
from eldercare.kernel.sentences import say
from eldercare.regions.choices import Kind
from eldercare.regions.models import Region
from facilities.choices import FacilityKind, RowDecision, RowVerdict
from facilities.models import Facility
from facilities.rules.changes import FACTS, changes_to, contradicts, merged_fees, without_too_large_parts
from facilities.rules.identity import Homes, Known, Match, match, within_file
from facilities.rules.import_row import ReadRow, kind_by_name
from facilities.rules.places import Place, PlaceBook
from facilities.rules.sheet_header import HOME
from facilities.rules.words import FACT_NAMES, fact_list
from facilities.services.judge_beside import judge_beside
from facilities.services.judged import DISTRICT_DIGITS, Judged, inside

DAYS = ("filed_on", "licence_valid_until")
NULLABLE = {field.name for field in Facility._meta.concrete_fields if field.null} | {"region_id"}
Decisions = dict[int, tuple[str, UUID | None]]


def place_book() -> PlaceBook:
    """Give the divisions a home can be filed in."""
    rows = Region.objects.filter(kind=Kind.ADMINISTRATIVE).values_list("code", "name", "level")
    return PlaceBook(Place(*row) for row in rows)


def facts_of(home: Facility) -> dict[str, Any]:
    """Give a home's plain facts, ready for JSON."""
    facts = {name: getattr(home, name) for name in FACTS}
    return facts | {name: facts[name].isoformat() for name in DAYS if facts[name]}


def apply_facts(home: Facility, facts: dict[str, Any]) -> None:
    """Put facts, as JSON holds them, into a home that is saved afterwards."""
    for name, value in facts.items():
        if value is None and name not in NULLABLE:
            value = "" if name != "stated_fees" else []
        setattr(home, name, date.fromisoformat(value) if value and name in DAYS else value)


def judge(rows: list[ReadRow], scope: Iterable[str], decisions: Decisions, *, for_update: bool = False) -> list[Judged]:
    """Judge the rows of a file. `scope` are the regions they may lie in (none: everywhere).

    With `for_update` the homes that would change are locked until the transaction ends.
    """
    scope = tuple(scope)
    beside = [row for row in rows if row.of != HOME]
    judged = _judge_homes([row for row in rows if row.of == HOME], scope, decisions, for_update=for_update)
    if beside:
        judged |= judge_beside(beside, judged, scope, for_update=for_update)
    for one in judged.values():
        one.reasons = [*one.reasons, *one.row.problems]
    return [judged[row.line] for row in rows]


def _judge_homes(
    rows: list[ReadRow], scope: tuple[str, ...], decisions: Decisions, *, for_update: bool
) -> dict[int, Judged]:
    judged = {row.line: Judged(row, RowVerdict.REFUSED, [row.fatal]) for row in rows if row.fatal}
    live = [row for row in rows if not row.fatal]
    for row in [row for row in live if not inside(row.values["region_id"], scope)]:
        judged[row.line] = Judged(row, RowVerdict.REFUSED, [say("这一行在您负责的地区以外，要由当地民政部门导入")])
    live = [row for row in live if row.line not in judged]
    known = {row.line: row.known for row in live}
    homes = _homes(known.values())
    matches = {line: _decided(match(one, homes), decisions.get(line)) for line, one in known.items()}
    judged |= _conflicts_and_skips(live, known, matches, decisions, homes)
    groups = _groups([row for row in live if row.line not in judged], known, matches)
    stored = _stored(matches, judged, for_update)
    for group in groups:
        judged |= _judge_decided(group, matches, stored, scope, decisions)
    return judged


def _judge_decided(
    group: list[ReadRow],
    matches: dict[int, Match],
    stored: dict[str, Facility],
    scope: tuple[str, ...],
    decisions: Decisions,
) -> dict[int, Judged]:
    """Judge rows that are one home. Of rows that contradict each other those count that somebody chose.

    Several that were chosen and still contradict each other are homes of their own, unless the directory knows the home.
    """
    found = _judge_group(group, matches, stored, scope)
    if len(group) == 1 or any(one.verdict != RowVerdict.CONFLICT for one in found.values()):
        return found
    chosen = [row for row in group if decisions.get(row.line, ("", None))[0] == RowDecision.NEW]
    if 0 < len(chosen) < len(group):
        return found | _judge_decided(chosen, matches, stored, scope, decisions)
    if chosen and not any(matches[row.line].home for row in group):
        return {row.line: _judge_head(row, dict(row.values), None, scope) for row in group}
    return found


def _homes(known: Iterable[Known]) -> Homes:
    """Fetch what identifies the homes these rows might be: one query."""
    rows = list(known)
    wanted = [
        Q(district__in={row.district for row in rows}),
        Q(credit_code__in={row.code for row in rows if row.code}),
        Q(pk__in=[id for id in map(_uuid, {row.id for row in rows if row.id}) if id]),
    ]
    found = Facility.objects.annotate(district=Left("region_id", DISTRICT_DIGITS)).filter(reduce(or_, wanted))
    columns = found.values_list("pk", "name", "alias", "credit_code", "region_id", "filing_number")
    return Homes.of(Known.of(str(pk), *rest) for pk, *rest in columns)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _decided(found: Match, decision: tuple[str, UUID | None] | None) -> Match:
    """Put somebody's decision in the place of a conflict with the directory."""
    if decision is None or not found.conflict:
        return found
    word, home = decision
    if word == RowDecision.UPDATE and home and f"facility:{home}" in found.against:
        return Match(str(home))
    return Match() if word == RowDecision.NEW else found


def _conflicts_and_skips(
    live: list[ReadRow], known: dict[int, Known], matches: dict[int, Match], decisions: Decisions, homes: Homes
) -> dict[int, Judged]:
    """Find the rows somebody left out, those the directory can't place, and those that contradict each other."""
    skipped = {line for line, (word, _home) in decisions.items() if word == RowDecision.SKIP}
    decided = {line for line, (word, _home) in decisions.items() if word != RowDecision.SKIP}
    weighed = {line: one for line, one in known.items() if line not in skipped}
    settled = {line for line, one in weighed.items() if line in decided or _is_known(one, matches[line], homes)}
    _same, conflicts = within_file(weighed, settled)
    found = {}
    for row in live:
        line = row.line
        if line in skipped:
            found[line] = Judged(row, RowVerdict.REFUSED, [say("按您的决定，这一行不要")])
        elif matches[line].conflict:
            found[line] = _conflict(row, matches[line])
        elif line in conflicts and line not in settled:
            found[line] = _conflict(row, conflicts[line])
    return found


def _is_known(row: Known, found: Match, homes: Homes) -> bool:
    return found.home is not None and row.code in ("", homes.by_id[found.home].code)


def _conflict(row: ReadRow, found: Match) -> Judged:
    reasons = [found.because] if found.because else []
    return Judged(row, RowVerdict.CONFLICT, reasons, against=found.against)


def _groups(rows: list[ReadRow], known: dict[int, Known], matches: dict[int, Match]) -> list[list[ReadRow]]:
    """Put the rows that are one home together, in the order of the file."""
    same, _conflicts = within_file({row.line: known[row.line] for row in rows}, {row.line for row in rows})
    groups: dict[str, list[ReadRow]] = {}
    for row in rows:
        head = same.get(row.line, row.line)
        home = matches[row.line].home or matches[head].home
        groups.setdefault(home or f"line:{head}", []).append(row)
    return list(groups.values())


def _stored(matches: dict[int, Match], judged: dict[int, Judged], for_update: bool) -> dict[str, Facility]:
    wanted = {found.home for line, found in matches.items() if found.home and line not in judged}
    homes = Facility.objects.filter(pk__in=wanted)
    rows = lock(homes) if for_update else list(homes)
    return {str(home.pk): home for home in rows}


def _judge_group(
    group: list[ReadRow], matches: dict[int, Match], stored: dict[str, Facility], scope: tuple[str, ...]
) -> dict[int, Judged]:
    """Judge the rows that are one home: the first stands for all, unless they contradict each other."""
    head, *rest = group
    says = dict(head.values)
    for row in rest:
        names = contradicts(says, row.values)
        if names:
            return _contradicting(group, names)
        fees = merged_fees(says.get("stated_fees", []), row.values.get("stated_fees", []))
        says |= {name: value for name, value in row.values.items() if name not in says}
        says |= {"stated_fees": fees} if fees else {}
    home_id = next((matches[row.line].home for row in group if matches[row.line].home), None)
    first = _judge_head(head, says, stored[home_id] if home_id else None, scope)
    return {head.line: first} | {row.line: _merged(row, head, first) for row in rest}


def _contradicting(group: list[ReadRow], names: list[str]) -> dict[int, Judged]:
    why = say("表里有几行是同一家，但{facts}写得不一样", facts=fact_list(names[:4]))
    lines = [row.line for row in group]
    return {
        row.line: Judged(
            row, RowVerdict.CONFLICT, [why], against=tuple(f"line:{line}" for line in lines if line != row.line)[:20]
        )
        for row in group
    }


def _merged(row: ReadRow, head: ReadRow, first: Judged) -> Judged:
    if first.verdict == RowVerdict.REFUSED:
        return Judged(row, first.verdict, list(first.reasons))
    place = (
        say("“{sheet}”第 {row} 行", sheet=head.sheet, row=head.row) if head.sheet else say("第 {row} 行", row=head.row)
    )
    reasons = [say("与{place}是同一家，合在一起", place=place)]
    return Judged(row, RowVerdict.MERGE, reasons, against=(f"line:{head.line}",), home=first.home, head=head.line)


def _judge_head(row: ReadRow, says: dict[str, Any], home: Facility | None, scope: tuple[str, ...]) -> Judged:
    if home is None:
        kind = says.get("kind") or kind_by_name(says["name"]) or FacilityKind.HOME
        return Judged(row, RowVerdict.NEW, [say("名录里没有，新增")], changes_to({}, {**says, "kind": str(kind)}))
    if not inside(home.region_id, scope):
        return Judged(row, RowVerdict.REFUSED, [say("名录里的这一家在您负责的地区以外，要由当地民政部门更新")])
    if says["name"] != home.name and "alias" not in says and _is_called(home, says["name"]):
        says = {name: value for name, value in says.items() if name != "name"}  # the alias, or the same in other marks
    was = facts_of(home)
    changes, too_large = without_too_large_parts(was, changes_to(was, _not_wider(says, home)))
    left_out = [
        say("改了以后{part}会比{whole}多，没有采用；请两项一起写明", part=FACT_NAMES[part], whole=FACT_NAMES[whole])
        for part, whole in too_large
    ]
    if not changes:
        return Judged(row, RowVerdict.SAME, left_out or [say("和名录里一样")], home=home.pk)
    reason = say("更新：{facts}", facts=fact_list(changes))
    return Judged(row, RowVerdict.UPDATE, [reason, *left_out], changes, home=home.pk, stored=home)


def _is_called(home: Facility, name: str) -> bool:
    names = Known.of("", home.name, home.alias, "", "", "").names
    return bool(names & Known.of("", name, "", "", "", "").names)


def _not_wider(says: dict[str, Any], home: Facility) -> dict[str, Any]:
    """Keep the street the directory knows where the row says only the district."""
    if home.region_id.startswith(says["region_id"]):
        return {name: value for name, value in says.items() if name != "region_id"}
    return says
