"""My elder: one page with the steps, the next one on top, and what each part knows. Only for those beside the elder."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.audit.services import record_view
from eldercare.portal.journeys.elder_file import ElderFile, elder_file
from eldercare.portal.rules.timeline import Door
from facilities.rules.words import LEVELS


@never_cache
@login_required
@require_safe
def elder(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show an elder's case to the family."""
    file = elder_file(request.viewer, elder_id)
    if file is None:
        raise Http404
    record_view(request.viewer, elder_id, "case", _("查看老人的办理进度"))
    level_name = LEVELS[file.assessment.level] if file.assessment else None
    context = {"file": file, "next_address": _next_address(file), "level_name": level_name}
    return render(request, "portal/elder.html", context)


def _next_address(file: ElderFile) -> str:
    """Give where the next step is taken; nothing when there is only waiting."""
    elder_id = file.card.elder_id
    match file.next_step.door:
        case Door.ASSESSMENT:
            return reverse("assessments:elder", args=[elder_id])
        case Door.SUBSIDY:
            return reverse("subsidies:elder", args=[elder_id])
        case Door.HOMES:
            return reverse("portal:homes")
        case Door.OFFER:
            return reverse("portal:offer", args=[file.offer.pk])
        case Door.ROUTING:
            return reverse("subsidies:route", args=[elder_id])
        case Door.PAYMENTS:
            return reverse("subsidies:payments", args=[elder_id])
    return ""
