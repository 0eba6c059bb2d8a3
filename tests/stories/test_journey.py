"""The whole way of a family through pages alone, without a script: from the search to the routed subsidy."""

import re
from datetime import timedelta

import pytest

from eldercare.audit.services import move_clock
from eldercare.kernel import clock
from eldercare.kernel.viewer import system
from eldercare.recognition.services import load_reference as load_agreements
from facilities.choices import StayState
from facilities.models import Stay
from facilities.services import relist
from subsidies.models import Entitlement, Routing
from tests.builders.accounts import make_officer, make_user
from tests.builders.assessments import answers_totalling, make_team
from tests.builders.facilities import make_application, make_bed, make_home, make_staff
from tests.builders.people import id_number
from tests.builders.regions import CHAOYANG, HUJIALOU
from tests.builders.subsidies import NURSING, make_beijing_elder, make_family
from tests.stories.browser import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NET = "¥5,600.00"  # 2,000 + 3,000 + 1,200 − 600


def found(pattern: str, text: str) -> str:
    """Give the id a pattern finds."""
    return re.search(pattern, text)[1]


def test_a_family_goes_all_the_way_through_pages():
    load_agreements()
    team, home = make_team(), make_home("示例·运河养老院")
    make_bed(home)
    relist()
    manager = make_user("院长")
    make_staff(manager, home)
    visitor, family = Browser(), Browser(make_user("李娜"))

    price_is_seen(visitor, home)
    elder = elder_is_registered(family)
    elder_is_assessed(family, team, elder)
    subsidy_is_decided(family, elder)
    bed_is_accepted(family, Browser(manager), home, elder)
    subsidy_is_routed(family, elder)

    page = family.see(f"/elders/{elder}")
    assert NET in page.text
    assert "每月先付示例·运河养老院的床位费和护理费" in page.text


def price_is_seen(visitor: Browser, home) -> None:
    page = visitor.see("/describe?next=/homes")
    page = visitor.fill(page, age=82, hukou=CHAOYANG, level=3, hardship="none")
    assert NET in page.text
    assert NET in visitor.see(f"/homes/{home.pk}").text


def elder_is_registered(family: Browser) -> str:
    born = clock.today().replace(month=1, day=1)
    typed = {
        "name": "王桂兰",
        "id_number": id_number(born.replace(year=born.year - 82)),
        "hukou_region": HUJIALOU,
        "applicant_name": "李娜",
        "applicant_id_number": id_number(born.replace(year=born.year - 54)),
        "no_others": "on",
        "agree": "on",
    }
    page = family.fill(family.see("/elders/new?relation=child"), **typed)
    assert "申请能力评估" in page.text
    return found(r"/elders/([0-9a-f-]{36})", family.at)


def elder_is_assessed(family: Browser, team, elder: str) -> None:
    page = family.see(f"/elders/{elder}/assessment")
    family.fill(page, agency=str(team.agency.pk))
    lead, first, second = Browser(team.lead), Browser(team.first), Browser(team.second)
    listed = " ".join(lead.see("/assessments/").links)
    door = f"/assessments/{found(r'/assessments/([0-9a-f-]{36})', listed)}/"
    staff = {assessor.user_id: str(assessor.pk) for assessor in team.agency.assessors.all()}
    page = lead.see(door)
    lead.fill(page, first_assessor=staff[team.first.pk], second_assessor=staff[team.second.pk])
    record_answers(first, door)
    second.fill(second.see(f"{door}conclude"))
    page = family.see(f"/elders/{elder}")
    assert "重度失能" in page.text


def record_answers(first: Browser, door: str) -> None:
    """Fill in the 26 items by the names the page gives them."""
    page = first.see(f"{door}record")
    form = next(form for form in page.forms if len(form.names) > 26)
    answers = answers_totalling(40)
    values = {name: answers[code] for name in form.names for code in answers if name.endswith(code)}
    assert len(values) == 26
    first.fill(page, button=("hand_in", "yes"), **values, **_no_conditions(form.names))


