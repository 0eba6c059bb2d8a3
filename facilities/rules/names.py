"""How a home is found by name: a part of it in characters, pinyin or initials, also with one slip. Knows no table.

A name is cut into short pieces (its marks), each kept as a number: characters and pairs of them, pairs with one between,
syllables and pairs of them in every reading, initials, how it begins, all of it; of the address pairs of characters only.
What is typed is read as ways: the marks a name must all carry, and where they alone do not prove it, what its text must
look like. Where nobody is called so it is read again, each time more freely (`more_freely`).
Traditional characters and letters with accents are read as the simple ones, on both sides.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice, pairwise, product
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
from facilities.rules.written import WRITING, lookalikes, other_numerals

MOST_WORDS = 6
LONGEST_WORD = 40
SLIPPED_WORD = 12
MOST_PAIRS = 9
MOST_INITIALS = 16
MOST_WAYS = 8
SIGN = re.compile(r"(?<![a-z0-9à-ɏ])[^\w\s]+|[^\w\s]+(?![a-z0-9à-ɏ])")  # within letters it is part of them: xi'an
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
    `column`, when there is one. `heard`: the initials of what is meant by its sound (a regular expression).
    """

    marks: tuple[int, ...]
    column: str = ""
    pattern: str = ""
    one_of: tuple[tuple[int, ...], ...] = ()
    heard: str = ""


@dataclass(frozen=True)
class Word:
    """One word typed, and the ways it can be meant in a name; one of them is enough. `text` may also name a place, and
    be in an `address`.
    """

    text: str
    ways: tuple[Way, ...]
    address: Way | None = None


def name_keys(*names: str, address: str = "") -> NameKeys:
    """Prepare a name with its other names, and an address, for searching.

    >>> keys = name_keys("武清·运河")
    >>> keys.plain, keys.initials
    ('武清运河', 'wqyh')
    """
    plains = [plain for plain in map(_plain, names) if plain]
    heard = [readings(text) for text in map(_letters_of, names) if text]
    initials = [way for name in heard for way in _initials(name)]
    letters = [[dict.fromkeys(one[:1] for one in each) for each in name] for name in heard]
    pieces = {
        *(piece for plain in plains for piece in _of_characters(plain)),
        *(piece for name in heard for piece in _of_syllables(name)),
        *(piece for name in letters for piece in _of_initials(name)),
        *(f"W{way}" for way in initials),
        *(f"a{pair}" for pair in _pairs(_plain(address))),
    }
    return NameKeys(" ".join(plains), " ".join(initials), tuple(sorted(map(_number, pieces))))


def name_query(typed: str) -> tuple[Word, ...]:
    """Read what was typed, word by word; nothing when nothing is left of it.

    >>> [word.text for word in name_query("武清 WU QING　kangle·")]
    ['武清', 'wuqing', 'kangle']
    """
    return tuple(Word(text, tuple(_ways(text)), _in_address(text)) for text in _words(typed))


def nearest(words: Sequence[Word]) -> tuple[tuple[Way, ...], ...]:
    """Give how a name looks that is meant rather than others, the likeliest first: written exactly so, beginning so, with
    all of it in one piece, with every word in it; then what is exactly so, or begins so, in another way it can be meant.
    """
    whole = "".join(word.text for word in words)
    written = [
        Way((_number(f"w{whole}"),)),
        Way((_number(f"b{whole[:2]}"),), "plain", f"(^| ){whole}"),
        Way(_numbers("c", _grams(whole)), "plain", whole),
        *([_together([word.text for word in words])] if len(words) > 1 else ()),
    ]
    meant = [tuple(_meant(words, "( |$)")), tuple(_meant(words, ""))]
    homophones = [tuple(way for way in word.ways if way.heard) for word in words if not _is_letters(word.text)]
    return (*((way,) for way in written), *(ways for ways in (*meant, *homophones) if ways)) if words else ()


def _meant(words: Sequence[Word], end: str) -> Iterator[Way]:
    """How a name begins, or is whole, where the words are not written in it as they were typed.

    The marks of a way are kept, for the index, where the ways are few: of a slip there is nothing more to gather.
    """
    written = [
        [way for way in word.ways if way.column == "plain" and not way.pattern.startswith("^")] for word in words
    ]
    if any(len(ways) > 1 for ways in written):
        rest = "".join(_any_of(way.pattern for way in ways) for ways in written[1:]) + end
        all_of_them = Way((), pattern=_any_of(way.pattern for way in written[0]))
        for way in written[0] if len(written[0]) <= MOST_WAYS else [all_of_them]:
            yield Way(way.marks, "plain", f"(^| ){way.pattern}{rest}")
    heard = [list(dict.fromkeys(way.heard for way in word.ways if way.heard)) for word in words]
    if not any(heard):
        return
    first, *others = [some or _initials(readings(word.text)) for some, word in zip(heard, words, strict=True)]
    if heard[0] and len(first) <= MOST_WAYS:
        ways = [way for way in words[0].ways if way.heard]
    else:
        ways = [Way((), heard=one) for one in first] if len(first) <= MOST_INITIALS else [Way((), heard=_any_of(first))]
    for way in ways:
        wholes = ["".join(one) for one in islice(product([way.heard], *others), MOST_INITIALS)]
        known = [f"W{one}" for one in wholes] if end else [f"B{one[:2]}" for one in wholes]
        one_of = (_numbers("", dict.fromkeys(known)),) if all(map(str.isalpha, wholes)) else ()
        yield Way(way.marks, "initials", f"(^| ){_any_of(wholes)}{end}", (*one_of, *way.one_of))


