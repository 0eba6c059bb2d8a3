"""The monthly 发放情况汇总表 of a run and the 转移单 of a move, as spreadsheets (160号 附件). Read from the run's own lines.

Money stands in yuan with two decimals and beside the totals in whole fen; totals are those of the run.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import Month
from eldercare.kernel.money import FEN_IN_YUAN
from eldercare.kernel.sentences import restored, speak
from eldercare.people.selectors import masked_names
from eldercare.regions.selectors import full_name, full_names
from subsidies.choices import Cause
from subsidies.models import Change, Run, RunLine
from subsidies.rules.programme import benefit
from subsidies.selectors.rights import amount_in, amounts_of

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YUAN = "#,##0.00"
FORMULA_STARTS = ("=", "+", "-", "@")


def summary_sheet(run: Run) -> bytes:
    """Give the 汇总表 of a run: by street and tier, then line by line; both add up to the run's own total."""
    lines = list(
        run.lines.select_related("entitlement__decision__application").order_by(
            "entitlement__decision__application__street", "pk"
        )
    )
    book = Workbook()
    _sums(book.active, run, lines)
    _details(book.create_sheet(_("明细")), lines)
    return _saved(book)


def transfer_sheet(change: Change) -> bytes:
    """Give the 转移单 of a move: who pays until which month, who from the next, and what."""
    book = Workbook()
    sheet = book.active
    sheet.title = _("转移单")
    _heading(sheet, _("北京市老年人养老服务补贴津贴转移单"), 2)
    for name, value in transfer_rows(change):
        sheet.append([_safe(name), _safe(value)])
    _widths(sheet, (26, 60))
    return _saved(book)


def transfer_rows(change: Change) -> list[tuple[str, Any]]:
    """Give what a 转移单 says, name by name."""
    applied, month = benefit(change.programme), Month.of(change.from_month)
    return [
        (_("编号"), str(change.pk)),
        (_("补贴"), speak(applied.name, _)),
        (_("老人"), masked_names([change.elder_id])[change.elder_id]),
        (_("转出区"), full_name(change.payer_before_id)),
        (_("转出区发放至"), str(month.plus(-1))),
        (_("转入区"), full_name(change.payer_after_id)),
        (_("转入区发放起"), str(month)),
        (_("转出区月标准（元）"), _yuan(change.before_fen)),
        (_("转入区月标准（元）"), _yuan(change.after_fen)),
        (_("原因"), "；".join(speak(restored(reason["text"]), _) for reason in change.reasons)),
        (_("依据"), f"{applied.programme.document} {applied.programme.articles['payer']}"),
        (_("登记时间"), change.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")),
    ]


def _sums(sheet: Any, run: Run, lines: Sequence[RunLine]) -> None:
    applied, month = benefit(run.programme), Month.of(run.benefit_month)
    sheet.title = _("汇总表")
    title = _("{benefit}发放情况汇总表").format(benefit=speak(applied.name, _))
    _heading(sheet, title, 6)
    sheet.append([_safe(f"{full_name(run.region_id)} · {month} · {run.get_state_display()} · {run.pk}")])
    columns = [_("街道（乡镇）"), _("档次"), _("人数"), _("当月补贴（元）"), _("补发和补差（元）"), _("合计（元）")]
    _columns(sheet, columns)
    groups: dict[tuple[str, str], list[RunLine]] = defaultdict(list)
    tiers = _tiers(lines)
    for line in lines:
        groups[line.entitlement.decision.application.street_id, tiers[line.pk]].append(line)
    names = full_names({street for street, _tier in groups})
    for (street, tier), rows in sorted(groups.items()):
        sheet.append([_safe(names.get(street, street)), _safe(tier), *_figures(rows)])
    sheet.append([_("合计"), "", *_figures(lines)])
    sheet.append([_("合计（分）"), "", "", "", "", sum(line.amount_fen for line in lines)])
    for row in sheet.iter_rows(min_row=4, max_row=sheet.max_row - 1, min_col=4, max_col=6):
        for cell in row:
            cell.number_format = YUAN
    _widths(sheet, (34, 34, 10, 18, 18, 18))


def _figures(rows: Sequence[RunLine]) -> list[Any]:
    own = sum(row.amount_fen for row in rows if row.cause == Cause.REGULAR)
    whole = sum(row.amount_fen for row in rows)
    return [len({row.elder_id for row in rows}), _yuan(own), _yuan(whole - own), _yuan(whole)]


def _details(sheet: Any, lines: Sequence[RunLine]) -> None:
    _columns(sheet, [_("序号"), _("街道（乡镇）"), _("姓名"), _("补贴月份"), _("原因"), _("金额（元）"), _("说明")])
    names = masked_names({line.elder_id for line in lines})
    streets = full_names({line.entitlement.decision.application.street_id for line in lines})
    for number, line in enumerate(lines, start=1):
        street = line.entitlement.decision.application.street_id
        said = "；".join(speak(restored(row["because"]), _) for row in line.explanation)
        month = str(Month.of(line.benefit_month))
        cells = [streets.get(street, street), names[line.elder_id], month, line.get_cause_display()]
        sheet.append([number, *map(_safe, cells), _yuan(line.amount_fen), _safe(said)])
        sheet.cell(sheet.max_row, 6).number_format = YUAN
    _widths(sheet, (8, 34, 14, 12, 14, 14, 60))


def _tiers(lines: Iterable[RunLine]) -> dict[Any, str]:
    """Name the tier each line's month was paid by."""
    rows = list(lines)
    amounts = amounts_of({line.entitlement_id: line.entitlement for line in rows}.values())
    found = {}
    for line in rows:
        tier = amount_in(amounts[line.entitlement_id], Month.of(line.benefit_month)).tier
        known = {one.id: speak(one.name, _) for one in benefit(line.entitlement.programme).tiers}
        found[line.pk] = known.get(tier, tier)
    return found


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / FEN_IN_YUAN


def _safe(value: Any) -> Any:
    """Keep a text from being read as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _heading(sheet: Any, title: str, width: int) -> None:
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(horizontal="center")


def _columns(sheet: Any, names: Sequence[str]) -> None:
    sheet.append(list(names))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)


def _widths(sheet: Any, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _saved(book: Workbook) -> bytes:
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
