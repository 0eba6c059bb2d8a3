"""A decision's paper as a page and as a PDF. Each look is remembered; without the PDF library the page prints as well."""

from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from eldercare.audit.services import record_view
from subsidies.access import applications_visible_to, documents_visible_to
from subsidies.models import Document
from subsidies.selectors.documents import shown_document

log = structlog.get_logger(__name__)


class CannotPrint(Exception):
    """The PDF library, or something it needs from the machine, is not there."""


@never_cache
@login_required
@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a decision's paper; it prints as it stands."""
    return render(request, "subsidies/document.html", _paper(request, document_id))


@never_cache
@login_required
@require_safe
def document_pdf(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Give the paper as a PDF; where none can be made, the page with a sentence that says how to print it."""
    context = _paper(request, document_id)
    try:
        pdf = pdf_of(render_to_string("subsidies/document_pdf.html", context, request=request))
    except CannotPrint as error:
        log.warning("pdf_not_made", because=str(error))
        return render(request, "subsidies/document.html", {**context, "no_pdf": True})
    name = f"decision-{context['paper'].document.year}-{context['paper'].document.serial}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def pdf_of(html: str) -> bytes:
    """Print a page to PDF; nothing is fetched from anywhere. Raises CannotPrint.

    The library is loaded only here: it needs pango from the machine, which a bare one lacks.
    """
    try:
        from weasyprint import CSS, HTML
    except (ImportError, OSError) as error:
        raise CannotPrint(type(error).__name__) from error
    sheet = CSS(string=Path(finders.find("subsidies/paper.css")).read_text("utf-8"), url_fetcher=_fetch_nothing)
    return HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(stylesheets=[sheet])


def _fetch_nothing(url: str, *_args: Any, **_options: Any) -> dict[str, Any]:
    raise ValueError(_("决定书不引用外部内容。"))


def _paper(request: HttpRequest, document_id: UUID) -> dict[str, Any]:
    rows = documents_visible_to(request.viewer).select_related("decision__application")
    found: Document = get_object_or_404(rows, pk=document_id)
    application = found.decision.application
    record_view(request.viewer, application.elder_id, "subsidy_document", "page")
    beside = applications_visible_to(request.viewer).filter(pk=application.pk, elder__in=request.viewer.places("elder"))
    return {"paper": shown_document(found), "application": application, "is_family": beside.exists()}
