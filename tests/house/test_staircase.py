"""Imports and foreign keys go down the stairs, never up."""

import shutil
import subprocess
import sys

from tests.house.inspectors import PACKAGES, ROOT, named_backwards, relations_of_the_house, uphill_relations


def lint(folder):
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def copy_of_the_house(folder):
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("templates", "static", "__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_imports_walk_down_the_stairs():
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_the_import_inspector_bites_on_a_floor_a_room_and_an_impure_rule(tmp_path):
    house = copy_of_the_house(tmp_path)
    (house / "eldercare/regions/rules/upstairs.py").write_text("import facilities.models\n")
    (house / "facilities/rules/impure.py").write_text("from django.db import models\n")
    (house / "assessments/rules/backwards.py").write_text("import assessments.models\n")
    answer = lint(house)
    assert answer.returncode == 1
    assert "eldercare.regions.rules.upstairs -> facilities.models" in answer.stdout
    assert "facilities.rules.impure -> django" in answer.stdout
    assert "assessments.rules.backwards -> assessments.models" in answer.stdout


def test_foreign_keys_walk_down_the_stairs():
    assert uphill_relations((name, here, there) for name, here, there, _ in relations_of_the_house()) == []


def test_a_lower_noun_gets_no_attribute_from_above():
    assert named_backwards(relations_of_the_house()) == []


def test_the_foreign_key_inspector_bites():
    assert uphill_relations([("people.Elder.home", "people", "facilities")]) == ["people.Elder.home"]
    assert named_backwards([("facilities.Stay.elder", "facilities", "people", False)]) == ["facilities.Stay.elder"]
