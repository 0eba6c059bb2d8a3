"""Whoever needs several beds, lists or files takes them in one order (docs/adr/0011); out of that order they deadlock.

Each race is brought to its worst moment: both sides hold their first lock before either asks for its second.
"""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import system
from facilities.choices import ApplicationState, ClaimKind, OfferState, StayState
from facilities.models import Application, BedClaim, Offer, Stay
from facilities.services import accept_offer, apply_to_home, check_in, lock_order, offer_bed, resident_died
from subsidies.models import FactList
from subsidies.services.fact_lists import take_list
from subsidies.services.life import Fact, report_fact
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.facilities import make_application, make_bed, make_home, make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue
from tests.races.test_one_bed import at_once as all_at_once
from tests.races.worst_moment import meeting_after

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(acts):
    """Run all acts at the same moment; an act that was ended by a deadlock says so."""
    return all_at_once([lambda act=act: told(act) for act in acts])


def told(act):
    try:
        return act()
    except Refusal as refusal:
        if "deadlock detected" in str(refusal.__cause__):
            return "busy: deadlock detected"
        raise


def offered(home, elder, person, day):
    """A live offer for an elder on a bed of its own."""
    application = make_application(home, elder, person, state=ApplicationState.OFFERED)
    lapses_at = clock.now() + timedelta(hours=9)
    claim = BedClaim.objects.create(
        bed=make_bed(home), kind=ClaimKind.OFFER, days=DateRange(day, None), lapses_at=lapses_at
    )
    return Offer.objects.create(
        application=application, bed=claim.bed, claim=claim, from_day=day, lapses_at=lapses_at, price={}
    )


class TwoHomes:
    """Two elders are offered a bed at each of two homes, asked for in opposite order; somebody waits at each home."""

    def __init__(self):
        self.first, self.second = Queue(), Queue()
        self.elders = [make_elder("王一"), make_elder("王二")]
        self.waiting = [queue.join(f"等{queue.home.pk}") for queue in (self.first, self.second) for _more in range(2)]
        homes = [(self.first, self.second), (self.second, self.first)]
        for elder, order in zip(self.elders, homes, strict=True):
            for queue in order:
                offered(queue.home, elder, elder.person, queue.today)

    def deaths(self):
        return [
            lambda elder=elder: resident_died(system("test"), elder_id=elder.pk, died_on=self.first.today)
            for elder in self.elders
        ]


def test_two_deaths_that_free_beds_at_the_same_two_homes_in_opposite_order_both_come_through():
    homes = TwoHomes()
    with meeting_after("facilities.services.apply_to_home", "bed_freed"):
        at_once(homes.deaths())
    assert not Offer.objects.filter(application__elder__in=homes.elders, state=OfferState.LIVE).exists()
    asked = set(Offer.objects.filter(state=OfferState.LIVE).values_list("application", flat=True))
    assert asked == {one.application.pk for one in homes.waiting}


def test_without_the_homes_lock_the_same_two_deaths_end_in_a_deadlock(monkeypatch):
    homes = TwoHomes()
    monkeypatch.setattr(lock_order, "lock_homes", lambda home_ids: None)
    with meeting_after("facilities.services.apply_to_home", "bed_freed", patience=60):
        answers = at_once(homes.deaths())
    (loser,) = [answer for answer in answers if answer is not None]
    assert loser == "busy: deadlock detected"


def test_two_beds_whose_lapsed_offers_are_crosswise_the_next_familys_both_go_on():
    queue = Queue()
    families = [queue.join("王一"), queue.join("王二")]
    beds = [make_bed(queue.home), make_bed(queue.home)]
    acts = []
    for family, bed, other in zip(families, beds, reversed(families), strict=True):
        lapsed = clock.now() - timedelta(hours=1)
        claim = BedClaim.objects.create(
            bed=bed, kind=ClaimKind.OFFER, days=DateRange(queue.today, None), lapses_at=lapsed
        )
        Application.objects.filter(pk=family.application.pk).update(state=ApplicationState.OFFERED)
        Offer.objects.create(
            application=family.application,
            bed=bed,
            claim=claim,
            from_day=queue.today,
            offered_at=lapsed - timedelta(hours=9),
            lapses_at=lapsed,
            price={},
        )
        acts.append(
            lambda bed=bed, other=other: offer_bed(
                queue.manager,
                application_id=other.application.pk,
                bed_id=bed.pk,
                from_day=queue.today,
                out_of_turn="各换一张",
            )
        )
    with meeting_after("facilities.services.claims", "close_lapsed_on"):
        answers = at_once(acts)
    assert all(isinstance(answer, Offer) for answer in answers), answers
    live = dict(Offer.objects.filter(state=OfferState.LIVE).values_list("bed", "application"))
    crosswise = zip(beds, reversed(families), strict=True)
    assert live == {bed.pk: family.application.pk for bed, family in crosswise}