def _no_conditions(names: set[str]) -> dict[str, object]:
    wanted = {"coma": "no", "dementia_or_psychiatric_diagnosis": "no", "risk_events_30_days": 0}
    return {name: value for name in names for key, value in wanted.items() if name.endswith(key)}


def subsidy_is_decided(family: Browser, elder: str) -> None:
    page = family.see(f"/elders/{elder}/subsidy/apply/{NURSING}")
    page = family.fill(page, programmes=NURSING)
    page = family.fill(page, action="")
    page = family.fill(page, account_kind="elder_card", account_number="6228480012345678")
    page = family.see(family.at.replace("papers", "confirm"))
    family.fill(page, agreed="on")
    street = Browser(make_officer("street_officer", HUJIALOU))
    file = found(r"/desk/subsidies/([0-9a-f-]{36})", " ".join(street.see("/desk/subsidies").links))
    street.fill(street.see(f"/desk/subsidies/{file}"), outcome="pass")
    district = Browser(make_officer("district_officer", CHAOYANG))
    district.fill(district.see(f"/desk/subsidies/{file}"), outcome="approve")
    assert Entitlement.objects.get().monthly_fen == 60_000
    assert "已批准" in family.see(f"/elders/{elder}").text


def bed_is_accepted(family: Browser, manager: Browser, home, elder: str) -> None:
    page = family.see(f"/homes/{home.pk}/apply?elder={elder}")
    today = clock.today()
    wanted = {"room_type": "double", "care_grade": "full", "wanted_from": today, "consent": "on"}
    family.fill(page, elder=elder, **wanted)
    application = found(r"/applications/([0-9a-f-]{36})", family.at)
    page = manager.see(f"/home/{home.pk}/applications/{application}")
    form = next(form for form in page.forms if "bed" in form.names)
    bed = next(value for value, _label in form.options["bed"] if value)
    manager.fill(page, bed=bed, from_day=today, hours=48)
    page = family.see(f"/elders/{elder}")
    assert "答复养老院留给您的床位" in page.text
    offer = found(r"(/offers/[0-9a-f-]{36})", " ".join(page.links))
    family.fill(family.see(offer), action="accept")
    stay = Stay.objects.get()
    page = manager.see(f"/home/{home.pk}/stays/{stay.pk}")
    manager.fill(page, action="check-in")
    stay.refresh_from_db()
    assert stay.state == StayState.IN


def subsidy_is_routed(family: Browser, elder: str) -> None:
    page = family.see(f"/elders/{elder}")
    assert "让补贴直接付养老院的费用" in page.text
    family.fill(family.see(f"/elders/{elder}/routing"), agreed="on")
    assert Routing.objects.get().from_month == clock.this_month().first_day


def test_a_lapsed_offer_on_the_way_loses_nothing():
    """The clock passes the offer's hour: the family is told, the application stays, and a new offer can be made."""
    load_agreements()
    home, user = make_home(), make_user("院长")
    make_staff(user, home)
    family_user = make_family()
    elder = make_beijing_elder(family_user)
    application = make_application(home, elder, family_user.person)
    make_bed(home)
    manager, family = Browser(user), Browser(family_user)
    page = manager.see(f"/home/{home.pk}/applications/{application.pk}")
    form = next(form for form in page.forms if "bed" in form.names)
    bed = next(value for value, _label in form.options["bed"] if value)
    manager.fill(page, bed=bed, from_day=clock.today(), hours=1)
    offer = found(r"(/offers/[0-9a-f-]{36})", " ".join(family.see(f"/elders/{elder.pk}").links))
    drawn = family.see(offer)

    move_clock(system("test"), timedelta(hours=2))
    page = family.fill(drawn, action="accept", status=409)

    assert "已经过了答复时间" in page.text
    assert "留床已过答复时间，等机构重新答复" in family.see(f"/elders/{elder.pk}").text
    page = manager.see(f"/home/{home.pk}/applications/{application.pk}")
    manager.fill(page, bed=bed, from_day=clock.today(), hours=1)
