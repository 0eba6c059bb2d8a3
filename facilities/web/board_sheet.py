"""The board as a spreadsheet: taken out, filled in, looked at row by row, then applied as one act."""

from io import BytesIO
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.ui.forms import add_refusal, request_key
from facilities.choices import BedType, RoomType
from facilities.models import Facility
from facilities.rules.board import WORDS
from facilities.rules.board_sheet import CHANGE, REFUSED, SheetRow, no_bed_twice, read_day, read_sheet
from facilities.rules.settings import setting, sheet_words
from facilities.rules.sheet_file import open_sheets
from facilities.selectors.beds import board
from facilities.services.board import BedChange, change_to, confirm_beds
from facilities.web.forms import SheetForm
from facilities.web.home import frame, my_home

TEMPLATE = "facilities/board_sheet.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "facilities.board_sheet"
WIDTHS = (10, 10, 8, 10, 12, 18, 12, 16, 14)


@never_cache
@login_required
@require_safe
def download(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Give the board as it stands, with an empty column for what changed."""
    home = my_home(request, facility_id)
    book = Workbook()
    sheet = book.active
    words = sheet_words()
    sheet.title = words["title"]
    sheet.append(list(words["columns"].values()))
    for room in board(home.pk, clock.today()):
        for bed in room.beds:
            kinds = (str(RoomType(room.room_type).label), str(BedType(bed.bed_type).label))
            sheet.append([str(bed.bed_id), room.name, bed.name, *kinds, str(WORDS[bed.state]), None, None, bed.until])
    _dress(sheet, words)
    out = BytesIO()
    book.save(out)
    name = f"beds-{clock.today():%Y%m%d}.xlsx"
    return HttpResponse(out.getvalue(), XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _dress(sheet: Any, words: dict[str, Any]) -> None:
    """Make it a sheet one can fill in: lists to choose from, the ids out of sight, the heading always there."""
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = "A2"
    for column, known in (("G", words["states"]), ("H", words["reasons"])):
        choice = DataValidation(type="list", formula1=f'"{",".join(known)}"', allow_blank=True)
        sheet.add_data_validation(choice)
        choice.add(f"{column}2:{column}{max(sheet.max_row, 2)}")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Read a filled-in sheet and show what it would change, row by row; nothing is stored."""
    home = my_home(request, facility_id)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context = {**frame(request, home), "form": form}
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    read = _read(form, home) if form.is_valid() else None
    if read is None:
        return render(request, TEMPLATE, context, status=422)
    rows, left, missing = read
    changes = [row for row in rows if row.verdict == CHANGE]
    preview = {
        "rows": [(row, WORDS.get(row.was), WORDS.get(row.to)) for row in rows if row.verdict != "same"],
        "left": left,
        "missing": missing,
        "many_sheets": len({row.sheet for row in rows}) > 1,
        "changed": len(changes),
        "refused": sum(row.verdict == REFUSED for row in rows),
        "same": sum(row.verdict == "same" for row in rows),
        "sealed": signing.dumps({"home": str(home.pk), "rows": [_kept(row) for row in changes]}, salt=SALT),
    }
    return render(request, TEMPLATE, {**context, **preview})


@login_required
@require_POST
def apply(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Apply what was looked at, all of it or nothing; a bed that changed meanwhile is named."""
    home = my_home(request, facility_id)
    try:
        sealed = signing.loads(request.POST.get("sealed", ""), salt=SALT)
    except signing.BadSignature:
        sealed = {}
    if sealed.get("home") != str(home.pk):
        raise Refusal("sheet_lost", say("没有找到刚才的表格。"), next_step=say("请再上传一次。"), status=422)
    changes = [_change(row) for row in sealed["rows"]]

    def act() -> dict[str, Any]:
        return {"changed": len(confirm_beds(request.viewer, facility_id=home.pk, changes=changes).changes)}

    key = request_key(request)
    answer, _again = once(request.viewer, "facilities.board_sheet", key, [str(home.pk), sealed["rows"]], act)
    messages.success(request, _("已保存：改了 %(count)s 张床，其余确认无变化。") % {"count": answer["changed"]})
    return redirect("facilities:board", home.pk)


def _read(form: SheetForm, home: Facility) -> tuple[list[SheetRow], list[str], int] | None:
    """Give the rows of every sheet that has the heading, the names of those without it, and how many beds stand in none.

    What is wrong stands in the form.
    """
    limits = setting("board_sheet", clock.today())
    file: UploadedFile = form.cleaned_data["file"]
    if file.size > limits["most_bytes"]:
        form.add_error("file", _("文件太大，不能超过 %(mb)s MB。") % {"mb": limits["most_bytes"] // 1_000_000})
        return None
    beds = [bed for room in board(home.pk, clock.today()) for bed in room.beds]
    found: list[SheetRow] = []
    headings, left = 0, []
    try:
        for tab in open_sheets(file.read()):
            rows = list(islice(tab.rows, limits["most_rows"] + 1))
            if len(rows) > limits["most_rows"]:
                form.add_error("file", _("表格太长，一张最多 %(most)s 行。") % {"most": limits["most_rows"]})
                return None
            read = read_sheet(rows, beds, clock.today(), sheet=tab.name, uncached=tab.uncached)
            headings += read is not None
            found += read or []
            left += [tab.name] if rows and read is None else []
    except Refusal as no:
        add_refusal(form, no)
        return None
    if headings:
        return no_bed_twice(found), left, len({bed.bed_id for bed in beds} - {row.bed_id for row in found})
    form.add_error("file", _("表格里没有找到“房间、床号、改为”这三列。请用从这里下载的表格来填。"))
    return None


def _kept(row: SheetRow) -> list[Any]:
    return [str(row.bed_id), row.was, row.to, row.why, row.until and str(row.until)]


def _change(kept: list[Any]) -> BedChange:
    bed_id, seen, to, why, until = kept
    return change_to(to, UUID(bed_id), seen=seen, why=why, until=read_day(until))
