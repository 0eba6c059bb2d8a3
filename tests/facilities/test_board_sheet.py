"""The board as a spreadsheet, and for the home's own system: what is understood, what is refused, what is limited."""

import zipfile
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook

from eldercare.kernel import clock
from facilities.choices import ClaimKind
from facilities.models import Bed, BedClaim, BedConfirmation, Room, TokenUse
from facilities.rules import settings as dated
from facilities.rules.board_sheet import CHANGE, REFUSED, SAME, no_bed_twice, read_day, read_sheet
from facilities.services import make_home_token
from facilities.services.board import change_to, confirm_beds
from facilities.services.tokens import forget_token_uses
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import LONG_AGO, make_bed, make_home, make_staff
from tests.facilities.test_beds import go

TODAY = date(2026, 11, 26)
HEAD = ["房间", "床号", "改为", "原因", "哪天空出"]
NOISE = "上报日期"


def bed(number, room="101", state="free", until=None):
    return SimpleNamespace(bed_id=number, room=room, name=str(number), state=state, why_closed="", until=until)


def sheet(rows, beds, **more):
    read = read_sheet(enumerate(rows, start=1), beds, TODAY, **more)
    return read and no_bed_twice(read)


def verdicts(*rows):
    read = sheet([HEAD, *rows], [bed(1), bed(2)])
    return [(row.line, row.verdict, row.to, row.why, row.until) for row in read]


def test_what_is_written_is_understood_however_it_is_typed():
    assert verdicts(
        ["１０１ ", 1.0, " 有人住", None, "2026年12月5日"],
        [101, "2", "暂不收住", "维修", None],
        [None, "", None, None, None],
    ) == [(2, CHANGE, "occupied", "", date(2026, 12, 5)), (3, CHANGE, "closed", "repair", None)]


def test_columns_stand_in_any_order_below_any_heading():
    rows = [["机构床位表"], [NOISE, "2026-11-26"], ["改为", "x", "床号", "房间"], ["暂停使用", "", "1", "101"]]
    (row,) = sheet(rows, [bed(1)])
    assert (row.line, row.verdict, row.to) == (4, CHANGE, "blocked")
    assert sheet([["房间", "床号"], ["101", "1"]], [bed(1)]) is None
    assert sheet([["x"]] * 40, [bed(1)]) is None


def test_what_changes_nothing_is_the_same_and_what_cannot_be_is_refused_with_the_reason():
    rows = [
        ["101", "1", "", None, None],
        ["101", "2", "空床", None, None],
        ["101", "3", "空床", None, None],
        ["999", "1", "空床", None, None],
        ["101", "1", "住人了", None, None],
        ["101", "1", "暂不收住", "不知道", None],
        ["101", "1", "有人住", None, "下个月"],
        ["101", "1", "有人住", None, TODAY],
    ]
    read = sheet([HEAD, *rows], [bed(1), bed(2), bed(3, state="resident")])
    assert [row.verdict for row in read] == [SAME, SAME, REFUSED, REFUSED, *[REFUSED] * 4]
    assert "没有这张床" in str(read[3].sentence)
    assert "登记在住" in str(read[2].sentence)
    assert str(read[4].sentence) == "第 2 行已经写过这张床。"


def test_what_was_written_in_the_wrong_column_is_not_taken_for_no_change():
    head = ["房间", "床号", "现在", *HEAD[2:]]
    rows = [
        ["101", "1", "有人住", None, None, None],
        ["101", "2", "空床，可以收人", None, None, None],
        ["101", "3", "有人住", None, None, "2026-12-09"],
        ["101", "4", None, None, "维修", None],
        ["101", "5", "有人住", None, None, "2026-12-05"],
    ]
    day = date(2026, 12, 5)
    beds = [bed(1), bed(2), bed(3, state="occupied", until=day), bed(4), bed(5, state="occupied", until=day)]
    read = sheet([head, *rows], beds)
    assert [row.verdict for row in read] == [REFUSED, SAME, REFUSED, REFUSED, SAME]
    assert "“现在”一列写的是“有人住”" in str(read[0].sentence) and "“改为”却空着" in str(read[2].sentence)


