"""The words in which rules speak of grades, rooms, items and stars. `choices` labels the same codes in forms."""

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


def item_name(item: str, room_type: str = "", care_grade: str = "") -> Sentence:
    """Name what a price is for: 床位费（双人间）, 护理费（失能）, 餐费."""
    if item == "bed":
        return say("床位费（{room}）", room=ROOMS[room_type])
    if item == "care":
        return say("护理费（{grade}）", grade=GRADES[care_grade])
    return say("餐费")
