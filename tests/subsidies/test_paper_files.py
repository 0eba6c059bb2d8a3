"""What a file is, looked into: fit to be kept, or the reason why not. No database."""

import pytest

from subsidies.rules.paper_file import Unfit, inspect
from subsidies.rules.papers import askable, no_paper_needed, papers, papers_for
from tests.builders import papers as files

UNFIT = {
    "empty": lambda: b"",
    "unknown_type": lambda: b"MZ\x90\x00 a program",
    "heic": lambda: b"\0\0\0\x18ftypheic" + b"\0" * 40,
    "unreadable": lambda: files.pdf()[:200],
    "encrypted": files.pdf_with_a_password,
    "active": files.pdf_with_a_program,
    "two_in_one": lambda: files.pdf() + b"<script>alert(1)</script>",
    "too_many_pages": lambda: files.pdf(61),
    "too_heavy": lambda: files.picture("PNG", (20_000, 9_000)),
}


@pytest.mark.parametrize("code", UNFIT)
def test_an_unfit_file_is_named(code):
    with pytest.raises(Unfit) as unfit:
        inspect(UNFIT[code]())
    assert unfit.value.code == code


def test_other_disguises_are_seen_through():
    for content, code in (
        (files.pdf_with_an_attachment(), "active"),
        (files.pdf_that_swells(), "too_heavy"),
        (files.picture() + b"PK\x05\x06" + b"\0" * 18, "two_in_one"),
        (files.picture()[:300], "unreadable"),
    ):
        with pytest.raises(Unfit) as unfit:
            inspect(content)
        assert unfit.value.code == code


def test_a_pdf_is_kept_as_it_is_and_a_picture_is_drawn_anew_without_hidden_parts():
    found, kept = inspect(files.pdf(3))
    assert (found.media_type, found.pages, kept) == ("application/pdf", 3, files.pdf(3))
    taken = files.picture_with_a_place()
    found, kept = inspect(taken)
    assert found.media_type == "image/jpeg" and b"116.4074E" in taken and b"116.4074E" not in kept
    script = files.picture("PNG") + b"<script>alert(1)</script>"
    found, kept = inspect(script)
    assert found.media_type == "image/png" and b"<script>" not in kept


def test_what_a_paper_shows_is_data_and_says_that_none_is_needed():
    note, cite = no_paper_needed()
    assert "不用交纸质证明" in str(note) and (cite.document, cite.article) == ("京民养老发〔2019〕160号", "四(三)")
    assert [one.id for one in papers_for(["tier"])] == ["certificate", "assessment", "hardship"]
    assert set(askable()) - set(papers()) == {"facts", "account_number"}
