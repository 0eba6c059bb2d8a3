"""What a family says about an elder becomes the facts of a preview, and what it did not say stays unknown."""

import json
from datetime import date

from eldercare.people.choices import CIRCUMSTANCE_NAMES
from eldercare.portal.rules.description import EXCLUSIONS, HARDSHIPS, Description, description_from, elder_from

TODAY = date(2026, 6, 15)


def test_a_full_description_becomes_an_elder_with_every_circumstance_answered():
    said = Description(age=82, hukou="110105", level=3, certificate=(4, 1), hardship="low_income", draws=())

    elder = elder_from(said, TODAY)

    assert elder["birth_date"] == "1944-06-01"
    assert elder["hukou"] == [{"region": "110105", "from": "1944-06-01", "until": None}]
    assert elder["assessments"] == [
        {"standard": "GB/T 42195-2022", "level": 3, "concluded_on": "2026-06-15", "valid_until": "2027-06-14"}
    ]
    assert elder["certificates"][0]["category"] == 4
    assert elder["certificates"][0]["components"] is None
    assert {name for name, value in elder["circumstances"].items() if value} == {"low_income"}
    assert None not in elder["circumstances"].values()


def test_what_the_family_does_not_know_is_unknown_and_not_false():
    elder = elder_from(Description(age=70, hukou="120114"), TODAY)

    assert elder["assessments"] == []
    assert set(elder["circumstances"].values()) == {None}


def test_a_description_survives_the_journey_through_the_session():
    said = Description(age=90, hukou="110102", certificate=(7, 2), draws=("work_injury_nursing",))

    assert description_from(json.loads(json.dumps(said.to_json()))) == said


def test_a_description_answers_every_circumstance_the_rules_know():
    assert {*HARDSHIPS, *EXCLUSIONS} == {*CIRCUMSTANCE_NAMES}
