"""The colours of the look are legible in every view: computed from the tokens themselves, by WCAG's formula."""

import re
from pathlib import Path

import pytest

TOKENS = Path("eldercare/ui/static/ui/tokens.css").read_text(encoding="utf-8")
DARK = "(prefers-color-scheme: dark)"

TEXT_ON_GROUNDS = [
    ("ink", ["paper", "surface", "sunken", "brand-tint", "accent-tint", "ok-tint", "warn-tint", "bad-tint"]),
    ("ink-soft", ["paper", "surface", "sunken", "brand-tint", "accent-tint", "bad-tint", "quiet-tint"]),
    ("brand", ["paper", "surface", "sunken", "brand-tint"]),
    ("accent", ["paper", "surface", "sunken", "accent-tint", "warn-tint", "bad-tint", "brand-tint", "ok-tint"]),
    ("ok", ["paper", "surface", "ok-tint"]),
    ("warn", ["paper", "surface", "warn-tint"]),
    ("bad", ["paper", "surface", "bad-tint"]),
    ("quiet", ["quiet-tint"]),
    ("on-brand", ["brand-fill", "brand-fill-hover"]),
    ("on-accent", ["accent-fill", "accent-fill-hover"]),
]
EDGES_ON_GROUNDS = [("line-strong", ["paper", "surface"]), ("focus", ["paper", "surface"]), ("star", ["surface"])]


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", css))


def block(css: str, selector: str) -> str:
    """The declarations between the braces that follow a selector."""
    return css.split(selector, 1)[1].split("{", 1)[1].split("}", 1)[0]


def scheme(view: str, light: bool) -> dict[str, str]:
    day, night = TOKENS.split(f"@media {DARK}")
    chosen = colours(block(day, ":root"))
    if view == "elder":
        chosen |= colours(block(day, ':root[data-view="elder"]'))
    return chosen if light else chosen | colours(block(night, ':root[data-view="elder"]'))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_the_known_values():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert round(contrast("#ffffff", "#767676"), 2) == 4.54


@pytest.mark.parametrize("light", [True, False], ids=["light", "dark"])
@pytest.mark.parametrize(("view", "least"), [("normal", 4.5), ("elder", 7.0)])
def test_every_text_colour_is_legible_on_every_ground_it_stands_on(view, least, light):
    tokens = scheme(view, light)
    too_weak = [
        (text, ground, round(contrast(tokens[text], tokens[ground]), 2))
        for text, grounds in TEXT_ON_GROUNDS
        for ground in grounds
        if contrast(tokens[text], tokens[ground]) < least
    ]
    assert too_weak == []


@pytest.mark.parametrize("light", [True, False], ids=["light", "dark"])
@pytest.mark.parametrize("view", ["normal", "elder"])
def test_edges_of_inputs_stars_and_focus_stand_out(view, light):
    tokens = scheme(view, light)
    too_weak = [
        (edge, ground, round(contrast(tokens[edge], tokens[ground]), 2))
        for edge, grounds in EDGES_ON_GROUNDS
        for ground in grounds
        if contrast(tokens[edge], tokens[ground]) < 3
    ]
    assert too_weak == []


def test_no_rule_outside_the_tokens_names_a_colour_of_its_own():
    for sheet in ("base.css", "layout.css", "components.css"):
        css = Path("eldercare/ui/static/ui", sheet).read_text(encoding="utf-8")
        assert re.findall(r":[^;]*#[0-9a-fA-F]{3,8}\b", css) == [], sheet
