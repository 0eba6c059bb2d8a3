"""The quick reading of a sheet's XML gives what openpyxl gives, however the XML is written."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook, load_workbook

from eldercare.kernel.refusal import Refusal
from facilities.rules.sheet_file import MOST_COLUMNS, open_sheets
from tests.builders.sheets import saved

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
DAY, MOMENT, SPAN = 1, 2, 3  # the styles of `styled()`, in their order
STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t xml:space="preserve"> 甲 </t></si><si><r><t>示</t></r><r><rPr><b/></rPr><t>例</t></r>'
    '<rPh sb="0" eb="1"><t>しれい</t></rPh></si><si/><si><t>下_x005F_划线&amp;<![CDATA[<乙>]]></t></si></sst>'
)
ROWS = f"""<?xml version="1.0" encoding="UTF-8"?>
<x:worksheet xmlns:x="{MAIN}" xmlns="urn:other"><x:sheetData>
 <x:row r="2" spans="1:9">
  <x:c r="A2" t="s"><x:v>0</x:v></x:c><x:c r="B2" t="s"><x:v>1</x:v></x:c><x:c r="C2" t="s"><x:v>2</x:v></x:c>
  <x:c r="D2" t="s"><x:v>3</x:v></x:c><v>不是</v>
  <x:c r="F2" t="inlineStr"><x:is><x:r><x:t>里</x:t></x:r><x:r><x:t> 面</x:t></x:r><x:rPh sb="0" eb="1"><x:t>り</x:t></x:rPh></x:is></x:c>
  <x:c r="AB2" t="inlineStr"><x:is><x:t>远
的</x:t></x:is></x:c>
 </x:row>
 <x:row>
  <x:c><x:v>1</x:v></x:c><x:c><x:v>1.50</x:v></x:c><x:c><x:v>1E3</x:v></x:c><x:c><x:v>-0.1e-2</x:v></x:c>
  <x:c t="b"><x:v>1</x:v></x:c><x:c t="b"><x:v>0</x:v></x:c><x:c t="e"><x:f>1/0</x:f><x:v>#DIV/0!</x:v></x:c>
  <x:c t="str"><x:f>A1&amp;"x"</x:f><x:v>结果</x:v></x:c><x:c><x:f>B1</x:f></x:c><x:c t="str"><x:f>""</x:f><x:v></x:v></x:c>
 </x:row>
 <x:row r="7">
  <x:c r="C7" s="{DAY}"><x:v>43586</x:v></x:c><x:c r="A7" s="{DAY}"><x:v>43586.75</x:v></x:c>
  <x:c r="E7" s="{MOMENT}"><x:v>0.5</x:v></x:c><x:c r="F7" s="{SPAN}"><x:v>1.25</x:v></x:c>
  <x:c r="G7" t="d"><x:v>2019-05-01T00:00:00</x:v></x:c><x:c r="H7" s="{DAY}"><x:v>99999999999</x:v></x:c>
  <x:c r="I7" s="{DAY}" t="s"><x:v>1</x:v></x:c><x:c r="J7" s="{DAY}"/>
 </x:row>
 <x:row r="5"><x:c r="A5"><x:v>5</x:v></x:c></x:row>
 <x:row r="8"/>
 <x:row r="9.0" hidden="1"><x:c r="A9"><x:v>9</x:v></x:c><x:c r="A9"><x:v>10</x:v></x:c></x:row>
