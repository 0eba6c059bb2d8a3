"""A class of the list counts from the moment the home has its proof, and a spouse's only while the spouse lives there."""

from datetime import date

import pytest

from eldercare.audit.models import Event
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Letter
from facilities.choices import OfferState
from facilities.models import Offer
from facilities.selectors.waiting import places_of, priority_shown, residents_to_name
from facilities.services import end_stay, set_priority
from tests.builders.facilities import make_stay
from tests.builders.people import make_elder
from tests.builders.waiting import Queue
from tests.facilities.test_admission_pages import client_of, read

pytestmark = pytest.mark.django_db


class Couple:
    """A husband lives in the home; his wife waits, behind somebody who came first and who wants the same room."""

    def __init__(self):
        self.queue = Queue()
        self.husband = self.resident("赵德海")
        self.first = self.queue.join("王一")
        self.wife = self.queue.join("孙秀兰", priority_asked="spouse", priority_words="老伴赵德海住在这里")

    def resident(self, name, queue=None):
        elder = make_elder(name)
        return make_stay((queue or self.queue).home, elder, elder.person, since=date(2026, 1, 1))

    def confirm(self, resident=None, **more):
        said = {"priority": "spouse", "because": "看过结婚证", "resident": resident and resident.pk, **more}
        return set_priority(self.queue.manager, application_id=self.wife.application.pk, **said)

    def numbers(self):
        ids = [self.first.application.pk, self.wife.application.pk]
        places = places_of(ids, self.queue.today)
        return [places[pk].number for pk in ids]

    def shown(self):
        self.wife.application.refresh_from_db()
        return priority_shown(self.wife.application, self.queue.today)


@pytest.fixture
def couple():
    return Couple()


def code_of(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code


def test_the_familys_word_alone_changes_no_place(couple):
    assert couple.numbers() == [1, 2]
    assert (couple.shown().counts, couple.shown().because) == (False, "")
    assert code_of(couple.confirm) == "proof_missing"
    assert couple.numbers() == [1, 2]


def test_only_somebody_who_lives_in_this_home_now_is_proof(couple):
    elsewhere = couple.resident("别家的人", Queue())
    gone = couple.resident("已离院的人")
    end_stay(couple.queue.manager, stay_id=gone.pk, until=couple.queue.today, reason="went_home")
    offered = Offer.objects.get(state=OfferState.LIVE)
    Offer.objects.filter(pk=offered.pk).update(state=OfferState.WITHDRAWN)
    own = make_stay(
        Queue().home, couple.wife.elder, couple.wife.elder.person, since=date(2026, 1, 1), until=date(2026, 2, 1)
    )
    for stay in (elsewhere, gone, own):
        assert code_of(lambda stay=stay: couple.confirm(stay)) == "proof_missing"
    couple.confirm(couple.husband)
    assert couple.numbers() == [2, 1]
    assert (couple.shown().counts, couple.shown().proof) == (True, "resident")


def test_who_waits_is_not_their_own_proof(couple):
    own = make_stay(couple.queue.home, couple.wife.elder, couple.wife.elder.person, since=date(2026, 1, 1))
    assert code_of(lambda: couple.confirm(own)) == "proof_missing"


def test_an_urgent_case_needs_a_paper_that_was_looked_at(couple):
    said = {"priority": "crisis", "because": "核实过", "application_id": couple.first.application.pk}
    assert code_of(lambda: set_priority(couple.queue.manager, **said)) == "proof_missing"
    assert code_of(lambda: set_priority(couple.queue.manager, document=" ", **said)) == "proof_missing"
    set_priority(couple.queue.manager, document="出院小结", **said)
    couple.first.application.refresh_from_db()
    assert couple.first.application.priority_case["set"]["proof"] == {"kind": "document", "document": "出院小结"}


def test_a_spouse_who_leaves_ends_the_priority_before_the_bed_is_offered(couple):
    """The bed the husband leaves goes to whoever is first without him: the order is right in the same act."""
    couple.confirm(couple.husband)
    end_stay(couple.queue.manager, stay_id=couple.husband.pk, until=couple.queue.today, reason="death")
    assert couple.numbers() == [1, 2]
    assert Offer.objects.get(state=OfferState.LIVE).application_id == couple.first.application.pk
    assert (couple.shown().counts, couple.shown().because) == (False, "")
    assert Event.objects.filter(act="waiting.priority_ended").count() == 1
    assert Letter.objects.get(kind="waiting.priority_ended").to_person_id == couple.wife.viewer.person_id


def test_somebody_elses_leaving_ends_no_priority(couple):
    couple.confirm(couple.husband)
    other = couple.resident("别的住户")
    end_stay(couple.queue.manager, stay_id=other.pk, until=couple.queue.today, reason="went_home")
    assert couple.shown().counts
    assert Offer.objects.get(state=OfferState.LIVE).application_id == couple.wife.application.pk


def test_the_home_is_shown_who_could_be_meant_with_masked_names(couple):
    other = couple.resident("别的住户")
    shown = residents_to_name(couple.queue.home.pk, "老伴赵德海住在这里", but=couple.wife.elder.pk)
    assert [(one.stay_id, one.named) for one in shown] == [(couple.husband.pk, True), (other.pk, False)]
    assert "德海" not in shown[0].name


def test_the_family_reads_that_it_is_not_proven_and_what_to_do_and_the_home_confirms_it_on_its_page(couple):
    family, manager = client_of(couple.wife.viewer), client_of(couple.queue.manager)
    at, home_at = f"/applications/{couple.wife.application.pk}", f"/home/{couple.queue.home.pk}/applications"
    page = read(family.get(at))
    assert "“与配偶团聚”还没有证明" in page and "带结婚证或户口簿给机构看一次" in page
    home_page = read(manager.get(f"{home_at}/{couple.wife.application.pk}"))
    assert "还没有证明" in home_page and "家属说明里的姓名" in home_page and "赵德海 ·" not in home_page
    assert "申请“与配偶团聚”，还没有证明" in read(manager.get(f"/home/{couple.queue.home.pk}/waiting"))
    said = {"priority": "spouse", "because": "看过结婚证"}
    landed = manager.post(f"{home_at}/{couple.wife.application.pk}/priority", said, follow=True)
    assert "请选出住在本机构的配偶" in read(landed)
    said["resident"] = str(couple.husband.pk)
    assert "已认定" in read(manager.post(f"{home_at}/{couple.wife.application.pk}/priority", said, follow=True))
    assert "机构在入住登记里核对过：看过结婚证" in read(family.get(at))
    assert "申请“与配偶团聚”" not in read(manager.get(f"/home/{couple.queue.home.pk}/waiting"))
    rule = read(family.get(f"/homes/{couple.queue.home.pk}/waiting-list"))
    assert "要有证明：" in rule
    row = family.get(f"/api/v1{at}").json()
    assert row["priority_asked"] == {
        "priority": "spouse",
        "words": "老伴赵德海住在这里",
        "proven": True,
        "next_step": "",
    }
