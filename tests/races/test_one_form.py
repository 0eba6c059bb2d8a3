"""Two guardians send their forms for the same elder at the same moment; and the same race without the wall."""

from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection

from subsidies.models import Application, Filing
from subsidies.services import apply, filing
from subsidies.services.filing import begin_filing, save_filing, send_filing
from tests.builders.accounts import viewer_for
from tests.builders.people import stand_beside
from tests.builders.subsidies import CARD, NURSING, SENIORITY, make_beijing_elder, make_family
from tests.races.test_one_bed import at_once
from tests.races.worst_moment import meeting_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GUARDIANS = 6
WALL = "one_open_application_per_programme_and_elder"


def guardians_with_forms(elder, first):
    """Several who may act, each with the same form filled in; gives what each will do."""
    acts = []
    for number in range(GUARDIANS):
        user = first if number == 0 else make_family(f"子女{number}")
        if number:
            stand_beside(elder, user.person)
        viewer = viewer_for(user)
        form = begin_filing(viewer, elder_id=elder.pk, programmes=[NURSING, SENIORITY])
        save_filing(viewer, filing_id=form.pk, account={"kind": "elder_card", "number": CARD})
        acts.append(lambda viewer=viewer, form=form: len(send_filing(viewer, filing_id=form.pk, agreed=True)))
    return acts


@contextmanager
def without_the_wall(monkeypatch):
    """Take the lock on the elder's benefits and the unique index down."""
    wall = next(row for row in Application._meta.constraints if row.name == WALL)
    monkeypatch.setattr(filing, "lock_name", lambda name: None)
    monkeypatch.setattr(apply, "lock_name", lambda name: None)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Application, wall)
    try:
        yield
    finally:
        Application.objects.update(state="withdrawn")
        with connection.schema_editor() as editor:
            editor.add_constraint(Application, wall)


def test_of_guardians_who_send_at_once_one_is_first_and_the_others_are_told_and_lose_nothing():
    family = make_family()
    elder = make_beijing_elder(family)
    outcomes = Counter(map(str, at_once(guardians_with_forms(elder, family))))
    assert outcomes == {"2": 1, "already_open": GUARDIANS - 1}
    assert Application.objects.count() == 2
    drafts = Filing.objects.filter(state="draft")
    assert [one.contents["account"]["number"] for one in drafts] == [CARD] * (GUARDIANS - 1)


def test_without_the_wall_several_are_first(monkeypatch):
    family = make_family()
    elder = make_beijing_elder(family)
    acts = guardians_with_forms(elder, family)
    with without_the_wall(monkeypatch):
        with meeting_after("subsidies.services.filing", "account_number_of", GUARDIANS, patience=60):
            outcomes = Counter(map(str, at_once(acts)))
        assert outcomes["2"] > 1, outcomes
        assert Application.objects.filter(programme=NURSING).count() == outcomes["2"]
