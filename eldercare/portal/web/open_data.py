"""The page of open data: what there is, what each field means, under which terms, as of when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eldercare.kernel import clock
from eldercare.portal.rules.open_data import published


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    terms, sets = published()
    return render(request, "portal/open_data.html", {"terms": terms, "datasets": sets.values(), "as_of": clock.now()})
