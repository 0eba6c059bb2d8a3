"""Which home of the directory a row of a spreadsheet is. No table is read here: rows and homes come as facts.

**The rule.** A home is known by three things together: its credit code, its name and its district. In this order:

1. A row that carries this system's own number is that home.
2. Same name and district, and the codes agree or one of the two has none: the same home (a missing code is filled in).
   A home's alias counts as its name, and so does the row's. A code that another home has already is not filled in:
   **conflict**.
3. Same name and district but two different codes: **conflict**. One of the codes is wrong, or the operator changed.
4. Same code, but another name or another district: **conflict**. A chain registers several homes under one code, and a
   home is renamed or moves: only a person can tell. Decided as “another one”, each is kept under its own name, and the
   next import finds each by rule 2.
5. Same filing number and district under another name: **conflict**, as in 4.
6. Nothing of these: a new home. The same name in another district is another home.

Within one file the same holds between rows: rows that are the same home are **merged** into the first when they do not
contradict each other, and are in **conflict**, all of them, when they do; the order of the rows does not matter.
Names are compared without spaces, brackets, marks and width (NFKC).
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from eldercare.kernel.sentences import Sentence, say

NameKey = tuple[str, str]
MARKS = re.compile(r"[\W_]")


def name_key(name: str) -> str:
    """Write a name as it is compared.

    >>> name_key("夕阳红 养老院（武清）") == name_key("夕阳红养老院(武清)") == name_key("夕阳红·养老院武清")
    True
    """
    return MARKS.sub("", unicodedata.normalize("NFKC", name).lower()) if name else ""


@dataclass(frozen=True)
class Known:
    """What identifies a home or a row: `id` is a home's number (of a row: as it states it), `district` six digits."""

    id: str
    names: frozenset[str]
    code: str
    district: str
    filing: str = ""

    @staticmethod
    def of(id: str, name: str, alias: str, code: str, region: str, filing: str) -> "Known":
        names = frozenset(key for key in (name_key(name), name_key(alias)) if key)
        return Known(id, names, code, region[:6], name_key(filing))


@dataclass(frozen=True)
class Match:
    """What a row is: the home it is (None: a new one), or a conflict with those `against`."""

    home: str | None = None
    conflict: bool = False
    against: tuple[str, ...] = ()
    because: Sentence | None = None


@dataclass
class Homes:
    """The homes of the directory a file may touch, found by what identifies them."""

    by_id: dict[str, Known] = field(default_factory=dict)
    by_name: dict[NameKey, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_code: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))
    by_filing: dict[NameKey, list[Known]] = field(default_factory=lambda: defaultdict(list))

    @staticmethod
    def of(homes: Iterable[Known]) -> "Homes":
        found = Homes()
        for home in homes:
            found.by_id[home.id] = home
            for name in home.names:
                found.by_name[home.district, name].append(home)
            if home.code:
                found.by_code[home.code].append(home)
            if home.filing:
                found.by_filing[home.district, home.filing].append(home)
        return found


SAME_CODE = say("统一社会信用代码与名录里另一家相同：可能是改了名、搬了家，也可能是连锁的另一家")


def match(row: Known, homes: Homes) -> Match:
    """Find which home a row is, by the rule above."""
    if row.id:
        home = homes.by_id.get(row.id)
        return Match(home.id) if home else Match(conflict=True, because=say("系统编号“{id}”在名录里没有", id=row.id))
    namesakes = list(
        {home.id: home for name in row.names for home in homes.by_name.get((row.district, name), ())}.values()
    )
    agreeing = [home for home in namesakes if not (home.code and row.code) or home.code == row.code]
    exact = [home for home in agreeing if home.code and home.code == row.code]
    agreeing = exact or agreeing
    if len(agreeing) == 1:
        others = [] if agreeing[0].code else homes.by_code.get(row.code, [])
        return _conflict([agreeing[0], *others], SAME_CODE) if others else Match(agreeing[0].id)
    if agreeing:
        return _conflict(agreeing, say("名录里有几家同名同区的机构，看不出是哪一家"))
    if namesakes:
        return _conflict(namesakes, say("名录里同名同区的机构，统一社会信用代码不一样"))
    same_code = homes.by_code.get(row.code, []) if row.code else []
    if same_code:
        return _conflict(same_code, SAME_CODE)
    same_filing = homes.by_filing.get((row.district, row.filing), []) if row.filing else []
    if same_filing:
        return _conflict(same_filing, say("备案号与名录里另一家相同：可能是改了名"))
    return Match()


def _conflict(homes: list[Known], because: Sentence) -> Match:
    return Match(conflict=True, against=tuple(f"facility:{home.id}" for home in homes), because=because)


def within_file(rows: dict[int, Known], settled: set[int]) -> tuple[dict[int, int], dict[int, Match]]:
    """Compare the rows of one file with each other; `settled` are the lines whose home the directory knows
    by the code they say, if they say one, or that somebody decided.

    Gives the lines that are the same home as an earlier line (line → the first one), and the lines in conflict.
    Whether same homes contradict each other in other columns is asked by the caller, who has the columns.
    """
    same: dict[int, int] = {}
    conflicts: dict[int, Match] = {}
    by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_code: dict[str, list[int]] = defaultdict(list)
    for line, row in rows.items():
        for name in row.names:
            by_name[row.district, name].append(line)
        if row.code:
            by_code[row.code].append(line)
    for lines in by_name.values():
        if len({rows[line].code for line in lines} - {""}) > 1:
            _set_against(conflicts, lines, say("表里有同名同区的行，统一社会信用代码不一样"))
        else:
            same |= dict.fromkeys(lines[1:], lines[0])
    for lines in by_code.values():
        open_lines = [line for line in lines if not _is_settled(line, _first(same, line), rows, settled)]
        if open_lines and len({_first(same, line) for line in lines}) > 1:
            _set_against(
                conflicts, open_lines, say("表里有几行的统一社会信用代码相同、名称或区县不同：可能是连锁的几家"), lines
            )
    return {line: _first(same, line) for line in same}, conflicts


def _is_settled(line: int, first: int, rows: dict[int, Known], settled: set[int]) -> bool:
    """Tell whether a line's code needs nobody's decision: its own is there, or that of the line it goes with."""
    return line in settled or (first in settled and rows[first].code == rows[line].code)


def _first(same: dict[int, int], line: int) -> int:
    while line in same:
        line = same[line]
    return line


def _set_against(
    conflicts: dict[int, Match], lines: list[int], because: Sentence, others: list[int] | None = None
) -> None:
    for line in lines:
        against = tuple(f"line:{other}" for other in (others or lines) if other != line)[:20]
        conflicts.setdefault(line, Match(conflict=True, against=against, because=because))
