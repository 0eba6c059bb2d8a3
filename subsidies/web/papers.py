"""The door to one paper: shown to who is on the case, never run, never kept by a browser; every look is remembered."""

from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from eldercare.audit.services import record_view
from subsidies.access import papers_visible_to
from subsidies.choices import MediaType
from subsidies.models import PaperContent

PICTURES = (MediaType.JPEG, MediaType.PNG)


@login_required
@require_safe
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Send one paper: a picture is shown, a PDF is saved; neither may run anything."""
    found = get_object_or_404(papers_visible_to(request.viewer), pk=paper_id)
    record_view(request.viewer, found.elder_id, "subsidy_paper", "page")
    kept = PaperContent.objects.get(pk=found.pk)
    return sent(found, kept.content)


def sent(found, content: bytes) -> HttpResponse:
    """Write a paper as an answer nobody keeps and nothing in it can act."""
    response = HttpResponse(content, content_type=found.media_type)
    how = "inline" if found.media_type in PICTURES else "attachment"
    response["Content-Disposition"] = f"{how}; filename=\"paper\"; filename*=UTF-8''{quote(found.name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
