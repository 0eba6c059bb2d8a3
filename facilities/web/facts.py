"""A home's own facts page: what it says of itself, its hospitals, care workers and photos; and the photos for everybody."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.kernel.refusal import Refusal
from eldercare.ui.forms import add_refusal
from facilities.models import Facility, Photo
from facilities.rules.pictures import MEDIA_TYPE
from facilities.rules.words import FACT_NAMES
from facilities.services import home_facts
from facilities.services.home_facts import OWN_FACTS
from facilities.web.forms import CareWorkerForm, FactsForm, HospitalForm, PhotoForm
from facilities.web.home import FORBIDDEN, frame, my_home

TEMPLATE = "facilities/facts.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show what the home says of itself; change it."""
    home = my_home(request, facility_id)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, home))
    form = FactsForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, {**_context(request, home), "form": form}, status=422)
    try:
        changed = home_facts.set_facts(request.viewer, facility_id=home.pk, facts=form.cleaned_data)
    except Refusal as no:
        return _again(request, home, "form", form, no)
    names = "、".join(str(FACT_NAMES[name]) for name in changed)
    messages.success(request, _("已保存：%(names)s。") % {"names": names} if changed else _("没有改动。"))
    return redirect("facilities:facts", home.pk)


def _context(request: HttpRequest, home: Facility) -> dict[str, Any]:
    return {
        **frame(request, home),
        "form": FactsForm(initial={name: getattr(home, name) for name in OWN_FACTS}),
        "hospital_form": HospitalForm(),
        "worker_form": CareWorkerForm(),
        "photo_form": PhotoForm(),
        "hospitals": list(home.hospital_agreements.order_by("hospital")),
        "care_workers": list(home.care_team.filter(left_on__isnull=True).order_by("level", "since", "pk")),
        "photos": list(home.photos.defer("image").order_by("position")),
        "provenance": [
            (one, [FACT_NAMES[name] for name in one["fields"] if name in FACT_NAMES]) for one in home.provenance
        ],
    }


def _again(request: HttpRequest, home: Facility, name: str, form: Any, no: Refusal) -> HttpResponse:
    if no.status == FORBIDDEN:
        raise no
    add_refusal(form, no)
    return render(request, TEMPLATE, {**_context(request, home), name: form}, status=no.status)


ADDING = {
    "hospitals": ("hospital_form", HospitalForm, home_facts.add_hospital),
    "care-team": ("worker_form", CareWorkerForm, home_facts.add_care_worker),
    "photos": ("photo_form", PhotoForm, home_facts.add_photo),
}


@login_required
@require_POST
def add(request: HttpRequest, facility_id: UUID, what: str) -> HttpResponse:
    """Add a hospital, a care worker or a photo."""
    home = my_home(request, facility_id)
    if what not in ADDING:
        raise Http404
    name, Form, act = ADDING[what]
    form = Form(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, TEMPLATE, {**_context(request, home), name: form}, status=422)
    said = dict(form.cleaned_data)
    if what == "photos":
        said = {"alt": said["alt"], "content": said["photo"].read()}
    try:
        act(request.viewer, facility_id=home.pk, **said)
    except Refusal as no:
        return _again(request, home, name, form, no)
    messages.success(request, _("已加上。"))
    return redirect("facilities:facts", home.pk)


@login_required
@require_POST
def change(request: HttpRequest, facility_id: UUID, what: str, row_id: UUID, change: str) -> HttpResponse:
    """Take a hospital or a photo away, move a photo, note that a care worker left."""
    home = my_home(request, facility_id)
    viewer = request.viewer
    if what == "hospitals" and change == "remove":
        home_facts.remove_hospital(viewer, facility_id=home.pk, agreement_id=row_id)
    elif what == "care-team" and change == "leave":
        home_facts.care_worker_left(viewer, facility_id=home.pk, worker_id=row_id)
    elif what == "photos" and change in ("up", "down", "remove"):
        home_facts.change_photo(viewer, facility_id=home.pk, photo_id=row_id, change=change)
    else:
        raise Http404
    messages.success(request, _("已改好。"))
    return redirect("facilities:facts", home.pk)


@require_safe
@cache_control(public=True, max_age=86400, immutable=True)
def photo(request: HttpRequest, facility_id: UUID, photo_id: UUID) -> HttpResponse:
    """Hand out a photo; it never changes under its number."""
    row = get_object_or_404(Photo, pk=photo_id, facility=facility_id)
    return HttpResponse(bytes(row.image), content_type=MEDIA_TYPE)
