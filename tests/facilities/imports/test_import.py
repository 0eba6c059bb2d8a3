"""Spreadsheets of homes go into the directory as one act, come out as one act, and never half."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from structlog.testing import capture_logs

from eldercare.audit.models import Event, Job
from eldercare.kernel import faults
from eldercare.kernel.keys import new_id
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.viewer import Grant, Viewer, system
from eldercare.regions.models import Region
from facilities.choices import ImportState
from facilities.models import DirectoryImport, Facility, ImportRow, ListingDue
from facilities.rules.import_file import HomesFile
from facilities.services import apply_import
from facilities.services.apply_import import carry_out, decide_row, order_apply, order_undo, weigh_again
from facilities.services.copying import change_in, copy_in
from facilities.services.import_homes import begin_import, read_import
from tests.builders.facilities import make_bed, make_home
from tests.builders.regions import CHAOYANG, WUQING, regions
from tests.builders.sheets import CODE_A, CODE_B, USUAL, many, xlsx

ROOT = Path(__file__).resolve().parents[3]
ANYWHERE = system("test")
DIRTY = xlsx(
    ["天津市武清区养老机构名录（虚构）"],
    [*USUAL, "备案日期", "月收费", "备注"],
    ["示例甲养老院 ", CODE_A, "武清区", "甲路１号", "１２０", "022-82123456", "2020年5月1日", "3000-4000", "x"],
    ["示例乙养老院", CODE_B, "武清区", "乙路2号", 80, None, 43952, None, None],
    ["示例乙 养老院", None, "武清区", "乙路2号", None, "13800001111", None, None, None],
    ["示例丙养老院", None, "宝坻区", "丙路3号", "许多", None, None, None, None],
    [None, None, "武清区", "无名路", 1, None, None, None, None],
)


def previewed(content: bytes = DIRTY, viewer: Viewer = ANYWHERE, name: str = "名录.xlsx") -> DirectoryImport:
    regions()
    batch = begin_import(viewer, file_name=name, content=content)
    read_import(batch.pk)
    batch.refresh_from_db()
    return batch


def applied(content: bytes = DIRTY, viewer: Viewer = ANYWHERE) -> DirectoryImport:
    batch = previewed(content, viewer)
    order_apply(viewer, import_id=batch.pk)
    carry_out(batch.pk)
    batch.refresh_from_db()
    return batch


def verdicts(batch: DirectoryImport) -> list[str]:
    return list(batch.rows.order_by("line").values_list("verdict", flat=True))


def reasons(batch: DirectoryImport, line: int) -> list[str]:
    from eldercare.kernel.sentences import restored

    return [str(restored(one)) for one in batch.rows.get(line=line).reasons]


def everything() -> list[dict]:
    return list(Facility.objects.order_by("pk").values())


@pytest.mark.django_db
def test_a_file_is_shown_row_by_row_written_as_one_act_and_the_same_file_again_changes_nothing():
    batch = previewed()
    assert batch.state == ImportState.PREVIEWED and batch.content is None
    assert verdicts(batch) == ["new", "new", "merge", "new", "refused"]
    assert reasons(batch, 3) == ["与“Sheet”第 4 行是同一家，合在一起"]
    assert reasons(batch, 4) == ["名录里没有，新增", "“床位数”：“许多”不是整数，请只写一个数"]
    assert reasons(batch, 5) == ["没有机构名称"]
    assert batch.notes["sheets"][0]["unused"] == ["备注"]
    assert not Facility.objects.exists()

    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    home = Facility.objects.get(name="示例甲养老院")
    assert (home.credit_code, home.region_id, home.address) == (CODE_A, "120114", "甲路1号")
    assert (home.licensed_beds, home.filed_on) == (120, date(2020, 5, 1))
    assert home.stated_fees[0]["low_fen"] == 300_000
    assert (home.provenance[0]["by"], home.provenance[0]["source"]) == ("import", "名录.xlsx")
    merged = Facility.objects.get(name="示例乙养老院")
    assert (merged.phone, merged.filed_on) == ("13800001111", date(2020, 5, 1))
    assert Facility.objects.count() == 3
    assert batch.rows.filter(stored=True).count() == 4
    assert Event.objects.filter(act="directory.imported").count() == 1
    assert Job.objects.get(pk=DirectoryImport.objects.get().job_id).state == "done"

    before = everything()
    again = applied()
    assert verdicts(again) == ["same", "same", "merge", "same", "refused"]
    assert everything() == before


@pytest.mark.django_db
def test_taking_back_restores_exactly_what_was_and_refuses_where_a_later_change_would_be_lost():
    regions()
    kept = Facility.objects.create(name="示例甲养老院", region_id=WUQING, phone="022-1111111", address="旧址")
    before = everything()
    batch = applied()
    assert verdicts(batch) == ["update", "new", "merge", "new", "refused"]
    order_undo(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    assert everything() == before
    assert DirectoryImport.objects.get(pk=batch.pk).state == ImportState.UNDONE

    second = applied()
    Facility.objects.filter(pk=kept.pk).update(phone="022-9999999")
    make_bed(Facility.objects.get(name="示例乙养老院"))
    order_undo(ANYWHERE, import_id=second.pk)
    carry_out(second.pk)
    second.refresh_from_db()
    assert second.state == ImportState.APPLIED
    assert second.refusal["sentence"]["blanks"]["names"] == "示例甲养老院"
    Facility.objects.filter(pk=kept.pk).update(phone="022-82123456")
    order_undo(ANYWHERE, import_id=second.pk)
    carry_out(second.pk)
    second.refresh_from_db()
    assert second.refusal["sentence"]["blanks"]["names"] == "示例乙养老院"
    assert Facility.objects.count() == 3 and Facility.objects.get(pk=kept.pk).address == "甲路1号"


@pytest.mark.django_db
def test_a_later_import_added_to_a_new_home_keeps_the_first_from_being_taken_back():
    first = applied(xlsx(USUAL, ["示例甲养老院", CODE_A, "武清区", "甲路1号", 10, None]))
    second = applied(xlsx(USUAL, ["示例甲养老院", None, "武清区", None, None, "022-82123456"]))
    order_undo(ANYWHERE, import_id=first.pk)
    carry_out(first.pk)
    first.refresh_from_db()
    assert first.refusal["sentence"]["blanks"]["names"] == "示例甲养老院" and Facility.objects.exists()
    for batch in (second, first):
        order_undo(ANYWHERE, import_id=batch.pk)
        carry_out(batch.pk)
    assert not Facility.objects.exists()


@pytest.mark.django_db
def test_two_homes_under_one_code_wait_for_a_decision_and_are_known_the_next_time():
    stored = make_home("示例总院", credit_code=CODE_A, prices=False)
    file = xlsx(
        USUAL,
        ["示例东院", CODE_A, "武清区", "东路1号", 10, None],
        ["示例西院", CODE_A, "武清区", "西路1号", 20, None],
        ["示例丙院", CODE_B, "武清区", "丙路1号", 30, None],
        ["示例丙院", CODE_B, "武清区", "丙路9号", 30, None],
    )
    batch = previewed(file)
    assert verdicts(batch) == ["conflict"] * 4
    assert batch.rows.get(line=1).against == [f"facility:{stored.pk}"]
    assert batch.rows.get(line=3).against == ["line:4"]
    assert reasons(batch, 4) == ["表里有几行是同一家，但地址写得不一样"]
    decide_row(ANYWHERE, import_id=batch.pk, line=1, decision="new")
    decide_row(ANYWHERE, import_id=batch.pk, line=2, decision="update")
    decide_row(ANYWHERE, import_id=batch.pk, line=4, decision="skip")
    with pytest.raises(Refusal, match="bad_decision"):
        decide_row(ANYWHERE, import_id=batch.pk, line=3, decision="update")
    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    batch.refresh_from_db()
    assert verdicts(batch) == ["new", "update", "conflict", "refused"]
    assert sorted(Facility.objects.values_list("name", "licensed_beds")) == [("示例东院", 10), ("示例西院", 20)]
    assert Facility.objects.get(pk=stored.pk).name == "示例西院"
    again = previewed(file)
    assert verdicts(again)[:2] == ["same", "same"]


@pytest.mark.django_db
def test_a_code_that_another_home_has_is_never_filled_in_unasked_not_the_second_time_either():
    stored = make_home("示例总院", credit_code=CODE_B, prices=False)
    namesake = make_home("示例丁院", prices=False)
    file = xlsx(
        USUAL,
        ["示例甲院", None, "武清区", "甲路1号", 10, None],
        ["示例甲院", CODE_A, "武清区", "甲路1号", 10, None],
        ["示例乙院", CODE_A, "武清区", "乙路2号", 20, None],
        ["示例丁院", CODE_B, "武清区", "丁路2号", 20, None],
    )
    batch = applied(file)
    assert verdicts(batch) == ["new", "conflict", "conflict", "conflict"]
    assert set(batch.rows.get(line=4).against) == {f"facility:{stored.pk}", f"facility:{namesake.pk}"}
    again = previewed(file)
    assert verdicts(again) == ["same", "conflict", "conflict", "conflict"]
    decide_row(ANYWHERE, import_id=again.pk, line=2, decision="new")
    decide_row(ANYWHERE, import_id=again.pk, line=3, decision="new")
    decide_row(ANYWHERE, import_id=again.pk, line=4, decision="update", home_id=namesake.pk)
    order_apply(ANYWHERE, import_id=again.pk)
    carry_out(again.pk)
    codes = dict(Facility.objects.values_list("name", "credit_code"))
    assert codes == {"示例总院": CODE_B, "示例丁院": CODE_B, "示例甲院": CODE_A, "示例乙院": CODE_A}
    assert set(verdicts(previewed(file))) == {"same", "merge"}


@pytest.mark.django_db
def test_two_rows_of_one_name_that_are_decided_to_be_two_homes_are_two_unless_their_code_is_one():
    file = xlsx(
        USUAL,
        ["示例甲院", None, "武清区", "甲路1号", 10, None],
        ["示例甲院", None, "武清区", "远路9号", 20, None],
        ["示例乙院", CODE_A, "武清区", "乙路1号", 10, None],
        ["示例乙院", CODE_A, "武清区", "远路9号", 20, None],
    )
    batch = previewed(file)
    assert verdicts(batch) == ["conflict"] * 4
    for line in (1, 2, 3):
        decide_row(ANYWHERE, import_id=batch.pk, line=line, decision="new")
    with pytest.raises(Refusal, match="bad_decision") as no:
        decide_row(ANYWHERE, import_id=batch.pk, line=4, decision="new")
    assert "这一家已经有了" in str(no.value.sentence)
    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    assert sorted(Facility.objects.values_list("name", "address")) == [
        ("示例乙院", "乙路1号"),
        ("示例甲院", "甲路1号"),
        ("示例甲院", "远路9号"),
    ]


@pytest.mark.django_db
def test_of_two_rows_that_contradict_each_other_about_a_known_home_the_chosen_one_counts():
    home = make_home("示例甲院", credit_code=CODE_A, prices=False)
    file = xlsx(
        USUAL,
        ["示例甲院", CODE_A, "武清区", "甲路1号", 10, None],
        ["示例甲院", CODE_A, "武清区", "远路9号", 20, None],
    )
    batch = previewed(file)
    decide_row(ANYWHERE, import_id=batch.pk, line=2, decision="new")
    with pytest.raises(Refusal, match="bad_decision"):
        decide_row(ANYWHERE, import_id=batch.pk, line=1, decision="new")
    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, verdicts(batch)) == (ImportState.APPLIED, ["conflict", "update"])
    home.refresh_from_db()
    assert (home.address, home.licensed_beds, Facility.objects.count()) == ("远路9号", 20, 1)


@pytest.mark.django_db
def test_a_preview_that_is_too_old_writes_nothing_and_is_made_anew():
    batch = previewed()
    Facility.objects.create(name="示例甲养老院", region_id=WUQING, credit_code=CODE_A, phone="1234567")
    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, Facility.objects.count()) == (ImportState.PREVIEWED, 1)
    assert batch.refusal["sentence"]["blanks"]["names"] == "示例甲养老院"
    assert verdicts(batch)[0] == "update"
    weigh_again(ANYWHERE, import_id=batch.pk)
    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    assert Facility.objects.count() == 3


@pytest.mark.django_db
def test_an_officer_imports_homes_of_their_region_only_and_nobody_else_imports():
    officer = Viewer(name="officer", user_id="0" * 8, grants=frozenset({Grant("district_officer", "region", WUQING)}))
    elsewhere = Viewer(user_id="1" * 8, grants=frozenset({Grant("district_officer", "region", "120115")}))
    other = make_home("示例别区养老院", region="120115", credit_code=CODE_B, prices=False)
    file = xlsx(
        [*USUAL, "系统编号"],
        ["示例甲养老院", CODE_A, "武清区", "甲路1号", 10, None, None],
        ["示例丙养老院", None, "宝坻区", "丙路3号", 10, None, None],
        ["示例改名养老院", None, "武清区", "丁路3号", 10, None, str(other.pk)],
    )
    batch = previewed(file, officer)
    assert verdicts(batch) == ["new", "refused", "refused"]
    assert reasons(batch, 2) == ["这一行在您负责的地区以外，要由当地民政部门导入"]
    assert reasons(batch, 3) == ["名录里的这一家在您负责的地区以外，要由当地民政部门更新"]
    for stranger in (elsewhere, Viewer(user_id="2" * 8), Viewer()):
        with pytest.raises(Refusal, match="not_found"):
            order_apply(stranger, import_id=batch.pk)
    with pytest.raises(Refusal, match="not_found"):
        begin_import(Viewer(user_id="2" * 8), file_name="a.xlsx", content=file)
    order_apply(officer, import_id=batch.pk)
    with pytest.raises(Refusal, match="import_not_open"):
        order_apply(officer, import_id=batch.pk)
    carry_out(batch.pk)
    assert set(Facility.objects.values_list("name", flat=True)) == {"示例甲养老院", "示例别区养老院"}


@pytest.mark.django_db
def test_the_command_prints_each_row_with_its_verdict_its_reason_and_what_was_stored(tmp_path):
    regions()
    file = tmp_path / "gbk.csv"
    file.write_bytes(
        "名称,区县,床位数,备注\n示例甲养老院,武清区,１２０张,x\n示例乙养老院,浦东新区,1,\n".encode("gb18030")
    )
    out = StringIO()
    call_command("import_facilities", file, "--apply", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["state"], said["counts"]) == ("applied", {"new": 1, "refused": 1})
    assert said["rows"][0]["stored"] == {
        "name": "示例甲养老院",
        "region_id": "120114",
        "licensed_beds": 120,
        "kind": "home",
    }
    assert said["rows"][1]["reasons"] == ["从“浦东新区”看不出是京津冀的哪个区县，请写明"]
    assert said["notes"]["sheets"][0]["unused"] == ["备注"]
    call_command("import_facilities", "--undo", said["import"], "--json", stdout=out)
    assert not Facility.objects.exists()
    (tmp_path / "empty.xlsx").write_bytes(b"")
    with pytest.raises(CommandError, match="文件是空的"):
        call_command("import_facilities", tmp_path / "empty.xlsx")
    (tmp_path / "cut.xlsx").write_bytes(xlsx(USUAL, ["示例甲养老院"])[:-300])
    with pytest.raises(CommandError, match="文件不完整，打不开"):
        call_command("import_facilities", tmp_path / "cut.xlsx", stdout=out)


@pytest.mark.django_db
def test_fewer_beds_than_are_known_of_one_kind_do_not_stop_the_whole_file():
    regions()
    home = make_home("示例甲养老院", licensed_beds=100, nursing_beds=80, care_workers=9, prices=False)
    file = xlsx(
        ["机构名称", "所在区", "床位数", "持证护理员", "联系电话"],
        ["示例甲养老院", "武清区", 50, 12, "022-82123456"],
        ["示例乙养老院", "武清区", 20, None, None],
    )
    batch = applied(file)
    assert batch.state == ImportState.APPLIED
    assert reasons(batch, 1) == [
        "更新：联系电话",
        "改了以后护理型床位数会比核定床位数多，没有采用；请两项一起写明",
        "改了以后持证护理员人数会比护理员人数多，没有采用；请两项一起写明",
    ]
    home.refresh_from_db()
    assert (home.licensed_beds, home.certified_workers, home.phone) == (100, None, "022-82123456")
    assert reasons(applied(file), 1)[0].startswith("改了以后")


@pytest.mark.django_db
def test_a_clinic_with_a_name_too_long_is_told_and_stops_nothing():
    (said,) = (
        reasons(
            applied(xlsx(["机构名称", "所在区", "内设医务室"], ["示例甲", "武清区", f"有，{'长' * 150}医务室"])), 1
        ),
    )
    assert said == ["名录里没有，新增", "“内设医务室”：超过 120 个字"]


# Killed


def run(*arguments: object, fault: str = "") -> int:
    """Run a command in a process of its own on this test's database; -9: it died at the fault."""
    from django.conf import settings

    where = settings.DATABASES["default"]
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{where['NAME']}"
    return subprocess.run(
        [sys.executable, "manage.py", "import_facilities", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "FAULT": fault},
        stdout=subprocess.DEVNULL,
        timeout=300,
        check=False,
    ).returncode


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_writing_nothing_is_stored_and_rung_again_all_is(tmp_path):
    regions()
    file = tmp_path / "many.xlsx"
    file.write_bytes(many(2100))
    assert run(file, "--apply", fault="import.mid_apply:2") == -9
    assert not Facility.objects.exists() and not ImportRow.objects.filter(stored=True).exists()
    batch = DirectoryImport.objects.get()
    assert batch.state == ImportState.APPLYING
    carry_out(batch.pk)
    carry_out(batch.pk)
    assert Facility.objects.count() == 2100
    assert run("--undo", batch.pk, fault="import.mid_undo:1") in (-9, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_transaction_the_same_death_leaves_half_a_directory(monkeypatch):
    """The negative control: what keeps the test above green is the transaction, not luck."""
    batch = previewed(many(5))
    monkeypatch.setattr(apply_import, "HOMES_AT_ONCE", 2)

    class Killed(BaseException):
        pass

    def die(name: str) -> None:
        raise Killed

    monkeypatch.setattr(faults, "passing", die)
    with pytest.raises(Killed):
        apply_import._write_new(batch, list(batch.rows.order_by("line")))
    assert Facility.objects.count() == 2


@pytest.mark.django_db
def test_the_search_for_cycles_is_on_again_after_an_import_whatever_came_of_it():
    import gc

    applied()
    assert gc.isenabled()
    with pytest.raises(ValidationError):
        read_import("no number")
    assert gc.isenabled()


def breaks(monkeypatch, error: Exception) -> None:
    def rows(self):
        raise error
        yield

    monkeypatch.setattr(HomesFile, "rows", rows)


def test_what_reading_did_not_foresee_is_told_and_no_cell_of_it_is_logged(db, monkeypatch):
    regions()
    batch = begin_import(ANYWHERE, file_name="名录.xlsx", content=DIRTY)
    breaks(monkeypatch, ValueError("示例护理员甲"))
    with capture_logs() as logs:
        read_import(batch.pk)
        with pytest.raises(Refusal) as refused:
            begin_import(ANYWHERE, file_name="名录.xlsx", content=DIRTY)
    batch.refresh_from_db()
    assert batch.state == ImportState.FAILED
    assert batch.refusal["sentence"] == refused.value.sentence.to_json()
    assert [entry["event"] for entry in logs] == ["import.unforeseen"] * 2
    assert "示例护理员甲" not in str(logs)


def test_a_database_that_is_away_says_nothing_against_a_file(db, monkeypatch):
    regions()
    batch = begin_import(ANYWHERE, file_name="名录.xlsx", content=DIRTY)
    breaks(monkeypatch, OperationalError("away"))
    with pytest.raises(OperationalError):
        read_import(batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.READING


@pytest.mark.django_db
def test_what_the_tables_refuse_ends_the_writing_with_a_sentence_and_nothing_is_written():
    """Two homes of one name and code in two streets; a row of one of the streets is decided to be another home."""
    regions()
    for street in Region.objects.filter(code__startswith=CHAOYANG, level="street")[:2]:
        Facility.objects.create(name="示例甲养老院", region=street, credit_code=CODE_A)
    batch = previewed(xlsx([*USUAL[:2], "区划代码", "床位数"], ["示例甲养老院", CODE_A, street.code, 10]))
    assert verdicts(batch) == ["conflict"]
    with pytest.raises(Refusal, match="bad_decision"):
        decide_row(ANYWHERE, import_id=batch.pk, line=1, decision="new")
    batch.rows.update(decision="new")  # as if decided just before the home of that street came
    before = everything()
    order_apply(ANYWHERE, import_id=batch.pk)
    carry_out(batch.pk)
    batch.refresh_from_db()
    assert batch.state == ImportState.PREVIEWED and everything() == before
    assert batch.refusal["sentence"]["text"] == "写入时名录的规矩不允许：{why}"
    assert "a_home_is_kept_once_per_code_name_and_region" in batch.refusal["sentence"]["blanks"]["why"]


@pytest.mark.django_db
def test_what_goes_wrong_while_rows_are_being_made_is_raised_as_it_is():
    def rows() -> Iterator[tuple[int, str]]:
        yield 1, "甲"
        raise KeyError("一行")

    with pytest.raises(KeyError), transaction.atomic():
        copy_in(ImportRow, ["line", "sheet"], rows())


@pytest.mark.django_db
def test_every_sign_a_text_can_hold_is_copied_as_it_is():
    batch = previewed()
    odd = "制\t表\n行\r回\\n\\N \\. \u3000\u00a0\u200b\x7f “引”\"'{},;:\U00020bb7"
    keep = {"batch": batch.pk, "row": 1, "verdict": "new", "decision": "", "stored": False}
    said = {
        "line": 99,
        "sheet": odd,
        "reasons": [odd],
        "values": {odd: None},
        "changes": {},
        "against": [odd, "\\N", ""],
    }
    copy_in(ImportRow, [*keep, *said], [[*keep.values(), *said.values()]])
    kept = batch.rows.get(line=99)
    assert {name: getattr(kept, name) for name in said} == said and kept.home_id is None


@pytest.mark.django_db
def test_many_homes_are_changed_in_one_statement_that_touches_no_other():
    first, second, other = (make_home(f"示例{name}院", prices=False, phone="1") for name in "甲乙丙")
    columns = ("phone", "licensed_beds", "stated_fees")
    rows = [(first.pk, "2\t\\", 7, [{"item": "床"}]), (second.pk, "", None, []), (new_id(), "3", 1, [])]
    change_in(Facility, columns, rows)
    kept = {home.pk: tuple(getattr(home, name) for name in columns) for home in Facility.objects.all()}
    assert kept == {first.pk: rows[0][1:], second.pk: rows[1][1:], other.pk: ("1", None, [])}
    assert set(ListingDue.objects.values_list("facility_id", flat=True)) >= {first.pk, second.pk}
