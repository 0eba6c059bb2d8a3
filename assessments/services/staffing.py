"""Agencies are entered, and their assessors come and go. The ones who go lose the grant at their next request."""

from datetime import date
from uuid import UUID

from django.db import transaction

from assessments.choices import Role
from assessments.models import Agency, Assessor
from assessments.selectors import assessors_in_force
from eldercare.audit.services import record as remember
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer


@transaction.atomic
def enter_agency(viewer: Viewer, *, name: str, region: str, credit_code: str = "", is_demo: bool = False) -> Agency:
    """Enter an agency, or give the one of that name in the region. For imports and demos; no door leads here."""
    agency, is_new = Agency.objects.get_or_create(
        region_id=region, name=name, defaults={"credit_code": credit_code, "is_demo": is_demo}
    )
    if is_new:
        remember(viewer, "agency.entered", f"agency:{agency.pk}", place=f"region:{region}")
    return agency


@transaction.atomic
def appoint_assessor(
    viewer: Viewer,
    *,
    agency_id: UUID | str,
    user_id: UUID | str,
    role: str = Role.ASSESSOR,
    medical_background: bool = False,
    valid_from: date | None = None,
) -> Assessor:
    """Take a user on at an agency from a day (today). A user who is there already stays as they are."""
    serving = assessors_in_force(clock.today()).filter(agency=agency_id, user=user_id).first()
    if serving is not None:
        return serving
    assessor = Assessor.objects.create(
        agency_id=agency_id,
        user_id=user_id,
        role=role,
        medical_background=medical_background,
        valid_from=valid_from or clock.today(),
    )
    remember(viewer, "assessor.appointed", str(assessor), place=f"agency:{agency_id}")
    return assessor


@transaction.atomic
def end_assessor(viewer: Viewer, *, assessor_id: UUID | str) -> Assessor:
    """End an assessor's time at the agency, as of today. Raises Refusal `not_found` (404) for all but the agency's lead."""
    leads = viewer.places("agency", Role.LEAD)
    assessor = lock_one(assessors_in_force(clock.today()).filter(pk=assessor_id, agency__in=leads))
    if assessor is None:
        raise Refusal("not_found", say("没有找到这位评估员。"), next_step=say("请从列表重新进入。"), status=404)
    assessor.valid_until = clock.today()
    assessor.save(update_fields=["valid_until"])
    remember(viewer, "assessor.ended", str(assessor), place=f"agency:{assessor.agency_id}")
    return assessor
