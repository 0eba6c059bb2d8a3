"""Every template of the house uses the components as they are meant. Shown biting on a template that does not."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

COMPONENTS = Path("eldercare/ui/templates/cotton")
KINDS = {
    ("c-button", "variant"): {"primary", "secondary", "next", "quiet", "danger"},
    ("c-notice", "kind"): {"info", "success", "warning", "error", "refusal"},
    ("c-status", "kind"): {"ok", "info", "wait", "warn", "bad", "quiet"},
    ("c-money", "unit"): {"", "month", "day", "yuan"},
}
TAG = re.compile(r"<(c-[\w.-]+)((?:\s+[^\s/>\"'=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*)\s*/?>", re.S)
ATTRIBUTE = re.compile(r"([^\s=\"'>/]+)\s*=\s*(\"([^\"]*)\"|'([^']*)')", re.S)
DJANGO = re.compile(r"{#.*?#}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", re.S)
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', Path("eldercare/ui/static/ui/icons.svg").read_text(encoding="utf-8")))


def templates() -> Iterator[Path]:
    for app in apps.get_app_configs():
        folder = Path(app.path, "templates")
        if folder.is_relative_to(Path.cwd()) and ".venv" not in folder.parts:
            yield from folder.rglob("*.html")


def faults(markup: str) -> list[str]:
    """What a template does that it must not."""
    markup = DJANGO.sub("", markup)
    found = []
    for name, attributes in TAG.findall(markup):
        if name not in {"c-vars", "c-slot"} and not (COMPONENTS / f"{name[2:].replace('-', '_')}.html").exists():
            found.append(f"no such component: {name}")
        for key, _, double, single in ATTRIBUTE.findall(attributes):
            value = double or single
            if key.startswith(":") and "|" in value and "{{" not in value:
                found.append(f"a bound attribute takes no filter: {name} {key}={value}")
            if (name, key) in KINDS and "{" not in value and value not in KINDS[name, key]:
                found.append(f"no such {key} of {name}: {value}")
            if key in {"icon", "after"} and "{" not in value and value and value not in ICONS:
                found.append(f"no such icon: {value}")
    found += [f"no such icon: {name}" for name in re.findall(r'{%\s*icon "([\w-]+)"', markup) if name not in ICONS]
    found += re.findall(r"<[^>]*\sstyle\s*=", markup)
    found += re.findall(r"<[^>]*\son[a-z]+\s*=", markup)
    found += re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", markup)
    found += re.findall(r"<style[^>]*>", markup)
    return found


def test_every_template_uses_the_components_as_they_are_meant():
    everything = list(templates())
    assert len(everything) > 60
    wrong = {str(path): found for path in everything if (found := faults(path.read_text(encoding="utf-8")))}
    assert wrong == {}


def test_the_inspector_bites():
    assert faults('<c-nothing /><c-money :fen="x|default:0" /><c-button variant="huge" icon="bed">a</c-button>') == [
        "no such component: c-nothing",
        "a bound attribute takes no filter: c-money :fen=x|default:0",
        "no such variant of c-button: huge",
    ]
    assert faults('<p style="x">a</p><b onclick="x">a</b><script>a</script><style>a</style>{% icon "dragon" %}') == [
        "no such icon: dragon",
        "<p style=",
        "<b onclick=",
        "<script>",
        "<style>",
    ]
    assert faults('<c-money :fen="{{ x|default:0 }}" unit="month" />') == []
