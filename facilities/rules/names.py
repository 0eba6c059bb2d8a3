"""How a home is found by name: part of its Chinese name of any length, its pinyin or its initials. Knows no table."""

import re
import unicodedata
from dataclasses import dataclass

from pypinyin import lazy_pinyin

GRAM = 3


@dataclass(frozen=True)
class NameKeys:
    """A name in the three ways people type it, and the short pieces an index finds it by."""

    plain: str
    pinyin: str
    initials: str
    tokens: tuple[str, ...]


def name_keys(*names: str) -> NameKeys:
    """Prepare a name and its aliases for searching.

    >>> keys = name_keys("武清·运河")
    >>> keys.plain, keys.pinyin, keys.initials
    ('武清运河', 'wuqingyunhe', 'wqyh')
    """
    plains = [plain for plain in map(_plain, names) if plain]
    spoken = [[_plain(syllable) for syllable in lazy_pinyin(plain)] for plain in plains]
    plain, pinyin, initials = (
        " ".join(plains),
        " ".join("".join(syllables) for syllables in spoken),
        " ".join("".join(syllable[:1] for syllable in syllables) for syllables in spoken),
    )
    tokens = {
        *(f"c{gram}" for gram in _grams(plain, 2)),
        *(f"p{gram}" for gram in _grams(pinyin, GRAM)),
        *(f"i{gram}" for gram in _grams(initials, GRAM)),
    }
    return NameKeys(plain, pinyin, initials, tuple(sorted(tokens)))


@dataclass(frozen=True)
class NameQuery:
    """What was typed, as tokens every match must have and the text it must contain. Letters are pinyin or initials."""

    text: str
    is_letters: bool
    tokens: dict[str, tuple[str, ...]]


def name_query(typed: str) -> NameQuery | None:
    """Read what somebody typed; None when nothing is left of it.

    >>> name_query("武 清").tokens
    {'plain': ('c武清',)}
    >>> name_query("WQ").tokens
    {'pinyin': ('pwq',), 'initials': ('iwq',)}
    """
    text = _plain(typed)[:40]
    if not text:
        return None
    if re.fullmatch(r"[a-z0-9]+", text):
        tokens = {"pinyin": _longest("p", text, GRAM), "initials": _longest("i", text, GRAM)}
        return NameQuery(text, True, tokens)
    return NameQuery(text, False, {"plain": _longest("c", text, 2)})


def _plain(text: str) -> str:
    return re.sub(r"[^\w]|_", "", unicodedata.normalize("NFKC", text).lower())


def _grams(text: str, longest: int) -> set[str]:
    return {
        word[i : i + size]
        for word in text.split()
        for size in range(1, longest + 1)
        for i in range(len(word) - size + 1)
    }


def _longest(kind: str, text: str, longest: int) -> tuple[str, ...]:
    size = min(longest, len(text))
    return tuple(dict.fromkeys(f"{kind}{text[i : i + size]}" for i in range(len(text) - size + 1)))
