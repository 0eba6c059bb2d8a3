"""Catalogues without gettext's binaries: `python -m tools.catalogues extract | compile | check`.

The msgids are the Chinese sentences themselves, so Chinese needs no catalogue; locale/en must hold every one of them.
Sentences come from Python, from templates, and from data files that say `translate: true`.
"""

import io
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("en",)
SOURCES = ("eldercare", "assessments", "facilities", "subsidies")
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "N_": None,
    "say": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TEMPLATES = (".html", ".txt", ".svg")
TOLD_IN_DATA = {
    "label",
    "text",
    "name",
    "title",
    "gloss",
    "note",
    "because",
    "proof_text",
    "spendable_note",
    "would_change",
    "next_step",
}
COMMENT_TAGS = ["Translators:"]

Message = tuple[str, int, str | tuple[str, ...], list[str], str | None]  # file, line, msgid, comments, context


def messages() -> Iterator[Message]:
    """Every sentence of the sources, file by file."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if "migrations" in path.parts or not path.is_file():
                continue
            if path.suffix == ".py":
                found = _in_python(path.read_text())
            elif path.suffix in TEMPLATES and "templates" in path.parts:
                found = _in_template(path)
            elif path.suffix in (".yaml", ".yml") and "data" in path.parts:
                found = _in_data(path.read_text())
            else:
                continue
            for line, message, comments, context in found:
                yield str(path.relative_to(ROOT)), line, message, comments, context


def template_of() -> Catalog:
    """All sentences, as a catalogue without translations."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for file, line, message, comments, context in messages():
        catalogue.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalogue


def extract_all() -> None:
    """Bring the .po files up to date: new sentences appear empty, gone ones leave."""
    template = template_of()
    for language in LANGUAGES:
        path = _po(language)
        catalogue = _read(path) if path.exists() else Catalog(locale=language, charset="utf-8", fuzzy=False)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _write(path, catalogue)


def compile_all() -> None:
    """Make the .mo files Django reads, where the .po file is newer."""
    for language in LANGUAGES:
        po, mo = _po(language), _po(language).with_suffix(".mo")
        if not po.exists() or (mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime):
            continue
        part = mo.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            write_mo(file, _read(po))
        part.replace(mo)  # two copies may start from the same checkout


def problems() -> list[str]:
    """What keeps the catalogues from being complete; one line each."""
    template = template_of()
    found = []
    for language in LANGUAGES:
        path = _po(language)
        if not path.exists():
            return [f"{path.relative_to(ROOT)} is missing: run `make catalogues`"]
        found += list(_problems_of(language, _read(path), template))
    return found


def _problems_of(language: str, catalogue: Catalog, template: Catalog) -> Iterator[str]:
    wanted = {(message.id, message.context): message for message in template if message.id}
    held = {(message.id, message.context): message for message in catalogue if message.id}
    for key, message in wanted.items():
        where = ":".join(map(str, message.locations[0]))
        entry = held.get(key)
        if entry is None or not all(_strings(entry.string)):
            yield f"{language}: not translated: {_first(message.id)!r} ({where})"
        elif entry.fuzzy:
            yield f"{language}: fuzzy: {_first(message.id)!r} ({where})"
        elif any(_holes(string) != _holes(_first(message.id)) for string in _strings(entry.string)):
            yield f"{language}: placeholders differ: {_first(message.id)!r} ({where})"
    for key in held.keys() - wanted.keys():
        yield f"{language}: no longer used: {_first(key[0])!r}"


def _in_python(text: str) -> Iterable:
    return extract("python", io.BytesIO(text.encode()), KEYWORDS, COMMENT_TAGS)


def _in_template(path: Path) -> Iterable:
    from django.utils.translation.template import templatize

    # templatize leaves the page's indentation, which Python's tokenizer would take for its own.
    lines = templatize(path.read_text(), origin=str(path)).splitlines()
    return _in_python("\n".join(line.lstrip() for line in lines))


def _in_data(text: str) -> Iterator[tuple[int, str, list[str], None]]:
    """Sentences under the known keys of a data file that asks to be translated."""
    root = yaml.compose(text)
    if not isinstance(root, yaml.MappingNode) or not _asks(root):
        return
    waiting: list[yaml.Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value in TOLD_IN_DATA and isinstance(value, yaml.ScalarNode) and value.value:
                    yield value.start_mark.line + 1, value.value, [], None
                else:
                    waiting.append(value)


def _asks(root: yaml.MappingNode) -> bool:
    return any(key.value == "translate" and value.value == "true" for key, value in root.value)


def _strings(string: str | Sequence[str] | None) -> list[str]:
    return [string or ""] if isinstance(string, str | None) else list(string) or [""]


def _first(identity: str | Sequence[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _holes(string: str) -> set[str]:
    """The places where figures and names are put in."""
    return set(re.findall(r"%\(\w+\)|\{\w+", string))


def _po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], charset="utf-8")


def _write(path: Path, catalogue: Catalog) -> None:
    """Sorted, without dates and line numbers: two people's sentences do not collide."""
    catalogue.header_comment = "# English of 京津冀养老通. Kept by `make catalogues`; licence as the project's."
    catalogue.project, catalogue.version, catalogue.msgid_bugs_address = "eldercare-jjj", "1", ""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue.last_translator, catalogue.language_team = "", ""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, sort_output=True, include_lineno=False, omit_header=False, width=120)


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore", DeprecationWarning)
    match arguments:
        case ["extract"]:
            extract_all()
            compile_all()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            print("\n".join(found) or "The catalogues are complete.")
            return 1 if found else 0
        case _:
            print("usage: python -m tools.catalogues extract | compile | check")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