def test_a_death_reported_while_the_family_accepts_ends_one_way():
    for _round in range(6):
        queue = Queue()
        family = queue.join("王一")
        offer = offer_bed(
            queue.manager, application_id=family.application.pk, bed_id=make_bed(queue.home).pk, from_day=queue.today
        )
        officer = viewer_for(make_officer("district_officer", "110105"))
        died = Fact(kind="death", on=queue.today)
        at_once(
            [
                lambda: accept_offer(family.viewer, offer_id=offer.pk),  # noqa: B023
                lambda: report_fact(officer, elder_id=family.elder.pk, fact=died),  # noqa: B023
            ]
        )
        assert not Stay.objects.filter(elder=family.elder, state=StayState.EXPECTED).exists()
        assert not BedClaim.objects.filter(bed=offer.bed_id, released_at__isnull=True).exists()


def test_one_family_applies_to_five_homes_at_the_same_moment():
    daughter = make_user("女儿")
    elder = make_elder(guardian=daughter.person)
    viewer = viewer_for(daughter)
    acts = [
        lambda home=home: apply_to_home(
            viewer,
            facility_id=home.pk,
            elder_id=elder.pk,
            room_type="double",
            care_grade="full",
            wanted_from=clock.today(),
            consent_text_version="2026-01",
        )
        for home in [make_home() for _number in range(5)]
    ]
    with meeting_after("facilities.services.apply_to_home", "_keep", sides=5):
        answers = at_once(acts)
    assert [isinstance(answer, Application) for answer in answers] == [True] * 5


def test_an_elder_checked_in_at_two_homes_at_once_lives_in_one():
    for _round in range(6):
        daughter = make_user("女儿")
        elder = make_elder(guardian=daughter.person)
        queues = [Queue(), Queue()]
        stays = []
        for queue in queues:
            stay = make_stay(queue.home, elder, daughter.person, since=date(2026, 1, 1))
            # As if both had been agreed: the builder's residents are turned back into expected ones.
            stay.delete()
            stays.append(
                Stay.objects.create(
                    elder=elder,
                    facility=queue.home,
                    application=stay.application,
                    claim=stay.claim,
                    room_type="double",
                    stay_kind="short" if stays else "long",  # for good, an elder is expected in one home only
                    days=DateRange(queue.today, None),
                    state=StayState.EXPECTED,
                )
            )
        acts = [
            lambda queue=queue, stay=stay: check_in(queue.manager, stay_id=stay.pk)
            for queue, stay in zip(queues, stays, strict=True)
        ]
        answers = at_once(acts)
        assert sorted(isinstance(answer, Stay) for answer in answers) == [False, True]
        assert "lives_elsewhere" in answers


def a_list_of_deaths(officer, elders, day):
    """What an office handed in and looked at: these elders have died."""
    blank = {
        "region": "",
        "circumstance": "",
        "category": None,
        "level": None,
        "until": "",
        "name": "",
        "id_number": "",
    }
    rows = [
        {**blank, "number": number, "kind": "death", "on": day.isoformat(), "elder": str(elder.pk), "state": "ready"}
        for number, elder in enumerate(elders, start=2)
    ]
    return FactList.objects.create(
        region_id="110105", by_id=officer.user_id, file_name="名单.csv", rows=rows, total=len(rows), ready=len(rows)
    )


def test_two_lists_of_deaths_whose_homes_come_in_opposite_order_are_taken_in_whole():
    """One transaction takes a whole list in: the second death's home is locked after the first's bed was offered on."""
    queues = [Queue(), Queue()]
    for queue in queues:
        for _more in range(2):
            queue.join(f"等{queue.home.pk}")
    officer = viewer_for(make_officer("district_officer", "110105"))
    lists = []
    for order in (queues, queues[::-1]):
        elders = [make_elder("王一"), make_elder("王二")]
        for queue, elder in zip(order, elders, strict=True):
            make_stay(queue.home, elder, elder.person, since=date(2026, 1, 1))
        lists.append(a_list_of_deaths(officer, elders, queues[0].today))
    with meeting_after("subsidies.services.life", "resident_died"):
        taken = at_once([lambda found=found: take_list(officer, list_id=found.pk) for found in lists])
    assert [[row["state"] for row in found.rows] for found in taken] == [["taken"] * 2] * 2
    assert Offer.objects.filter(state=OfferState.LIVE).count() == 4
