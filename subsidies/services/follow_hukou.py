"""An application that waits at a street follows the 户籍 when it moves (160号 四(三)). Entitlements move elsewhere."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import system
from eldercare.people.models import HukouSpell
from eldercare.regions.rules.codes import covers, district_of
from eldercare.regions.selectors import full_name
from subsidies.choices import ApplicationState
from subsidies.models import Application
from subsidies.rules.programme import benefit
from subsidies.services.apply import STREET_DIGITS
from subsidies.services.letters import tell_family

MOVED_AT_ONCE = 200


def follow_the_hukou() -> int:
    """Send on the applications whose street is no longer that of the 户籍; gives how many. Safe to ring twice."""
    found = _elsewhere().order_by("pk").values_list("pk", flat=True)[:MOVED_AT_ONCE]
    return sum(_send_on(application_id) for application_id in list(found))


def _elsewhere():
    """Find what waits for its first look at a street where the elder's 户籍 of today does not lie."""
    here = HukouSpell.objects.filter(elder=OuterRef("elder"), region=OuterRef("street"), days__contains=clock.today())
    somewhere = HukouSpell.objects.filter(
        elder=OuterRef("elder"), days__contains=clock.today(), region__code__regex=rf"^\d{{{STREET_DIGITS}}}$"
    )
    waiting = Application.objects.filter(state=ApplicationState.SUBMITTED)
    return waiting.filter(~Exists(here), Exists(somewhere))


@transaction.atomic
def _send_on(application_id: UUID) -> bool:
    application = lock_one(_elsewhere().filter(pk=application_id))
    if application is None:
        return False
    spell = HukouSpell.objects.get(elder=application.elder_id, days__contains=clock.today())
    asked = benefit(application.programme)
    if not covers(asked.programme.region, spell.region_id):
        return False  # out of the region: the street concludes, the rule says no
    before, application.street_id = application.street_id, spell.region_id
    application.district_id = district_of(spell.region_id)
    application.save(update_fields=["street", "district"])
    record(
        system("hukou"),
        "subsidy.sent_on",
        f"subsidy_application:{application.pk}",
        place=application.street_id,
        facts={"from": before},
    )
    tell_family(
        application.elder_id,
        kind="subsidy.sent_on",
        subject=say("{benefit}的申请转到了新的街道", benefit=asked.name),
        body=say(
            "老人的户籍迁了，申请已经转到{street}，从那里接着办，不用重新申请，申请日期不变。",
            street=full_name(application.street_id),
        ),
    )
    return True
