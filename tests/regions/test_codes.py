import doctest

import pytest

from eldercare.regions.rules import codes


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(codes).failed == 0


@pytest.mark.parametrize(
    ("scope", "code", "inside"),
    [
        ("110000", "110105", True),
        ("110000", "120114", False),
        ("110105", "110105003", True),
        ("110105", "110106001", False),
        ("131000", "131082", True),
        ("131000", "130182", False),
        ("110105003", "110105003", True),
        ("110105003", "110105", False),
    ],
)
def test_a_scope_covers_what_lies_in_it_and_nothing_else(scope: str, code: str, inside: bool) -> None:
    assert codes.covers(scope, code) is inside
