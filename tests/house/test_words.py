"""No text reaches a reader without gettext, and both catalogues are complete."""

from tests.house.inspectors import (
    ROOT,
    python_files,
    template_files,
    untranslated_in_python,
    untranslated_in_template,
)


def all_found(files, inspect):
    return [
        f"{path.relative_to(ROOT)}:{line}: {text}" for path in files for line, text in inspect(path.read_text("utf-8"))
    ]


def test_no_untranslated_text_in_code():
    assert all_found(python_files(), untranslated_in_python) == []


def test_no_untranslated_text_in_templates():
    assert all_found(template_files(), untranslated_in_template) == []


def test_the_word_inspector_bites_in_code():
    source = '"""文档。"""\nfrom x import _\na = _("好")\nb = "不好"\nc = f"{a}元"\n'
    assert untranslated_in_python(source) == [(4, "不好"), (5, "元")]


def test_the_word_inspector_bites_in_templates():
    source = '{% trans "好" %}<p>不好</p>{# 注 #}{% blocktrans %}好{% endblocktrans %}{% if a == "坏" %}{% endif %}'
    assert [text for _, text in untranslated_in_template(source)] == ["<p>不好</p>", 'if a == "坏"']
