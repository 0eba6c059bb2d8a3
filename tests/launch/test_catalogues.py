"""The catalogue tool: it finds every kind of sentence and names each one that is missing, doubtful or left over."""

from pathlib import Path

import pytest

from tools import catalogues

PYTHON = 'from x import say\nsay("您有{count}个床位", count=3)\n"这句不是"\n'
TEMPLATE = """
<main>
    {% if bed %}
            <p>{% trans "看床位" %}</p>
  {% endif %}
 {% blocktrans %}共 {{ total }} 张{% endblocktrans %}
</main>
"""
DATA = """
translate: true
document: 京民养老发〔2019〕160号
conditions:
  - id: hukou
    text: 具有本市户籍
    because: {label: 户籍在本市}
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house of one floor, with one sentence in each kind of place."""
    floor = tmp_path / "floor"
    for folder in ("templates", "data"):
        (floor / folder).mkdir(parents=True)
    (floor / "services.py").write_text(PYTHON)
    (floor / "templates" / "page.html").write_text(TEMPLATE)
    (floor / "data" / "law.yaml").write_text(DATA)
    (floor / "data" / "plain.yaml").write_text(DATA.replace("translate: true", ""))
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogues, "SOURCES", ("floor",))
    return tmp_path


def translate(house: Path, **english: str) -> None:
    """Fill the English catalogue's entries that the house has."""
    path = house / "locale" / "en" / "LC_MESSAGES" / "django.po"
    text = path.read_text()
    for chinese, translated in english.items():
        text = text.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{translated}"')
    path.write_text(text)


ENGLISH = {
    "您有{count}个床位": "You have {count} beds",
    "看床位": "See the beds",
    "共 %(total)s 张": "%(total)s in all",
    "具有本市户籍": "Registered in this city",
    "户籍在本市": "the registration is in this city",
}


def test_sentences_are_found_in_python_in_any_template_and_in_data_that_ask(house: Path) -> None:
    found = [(file, message) for file, _line, message, _comments, _context in catalogues.messages()]
    assert found == [
        ("floor/data/law.yaml", "具有本市户籍"),
        ("floor/data/law.yaml", "户籍在本市"),
        ("floor/services.py", "您有{count}个床位"),
        ("floor/templates/page.html", "看床位"),
        ("floor/templates/page.html", "共 %(total)s 张"),
    ]


def test_a_complete_catalogue_has_no_problems_and_compiles(house: Path) -> None:
    catalogues.extract_all()
    translate(house, **ENGLISH)
    assert catalogues.problems() == []
    catalogues.compile_all()
    assert (house / "locale" / "en" / "LC_MESSAGES" / "django.mo").exists()


def test_what_is_not_translated_is_named_with_its_place(house: Path) -> None:
    catalogues.extract_all()
    translate(house, **{key: value for key, value in ENGLISH.items() if key != "看床位"})
    assert catalogues.problems() == ["en: not translated: '看床位' (floor/templates/page.html:4)"]


def test_a_translation_that_loses_a_figure_is_named(house: Path) -> None:
    catalogues.extract_all()
    translate(house, **{**ENGLISH, "您有{count}个床位": "You have beds"})
    assert catalogues.problems() == ["en: placeholders differ: '您有{count}个床位' (floor/services.py:2)"]


def test_a_sentence_that_is_gone_is_named_until_the_next_extraction_removes_it(house: Path) -> None:
    catalogues.extract_all()
    translate(house, **ENGLISH)
    (house / "floor" / "services.py").write_text("")
    assert catalogues.problems() == ["en: no longer used: '您有{count}个床位'"]
    catalogues.extract_all()
    assert catalogues.problems() == []


def test_an_extraction_keeps_what_was_translated(house: Path) -> None:
    catalogues.extract_all()
    translate(house, **ENGLISH)
    catalogues.extract_all()
    assert catalogues.problems() == []