def test_each_wrong_cell_says_what_to_write():
    def only(*cells):
        (row,) = sheet([HEAD, ["101", "1", *cells]], [bed(1)])
        return str(row.sentence)

    assert only("住人了", None, None) == "看不懂“住人了”，请写：空床、有人住、暂停使用或暂不收住。"
    assert only("暂不收住", "不知道", None).startswith("看不懂原因“不知道”，请写：护理人手不够 / 维修")
    assert only("有人住", None, "下个月") == "看不懂日子“下个月”，请写成 2026-12-05 这样。"
    assert only("有人住", None, TODAY) == "空出来的日子要在今天以后。"


@pytest.mark.parametrize(
    "text", ["2026-12-05", "2026/12/5", "2026年12月5日", "２０２６．１２．０５", date(2026, 12, 5)]
)
def test_a_day_is_read_as_people_write_it(text):
    assert read_day(text) == date(2026, 12, 5)


@pytest.mark.parametrize("text", ["", "12-05", "2026-13-05", "明天", None])
def test_what_is_no_day_is_none(text):
    assert read_day(text) is None


# Through the door


@pytest.fixture
def case(db):
    home, user = make_home(prices=False), make_user()
    make_staff(user, home)
    room = Room.objects.create(facility=home, name="101", room_type="double")
    beds = [Bed.objects.create(room=room, name=name, valid_from=LONG_AGO) for name in ("1", "2", "3")]
    return SimpleNamespace(
        home=home, user=user, beds=beds, staff=sign_in(Client(), user), at=f"/home/{home.pk}/board/sheet"
    )


def upload(case, book):
    out = BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "beds.xlsx"
    return case.staff.post(case.at, {"file": out})


def sealed_in(page):
    return page.content.decode().split('name="sealed" value="')[1].split('"')[0]


def test_a_sheet_goes_out_is_filled_in_looked_at_and_applied_as_one_act(case):
    book = load_workbook(BytesIO(case.staff.get(f"{case.at}.xlsx").content))
    sheet = book.active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][1:3] == ["房间", "床号"]
    assert [row[1:3] + [row[5]] for row in rows[1:]] == [["101", name, "空床，可以收人"] for name in ("1", "2", "3")]
    later = clock.today() + timedelta(9)
    sheet["G2"], sheet["I2"], sheet["G3"], sheet["G4"] = "有人住", later, "暂不收住", "飞走了"
    sheet["H3"] = "维修"
    page = upload(case, book)
    text = page.content.decode()
    assert "这张表要改 2 张床，1 行不能用，0 行没有变化" in text
    assert "看不懂“飞走了”" in text
    assert not BedConfirmation.objects.exists()
    for _click in range(2):
        assert case.staff.post(f"{case.at}/apply", {"sealed": sealed_in(page), "request_key": "k"}).status_code == 302
    claim = BedClaim.objects.get()
    assert (claim.bed_id, claim.kind, claim.days.upper) == (case.beds[0].pk, ClaimKind.STAY, later)
    assert [(row.admittable, row.why_closed) for row in Bed.objects.filter(pk=case.beds[1].pk)] == [(False, "repair")]
    assert [len(row.changes) for row in BedConfirmation.objects.all()] == [2]


def test_beds_and_sheets_that_were_not_read_are_told_before_they_are_confirmed(case):
    book = load_workbook(BytesIO(case.staff.get(f"{case.at}.xlsx").content))
    book.active.delete_rows(4)
    book.active["G2"] = "住人了"
    book.create_sheet("三楼").append(["301", "1", "空床"])
    text = upload(case, book).content.decode()
    assert "有 1 张床，表里没有写" in text and "没有读的工作表：三楼" in text and "这些床会按原来的样子确认" in text