</x:sheetData><x:mergeCells><x:mergeCell ref="X1:Y1"/></x:mergeCells></x:worksheet>"""


def styled() -> bytes:
    """Give a workbook whose styles 1 to 3 are a day, a moment and a span of time."""
    book = Workbook()
    book.active.append([date(2019, 5, 1), time(12), timedelta(days=1)])
    for cell, form in zip(book.active[1], ("yyyy-mm-dd", "h:mm:ss", "[hh]:mm:ss"), strict=True):
        cell.number_format = form
    return saved(book)


def with_parts(content: bytes, **parts: str) -> bytes:
    """Put other XML in the place of a workbook's sheet and strings."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "[Content_Types].xml" and b"sharedStrings" not in text:
                override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{STRINGS_TYPE}"/></Types>'
                text = text.replace(b"</Types>", override.encode())
            if not any(name.endswith(f"{part}.xml") for part in parts):
                new.writestr(name, text)
        new.writestr("xl/worksheets/sheet1.xml", parts.get("sheet1", ROWS))
        new.writestr("xl/sharedStrings.xml", parts.get("sharedStrings", STRINGS))
    return file.getvalue()


def rows(content: bytes) -> dict[int, list]:
    return {number: cells for sheet in open_sheets(content) for number, cells in sheet.rows}


def as_openpyxl(content: bytes) -> dict[int, list]:
    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    sheet.reset_dimensions()
    found = enumerate(map(list, sheet.iter_rows(values_only=True)), start=1)
    return {number: cells for number, cells in found if any(cell is not None for cell in cells)}


def bare(found: dict[int, list]) -> dict[int, list]:
    """Write rows without the empty cells behind the last: there openpyxl counts cells that say nothing."""
    kept = {}
    for number, cells in found.items():
        while cells and cells[-1] is None:
            cells = cells[:-1]
        kept[number] = cells
    return kept


@pytest.mark.filterwarnings("ignore:Cell H7 is marked as a date")
def test_a_sheets_xml_is_read_as_openpyxl_reads_it():
    content = with_parts(styled(), sheet1=ROWS, sharedStrings=STRINGS)
    read = rows(content)
    assert bare(read) == bare(as_openpyxl(content))
    assert read[2][:6] == [" 甲 ", "示例", "", "下_划线&<乙>", None, "里 面"] and read[2][27] == "远\n的"
    assert read[7][0] == datetime(2019, 5, 1, 18) and read[7][7] == "#VALUE!" and read[9] == [10]
    assert 5 not in read and 8 not in read


def test_days_that_count_from_1904_are_read_as_openpyxl_reads_them():
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active.append([date(2019, 5, 1), datetime(2019, 5, 1, 12, 30), time(8)])
    content = saved(book)
    assert rows(content) == as_openpyxl(content) != {}


@pytest.mark.parametrize("part", ["sheet1", "sharedStrings"])
def test_a_part_that_declares_entities_is_refused(part):
    bomb = '<!DOCTYPE x [<!ENTITY a "啊"><!ENTITY b "&a;&a;">]>'
    whole = {"sheet1": ROWS, "sharedStrings": STRINGS}
    begin = whole[part].index("<x:worksheet" if part == "sheet1" else "<sst")
    with pytest.raises(Refusal) as refused:
        rows(with_parts(styled(), **{**whole, part: whole[part][:begin] + bomb + whole[part][begin:]}))
    assert refused.value.code == "bad_file"


@pytest.mark.parametrize("torn", ['<x:c r="A2" t="s"><x:v>99</x:v></x:c>', "<x:c r='A2'><x:v>一</x:v></x:c>", "<x:c"])
def test_cells_that_mean_nothing_make_a_refusal_no_fault(torn):
    with pytest.raises(Refusal) as refused:
        rows(with_parts(styled(), sheet1=ROWS.replace('<x:c r="A2" t="s"><x:v>0</x:v></x:c>', torn)))
    assert refused.value.code == "bad_file"


def test_a_cell_far_to_the_right_takes_no_room_and_is_told():
    far = with_parts(styled(), sheet1=ROWS.replace('r="AB2"', 'r="ZZZZZZZ2"'))
    (sheet,) = open_sheets(far)
    assert len(dict(sheet.rows)[2]) == MOST_COLUMNS
    assert [str(note) for note in sheet.notes] == ["“Sheet”有 300 列以上，第 300 列右边没有读。"]
