"""Finds the district a row of a spreadsheet lies in, from a code, the words of its columns, or its address. Never a guess.

A name that several districts bear (桥西区) is decided by the city beside it, then by what stands above the row (title,
sheet, section); where nothing decides, the row is refused and the candidates are named.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eldercare.kernel.sentences import Sentence, say
from eldercare.regions.rules.codes import ancestors_of, covers
from facilities.rules.settings import read

SUFFIX = re.compile(read("import_words.yaml")["division_suffix"])


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
        self.full: dict[str, list[Place]] = {}
        self.short: dict[str, list[Place]] = {}
        for place in districts:
            self.full.setdefault(place.name, []).append(place)
            bare = SUFFIX.sub("", place.name)
            if len(bare) >= 2:
                self.short.setdefault(bare, []).append(place)
        self._full_pattern = _any_of(self.full)
        self._short_pattern = _any_of(self.short)
        self._known: dict[tuple[str, str, str, str], tuple[str | None, Sentence | None]] = {}

    def find(self, code: str, words: str, address: str, above: str) -> tuple[str | None, Sentence | None]:
        """Give the code of the district (or street), or the sentence why not. `above` stands over the row."""
        # Addresses differ from row to row, their beginnings do not: what decides is remembered.
        key = (code, words, address[:24], above)
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def names_a_district(self, text: str) -> bool:
        return bool(self._full_pattern.search(text))

    def _find(self, code: str, words: str, address: str, above: str) -> tuple[str | None, Sentence | None]:
        digits = re.sub(r"\D", "", code)
        for length in (9, 6):
            place = self.by_code.get(digits[:length]) if len(digits) >= length else None
            if place and place.level in ("county", "street"):
                return place.code, None
        if digits and not words and not address:
            return None, say("没有“{code}”这个区县代码", code=code[:12])
        found = self._candidates(words, short=True) or self._candidates(address, short=False)
        for hint in (words, address, above):
            if len(found) > 1:
                found = self._inside(found, hint, self._named_at_all) or found
        if len(found) == 1:
            return found[0].code, None
        if found:
            names = "、".join(self._whole_name(place) for place in found[:4])
            return None, say("“{name}”有几个（{names}），请写明市", name=found[0].name, names=names)
        above_found = self._candidates(above, short=False)
        if len(above_found) == 1 and not words:
            return above_found[0].code, None
        if words or address:
            return None, say("从“{text}”看不出是京津冀的哪个区县", text=(words or address)[:30])
        return None, say("没有写所在区县，也没有地址")

    def _candidates(self, text: str, *, short: bool) -> list[Place]:
        """Give the districts the first district name in a text may mean, inside the cities it names."""
        if not text:
            return []
        match = self._full_pattern.search(text)
        named = self.full[match[0]] if match else []
        if not named and short:
            bare = text
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
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or r"(?!)")