def test_a_bed_that_changed_between_look_and_save_is_named_and_nothing_is_stored(case):
    book = load_workbook(BytesIO(case.staff.get(f"{case.at}.xlsx").content))
    book.active["G2"], book.active["G3"] = "有人住", "有人住"
    page = upload(case, book)
    confirm_beds(viewer_for(case.user), facility_id=case.home.pk, changes=[change_to("blocked", case.beds[0].pk)])
    answer = case.staff.post(f"{case.at}/apply", {"sealed": sealed_in(page)})
    assert answer.status_code == 409
    assert "101-1 现在是“暂停使用”。" in answer.content.decode()
    assert BedConfirmation.objects.count() == 1


def test_what_is_no_sheet_gets_a_sentence(case):
    nonsense = BytesIO(b"PK\x03\x04 nonsense")
    nonsense.name = "beds.xlsx"
    assert "文件不完整，打不开。可能没有传完" in case.staff.post(case.at, {"file": nonsense}).content.decode()
    assert "没有找到“房间、床号、改为”" in upload(case, Workbook()).content.decode()
    assert case.staff.post(case.at, {}).status_code == 422
    assert case.staff.post(f"{case.at}/apply", {"sealed": "forged"}).status_code == 422
    three = Workbook()
    three.active.append(["说明"])
    three.create_sheet("空")
    for floor, rows in (
        ("一层", [["101", "1", '=IF(1=1,"有人住","")'], ["101", "2", "有人住"]]),
        ("二层", [["101", "3", "暂停使用"], ["101", "2", "空床"]]),
    ):
        tab = three.create_sheet(floor)
        for row in [["房间", "床号", "改为"], *rows]:
            tab.append(row)
    page = upload(case, three).content.decode()
    assert "这张表要改 2 张床，2 行不能用，0 行没有变化" in page
    assert "这一行有公式，但文件里没有存下结果" in page and "第 3 行已经写过这张床" in page and "二层 · 2" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "旧的 .xls"),
        (b"<html><table>", "这其实是网页"),
        (b"x,y", "没有找到“房间、床号、改为”"),
    ],
)
def test_whatever_is_sent_as_a_sheet_gets_a_sentence_never_an_error(case, content, said):
    file = BytesIO(content)
    file.name = "beds.xlsx"
    answer = case.staff.post(case.at, {"file": file})
    assert answer.status_code == 422 and said in answer.content.decode()


def test_a_workbook_whose_xml_is_cut_gets_a_sentence(case):
    whole = zipfile.ZipFile(BytesIO(case.staff.get(f"{case.at}.xlsx").content))
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in whole.namelist():
            archive.writestr(part, whole.read(part)[: -150 if part.endswith("sheet1.xml") else None])
    file.seek(0)
    file.name = "beds.xlsx"
    answer = case.staff.post(case.at, {"file": file})
    assert answer.status_code == 422 and "文件内容有损坏" in answer.content.decode()


def test_a_sheet_sorted_without_its_hidden_column_changes_no_wrong_bed():
    (row,) = sheet([["编号", *HEAD], ["1", "101", "2", "有人住", None, None]], [bed(1), bed(2)])
    assert row.verdict == REFUSED and "编号和房间、床号对不上" in str(row.sentence)


def test_the_sheet_may_come_back_as_csv(case):
    file = BytesIO("房间,床号,改为\n101,1,有人住\n".encode("gbk"))
    file.name = "beds.csv"
    assert "这张表要改 1 张床，0 行不能用，0 行没有变化" in case.staff.post(case.at, {"file": file}).content.decode()