def _any_of(patterns: Iterable[str]) -> str:
    some = list(patterns)
    return some[0] if len(some) == 1 else f"(?:{'|'.join(some)})"


def more_freely(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """Read the words again, each time with more ways beside those before: with something between their characters, with
    one slip, and with a slip at an end, which leaves less of them.
    """
    for freedom in (_in_two_parts, _slips, _slips_at_an_end):
        freer = _freer(words, freedom)
        if freer != tuple(words):
            words = freer
            yield freer


def with_slips(words: Sequence[Word]) -> tuple[Word, ...]:
    """Read the words with something between their characters or with one slip."""
    return _freer(_freer(words, _in_two_parts), _slips)


def _freer(words: Sequence[Word], freedom: Callable[[str], Iterable[Way]]) -> tuple[Word, ...]:
    return tuple(replace(word, ways=tuple(dict.fromkeys([*word.ways, *freedom(word.text)]))) for word in words)


def sounds_like(text: str, name: str) -> bool:
    """Tell whether a word names something, in characters or pinyin; for places."""
    plain = _plain(name)
    if not _is_letters(text):
        return text in plain
    return any("".join(way).startswith(text) for way in spoken(plain))


def named_after(text: str, places: Mapping[str, str]) -> tuple[list[list[str]], Word] | None:
    """Read a text as places and what is called so there; None where it begins with no place, or is nothing but places.

    `places` are names by code. Gives for each place named the codes that can be meant, and the rest.

    >>> codes, rest = named_after("武清康乐", {"120114": "武清区", "110105": "朝阳区"})
    >>> codes, rest.text
    ([['120114']], '康乐')
    """
    codes: list[list[str]] = []
    names = {code: _plain(name) for code, name in places.items()}
    while len(text) > 2 and not _is_letters(text):
        starts = (text[:end] for end in range(len(text) - 1, 1, -1))
        start = next((one for one in starts if any(name.startswith(one) for name in names.values())), None)
        if start is None:
            break
        codes.append([code for code, name in names.items() if name.startswith(start)])
        text = text[len(start) :]
    return (codes, Word(text, tuple(_ways(text)))) if codes else None


# What was typed


def _words(typed: str) -> list[str]:
    """Cut at gaps, at signs beside characters, and between characters and letters; single syllables and single letters
    in a row are one word.
    """
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
    for chunk in SIGN.sub(" ", unicodedata.normalize("NFKC", typed).lower().replace("u:", "ü")).split():
        text = without_tones(chunk) if re.search(r"[a-zà-ɏ]", chunk) else chunk
        text = _plain(text)
        if re.fullmatch(r"(?=.*\d)([a-z]+[1-5]?)+", text) and whole(re.sub(r"\d", "", text)):
            text = re.sub(r"\d", "", text)  # wu3qing1
        yield from re.findall(r"[a-z][a-z0-9]*|[^a-z]+", text)


def _ways(text: str) -> Iterator[Way]:
    yield _looks(text)
    yield from (_looks(other) for other in other_numerals(text))
    if not _is_letters(text):
        return
    if len(text) > 1:
        yield from _heard_as_letters(segments(text))
    if text.isalpha():
        yield Way(_numbers("i", _grams(text)), "initials", text, heard=text)


def _in_address(text: str) -> Way | None:
    return Way(_numbers("a", _pairs(text))) if len(text) > 1 and not _is_letters(text) else None


def _in_two_parts(text: str) -> Iterator[Way]:
    """All that was typed, in two pieces: 武清康乐 in 武清区康乐养老院, 康乐院 in 康乐养老院."""
    if not _is_letters(text) and len(text) > 2:
        for i in range(2, max(len(text) - 1, 3)):
            yield _together((text[:i], text[i:]))


def _slips(text: str) -> Iterator[Way]:
    """One slip. Of characters: another one of the same sound or nearly the same look, two swapped, one missing, one wrong
    or too many in between. Of letters: what the syllables can have been, or the same as of characters.
    """
    if _is_letters(text):
        if len(text) > 3 and text.isalpha():
            yield from _told(slips(text))
            if len(text) <= SLIPPED_WORD and not whole(text):
                yield from _slips_in_between(text)
        return
    text = text[:SLIPPED_WORD]
    yield from (_heard(way) for way in spoken(text))
    yield from (_looks(text[:i] + other + text[i + 1 :]) for i, one in enumerate(text) for other in lookalikes(one))
    yield from _slips_in_between(text)


def _slips_in_between(text: str) -> Iterator[Way]:
    for i in range(len(text) - 1):
        yield _looks(text[:i] + text[i + 1] + text[i] + text[i + 2 :])
        yield _looks(text[: i + 1], text[i + 1 :])
    for i in range(1, len(text) - 1):
        yield _looks(text[:i], text[i + 1 :])
        yield _looks(text[:i] + text[i + 1 :])


def _slips_at_an_end(text: str) -> Iterator[Way]:
    """The first or the last character wrong or too many."""
    if len(text) > (3 if _is_letters(text) else 2) and not (_is_letters(text) and whole(text)):
        text = text[:SLIPPED_WORD]
        yield from map(_looks, (text[1:], text[:-1]))


def _looks(*parts: str) -> Way:
    """Characters in a row, with any one character between the parts."""
    pieces = [*(f"c{gram}" for part in parts for gram in _grams(part))]
    pieces += [f"g{before[-1]}{after[0]}" for before, after in pairwise(parts)]
    return Way(tuple(map(_number, dict.fromkeys(pieces))), "plain", ".".join(map(re.escape, parts)))


def _together(texts: Sequence[str]) -> Way:
    """All of these, wherever they stand."""
    pieces = dict.fromkeys(gram for text in texts for gram in _grams(text))
    return Way(_numbers("c", pieces), "plain", f"^{''.join(f'(?=.*{text})' for text in texts)}")


def _heard(way: Syllables) -> Way:
    pieces = [f"s{first} {second}" for first, second in pairwise(way)] or [f"s{way[0]}"]
    heard = "".join(one[:1] for one in way)
    return _sure(Way(tuple(map(_number, dict.fromkeys(pieces))), heard=heard), len(pieces))


def _sure(way: Way, pieces: int) -> Way:
    """A piece that comes twice is one mark: then the initials must show that it does."""
    known = len(way.marks) + len(set(way.one_of))
    return replace(way, column="initials", pattern=way.heard) if way.heard and known < pieces else way


def _heard_as_letters(stretches: Stretches) -> Iterator[Way]:
    """Each way to divide letters into syllables; where there are too many ways, what all of them have in common."""
    if prod(map(len, stretches)) > MOST_WAYS:
        yield from _told([stretches])
        return
    for way in product(*stretches) if stretches else ():
        yield _joined([[(one,)] for one in chain.from_iterable(way)])


def _told(ways: Iterable[Stretches]) -> Iterator[Way]:
    """Leave out what is the same few pieces again and again: nobody is called so, and half of all homes would be looked at."""
    for stretches in ways:
        way = _joined(stretches)
        if 2 * (len(way.marks) + len(way.one_of)) >= len(stretches) - 1:
            yield way


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
    some = dict.fromkeys(_numbers("", joint) for joint in joints if len(joint) > 1)
    heard = "".join(_any_of(dict.fromkeys("".join(one[:1] for one in way) for way in each)) for each in stretches)
    way = Way(tuple(dict.fromkeys(map(_number, sure))), one_of=tuple(some), heard=heard)
    return _sure(way, len(joints))


# What a name is cut into


def _of_characters(plain: str) -> Iterator[str]:
    yield from (f"c{character}" for character in plain)
    yield from (f"c{pair}" for pair in _pairs(plain))
    yield from (f"g{before}{after}" for before, after in zip(plain, plain[2:], strict=False))
    yield from (f"b{plain[:1]}", f"b{plain[:2]}", f"w{plain}")


def _of_syllables(name: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from (f"s{one}" for each in name for one in each)
    for first, second in pairwise(name):
        yield from (f"s{one} {other}" for one, other in list(product(first, second))[:MOST_PAIRS])


def _of_initials(name: Sequence[Iterable[str]]) -> Iterator[str]:
    yield from (f"i{one}" for each in name for one in each)
    for first, second in pairwise(name):
        yield from (f"i{one}{other}" for one in first for other in second)
    yield from (f"B{''.join(way)}" for most in (1, 2) for way in product(*name[:most]))


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
    """How each character is written in simplified Chinese. Asked one by one: a part of a name must become what it is inside
    the name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.simple = OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        if not any(code in block for block in CHARACTERS):
            raise KeyError(code)  # what is no such character stays
        char = chr(code)
        self[code] = char if char in WRITING["kept"] else self.simple.convert(char)
        return self[code]


@cache
def _simplified() -> _Simplified:
    return _Simplified()
