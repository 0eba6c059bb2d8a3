"""One application, one decision, one entitlement, however many clicks arrive at the same moment."""

from collections import Counter

import pytest

from subsidies.models import Application, Decision, Entitlement, PayoutAccount
from subsidies.services.apply import apply_for_subsidy, open_from_assessment
from subsidies.services.decide import decide_at_district, review_at_street
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.subsidies import CARD, NURSING, make_assessment, make_beijing_elder, make_family
from tests.races.test_one_bed import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLIENTS = 12


def test_a_family_and_the_assessment_apply_at_once_and_there_is_one_application():
    family = make_family()
    elder = make_beijing_elder(family, level=None)
    assessment = make_assessment(elder)
    viewer = viewer_for(family)

    def apply():
        return apply_for_subsidy(
            viewer, elder_id=elder.pk, programme=NURSING, account_kind="elder_card", account_number=CARD
        ).pk

    def by_itself():
        opened = open_from_assessment(assessment.pk)
        return opened.pk if opened else "nothing to open"

    outcomes = Counter(map(str, at_once([apply] * CLIENTS + [by_itself] * CLIENTS)))
    application = Application.objects.get()
    assert outcomes[str(application.pk)] in (1, 2)  # opened by itself and completed by the family, or applied for once
    assert outcomes["already_open"] == CLIENTS - 1
    assert application.account_id == PayoutAccount.objects.get().pk


def test_officers_who_decide_at_once_make_one_decision_and_one_entitlement():
    family = make_family()
    elder = make_beijing_elder(family)
    application = apply_for_subsidy(
        viewer_for(family), elder_id=elder.pk, programme=NURSING, account_kind="elder_card", account_number=CARD
    )
    review_at_street(
        viewer_for(make_officer("street_officer", HUJIALOU)), application_id=application.pk, outcome="pass"
    )
    officers = [viewer_for(make_officer("district_officer", CHAOYANG)) for _number in range(CLIENTS)]

    def decide(officer):
        return lambda: decide_at_district(officer, application_id=application.pk, outcome="approve").outcome

    outcomes = Counter(map(str, at_once([decide(officer) for officer in officers])))
    assert outcomes == {"approve": 1, "wrong_stage": CLIENTS - 1}
    assert (Decision.objects.filter(stage="district_decision").count(), Entitlement.objects.count()) == (1, 1)
