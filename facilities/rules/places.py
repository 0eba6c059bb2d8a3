"""Finds the district a row of a spreadsheet lies in, from a code, the words of its columns, or its address. Never a guess.

A name that several districts bear (桥西区) is decided by the city beside it, then by what stands above the row (title,
sheet, section); where nothing decides, the row is refused and the candidates are named. What was read in another way than
it is written (a former name, an address in another district) is said beside the district.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eldercare.kernel.sentences import Sentence, say
from eldercare.regions.rules.codes import ancestors_of, covers
from facilities.rules.settings import read

WORDS = read("import_words.yaml")
SUFFIX = re.compile(WORDS["division_suffix"])
NO_DISTRICT = re.compile(WORDS["no_district"])
ELSEWHERE = re.compile(WORDS["other_province"])
FORMER = re.compile(
    f"{WORDS['before_former']}({'|'.join(dict.fromkeys(one['name'] for one in WORDS['former_districts']))})"
)


@dataclass(frozen=True)
class Place:
    """A division as this rule needs it; `level` as in regions."""

    code: str
    name: str
    level: str


class PlaceBook:
    """The divisions, looked up by code and by name."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.by_code = {place.code: place for place in places}
        districts = [place for place in self.by_code.values() if place.level == "county"]
        self.wider = [place for place in self.by_code.values() if place.level in ("province", "prefecture")]
        wide = {place.name[:-1] for place in self.wider}
        self.full: dict[str, list[Place]] = {}
        self.short: dict[str, list[Place]] = {}
        for place in districts:
            self.full.setdefault(place.name, []).append(place)
            bare = SUFFIX.sub("", place.name)
            if len(bare) >= 2 and bare not in wide:  # 河北 alone is the province, 承德 alone may be the city
                self.short.setdefault(bare, []).append(place)
        self._full_pattern = _any_of(self.full)
        self._short_pattern = re.compile(_any_of(self.short).pattern + WORDS["other_place_after"])
        self._known: dict[tuple[str, str, str, str], tuple[str | None, Sentence | None]] = {}

    def find(self, code: str, words: str, address: str, above: str) -> tuple[str | None, Sentence | None]:
        """Give the code of the district (or street) and what is to be said of it, or None and the sentence why not.

        `above` stands over the row.
        """
        # Addresses differ from row to row, their beginnings do not: what decides is remembered.
        key = (code, words, address[:24], above)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def section(self, text: str) -> str | None:
        """Give a text that stands alone above some rows, its district named in full; None where it names none."""
        if self._full_pattern.search(text):
            return text
        bare = self.short.get(text.replace(" ", ""), [])
        return bare[0].name if len(bare) == 1 else None

    def _find(self, code: str, words: str, address: str, above: str) -> tuple[str | None, Sentence | None]:
        digits = re.sub(r"\D", "", code)
        for length in (9, 6):
            place = self.by_code.get(digits[:length]) if len(digits) >= length else None
            if place and place.level in ("county", "street"):
                return place.code, None
        if digits and not words and not address:
            return None, say("没有“{code}”这个区县代码", code=code[:12])
        if ELSEWHERE.match(words) or (ELSEWHERE.match(address) and not self._full_pattern.search(words)):
            return None, say("“{text}”不在京津冀", text=(words or address)[:30])
        found = self._named_inside(words, address, above)
        if len(found) == 1:
            return found[0].code, self._beside(found[0], words, address)
        former = self._former(words, address, above)
        if former:
            return former
        if found:
            names = "、".join(self._whole_name(place) for place in found[:4])
            return None, say("“{name}”有几个（{names}），请写明市", name=found[0].name, names=names)
        above_found = self._candidates(above, short=False)
        if len(above_found) == 1 and not words:
            return above_found[0].code, None
        if words or address:
            return None, say("从“{text}”看不出是京津冀的哪个区县，请写明", text=(words or address)[:30])
        return None, say("没有写所在区县，也没有地址")

    def _named_inside(self, words: str, address: str, above: str) -> list[Place]:
        found = self._candidates(words, short=True) or self._candidates(address, short=False)
        for hint in (words, address, above):
            if len(found) > 1:
                found = self._inside(found, hint, self._named_at_all) or found
        return found

    def _beside(self, place: Place, words: str, address: str) -> Sentence | None:
        """Say so where the address lies in another district than the columns name, or in another province."""
        other = ELSEWHERE.match(address) if words else None
        if not words or not address or (not other and SUFFIX.sub("", place.name) in address):
            return None
        there = self._candidates(address, short=False)
        if other or (there and place.code not in {one.code for one in there}):
            text = other[0] if other else there[0].name
            return say("写的是{name}，地址却在{text}；已按{name}读，请核对", name=place.name, text=text)
        return None

    def _former(self, words: str, address: str, above: str) -> tuple[str, Sentence] | None:
        """Find a district by the name it had."""
        for text in (words, address):
            found = FORMER.search(text)
            if found is None:
                continue
            whole = f"{above}{words}{address}"
            for one in WORDS["former_districts"]:
                fits = one.get("within", "") in whole and one.get("unless", "\0") not in whole
                if one["name"] == found[1] and fits and one["code"] in self.by_code:
                    now = self.by_code[one["code"]].name
                    return one["code"], say("“{was}”已按今天的{now}读", was=found[1], now=now)
        return None

    def _candidates(self, text: str, *, short: bool) -> list[Place]:
        """Give the districts the first district name in a text may mean, inside the cities it names."""
        if not text:
            return []
        match = self._full_pattern.search(text)
        named = self.full[match[0]] if match else []
        if not named and short:
            bare = NO_DISTRICT.sub(" ", text)
            for place in self.wider:
                bare = bare.replace(place.name, " ")
            match = self._short_pattern.search(bare)
            named = self.short[match[0]] if match else []
        return self._inside(named, text, self._named_in_full)

    def _inside(self, places: list[Place], text: str, named: Callable[[str], list[Place]]) -> list[Place]:
        """Keep the places that lie in every city or province a text names."""
        wide = named(text)
        if len({place.code[:2] for place in wide}) > 1:
            return places
        return [one for one in places if all(covers(place.code, one.code) for place in wide)]

    def _named_in_full(self, text: str) -> list[Place]:
        return [place for place in self.wider if place.name in text]

    def _named_at_all(self, text: str) -> list[Place]:
        """Give the cities a text names without their 市: enough to choose between namesakes, not to exclude."""
        return self._named_in_full(text) or [place for place in self.wider if place.name[:-1] in text]

    def _whole_name(self, place: Place) -> str:
        return "".join(self.by_code[code].name for code in ancestors_of(place.code) if code in self.by_code)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    any_name = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(f"(?:{any_name})" if any_name else r"(?!)")
