"""The directory's desk: spreadsheets of homes in, checked row by row, written and taken back; the same out again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import restored
from eldercare.regions.rules.codes import scope_prefix
from eldercare.regions.selectors import full_name, full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.htmx import page_or_part
from facilities.access import import_scope, imports_visible_to
from facilities.choices import ImportState, RowDecision, RowVerdict
from facilities.models import DirectoryImport, Facility, ImportRow
from facilities.rules.changes import FACTS
from facilities.rules.export_row import BESIDE_NAMES, written
from facilities.rules.identity import name_key
from facilities.rules.import_row import WAITING
from facilities.rules.words import FACT_NAMES
from facilities.selectors.export import export_csv, export_xlsx
from facilities.services.apply_import import decide_row, order_apply, order_undo, take_waiting, weigh_again
from facilities.services.import_homes import begin_import
from facilities.services.judge_rows import facts_of
from facilities.services.kept_rows import TOLD, homes_in
from facilities.web.forms import UploadForm

PAGE = 50
RECENT = 20
WORKING = (ImportState.READING, ImportState.APPLYING, ImportState.UNDOING)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# In the order somebody who checks wants to see them.
ORDER = ("conflict", "refused", TOLD, "new", "update", "merge", "same")


def _scope(request: HttpRequest) -> list[str]:
    scope = import_scope(request.viewer)
    if scope is None:
        raise Http404
    return scope


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def directory(request: HttpRequest) -> HttpResponse:
    """List the imports of the officer's regions; take a new file in."""
    scope = _scope(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    imports = imports_visible_to(request.viewer).defer("content").order_by("-made_at")[:RECENT]
    context = {
        "places": [full_name(code) for code in scope],
        "imports": [(batch, homes_in(batch.counts)) for batch in imports],
    }
    if request.method != "POST":
        return render(request, "facilities/directory.html", {"form": form, **context})
    if not form.is_valid():
        return render(request, "facilities/directory.html", {"form": form, **context}, status=422)
    file = form.cleaned_data["file"]
    try:
        batch = begin_import(request.viewer, file_name=file.name, content=file.read(), later=True)
    except Refusal as no:
        return refused_in_form(request, "facilities/directory.html", form, no, **context)
    return redirect("facilities:directory_import", batch.pk)


@never_cache
@login_required
@require_safe
def show(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show what each row would do (or did), what was not used, and how far the work is."""
    rows = imports_visible_to(request.viewer).defer("content").select_related("job")
    batch = get_object_or_404(rows, pk=import_id)
    chosen = request.GET.get("verdict", "")
    chosen = chosen if chosen in ORDER else next((one for one in ORDER if batch.counts.get(one)), "")
    return page_or_part(
        request,
        "facilities/directory_import.html",
        part="import_live",
        batch=batch,
        working=batch.state in WORKING,
        refusal=[restored(batch.refusal[part]) for part in ("sentence", "next_step") if batch.refusal[part]]
        if batch.refusal
        else [],
        tabs=[
            (_("有提醒") if one == TOLD else RowVerdict(one).label, f"?verdict={one}", one == chosen, batch.counts[one])
            for one in ORDER
            if batch.counts.get(one)
        ],
        homes=homes_in(batch.counts),
        beside=sum(batch.counts.get(f"beside_{word}", 0) for word in ("new", "update")),
        waiting=[(word, count) for word in WAITING if (count := batch.counts.get(f"waits_{word}", 0))],
        left=[sheet for sheet in batch.notes.get("sheets", ()) if sheet.get("left")],
        skipped=[restored(one) for one in batch.notes.get("skipped", ())],
        skipped_more=batch.notes.get("skipped_more", 0),
        columns=_columns(batch.notes),
        chosen=chosen,
        **_page(batch, chosen, request.GET.get("after", "")),
    )


def _columns(notes: dict[str, Any]) -> list[tuple[str, int, list[str], list[str]]]:
    """Say of each sheet: its name, its rows, the columns used, those not used."""
    return [
        (sheet["name"], sheet["rows"], list(sheet["columns"]), sheet["unused"] if sheet["has_header"] else [])
        for sheet in notes.get("sheets", ())
    ]


def _page(batch: DirectoryImport, verdict: str, after: str) -> dict[str, Any]:
    """Give a page of the rows with one verdict, each with those it is set against beside it."""
    start = int(after) if after.isdigit() and len(after) < 9 else 0
    of_them = Q(values__has_key="problems") if verdict == TOLD else Q(verdict=verdict)
    found = list(batch.rows.filter(of_them, line__gt=start).order_by("line")[: PAGE + 1])
    rows, more = found[:PAGE], len(found) > PAGE
    beside = _beside(batch, rows)
    places = full_names(
        {code for row in rows for code in (row.values.get("region_id"), *row.changes.get("region_id", ())) if code}
        | {one["region_id"] for one in beside.values() if one.get("region_id")}
    )
    for one in (*beside.values(), *(row.values for row in rows)):
        one["place"] = places.get(one.get("region_id", ""), "")
    return {
        "rows": [
            (row, [restored(one) for one in row.reasons], *_sides(row, beside), _said(row, places), _alone(row, beside))
            for row in rows
        ],
        "next": f"?verdict={verdict}&after={rows[-1].line}" if more else None,
        "may_decide": batch.state == ImportState.PREVIEWED and verdict == RowVerdict.CONFLICT,
    }


def _beside(batch: DirectoryImport, rows: list[ImportRow]) -> dict[str, dict[str, Any]]:
    """Fetch the homes and lines that rows are set against: three queries a page."""
    named = {one for row in rows for one in row.against}
    homes = Facility.objects.filter(pk__in=[one.partition(":")[2] for one in named if one.startswith("facility:")])
    lines = batch.rows.filter(line__in=[int(one.partition(":")[2]) for one in named if one.startswith("line:")])
    found = {f"facility:{home.pk}": facts_of(home) for home in homes}
    found |= {f"line:{row.line}": {**row.values, "at": row.row, "sheet": row.sheet} for row in lines}
    return found


def _said(row: ImportRow, places: dict[str, str]) -> list[tuple[Any, str, str]]:
    """Give what a row changes, fact by fact: its name, what it is to be, what it was."""
    names = BESIDE_NAMES.get(row.values.get("of", ""), FACT_NAMES)

    def words(name: str, value: Any) -> str:
        if name == "region_id":
            return places.get(value, "")
        return _("有") if name == "certificate_no" and value else written(name, value)

    return [
        (names[name], words(name, now), words(name, was))
        for name, (was, now) in row.changes.items()
        if name in names and name != "datum"
    ]


def _alone(row: ImportRow, beside: dict[str, dict[str, Any]]) -> str:
    """Say what it means to take a row in conflict for itself: of rows of one name that differ, it is the one that counts."""
    names = {name_key(one.get("name", "")) for one in (row.values, *(beside.get(one, {}) for one in row.against))}
    of_file = all(one.startswith("line:") for one in row.against)
    return _("用这一行") if of_file and len(names) == 1 else _("是另一家，新增")


COMPARED = ("name", "credit_code", "place", "address", "phone", "filing_number", "licensed_beds", "legal_person")
# Shown only where all say something and it differs.
MORE = tuple(name for name in FACTS if name not in (*COMPARED, "region_id", "datum"))


def _sides(row: ImportRow, beside: dict[str, dict[str, Any]]) -> tuple[list, list, list]:
    """Put a row and its others side by side: the heads, the facts (name, what each says, whether they differ), the choices."""
    others = [(one, beside[one]) for one in row.against if one in beside]
    heads = [
        _("名录里的") if one.startswith("facility:") else _("表里第 %(row)s 行") % {"row": other.get("at")}
        for one, other in others
    ]
    facts = []
    for name in (*COMPARED, *MORE):
        said = [written(name, side.get(name)) for side in (row.values, *(other for _one, other in others))]
        differ = len(set(said)) > 1
        if any(said) and (name in COMPARED or (differ and all(said))):
            label = FACT_NAMES["region_id" if name == "place" else name]
            facts.append((label, list(zip([_("这一行"), *heads], said, strict=True)), differ))
    homes = [(one.removeprefix("facility:"), other["name"]) for one, other in others if one.startswith("facility:")]
    return heads, facts if others else [], homes


@login_required
@require_POST
def act(request: HttpRequest, import_id: UUID, word: str) -> HttpResponse:
    """Write it, take it back, weigh it again, or count the rows that wait for a choice."""
    if word == "apply":
        order_apply(request.viewer, import_id=import_id, later=True)
    elif word == "undo":
        order_undo(request.viewer, import_id=import_id, later=True)
    elif word in WAITING:
        take_waiting(request.viewer, import_id=import_id, word=word)
        messages.success(request, _("已按您的选择重新核对。"))
    elif word == "again":
        weigh_again(request.viewer, import_id=import_id)
        messages.success(request, _("已按最新的名录和您的决定重新核对。"))
    else:
        raise Http404
    return redirect("facilities:directory_import", import_id)


@login_required
@require_POST
def decide(request: HttpRequest, import_id: UUID, line: int) -> HttpResponse:
    """Say what a row in conflict is."""
    word, _colon, home = request.POST.get("decision", "").partition(":")
    try:
        home_id = UUID(home) if home else None
    except ValueError:
        home_id = None
    decision = word if word in RowDecision.values else ""
    decide_row(request.viewer, import_id=import_id, line=line, decision=decision, home_id=home_id)
    messages.success(request, _("已记下您的决定；写入时按它办。"))
    back = redirect("facilities:directory_import", import_id)
    back["Location"] += f"?verdict=conflict&after={max(0, line - 1)}#line-{line}"
    return back


@never_cache
@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Hand out the homes of the officer's regions as a spreadsheet."""
    inside = Q(pk__in=[])
    for code in _scope(request):
        inside |= Q(region__code__startswith=scope_prefix(code))
    homes = Facility.objects.filter(inside)
    name = f"{_('养老机构名录')}-{clock.today().isoformat()}"
    if request.GET.get("format") == "csv":
        answer = StreamingHttpResponse(export_csv(homes), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
        return answer
    record(request.viewer, "directory.exported_with_care_workers", "directory", facts={"regions": _scope(request)})
    return FileResponse(export_xlsx(homes), as_attachment=True, filename=f"{name}.xlsx", content_type=SHEET)
