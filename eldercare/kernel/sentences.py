"""Sentences that rules and services speak: Chinese with named blanks, put into the reader's language at the door.

A rule may say a sentence without Django; it does not translate.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Translate = Callable[[str], str]


def _chinese(text: str) -> str:
    return text


@dataclass(frozen=True)
class Sentence:
    """One sentence. `str()` gives the Chinese; `in_language(gettext)` gives the reader's."""

    text: str
    blanks: dict[str, Any] = field(default_factory=dict, hash=False)

    def in_language(self, translate: Translate) -> str:
        """Fill the blanks of the translated text; a blank that is itself a sentence is translated too."""
        blanks = {name: speak(value, translate) for name, value in self.blanks.items()}
        text = translate(self.text)
        return text.format(**blanks) if blanks else text

    def __str__(self) -> str:
        return self.in_language(_chinese)

    def to_json(self) -> dict[str, Any]:
        """Give what must be stored so that the sentence can be spoken again, in any language, years later."""
        return {"text": self.text, "blanks": {name: _stored(value) for name, value in self.blanks.items()}}


def say(text: str, /, **blanks: Any) -> Sentence:
    """Make a sentence: `say("满 {age} 周岁", age=60)`."""
    return Sentence(text, blanks)


def speak(value: Any, translate: Translate = _chinese) -> Any:
    """Render a value for a reader: sentences are translated, everything else stays."""
    return value.in_language(translate) if isinstance(value, Sentence) else value


def restored(stored: Any) -> Any:
    """Read back what `to_json` stored; a plain text is a sentence without blanks."""
    if isinstance(stored, str):
        return Sentence(stored)
    if isinstance(stored, dict) and set(stored) == {"text", "blanks"}:
        return Sentence(stored["text"], {name: _restored_blank(value) for name, value in stored["blanks"].items()})
    return stored


def _stored(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value.to_json()
    return value if isinstance(value, int | float | str | bool | type(None)) else str(value)


def _restored_blank(value: Any) -> Any:
    return restored(value) if isinstance(value, dict) else value
