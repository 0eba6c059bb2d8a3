"""公示 for everybody: what is on show by place, and an objection to it, without signing in."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused_in_form
from subsidies.access import postings_on_show
from subsidies.models import Objection
from subsidies.selectors.postings import posting_cards, posting_page
from subsidies.services.publicity import object_to_posting
from subsidies.web.desk_forms import ObjectionForm
from subsidies.web.family import do_once

TEMPLATE = "subsidies/object.html"


@require_safe
def postings(request: HttpRequest) -> HttpResponse:
    """Show what is on public view today, by place."""
    place = request.GET.get("place", "")[:9]
    cards, after = posting_page(postings_on_show(clock.today()), place=place, after=request.GET.get("after", ""))
    return render(request, "subsidies/postings.html", {"cards": cards, "place": place, "next": after})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """Object to one case on show; the answer can be read later at the address that is given."""
    posting = get_object_or_404(postings_on_show(clock.today()), pk=posting_id)
    (card,) = posting_cards([posting])
    form = ObjectionForm(request.POST or None)
    context = {"card": card}
    if request.method != "POST" or not form.is_valid():
        return render(request, TEMPLATE, {"form": form, **context}, status=422 if form.errors else 200)
    made: list[UUID] = []

    def act() -> Objection:
        objection = object_to_posting(request.viewer, posting_id=posting_id, **form.cleaned_data)
        made.append(objection.pk)
        return objection

    try:
        do_once(request, "subsidies.object", act)
    except Refusal as refusal:
        return refused_in_form(request, TEMPLATE, form, refusal, **context)
    return redirect("subsidies:objection", made[0]) if made else redirect("subsidies:postings")


@never_cache
@require_safe
def objection(request: HttpRequest, objection_id: UUID) -> HttpResponse:
    """Show an objection's answer to whoever holds its address: neither who objected nor to whom it was."""
    found = get_object_or_404(Objection.objects.select_related("posting"), pk=objection_id)
    (card,) = posting_cards([found.posting])
    return render(request, "subsidies/objection.html", {"objection": found, "card": card})
