"""Families, elders with all that an application needs, assessments and applications, for tests that begin there."""

from datetime import date

from assessments.choices import Reason, State
from assessments.models import Agency, Assessment
from eldercare.kernel import clock
from subsidies.models import Application
from subsidies.rules.facts import CIRCUMSTANCES
from tests.builders.accounts import make_user
from tests.builders.people import make_elder, make_person
from tests.builders.recognition import agreements
from tests.builders.regions import CHAOYANG, HUJIALOU, TIANJIN
from tests.builders.settlement import make_account

NURSING = "beijing/2019-160/nursing"
HARDSHIP = "beijing/2019-160/hardship"
SENIORITY = "beijing/2019-160/seniority"
CARD = "6228480012345678"
NOTHING = dict.fromkeys(CIRCUMSTANCES, False)


def make_family(name: str = "李娜"):
    """A user with a person: somebody who can stand beside an elder."""
    user = make_user(name)
    if user.person_id is None:
        user.person = make_person(name)
        user.save()
    return user


def make_beijing_elder(family, *, level: int | None = 3, circumstances: dict | None = None, **more):
    """An elder of 朝阳·呼家楼 with everything declared and, unless told otherwise, assessed 重度失能 in Tianjin today."""
    elder = make_elder(
        guardian=family.person,
        circumstances={**NOTHING, **(circumstances or {})},
        welfare_allowances=[],
        prison=[],
        **more,
    )
    if level is not None:
        make_assessment(elder, level=level)
    return elder


def make_assessment(elder, *, level: int = 3, region: str = TIANJIN, concluded_on: date | None = None) -> Assessment:
    """A concluded result of two assessors of an agency, valid for a year."""
    agreements()
    on = concluded_on or clock.today()
    agency, _new = Agency.objects.get_or_create(name=f"示例·评估机构{region}", defaults={"region_id": region})
    return Assessment.objects.create(
        elder=elder,
        agency=agency,
        instrument="GB/T 42195-2022",
        reason=Reason.values[0],
        state=State.CONCLUDED,
        requested_by=elder.person,
        first_assessor=make_user("评估员甲"),
        second_assessor=make_user("评估员乙"),
        answers={},
        conditions={},
        recorded_at=clock.now(),
        result={"total": 40},
        level=level,
        concluded_on=on,
        valid_until=on.replace(year=on.year + 1, day=min(on.day, 28)),
        validity_rule="builder",
    )


def make_application(
    elder, by_person, *, programme: str = NURSING, applied_on: date | None = None, **more
) -> Application:
    """An application of the family, to 朝阳·呼家楼."""
    return Application.objects.create(
        elder=elder,
        programme=programme,
        applied_on=applied_on or clock.today(),
        applied_by=by_person,
        account=make_account(elder),
        street_id=HUJIALOU,
        district_id=CHAOYANG,
        facts={},
        verdict={},
        **more,
    )
