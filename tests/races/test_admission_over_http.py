"""The same races through the doors: sessions, request keys, transactions, and what each client is told."""

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client

from eldercare.accounts.models import User
from eldercare.audit.models import RequestKey
from eldercare.kernel import clock
from facilities.choices import ClaimKind, OfferState, StayState
from facilities.models import Application, BedClaim, Offer, Stay
from facilities.services import close_lapsed_offers, offer_bed
from tests.builders.accounts import sign_in
from tests.builders.facilities import make_application, make_bed
from tests.builders.people import make_elder
from tests.builders.waiting import Queue
from tests.races.test_one_bed import CLIENTS, at_once, without_the_wall

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BUSY = 409


class Desk:
    """Somebody signed in once, who then knocks from as many places as one likes."""

    def __init__(self, viewer):
        first = sign_in(Client(), User.objects.get(pk=viewer.user_id))
        self.cookies = first.cookies

    def post(self, path, body=None, *, key):
        client = Client(raise_request_exception=False)
        client.cookies = self.cookies
        answer = client.post(
            f"/api/v1/{path}", body or {}, content_type="application/json", headers={"Idempotency-Key": key}
        )
        return answer.status_code, answer.json()


def offers_of_one_bed():
    """Two hundred families wait; the home offers the one bed to all of them at the same moment."""
    queue = Queue()
    bed, desk = make_bed(queue.home), Desk(queue.manager)
    elders = [make_elder(f"王{number}") for number in range(CLIENTS)]
    rows = [make_application(queue.home, elder, elder.person) for elder in elders]
    body = {"bed": str(bed.pk), "from_day": str(queue.today), "out_of_turn": "一起来办"}
    acts = [lambda row=row: desk.post(f"applications/{row.pk}/offers", body, key=f"offer-{row.pk}") for row in rows]
    return bed, acts


def test_two_hundred_clients_want_one_bed_and_one_gets_it():
    bed, acts = offers_of_one_bed()
    answers = at_once(acts)
    statuses = Counter(status for status, _body in answers)
    assert statuses == {201: 1, 409: CLIENTS - 1}
    assert {body["code"] for status, body in answers if status == BUSY} <= {"bed_taken", "offer_live"}
    assert all(body["next_step"] for status, body in answers if status == BUSY)
    assert Offer.objects.filter(bed=bed).count() == BedClaim.objects.filter(bed=bed).count() == 1
    assert Application.objects.filter(state="offered").count() == 1


def test_without_the_walls_the_same_clients_get_it_many_times():
    bed, acts = offers_of_one_bed()
    # The list's own lock and the bed's are no walls: whoever comes next finds the bed free in the table.
    wall = next(row for row in Offer._meta.constraints if row.name == "one_live_offer_per_bed")
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.remove_constraint(Offer, wall)
    try:
        with without_the_wall():
            answers = at_once(acts[:20])
            assert Counter(status for status, _body in answers)[201] > 1
            assert BedClaim.objects.filter(bed=bed, released_at__isnull=True).count() > 1
    finally:
        Offer.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Offer, wall)


def offered():
    queue = Queue()
    family = queue.join("王一")
    offer = offer_bed(
        queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
    )
    return queue, family, offer


def test_accepting_with_one_key_and_with_many_is_one_stay_and_one_answer():
    _queue, family, offer = offered()
    desk = Desk(family.viewer)
    keys = ["same"] * 10 + [f"another-{number}" for number in range(10)]
    answers = at_once([lambda key=key: desk.post(f"offers/{offer.pk}/accept", key=key) for key in keys])
    assert {status for status, _body in answers} == {200}
    assert {body["stay"] for _status, body in answers} == {str(Stay.objects.get().pk)}
    assert RequestKey.objects.filter(door="offer.accept").count() == 11
    assert BedClaim.objects.filter(released_at__isnull=True).count() == 1


def test_a_key_that_was_used_for_one_offer_answers_for_no_other():
    _queue, family, offer = offered()
    desk = Desk(family.viewer)
    assert desk.post(f"offers/{offer.pk}/decline", {"stay_on_list": True}, key="k")[0] == 200
    status, body = desk.post(f"offers/{offer.pk}/decline", {"stay_on_list": False}, key="k")
    assert (status, body["code"]) == (409, "key_reused")


def test_accepting_withdrawing_twice_and_expiring_at_once_end_one_way():
    """Family accepts, family withdraws, the home takes it back, the sweeper comes: the hour runs out among them."""
    ends = Counter()
    for number in range(12):
        queue, family, offer = offered()
        lapses_at = clock.now() + timedelta(milliseconds=40 * (number % 4))
        Offer.objects.filter(pk=offer.pk).update(lapses_at=lapses_at)
        BedClaim.objects.filter(pk=offer.claim_id).update(lapses_at=lapses_at)
        desk, home = Desk(family.viewer), Desk(queue.manager)
        at = f"offers/{offer.pk}"
        answers = at_once(
            [
                lambda desk=desk, at=at: desk.post(f"{at}/accept", key="a"),
                lambda desk=desk, row=family.application: desk.post(f"applications/{row.pk}/withdraw", key="w"),
                lambda home=home, at=at: home.post(f"{at}/withdraw", key="h"),
                close_lapsed_offers,
            ]
        )
        assert {answer[0] for answer in answers if isinstance(answer, tuple)} <= {200, 409}
        close_lapsed_offers()
        offer.refresh_from_db()
        claims = BedClaim.objects.filter(pk=offer.claim_id, released_at__isnull=True).count()
        stays = Stay.objects.filter(application=family.application, state=StayState.EXPECTED).count()
        live = Offer.objects.filter(application=family.application, state=OfferState.LIVE).count()
        place = family.state
        accepted = offer.state == OfferState.ACCEPTED
        assert (claims, stays, live) == ((1, 1, 0) if accepted else (0, 0, 0))
        assert offer.state in (OfferState.ACCEPTED, OfferState.WITHDRAWN, OfferState.LAPSED)
        assert (place == "accepted") == accepted
        assert (answers[0][0] == 200) == accepted
        assert accepted or place in ("withdrawn", "submitted")
        assert BedClaim.objects.filter(pk=offer.claim_id, kind=ClaimKind.STAY).exists() == accepted
        ends[offer.state] += 1
    assert sum(ends.values()) == 12
