"""From which age the law calls somebody an elder: dated, cited data."""

from datetime import date

import pytest

from eldercare.people.rules.age import is_adult, is_elder, required_age


def test_sixty_is_reached_on_the_birthday():
    assert not is_elder(date(1966, 6, 15), date(2026, 6, 14))
    assert is_elder(date(1966, 6, 15), date(2026, 6, 15))


def test_the_age_comes_with_its_article():
    years, cite = required_age("elder", date(2026, 6, 15))
    assert (years, cite.document, cite.article) == (60, "中华人民共和国老年人权益保障法", "第二条")


def test_no_age_was_the_law_before_the_law():
    with pytest.raises(LookupError):
        required_age("elder", date(1996, 9, 30))


def test_eighteen_makes_an_adult():
    assert not is_adult(date(2008, 6, 15), date(2026, 6, 14))
    assert is_adult(date(2008, 6, 15), date(2026, 6, 15))
