"""A family moves a resident to another home: one case that the family, the home that is left and the new home see.

The move itself happens at check-in (`stay.check_in`): the old stay ends on the day the new one begins, in one transaction.
Where the benefit pays then is the floor above's (subsidies.services.reroute).
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import stays_visible_to
from facilities.choices import StayKind, StayState
from facilities.models import Application, Stay, Transfer
from facilities.services.apply_to_home import apply_to_home, lives_here
from facilities.services.guards import family_only, found, no_longer
from facilities.services.letters import tell_home
from facilities.services.lock_order import lock_elder


@transaction.atomic
def request_transfer(
    viewer: Viewer,
    *,
    stay_id: UUID,
    facility_id: UUID,
    room_type: str,
    care_grade: str,
    wanted_from: date,
    consent_text_version: str,
    also_rooms: Sequence[str] = (),
    bed_type: str = "",
    priority_asked: str = "",
    priority_words: str = "",
) -> Transfer:
    """Ask another home to take a resident over; the old home is told. The resident stays where they are until the move.

    Raises what `apply_to_home` raises, and `same_home` (422), `already_answered` (409) for a stay that is not running.
    """
    stay = found(stays_visible_to(viewer).select_related("facility"), stay_id)
    family_only(viewer, stay.elder_id)
    lock_elder(stay.elder_id)
    stay.refresh_from_db(fields=["state"])
    if stay.state != StayState.IN:
        raise no_longer(stay)
    if stay.facility_id == facility_id:
        raise lives_here()
    application = apply_to_home(
        viewer,
        facility_id=facility_id,
        elder_id=stay.elder_id,
        room_type=room_type,
        care_grade=care_grade,
        wanted_from=wanted_from,
        consent_text_version=consent_text_version,
        also_rooms=also_rooms,
        bed_type=bed_type,
        priority_asked=priority_asked,
        priority_words=priority_words,
    )
    return _request(viewer, stay, application)


def move_from_where_they_live(viewer: Viewer, application: Application) -> None:
    """Let an acceptance by an elder who lives at another home be a move from there.

    They may have been on this list before they moved in there, or have asked for the move while still at a third home.
    """
    stay = Stay.objects.select_related("facility").filter(elder=application.elder_id, state=StayState.IN).first()
    asked = Transfer.objects.filter(application=application).first()
    if stay and application.stay_kind == StayKind.LONG and (asked is None or asked.old_stay_id != stay.pk):
        _request(viewer, stay, application)


def _request(viewer: Viewer, stay: Stay, application: Application) -> Transfer:
    who = {"elder_id": stay.elder_id, "old_stay": stay, "by_person_id": viewer.person_id}
    transfer, _made = Transfer.objects.update_or_create(application=application, defaults=who)
    facts = {"stay": str(stay.pk), "application": str(application.pk)}
    record(viewer, "transfer.requested", str(transfer), place=stay.facility.region_id, facts=facts)
    if stay.facility_id == application.facility_id:
        return transfer  # who was here for a short stay stays
    tell_home(
        stay.facility_id,
        kind="transfer.requested",
        subject=say("一位老人打算转到别的机构"),
        body=say(
            "家属希望 {day} 起转院。新机构办理入住的那天，这里自动办理离院；请提前结清和交接。",
            day=application.wanted_from,
        ),
    )
    return transfer
