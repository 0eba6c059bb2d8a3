"""How fast a spreadsheet of 20,000 invented homes goes into the directory, beside the library merely reading the file.

Read, judged, shown, written as one act: four times the reading at most, the median of some rounds, each between two
readings and into an empty directory. The first 200 rows are shown within three seconds, asked first and once. Exit 1 when
one is missed. BENCH_IMPORT_ROWS and BENCH_IMPORT_ROUNDS say otherwise. The database is the bench's own.
"""

import io
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from openpyxl import Workbook, load_workbook

from tools.launch.postgres import Postgres

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "20000"))
ROUNDS = int(os.environ.get("BENCH_IMPORT_ROUNDS", "3"))
MOST_TIMES, MOST_SECONDS = 4.0, 3.0
HEADER = [
    *(
        "序号",
        "机构名称",
        "所在区",
        "详细地址",
        "机构性质",
        "备案编号",
        "备案日期",
        "核定床位数",
        "护理型床位",
        "联系人",
    ),
    *(
        "联系电话",
        "收费标准（元/月）",
        "餐费",
        "医保定点",
        "内设医务室",
        "收住对象",
        "星级",
        "经度",
        "纬度",
        "开业时间",
    ),
]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="eldercare-bench-") as folder:
        Path(folder).chmod(0o711)
        server = Postgres(Path(folder), log=Path(folder) / "postgres.log", durable=False)
        server.start()
        try:
            os.environ["DATABASE_URL"] = server.url()
            return _measure(_file())
        finally:
            server.stop()


def _file() -> bytes:
    book = Workbook()
    book.active.append(HEADER)
    for n in range(1, ROWS + 1):
        book.active.append(
            [n, f"示例第{n}养老院", "天津市武清区", f"天津市武清区示例路{n}号", "民办", f"津备{n:06}", "2020年5月1日"]
            + [100 + n % 50, 60, "某某", f"022-8{n:07}", f"{2000 + n % 1000}-{4000 + n % 1000}", 900, "是", "有"]
            + ["自理、半失能、失能", "三星级", 117.0 + n / 1_000_000, 39.4, "2019-05"]
        )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _measure(content: bytes) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from eldercare.kernel.viewer import system
    from eldercare.regions.services import load_reference
    from facilities.services.import_homes import begin_import

    call_command("migrate", verbosity=0)
    load_reference()
    viewer = system("bench")
    first = _seconds(lambda: begin_import(viewer, file_name="示例.xlsx", content=content))
    readings, imports = [_reading(content)], []
    for _round in range(ROUNDS):
        _empty()
        imports.append(_timed(lambda: _import(viewer, content)))
        readings.append(_reading(content))
    return _tell(first, readings, imports)


def _import(viewer, content: bytes) -> None:
    """Do all that is done of a file between being sent and standing in the directory."""
    from facilities.models import Facility
    from facilities.services.apply_import import carry_out, order_apply
    from facilities.services.import_homes import begin_import, read_import

    batch = begin_import(viewer, file_name="示例.xlsx", content=content, first=0)
    read_import(batch.pk)
    order_apply(viewer, import_id=batch.pk)
    carry_out(batch.pk)
    if Facility.objects.count() != ROWS:
        raise SystemExit("the import did not store every row")


def _empty() -> None:
    """Make the directory as it was before a round: the bench's own database, whose walls guard nobody's homes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE facilities_facility, facilities_directoryimport, facilities_listingdue CASCADE")


def _tell(first: float, readings: list[tuple[float, float]], imports: list[tuple[float, float]]) -> int:
    """Print the medians; each import is held beside the readings before and after it. Gives 1 when a figure is missed."""

    def times(which: int) -> float:
        beside = [(one[which] + next_[which]) / 2 for one, next_ in pairwise(readings)]
        return median(taken[which] / reading for taken, reading in zip(imports, beside, strict=True))

    reading, whole = (median(one[0] for one in some) for some in (readings, imports))
    print(f"openpyxl merely reads {ROWS:,} rows in {reading:.1f} s; the first 200 are shown after {first:.1f} s")
    print(f"read, judged and written in {whole:.1f} s: {times(0):.2f} times the reading (at most {MOST_TIMES})")
    print(f"by this process's own time, which a busy machine does not stretch: {times(1):.2f} times")
    return int(times(0) > MOST_TIMES or first > MOST_SECONDS)


def _reading(content: bytes) -> tuple[float, float]:
    return _timed(lambda: _merely_read(content))


def _timed(act) -> tuple[float, float]:
    """Give the seconds an act takes: by the clock, and of this process's own time."""
    spent = time.process_time()
    seconds = _seconds(act)
    return seconds, time.process_time() - spent


def _merely_read(content: bytes) -> int:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return sum(1 for sheet in book.worksheets for _row in sheet.iter_rows(values_only=True))


def _seconds(act) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings.test")
    sys.exit(main())
