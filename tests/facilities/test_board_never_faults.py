"""Whatever is sent to the board's pages, the answer is a page that says what is wrong: never a fault."""

import pytest
from django.test import Client

from tests.builders.accounts import make_user, sign_in
from tests.builders.facilities import make_bed, make_home, make_staff

pytestmark = pytest.mark.django_db
NONSENSE = ["", "\0", "床" * 3000, "-1", "9" * 400, "1:2:3:4", "9999-12-31", "0001-01-01"]
FIELDS = ["bed", "to", "why", "until", "hours", "held_for", "request_key", "mark"]


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_in_any_field_is_answered(text):
    home, user = make_home(prices=False), make_user()
    make_staff(user, home)
    bed = make_bed(home)
    client = sign_in(Client(raise_request_exception=False), user)
    at = f"/home/{home.pk}/board"
    sent = [
        (at, {"bed": [f"{bed.pk}:free"], "to": "held", "hours": "24", field: text, "request_key": text[:1]})
        for field in FIELDS
    ]
    sent += [
        (f"{at}/confirm", {"mark": text, "request_key": text}),
        (f"{at}/sheet/apply", {"sealed": text, "request_key": text}),
        (f"{at}/rooms", {"name": text, "room_type": "double", "beds": text, "bed_type": "nursing"}),
        (f"{at}/close", {"beds": [text], "until": text}),
        (f"/homes/{home.pk}/wrong-number", {"says": "full", "note": text}),
        ("/board-link/a.b:c", {"seen": text, "act": text}),
    ]
    faults = [path for path, body in sent if client.post(path, body).status_code >= 500]
    assert faults == []
    assert client.get(f"{at}/history", {"at": text}).status_code in (200, 422)
