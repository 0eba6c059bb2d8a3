"""How a home is found by name: a part of it in characters, pinyin or initials, also with one slip. Knows no table.

A name is cut into short pieces (its marks), each kept as a number: characters and pairs of them, pairs with one between,
syllables and pairs of them in every reading, initials; of the address pairs of characters only. What is typed is read
as ways: the marks a name must all carry, and where they alone do not prove it, what its text must look like.
Traditional characters and letters with accents are read as the simple ones, on both sides.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise, product
from math import prod
from zlib import crc32

from opencc import OpenCC

from facilities.rules.syllables import (
    Stretches,
    Syllables,
    beginning_with,
    likeliest,
    readings,
    segments,
    slips,
    spoken,
    whole,
    without_tones,
)

MOST_WORDS = 6
LONGEST_WORD = 40
SLIPPED_WORD = 12
MOST_PAIRS = 9
MOST_INITIALS = 16
MOST_WAYS = 8
CHARACTERS = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x33480))  # Unicode's blocks of them


@dataclass(frozen=True)
class NameKeys:
    """A name as it is found: its text, its initials, and its marks."""

    plain: str
    initials: str
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Way:
    """One way a word can be meant: all these marks, one of each of `one_of`, and `pattern` (a regular expression) in
    `column`, when there is one.
    """

    marks: tuple[int, ...]
    column: str = ""
    pattern: str = ""
    one_of: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Word:
    """One word typed, and the ways it can be meant; one of them is enough. `text` may also name a place."""

    text: str
    ways: tuple[Way, ...]


def name_keys(*names: str, address: str = "") -> NameKeys:
    """Prepare a name with its other names, and an address, for searching.

    >>> keys = name_keys("武清·运河")
    >>> keys.plain, keys.initials
    ('武清运河', 'wqyh')
    """
    plains = [plain for plain in map(_plain, names) if plain]
    heard = [readings(text) for text in map(_letters_of, names) if text]
    initials = [way for name in heard for way in _initials(name)]
    pieces = {
        *(piece for plain in plains for piece in _of_characters(plain)),
        *(piece for name in heard for piece in _of_syllables(name)),
        *(piece for name in heard for piece in _of_initials([{one[:1] for one in each} for each in name])),
        *(f"a{pair}" for pair in _pairs(_plain(address))),
    }
    return NameKeys(" ".join(plains), " ".join(initials), tuple(sorted(map(_number, pieces))))


def name_query(typed: str) -> tuple[Word, ...]:
    """Read what was typed, word by word; nothing when nothing is left of it.

    >>> [word.text for word in name_query("武清 WU QING　kangle·")]
    ['武清', 'wuqing', 'kangle']
    """
    return tuple(Word(text, tuple(_ways(text))) for text in _words(typed))


def nearest(words: Sequence[Word]) -> tuple[str, ...]:
    """Give what a name's text looks like that is meant rather than others, the likeliest first, as regular expressions:
    called exactly so, beginning so, with every word in it.

    >>> nearest(name_query("康乐 养老院"))
    ('(^| )康乐养老院( |$)', '(^| )康乐养老院', '^(?=.*康乐)(?=.*养老院)')
    """
    whole = "".join(word.text for word in words)
    inside = "".join(f"(?=.*{word.text})" for word in words)
    return (f"(^| ){whole}( |$)", f"(^| ){whole}", f"^{inside}") if words else ()


def slipped(word: Word) -> Word:
    """Give the word with the ways it can be meant when something in it is wrong, beside those it already has."""
    found = _slips_of_letters(word.text) if _is_letters(word.text) else _slips_of_characters(word.text[:SLIPPED_WORD])
    return Word(word.text, tuple(dict.fromkeys([*word.ways, *found])))


def sounds_like(text: str, name: str) -> bool:
    """Tell whether a word names something, in characters or pinyin; for places."""
    plain = _plain(name)
    if not _is_letters(text):
        return text in plain
    return any("".join(way).startswith(text) for way in spoken(plain))


# What was typed


def _words(typed: str) -> list[str]:
    """Cut at gaps and between characters and letters; single syllables and single letters in a row are one word."""
    words: list[str] = []
    single = False
    for run in _runs(typed):
        alone = _is_letters(run) and (len(run) == 1 or any(len(way) == 1 for way in whole(run)))
        if alone and single:
            words[-1] += run
        else:
            words.append(run)
        single = alone
    return [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]


def _runs(typed: str) -> Iterator[str]:
    for chunk in unicodedata.normalize("NFKC", typed).lower().split():
        chunk = chunk.replace("u:", "ü")
        text = without_tones(chunk) if re.search(r"[a-zà-ɏ]", chunk) else chunk
        text = _plain(text)
        if re.fullmatch(r"(?=.*\d)([a-z]+[1-5]?)+", text) and whole(re.sub(r"\d", "", text)):
            text = re.sub(r"\d", "", text)  # wu3qing1
        yield from re.findall(r"[a-z][a-z0-9]*|[^a-z]+", text)


def _ways(text: str) -> Iterator[Way]:
    yield Way(_numbers("c", _grams(text)), "plain", re.escape(text))
    if not _is_letters(text):
        if len(text) > 1:
            yield Way(_numbers("a", _pairs(text)))
        return
    yield from _heard_as_letters(segments(text))
    if text.isalpha():
        yield Way(_numbers("i", _grams(text)), "initials", text)


def _slips_of_characters(text: str) -> Iterator[Way]:
    """Another character of the same sound, two swapped, one missing; of three or more, one wrong or too many."""
    yield from (_heard(way) for way in spoken(text))
    if len(text) > 2:
        yield from _slips_of_longer(text)
    elif len(text) == 2:
        yield _looks(text[::-1])
        yield _looks(text[0], text[1])


def _slips_of_letters(text: str) -> Iterator[Way]:
    if len(text) > 3 and text.isalpha():
        yield from map(_joined, slips(text))
        if len(text) <= SLIPPED_WORD and not whole(text):
            yield from _slips_of_longer(text)


def _slips_of_longer(text: str) -> Iterator[Way]:
    """Two swapped, one missing, one wrong or too many, as they are written."""
    for i in range(len(text) - 1):
        yield _looks(text[:i] + text[i + 1] + text[i] + text[i + 2 :])
        yield _looks(text[: i + 1], text[i + 1 :])
    for i in range(len(text)):
        yield _looks(*(part for part in (text[:i], text[i + 1 :]) if part))
        yield _looks(text[:i] + text[i + 1 :])


def _looks(*parts: str) -> Way:
    """Characters in a row, with any one character between the parts."""
    pieces = [*(f"c{gram}" for part in parts for gram in _grams(part))]
    pieces += [f"g{before[-1]}{after[0]}" for before, after in pairwise(parts)]
    return Way(tuple(map(_number, dict.fromkeys(pieces))), "plain", ".".join(map(re.escape, parts)))


def _heard(way: Syllables) -> Way:
    pieces = [f"s{first} {second}" for first, second in pairwise(way)] or [f"s{way[0]}"]
    return Way(tuple(map(_number, dict.fromkeys(pieces))))


def _heard_as_letters(stretches: Stretches) -> Iterator[Way]:
    """Each way to divide letters into syllables; where there are too many ways, what all of them have in common."""
    if prod(map(len, stretches)) > MOST_WAYS:
        yield _joined(stretches)
        return
    for way in product(*stretches) if stretches else ():
        yield _joined([[(one,)] for one in chain.from_iterable(way)])


def _joined(stretches: Stretches) -> Way:
    """Stretch after stretch, each in one of its ways; the last syllable may be unfinished."""
    *first, last = stretches
    ends = [(*way[:-1], end) for way in last for end in beginning_with(way[-1])]
    joints = [
        dict.fromkeys(f"s{way[-1]} {following[0]}" for way in before for following in after)
        for before, after in pairwise([*first, ends])
    ]
    if not joints:
        joints = [dict.fromkeys(f"s{' '.join(way[:2])}" for way in ends)]
    sure = chain.from_iterable(joint for joint in joints if len(joint) == 1)
    return Way(
        tuple(dict.fromkeys(map(_number, sure))),
        one_of=tuple(_numbers("", joint) for joint in joints if len(joint) > 1),
    )


# What a name is cut into


def _of_characters(plain: str) -> Iterator[str]:
    yield from (f"c{character}" for character in plain)
    yield from (f"c{pair}" for pair in _pairs(plain))
    yield from (f"g{before}{after}" for before, after in zip(plain, plain[2:], strict=False))


def _of_syllables(name: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from (f"s{one}" for each in name for one in each)
    for first, second in pairwise(name):
        yield from (f"s{one} {other}" for one, other in list(product(first, second))[:MOST_PAIRS])


def _of_initials(name: Sequence[Iterable[str]]) -> Iterator[str]:
    yield from (f"i{one}" for each in name for one in each)
    for first, second in pairwise(name):
        yield from (f"i{one}{other}" for one in first for other in second)


def _initials(name: Sequence[Sequence[str]]) -> list[str]:
    letters = [dict.fromkeys(one[:1] for one in each) for each in name]
    return ["".join(way) for way in likeliest(letters, MOST_INITIALS)]


def _grams(text: str) -> list[str]:
    """The pairs of a text, or its only character."""
    return _pairs(text) or [text]


def _pairs(text: str) -> list[str]:
    return list(dict.fromkeys(text[i : i + 2] for i in range(len(text) - 1)))


def _numbers(kind: str, pieces: Iterable[str]) -> tuple[int, ...]:
    return tuple(_number(f"{kind}{piece}") for piece in pieces)


def _number(piece: str) -> int:
    """A piece as a number of 32 bits with its sign."""
    return crc32(piece.encode()) - 2**31


def _is_letters(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9]*[a-z][a-z0-9]*", text) is not None


def _plain(text: str) -> str:
    return _letters_of(text).translate(_simplified())


def _letters_of(text: str) -> str:
    """Leave only characters, letters and digits, in one width and case, without accents."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[^\w]|_", "", re.sub("[à-ɏḀ-ỿ]+", lambda run: without_tones(run[0]), plain))


class _Simplified(dict[int, str]):
    """How each character is written in simplified Chinese; one that GB 2312 has is left as it is. Asked one by one: a part
    of a name must become what it is inside the name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.simple = OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        if not any(code in block for block in CHARACTERS):
            raise KeyError(code)  # what is no such character stays
        char = chr(code)
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            char = self.simple.convert(char)
        self[code] = char
        return char


@cache
def _simplified() -> _Simplified:
    return _Simplified()
