"""Pinyin as people type it: one syllable after the other without gaps or tones, the last one perhaps not finished."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from string import ascii_lowercase

from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

Syllables = tuple[str, ...]
ALONE = {"a", "e", "o"}
LONGEST = 6
MOST_READINGS = 8
MOST_SLIPS = 60
LONGEST_SLIP = 20


def without_tones(text: str) -> str:
    """Write pinyin without tones, ü as v.

    >>> without_tones("lǜ wǔqīng")
    'lv wuqing'
    """
    parts = unicodedata.normalize("NFD", text).replace("u\u0308", "v")
    return "".join(part for part in parts if not unicodedata.combining(part))


@cache
def syllables() -> frozenset[str]:
    """Give every syllable a character can have."""
    found = {without_tones(reading) for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    return frozenset(one for one in found if re.fullmatch("[a-z]{2,6}", one) and one not in {"ng", "hm", "hng"}) | ALONE


@cache
def beginning_with(start: str) -> tuple[str, ...]:
    """Give the syllables that begin so, itself included.

    >>> beginning_with("kan")
    ('kan', 'kang')
    """
    return tuple(sorted(one for one in syllables() if one.startswith(start)))


@lru_cache(maxsize=65_536)
def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """Give for each character (or run of letters and digits) the syllables it can be read as, the usual one first."""
    return tuple(tuple(dict.fromkeys(each)) for each in pinyin(text, heteronym=True, style=Style.NORMAL))


def spoken(text: str) -> list[Syllables]:
    """Give the ways a text can be read aloud, at most a few.

    >>> spoken("长乐")
    [('chang', 'le')]
    """
    ways: list[Syllables] = [()]
    for each in readings(text):
        ways = [(*way, one) for way in ways for one in each][:MOST_READINGS]
    return ways


def divided(letters: str) -> list[tuple[Syllables, str]]:
    """Divide letters into syllables and a last piece that may be unfinished (never empty).

    >>> divided("wuqingkangl")
    [(('wu', 'qing', 'kang'), 'l')]
    >>> divided("wq")
    []
    """
    return list(islice(_divide(letters), MOST_READINGS))


def _divide(letters: str) -> Iterator[tuple[Syllables, str]]:
    if beginning_with(letters):
        yield (), letters
    for size in range(min(LONGEST, len(letters) - 1), 0, -1):
        if letters[:size] in syllables():
            for rest, last in _divide(letters[size:]):
                yield (letters[:size], *rest), last


def whole(letters: str) -> list[Syllables]:
    """Divide letters into finished syllables only."""
    return [(*first, last) for first, last in divided(letters) if last in syllables()]


def slips(letters: str) -> list[Syllables]:
    """Give what may have been meant by letters with one of them wrong, missing, too many or swapped with the next.

    >>> ("wu", "qing") in slips("wuqng"), ("wu", "qing") in slips("wuqign")
    (True, True)
    """
    meant = dict.fromkeys(way for variant in _variants(letters[:LONGEST_SLIP]) for way in whole(variant)[:2])
    return list(meant)[:MOST_SLIPS]


def _variants(letters: str) -> Iterator[str]:
    """The likeliest first: swapped, missing, wrong, too many."""
    cuts = [(letters[:i], letters[i:]) for i in range(len(letters) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1)
    yield from (head + letter + tail for head, tail in cuts for letter in ascii_lowercase)
    yield from (head + letter + tail[1:] for head, tail in cuts if tail for letter in ascii_lowercase)
    yield from (head + tail[1:] for head, tail in cuts if tail)
