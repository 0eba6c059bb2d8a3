"""The words in which rules speak of grades, rooms, items and stars. `choices` labels the same codes in forms."""

from collections.abc import Iterable

from eldercare.kernel.sentences import Sentence, say

GRADES: dict[str, Sentence] = {
    "self_care": say("自理"),
    "partial": say("半失能"),
    "full": say("失能"),
    "dementia": say("认知症"),
}
ROOMS: dict[str, Sentence] = {
    "single": say("单人间"),
    "double": say("双人间"),
    "triple": say("三人间"),
    "multi": say("多人间"),
}
LEVELS: dict[int, Sentence] = {
    0: say("能力完好"),
    1: say("轻度失能"),
    2: say("中度失能"),
    3: say("重度失能"),
    4: say("完全失能"),
}

CONFIRMED_BY: dict[str, Sentence] = {
    "staff": say("机构工作人员"),
    "token": say("机构自己的系统"),
    "link": say("机构（凭提醒信里的链接）"),
    "demo": say("示例数据"),
}

# How each plain fact of a home is called, in forms, spreadsheets and sentences alike.
FACT_NAMES: dict[str, Sentence] = {
    "name": say("机构名称"),
    "alias": say("别名"),
    "region_id": say("区县"),
    "kind": say("机构类型"),
    "nature": say("性质"),
    "for_profit": say("是否营利"),
    "operating": say("运营状态"),
    "opened": say("开业时间"),
    "credit_code": say("统一社会信用代码"),
    "filing_number": say("备案号"),
    "filed_on": say("备案日期"),
    "licence_number": say("许可证号"),
    "licence_valid_until": say("有效期至"),
    "legal_person": say("法定代表人"),
    "contact_person": say("联系人"),
    "phone": say("联系电话"),
    "address": say("地址"),
    "transport": say("交通"),
    "latitude": say("纬度"),
    "longitude": say("经度"),
    "datum": say("坐标系"),
    "licensed_beds": say("核定床位数"),
    "nursing_beds": say("护理型床位数"),
    "care_workers": say("护理员人数"),
    "certified_workers": say("持证护理员人数"),
    "stated_stars": say("登记的星级"),
    "has_clinic": say("内设医务室"),
    "clinic_name": say("医务室名称"),
    "medical_insurance": say("医保定点"),
    "one_card": say("一卡通"),
    "takes_dementia": say("接收认知症老人"),
    "accepts_levels": say("收住对象"),
    "accepts_hukou": say("接收户籍"),
    "subsidy_payable": say("可用北京补贴"),
    "stated_fees": say("登记的收费"),
}


def fact_list(names: Iterable[str]) -> str:
    """Name several facts in one breath, in Chinese (a row's reason is kept as it was said)."""
    return "、".join(str(FACT_NAMES[name]) for name in names if name != "datum")


def item_name(item: str, room_type: str = "", care_grade: str = "") -> Sentence:
    """Name what a price is for: 床位费（双人间）, 护理费（失能）, 餐费."""
    if item == "bed":
        return say("床位费（{room}）", room=ROOMS[room_type])
    if item == "care":
        return say("护理费（{grade}）", grade=GRADES[care_grade])
    return say("餐费")


def season_label(room_type: str, season: str) -> Sentence:
    """Name a short stay's price: 旅居费（双人间，暑期）."""
    if season:
        return say("旅居费（{room}，{season}）", room=ROOMS[room_type], season=season)
    return say("旅居费（{room}）", room=ROOMS[room_type])


def included_in(items: tuple[str, ...]) -> Sentence:
    """Say what a short stay's price includes."""
    care, meal = "care" in items, "meal" in items
    if care and meal:
        return say("包含床位、护理和餐费")
    if meal:
        return say("包含床位和餐费")
    return say("包含床位和护理") if care else say("只含床位")
