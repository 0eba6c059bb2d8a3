"""Pinyin as people type it: one syllable after the other without gaps or tones, the last one perhaps not finished."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from string import ascii_lowercase

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from facilities.rules.settings import read

Syllables = tuple[str, ...]
Stretches = list[list[Syllables]]
ALONE = {"a", "e", "o"}
LONGEST = 6
LONGEST_PHRASE = 4
MOST_READINGS = 8


def without_tones(text: str) -> str:
    """Write pinyin without tones, ü as v.

    >>> without_tones("lǜ wǔqīng xü")
    'lv wuqing xu'
    """
    parts = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return re.sub("(?<=[jqxy])v", "u", plain)


@cache
def syllables() -> frozenset[str]:
    """Give every syllable a character can have."""
    found = {without_tones(reading) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    usual = {one for one in found if re.fullmatch("[a-z]{2,6}", one) and one not in {"ng", "hm", "hng"}}
    return frozenset(usual | {one.replace("v", "u") for one in usual} | ALONE)


@cache
def beginning_with(start: str) -> tuple[str, ...]:
    """Give the syllables that begin so, itself included.

    >>> beginning_with("kan")
    ('kan', 'kang')
    """
    return tuple(sorted(one for one in syllables() if one.startswith(start)))


@lru_cache(maxsize=65_536)
def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """Give for each character (or run of letters and digits) the syllables it can be read as, the usual one first.

    A character is heard in its word, and in every other word that could be meant there: 长 in 石家庄市长安区 as in
    市长 and as in 长安. Places are heard as those who live there say them, too (data/readings.yaml). ü is typed v or u.
    """
    heard = [dict.fromkeys(each) for each in pinyin(text, heteronym=True, style=Style.NORMAL)]
    numbers = dict(zip(_starts(text, heard), range(len(heard)), strict=True))
    for start in range(len(text)):
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(text)) + 1):
            if all(place in numbers for place in range(start, end)):
                for place, one in enumerate(_in_phrase(text[start:end]), start):
                    heard[numbers[place]].update(dict.fromkeys(one))
    return tuple((*each, *(one.replace("v", "u") for one in each if "v" in one)) for each in heard)


def _starts(text: str, heard: Sequence[Iterable[str]]) -> Iterator[int]:
    """Give where in the text each piece begins: a character, or a run that is read as it stands."""
    start = 0
    for each in heard:
        yield start
        run = next(iter(each))
        start += len(run) if text.startswith(run, start) else 1


def _in_phrase(phrase: str) -> list[list[str]]:
    """Give how the characters of a word that the dictionaries know are read in it."""
    here = _places().get(phrase)
    known = PHRASES_DICT.get(phrase) if len(phrase) > 1 else None
    read_as = [[without_tones(one) for one in each] for each in known or [[]] * len(phrase)]
    return [[*each, *more] for each, more in zip(read_as, here or [[]] * len(phrase), strict=True)]


@cache
def _places() -> dict[str, list[list[str]]]:
    return {name: [[one] for one in said.split()] for name, said in read("readings.yaml")["readings"].items()}


@lru_cache(maxsize=16_384)
def spoken(text: str) -> list[Syllables]:
    """Give the ways a text can be read aloud, at most a few, the usual ones first.

    >>> spoken("长乐")
    [('chang', 'le')]
    """
    return likeliest(readings(text), MOST_READINGS)


def likeliest(choices: Sequence[Iterable[str]], most: int) -> list[Syllables]:
    """Give the ways to take one of each, those first that take the fewest but the first.

    >>> likeliest([["a", "b"], ["c", "d"]], 3)
    [('a', 'c'), ('a', 'd'), ('b', 'c')]
    """
    ways: list[tuple[int, Syllables]] = [(0, ())]
    for each in choices:
        longer = [(odd + bool(number), (*way, one)) for odd, way in ways for number, one in enumerate(each)]
        ways = sorted(longer, key=lambda way: way[0])[:most]
    return [way for _odd, way in ways]


def divided(letters: str) -> list[tuple[Syllables, str]]:
    """Divide letters into syllables and a last piece that may be unfinished (never empty); the longest syllables first.

    >>> divided("wuqingkangl")
    [(('wu', 'qing', 'kang'), 'l')]
    >>> divided("wq")
    []
    """
    after: list[list[tuple[Syllables, str]]] = [[] for _place in range(len(letters) + 1)]
    for place in reversed(range(len(letters))):
        found: list[tuple[Syllables, str]] = [((), letters[place:])] if beginning_with(letters[place:]) else []
        for end in range(min(place + LONGEST, len(letters) - 1), place, -1):
            if letters[place:end] in syllables():
                found += [((letters[place:end], *first), last) for first, last in after[end]]
        after[place] = sorted(found, key=lambda way: len(way[0]))[:MOST_READINGS]
    return after[0]


def whole(letters: str) -> list[Syllables]:
    """Divide letters into finished syllables only."""
    return [(*first, last) for first, last in divided(letters) if last in syllables()]


def segments(letters: str, *, finished: bool = False) -> Stretches:
    """Divide letters in all ways at once: stretches one after the other, of each the ways to divide it.

    Unless `finished`, the last piece may be unfinished. Nothing, when the letters cannot be divided.

    >>> segments("xiank")
    [[('xian',), ('xi', 'an')], [('k',)]]
    """
    most = len(letters)
    pieces = {
        (start, end)
        for start in range(most)
        for end in range(start + 1, min(start + LONGEST, most) + 1)
        if letters[start:end] in syllables() or (end == most and not finished and beginning_with(letters[start:]))
    }
    pieces = _through(pieces, most)
    cuts = [place for place in range(most + 1) if not any(start < place < end for start, end in pieces)]
    if not pieces:
        return []
    return [_paths(letters, pieces, start, end)[:MOST_READINGS] for start, end in pairwise(cuts)]


def _through(pieces: set[tuple[int, int]], most: int) -> set[tuple[int, int]]:
    """Keep the pieces that lie on some way from the first letter to the last."""
    begun, ended = {0}, {most}
    for start, end in sorted(pieces):
        if start in begun:
            begun.add(end)
    for start, end in sorted(pieces, reverse=True):
        if end in ended:
            ended.add(start)
    return {(start, end) for start, end in pieces if start in begun and end in ended}


def _paths(letters: str, pieces: set[tuple[int, int]], start: int, end: int) -> list[Syllables]:
    if start == end:
        return [()]
    ways = []
    for place in range(end, start, -1):
        if (start, place) in pieces:
            ways += [(letters[start:place], *rest) for rest in _paths(letters, pieces, place, end)[:MOST_READINGS]]
    return ways


def slips(letters: str) -> list[Stretches]:
    """Give what may have been meant by letters with one of them wrong, missing, too many or swapped with the next.

    >>> [[("wu",)], [(one,) for one in nearly("qng")]] in slips("wuqng")
    True
    """
    before = [segments(letters[:place], finished=True) for place in range(len(letters) + 1)]
    after = [segments(letters[place:]) for place in range(len(letters) + 1)]
    found: list[Stretches] = []
    for start in range(len(letters)):
        for end in range(start + 1, min(start + LONGEST + 1, len(letters)) + 1):
            divides = (before[start] or start == 0) and (after[end] or end == len(letters))
            if divides and nearly(letters[start:end]):
                meant: list[Syllables] = [(one,) for one in nearly(letters[start:end])]
                found.append([*before[start], meant, *after[end]])
    swapped = (letters[:i] + letters[i + 1] + letters[i] + letters[i + 2 :] for i in range(len(letters) - 1))
    return found + [way for way in map(segments, swapped) if way]


@lru_cache(maxsize=16_384)
def nearly(letters: str) -> Syllables:
    """Give the syllables that become these letters by one slip, and are not these letters.

    >>> nearly("huag")
    ('hua', 'huai', 'huan', 'huang')
    """
    return tuple(sorted({one for one in _variants(letters) if one in syllables() and one != letters}))


def _variants(letters: str) -> Iterator[str]:
    cuts = [(letters[:i], letters[i:]) for i in range(len(letters) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1)
    yield from (head + letter + tail for head, tail in cuts for letter in ascii_lowercase)
    yield from (head + letter + tail[1:] for head, tail in cuts if tail for letter in ascii_lowercase)
    yield from (head + tail[1:] for head, tail in cuts if tail)