def test_a_sheet_of_one_home_is_not_applied_to_another(case):
    page = upload(case, load_workbook(BytesIO(case.staff.get(f"{case.at}.xlsx").content)))
    other = make_home("示例·另一家", prices=False)
    assert case.staff.get(f"/home/{other.pk}/board/sheet").status_code == 404
    make_staff(case.user, other)
    refused = case.staff.post(f"/home/{other.pk}/board/sheet/apply", {"sealed": sealed_in(page)})
    assert refused.status_code == 422
    assert not BedConfirmation.objects.exists()


# The home's own system


@pytest.fixture
def system(case):
    """The home's own software, with its token; `send` puts a board."""
    _token, text = make_home_token(viewer_for(case.user), facility_id=case.home.pk, name="机构系统")
    client = Client(headers={"authorization": f"Bearer {text}"})
    path = f"/api/v1/facilities/{case.home.pk}/beds"

    def send(beds, key):
        return client.put(path, {"beds": beds}, content_type="application/json", headers={"Idempotency-Key": key})

    return SimpleNamespace(client=client, path=path, send=send)


def test_a_homes_system_says_who_lives_where_until_when_and_why_a_bed_is_closed(case, system):
    until = str(clock.today() + timedelta(9))
    first, second, third = (str(one.pk) for one in case.beds)
    answer = system.send(
        [
            {"id": first, "occupied": True, "until": until, "seen": "free"},
            {"id": second, "admittable": False, "why": "cleaning"},
        ],
        "a",
    ).json()
    shown = {row["id"]: (row["state"], row["claimed"], row["until"], row["why"]) for row in answer["beds"]}
    assert shown == {
        first: ("occupied", "stay", until, None),
        second: ("closed", None, None, "cleaning"),
        third: ("free", None, None, None),
    }
    assert answer["counted"]["later"] == [{"on": until, "free": 1}]
    assert answer["counted"]["why"] == [{"reason": "cleaning", "beds": 1}]
    late = system.send([{"id": first, "blocked": True, "seen": "free"}], "b")
    assert (late.status_code, late.json()["code"]) == (409, "board_changed")
    twice = system.send([{"id": third, "occupied": True, "blocked": True}], "c")
    assert (twice.status_code, twice.json()["code"]) == (422, "bed_said_twice")
    assert system.send([{"id": third, "occupied": True, "until": str(clock.today())}], "d").status_code == 422
    assert BedConfirmation.objects.count() == 1


def test_a_token_that_calls_too_often_is_told_when_to_come_back(system, monkeypatch):
    known = dated.setting
    few = lambda name, on: {"per_minute": 3} if name == "home_tokens" else known(name, on)  # noqa: E731
    monkeypatch.setattr("facilities.services.tokens.setting", few)
    answers = [system.client.get(system.path) for _call in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "throttled"
    go(minutes=1)
    assert system.client.get(system.path).status_code == 200
    go(hours=2)
    assert forget_token_uses() == TokenUse.objects.count() + 2


def test_a_signed_in_person_is_not_counted(case):
    assert case.staff.get(f"/api/v1/facilities/{case.home.pk}/beds").status_code == 200
    assert TokenUse.objects.count() == 0


def test_another_home_s_board_is_not_there_by_any_door(case, system):
    other = make_bed(make_home("示例·另一家", prices=False))
    foreign = f"/home/{other.room.facility_id}/board"
    for path in ("", "/close", "/history", "/sheet", "/sheet.xlsx"):
        assert case.staff.get(foreign + path).status_code == 404
    for path in ("", "/confirm", "/close", "/sheet", "/sheet/apply", "/rooms"):
        assert case.staff.post(foreign + path, {"bed": [f"{other.pk}:free"]}).status_code == 404
    assert system.client.get(f"/api/v1/facilities/{other.room.facility_id}/beds").status_code == 404
    assert system.send([{"id": str(other.pk), "occupied": True}], "x").status_code == 404
    mine = confirm_beds(viewer_for(case.user), facility_id=case.home.pk)
    assert case.staff.post(f"{foreign}/undo/{mine.pk}").status_code == 404
    assert not BedClaim.objects.exists()
