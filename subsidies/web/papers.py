"""The door to one paper: shown to who is on the case, never run, never kept by a browser; every look is remembered."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from eldercare.audit.services import record_view
from eldercare.ui.uploads import guarded_file
from subsidies.access import papers_visible_to
from subsidies.selectors.filings import content_of_paper


@login_required
@require_safe
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Send one paper: a picture is shown, a PDF is saved; neither may run anything."""
    found = get_object_or_404(papers_visible_to(request.viewer), pk=paper_id)
    record_view(request.viewer, found.elder_id, "subsidy_paper", "page")
    content = content_of_paper(found)
    return guarded_file(content, media_type=found.media_type, name=found.name, shown=found.is_picture)
