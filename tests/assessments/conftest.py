"""A family with an elder, and a team in Tianjin."""

from types import SimpleNamespace

import pytest

from tests.builders.accounts import make_user, viewer_for
from tests.builders.assessments import make_team
from tests.builders.people import make_elder


@pytest.fixture
def scene(db) -> SimpleNamespace:
    """`family` acts for `elder` (户籍 in 朝阳); `stranger` acts for somebody else; `team` works in 武清."""
    family, stranger = make_user("李娜"), make_user("外人")
    elder = make_elder(guardian=family.person)
    return SimpleNamespace(
        family=family,
        stranger=stranger,
        elder=elder,
        others=make_elder("赵大爷", guardian=stranger.person),
        team=make_team(),
        viewer=viewer_for(family),
    )
