"""The house's own inspectors: small functions that find what breaks a law of docs/house.md. Each is shown biting."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.apps import apps
from django.template.base import Lexer, TokenType
from django.urls import URLPattern, URLResolver

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("eldercare", "assessments", "facilities", "subsidies")
FLOORS = [
    "ui",
    "audit",
    "regions",
    "people",
    "accounts",
    "recognition",
    "assessments",
    "facilities",
    "subsidies",
    "portal",
]
CHINESE = re.compile(r"[一-鿿]")
SPOKEN = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "say",
    "N_",
}


# Foreign keys


def uphill_relations(relations: Iterable[tuple[str, str, str]]) -> list[str]:
    """Find relations (name, floor it stands on, floor it points to) that point up the staircase."""
    height = {label: number for number, label in enumerate(FLOORS)}
    return [
        name for name, here, there in relations if here in height and there in height and height[there] > height[here]
    ]


def named_backwards(relations: Iterable[tuple[str, str, str, bool]]) -> list[str]:
    """Find relations across floors (… and whether the backward name is hidden) that give the lower noun an attribute."""
    return [name for name, here, there, hidden in relations if here != there and there in FLOORS and not hidden]


def relations_of_the_house() -> Iterator[tuple[str, str, str, bool]]:
    """Give every foreign key of the house: its name, its floor, the floor it points to, whether backward is hidden."""
    for model in apps.get_models():
        if model._meta.app_label not in FLOORS:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model is not None:
                name = f"{model._meta.label}.{field.name}"
                yield name, model._meta.app_label, field.related_model._meta.app_label, field.remote_field.hidden


# Words


def untranslated_in_python(source: str) -> list[tuple[int, str]]:
    """Find Chinese texts in code that go to a reader without gettext or `say`. Docstrings are not for readers."""
    tree = ast.parse(source)
    allowed = {id(node) for node in _docstrings(tree)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if _called(call) in SPOKEN:
            allowed |= {id(node) for argument in call.args for node in ast.walk(argument)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and id(node) not in allowed
    ]


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def untranslated_in_template(source: str) -> list[tuple[int, str]]:
    """Find Chinese in a template outside `trans`, `blocktrans`, comments and `_()`."""
    found, inside, quiet = [], False, False
    for token in Lexer(source).tokenize():
        text = token.contents
        if token.token_type == TokenType.BLOCK:
            word = text.split()[0]
            if word in {"blocktrans", "blocktranslate"}:
                inside = True
            elif word in {"endblocktrans", "endblocktranslate"}:
                inside = False
            elif word == "comment":
                quiet = True
            elif word == "endcomment":
                quiet = False
            elif word not in {"trans", "translate"} and CHINESE.search(re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", text)):
                found.append((token.lineno, text))
        elif token.token_type == TokenType.VAR:
            if CHINESE.search(re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", text)):
                found.append((token.lineno, text))
        elif token.token_type == TokenType.TEXT and not inside and not quiet and CHINESE.search(text):
            found.append((token.lineno, text.strip()[:60]))
    return found


def python_files() -> Iterator[Path]:
    """Give the house's own Python files; migrations repeat what the models say."""
    for package in PACKAGES:
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts)


def template_files() -> Iterator[Path]:
    """Give the house's own templates."""
    for package in PACKAGES:
        yield from (path for path in sorted((ROOT / package).rglob("templates/**/*")) if path.is_file())


# Doors


def doors(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every door: its route as written, and the pattern behind it."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from doors(pattern.url_patterns, route)
        else:
            yield route, pattern
