"""Reads one cell of a spreadsheet as one kind of fact. Generous in reading, strict in keeping: a value or a sentence, no guess.

Each reader takes the cell as it came (text, number, day, truth) and gives `(value, why not)`; both None: nothing is there.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from eldercare.kernel.sentences import Sentence, say

Read = tuple[Any, Sentence | None]
NOTHING: Read = (None, None)
BLANK = {
    *(
        "",
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "无数据",
        "暂无",
        "暂无数据",
        "未知",
        "不详",
        "待定",
        "待补充",
        "未填",
        "未填写",
    ),
    *(
        "n/a",
        "na",
        "null",
        "none",
        "nan",
        "空",
        "未公布",
        "不明",
        "待核实",
        "...",
        "…",
        "·",
        "*",
        "?",
        "#n/a",
        "无信息",
    ),
}
ERRORS = ("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#N/A")
EXCEL_DAY_ONE = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000  # 1927 to 2119
CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
FEN = 100


def text_of(cell: Any) -> str:
    """Write a cell as text: half-width, single spaces, numbers without a false fraction.

    >>> text_of("　武清　区１２ "), text_of(13800001111.0), text_of(None)
    ('武清 区12', '13800001111', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    return re.sub(
        r"\s+", " ", unicodedata.normalize("NFKC", str(cell)).replace("\u200b", "").replace("\ufeff", "")
    ).strip()


WIDE = str.maketrans(
    {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    | {0x3000: " ", 0x200B: None, 0xFEFF: None}
)


def kept_text(cell: Any) -> str:
    """Write words as they are kept: half-width letters and digits, single spaces, Chinese marks left Chinese.

    >>> kept_text(" 北京路１２号（　东门） ")
    '北京路12号（ 东门）'
    """
    return re.sub(r"\s+", " ", cell.translate(WIDE)).strip() if isinstance(cell, str) else text_of(cell)


def is_blank(cell: Any) -> bool:
    return cell is None or text_of(cell).lower() in BLANK


def words(most: int) -> Callable[[Any], Read]:
    """Read words of at most so many characters; longer ones are not cut but left out."""

    def read(cell: Any) -> Read:
        text = kept_text(cell)
        if text.lower() in BLANK or text == "无":
            return NOTHING
        if text in ERRORS:
            return None, say("表格里是错误值 {text}", text=text)
        if len(text) > most:
            return None, say("超过 {most} 个字", most=most)
        if any(ord(letter) < 32 for letter in text):
            return None, say("含有看不见的控制字符")
        return text, None

    return read


def credit_code(cell: Any) -> Read:
    """Read an 18-character credit code. A wrong check character is told and does not stop it: real papers have it.

    >>> credit_code("９１１１００００１０１６２３７４１K")
    ('91110000101623741K', None)
    >>> str(credit_code("91110000101623741X")[1])
    '校验位对不上，请核对原件（已按所写的保存）'
    >>> credit_code(9.1110000101623e17)[0] is None
    True
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return None, say("被当成了数字，后面几位已经丢失；请把这一列设成文本再填")
    text = re.sub(r"[^0-9A-Z]", "", text_of(cell).upper())
    if is_blank(cell) or not text:
        return NOTHING
    if re.search(r"\dE\+?\d+$", text_of(cell).upper().replace(" ", "")) and "+" in text_of(cell):
        return None, say("变成了科学计数法，后面几位已经丢失；请把这一列设成文本再填")
    if len(text) != 18:
        return None, say("统一社会信用代码应为 18 位，这里是 {count} 位", count=len(text))
    try:
        uscc.validate(text)
    except ValidationError:
        return text, say("校验位对不上，请核对原件（已按所写的保存）")
    return text, None


def phone(cell: Any) -> Read:
    """Read a telephone number, or several; letters of explanation may stand beside them.

    >>> phone("０２２－８２１２３４５６、13800001111(王)")
    ('022-82123456、13800001111(王)', None)
    """
    text = text_of(cell)
    if is_blank(cell) or text == "无":
        return NOTHING
    text = re.sub(r"(?<=\d)\s*[–—－―‐]\s*(?=\d)", "-", text)
    if "E+" in text.upper():
        return None, say("变成了科学计数法，后面几位已经丢失")
    if sum(letter.isdigit() for letter in text) < 5 or len(text) > 40:
        return None, say("不像电话号码")
    return text, None


def whole(cell: Any) -> Read:
    """Read a whole number, 0 or more, with its unit if it has one.

    >>> whole("１２０ 张"), whole("1,200"), str(whole("约120")[1])
    ((120, None), (1200, None), '“约120”不是整数')
    """
    text = text_of(cell)
    if is_blank(cell):
        return NOTHING
    found = re.fullmatch(
        r"(?:共|共计)?(\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.0+)?(?:张|个|人|床|名|位)?", text.replace(" ", "")
    )
    if not found:
        return None, say("“{text}”不是整数", text=text[:20])
    return int(found[1].replace(",", "")), None


def partial_day(cell: Any) -> Read:
    """Read a day, a month or a year, as far as it is written: `2019-05-01`, `2019-05` or `2019`.

    >>> [partial_day(text)[0] for text in ("2019/5/1", "2019.05", "２０１９年５月", "20190501", 43586, "二〇一九年五月一日")]
    ['2019-05-01', '2019-05', '2019-05', '2019-05-01', '2019-05-01', '2019-05-01']
    """
    if isinstance(cell, datetime | date):
        return (cell.date() if isinstance(cell, datetime) else cell).isoformat(), None
    text = text_of(cell)
    if is_blank(cell) or text == "无":
        return NOTHING
    serial = re.fullmatch(r"\d{5}(\.\d+)?", text)
    if serial and FIRST_SERIAL <= float(text) <= LAST_SERIAL:
        return (EXCEL_DAY_ONE + timedelta(days=int(float(text)))).isoformat(), None
    plain = _arabic(text)
    for pattern in (
        r"(\d{4})[-/.年\s]+(\d{1,2})[-/.月\s]+(\d{1,2})日?(?:[T\s]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
        r"(\d{4})(\d{2})(\d{2})",
        r"(\d{4})[-/.年\s]+(\d{1,2})月?(?:份)?",
        r"(\d{4})(0[1-9]|1[0-2])",
        r"(\d{4})年?",
    ):
        found = re.fullmatch(pattern, plain)
        if found:
            return _checked([int(part) for part in found.groups()], text)
    return None, say("“{text}”不是日期", text=text[:30])


def day(cell: Any) -> Read:
    """Read a whole day; a month or a year alone is no day."""
    value, why = partial_day(cell)
    if value is not None and len(value) < 10:
        return None, say("只写到“{text}”，没有具体日期", text=text_of(cell)[:20])
    return value, why


def last_day(cell: Any) -> Read:
    """Read the last valid day; of a period (2022.5.1-2027.4.30) its end. For ever is no day.

    >>> last_day("2022年5月1日至2027年4月30日")[0], last_day("2022.05.01-2027.04.30")[0], last_day("长期")[0]
    ('2027-04-30', '2027-04-30', None)
    """
    text = text_of(cell)
    if text in ("长期", "永久", "长期有效", "永久有效", "无固定期限"):
        return None, say("写的是“{text}”，没有到期日", text=text)
    parts = [part for part in re.split(r"至|到|~|～|—|–|(?<=\d)\s*-\s*(?=\d{4})|(?<=日)-", text) if part.strip()]
    return day(parts[-1] if isinstance(cell, str) and parts else cell)


def _arabic(text: str) -> str:
    if not re.search("[〇○零一二三四五六七八九十]", text):
        return text
    tens = re.sub(r"([二三]?)十([一二三四五六七八九]?)", lambda m: (m[1] or "一") + (m[2] or "〇"), text)
    return tens.translate(CHINESE_DIGITS)


def _checked(parts: list[int], text: str) -> Read:
    year, month, dayno = (*parts, 1, 1)[:3]
    try:
        whole_day = date(year, month, dayno)
    except ValueError:
        return None, say("“{text}”不是真实的日期", text=text[:30])
    if not 1900 <= year <= 2199:
        return None, say("“{text}”的年份不对", text=text[:30])
    return whole_day.isoformat()[: (4, 7, 10)[len(parts) - 1]], None


YES = {
    "是",
    "有",
    "√",
    "✓",
    "✔",
    "☑",
    "y",
    "yes",
    "true",
    "1",
    "已",
    "具备",
    "定点",
    "支持",
    "可以",
    "可",
    "已开通",
    "已定点",
    "接收",
    "收",
    "能",
}
NO = {
    "否",
    "无",
    "×",
    "✗",
    "✘",
    "x",
    "n",
    "no",
    "false",
    "0",
    "没有",
    "未",
    "不是",
    "非定点",
    "不支持",
    "不可以",
    "未开通",
    "未设",
    "不接收",
    "不收",
    "不能",
    "非",
    "未设置",
    "无医务室",
}


def truth(cell: Any) -> Read:
    """Read yes or no.

    >>> truth("是（医保定点）"), truth("√"), truth("无"), truth("申请中")[0]
    ((True, None), (True, None), (False, None), None)
    """
    if isinstance(cell, bool):
        return cell, None
    text = text_of(cell).lower()
    if text in BLANK:
        return NOTHING
    bare = re.sub(r"[(\[].*|[,;，；。].*", "", text).strip()
    if bare in NO:
        return False, None
    if bare in YES:
        return True, None
    return None, say("“{text}”看不出是或否", text=text[:20])


def medical_insurance(cell: Any) -> Read:
    value, why = truth(cell)
    text = text_of(cell)
    if why and re.search("医保", text):
        if re.search("非|未|不|无|申请|办理中|正在", text):
            return (False, None) if re.search("^(非|未|不|无)", text) else (None, why)
        return True, None
    return value, why


def clinic(cell: Any) -> Read:
    """Read whether there is a clinic inside, and its name where one is written: `(has, name)`.

    >>> clinic("福寿医务室")[0], clinic("有")[0], clinic("无")[0]
    ((True, '福寿医务室'), (True, ''), (False, ''))
    """
    value, why = truth(cell)
    if value is not None or why is None:
        return (None, None) if value is None else ((value, ""), None)
    text = text_of(cell)
    if re.match("未|没|不|无|非", text):
        return (False, ""), None
    if re.search("医务室|卫生室|护理站|医院|门诊|诊所|医疗|卫生所|保健站", text) and len(text) <= 120:
        return (True, re.sub(r"^(有|是)[,，:：(（\s]*", "", text).rstrip("）)") if text[:1] in "有是" else text), None
    return None, why


NATURES = (
    ("public_built_private_run", r"公建民营|公办民营|公建国营|公建委托"),
    ("private", r"民办|民营|私营|私立|社会力量|民非|社会办|个体|股份|有限|外资|合资"),
    ("public", r"公办|公立|国办|事业单位|政府办|集体办|公建公营|国有"),
)


def nature(cell: Any) -> Read:
    """Read who built and who runs it, and whether for profit: `(nature or "", for profit or None)`.

    >>> nature("公建民营")[0], nature("民办非企业单位")[0], nature("营利性")[0]
    (('public_built_private_run', None), ('private', False), ('', True))
    """
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    found = next((code for code, pattern in NATURES if re.search(pattern, text)), "")
    profit: bool | None = None
    if re.search("非营利|非盈利|民办非企业|民非|公益", text):
        profit = False
    elif re.search("营利|盈利|企业|公司", text):
        profit = True
    if not found and profit is None:
        return None, say("“{text}”不是这里认得的性质", text=text[:20])
    return (found, profit), None


KINDS = (
    ("complex", r"综合体|综合养老服务中心|区域养老服务中心|街道.*中心|乡镇.*中心|镇综合"),
    ("centre", r"区级.*指导|指导中心|区.*养老服务中心"),
    ("station", r"驿站|服务站"),
    ("day_care", r"日间|照料中心|照料服务|托老"),
    ("meal_point", r"助餐|食堂|餐厅|配餐|老年餐"),
    (
        "home",
        r"养老机构|养老院|敬老院|福利院|老年公寓|护理院|护养院|颐养|养护院|机构养老|养老社区|供养|光荣院|老人院|养老护理",
    ),
)


def kind(cell: Any) -> Read:
    """Read what sort of place it is; which of the kinds of choices.FacilityKind."""
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    found = next((code for code, pattern in KINDS if re.search(pattern, text)), None)
    return (found, None) if found else (None, say("“{text}”不是这里认得的类型", text=text[:20]))


def operating(cell: Any) -> Read:
    if is_blank(cell):
        return NOTHING
    text = text_of(cell)
    for code, pattern in (
        ("closed", "关停|注销|撤销|关闭|终止|已关|倒闭|吊销|取缔"),
        ("suspended", "暂停|停业|停止|未运营|整改|装修|歇业|筹建|在建"),
        ("open", "运营|营业|正常|开业|在营|开放|存续|在业|有效"),
    ):
        if re.search(pattern, text):
            return code, None
    return None, say("“{text}”看不出是否在运营", text=text[:20])


STARS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}


def stars(cell: Any) -> Read:
    """Read one to five stars however they are written; not rated is nothing.

    >>> stars("三星级")[0], stars("★★★★")[0], stars(5)[0], stars("AAA")[0], stars("未评定")
    (3, 4, 5, 3, (None, None))
    """
    text = text_of(cell).replace(" ", "")
    if is_blank(cell) or text in ("0", "无", "否", "无星级", "无等级") or re.search("未|不参|没", text):
        return NOTHING
    if re.fullmatch(r"(★{1,5})☆*", text):
        return text.count("★"), None
    if re.fullmatch("[aA]{1,5}(级)?", text):
        return len(text.rstrip("级")), None
    found = re.fullmatch(
        r"(?:国家|养老机构|评定)?(?:为)?([1-5一二两三四五])(?:颗|个)?(?:星级?|级|星级?养老机构|级养老机构|\.0)?", text
    )
    if not found:
        return None, say("“{text}”不是一至五级", text=text[:20])
    return STARS.get(found[1]) or int(found[1]), None


def accepts(cell: Any) -> Read:
    """Read who is taken in, as capability levels 0–4 (self-care 0, half 1–2, disabled 3–4) and dementia: `(levels, dementia)`.

    >>> accepts("自理、半自理、不能自理老人")[0], accepts("失能、失智")[0]
    (([0, 1, 2, 3, 4], None), ([3, 4], True))
    """
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    if re.fullmatch(r"(能力等级)?[0-4]([、,][0-4])*", text):
        return (sorted({int(digit) for digit in re.findall(r"[0-4]", text)}), None), None
    if re.search("不限|所有老|全部老|各类老|均可|全类型", text):
        return ([0, 1, 2, 3, 4], None), None
    levels: set[int] = set()
    rest = text
    for pattern, found in (
        (r"不能自理|不自理|非自理|完全失能|重度失能|完全不能自理|全失能|介护|全护理?|特护", {3, 4}),
        (r"半失能|半自理|介助|轻度失能|中度失能|部分失能|半护理?|轻中度", {1, 2}),
        (r"能力完好|生活自理|自理|健康|活力", {0}),
        (r"失能", {3, 4}),
    ):
        if re.search(pattern, rest):
            levels |= found
            rest = re.sub(pattern, "", rest)
    dementia = True if re.search("失智|认知|痴呆|阿尔茨海默", text) else None
    if not levels and dementia is None:
        return None, say("“{text}”看不出收住哪些老人", text=text[:30])
    return (sorted(levels) or None, dementia), None


def accepts_hukou(cell: Any) -> Read:
    """Read whose 户籍 is taken; yes to 京籍 or 异地 means all three regions only where it says so."""
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    if re.fullmatch(r"\d{6}(\d{3})?([、,]\d{6}(\d{3})?)*", text):
        return re.findall(r"\d+", text), None
    if re.search("不限|全国|均可|京津冀", text):
        return ["110000", "120000", "130000"], None
    named = [
        code for code, word in (("110000", "京"), ("120000", "津"), ("130000", "冀|河北")) if re.search(word, text)
    ]
    if named and not re.search("不|非|否", text):
        return named, None
    return None, say("“{text}”看不出收住哪里户籍的老人", text=text[:20])


UNITS = (("day", r"天|日"), ("year", r"年"), ("once", r"次|一次性"), ("month", r"月"))
NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(万|千|k|w)?"


def fee(cell: Any, item: str, label: str = "", heading: str = "") -> Read:
    """Read an amount or a range as the register states it; the text itself is kept, a number only where it is plain.

    >>> fee("3000-6000元/月", "month")[0]
    {'item': 'month', 'label': '', 'unit': 'month', 'low_fen': 300000, 'high_fen': 600000, 'text': '3000-6000元/月'}
    >>> fee("面议", "bed")[0]["low_fen"] is None
    True
    >>> fee("1.2万", "deposit", heading="押金（元）")[0]["low_fen"], fee(260, "meal", heading="餐费(元/天)")[0]["unit"]
    (1200000, 'day')
    """
    if is_blank(cell) or text_of(cell) == "无":
        return NOTHING
    text = text_of(cell)
    if text in ERRORS:
        return None, say("表格里是错误值 {text}", text=text)
    if len(text) > 200:
        return None, say("超过 {most} 个字", most=200)
    if "万元" in heading and re.fullmatch(r"[\d.,\-~至到]+", text):
        text = f"{text}万元"
    low, high = _amounts(text)
    said = f"{text} {heading}"
    default = "once" if item in ("deposit", "medical") else "month"
    unit = next(
        (code for code, pattern in UNITS if re.search(rf"[/每]\s*({pattern})|(?<=元)({pattern})", said)), default
    )
    row = {"item": item, "label": label[:40], "unit": unit, "low_fen": low, "high_fen": high, "text": text}
    return row, None


def _amounts(text: str) -> tuple[int | None, int | None]:
    """Give the lower and upper amount in fen; two times None where the text holds more or less than one range."""
    bare = re.sub(
        r"\s|[¥￥]|人民币|元|每人|/?每?\s*[人床间位]?\s*[/每]\s*(月|天|日|年|次)|以上|左右|起步?|不等|约|月$", "", text
    )
    bare = re.sub(r"/(人|床|间|月|天|日|年|次)+", "", bare)
    found = re.fullmatch(rf"(?:从|自)?{NUMBER}(?:(?:-|~|～|至|到|—|–|－){NUMBER})?", bare)
    if not found:
        return None, None
    first, second = _fen(found[1], found[2], found[3] or (found[6] if found[4] else None)), None
    if found[4]:
        second = _fen(found[4], found[5], found[6])
    if second is not None and second < first:
        return None, None
    return first, second


def _fen(digits: str, fraction: str | None, scale: str | None) -> int:
    times = {"万": 10_000, "w": 10_000, "千": 1000, "k": 1000}.get(scale or "", 1)
    parts = (fraction or ".0")[1:].ljust(6, "0")[:6]
    return int(digits.replace(",", "")) * FEN * times + int(parts) * FEN * times // 1_000_000


PIECES = re.compile(r"[;；。\n]|[,，、](?=[^\d])")
PIECE_ITEMS = (
    ("bed", "床位"),
    ("care", "护理|照护|照料"),
    ("meal", "餐|伙食|膳食"),
    ("deposit", "押金|保证金"),
    ("medical", "备用金|应急金"),
)


PLAIN_ITEMS = {"床位费", "护理费", "餐费", "伙食费", "押金", "医疗备用金", "床位", "护理", "餐"}
ITEM_NAMES = {
    "month": "每月收费",
    "bed": "床位费",
    "care": "护理费",
    "meal": "餐费",
    "deposit": "押金",
    "medical": "医疗备用金",
    "other": "其他收费",
}
UNIT_NAMES = {"month": "每月", "day": "每天", "year": "每年", "once": "一次"}


def fee_lines(fees: list[dict[str, Any]]) -> str:
    """Write fees one a line, so that `read_fee_lines` gives them back: 床位费(双人间)[每月]: 1500-2000元.

    >>> row = fee("1500-2000元", "bed", "双人间")[0]
    >>> read_fee_lines(fee_lines([row]))[0] == [row]
    True
    """
    return "\n".join(
        f"{ITEM_NAMES[one['item']]}({one['label']})[{UNIT_NAMES[one['unit']]}]: {one['text']}" for one in fees
    )


def read_fee_lines(cell: Any) -> tuple[list[dict[str, Any]], Sentence | None]:
    """Read what `fee_lines` wrote. A line in another form is told and not kept."""
    items = {name: code for code, name in ITEM_NAMES.items()}
    units = {name: code for code, name in UNIT_NAMES.items()}
    rows = []
    for line in str(cell or "").split("\n"):
        text = text_of(line)
        found = re.fullmatch(r"(\S+?)\((.*?)\)\[(..)\]: (.+)", text)
        if found and found[1] in items and found[3] in units:
            low, high = _amounts(found[4])
            fact = {"item": items[found[1]], "label": found[2], "unit": units[found[3]]}
            rows.append({**fact, "low_fen": low, "high_fen": high, "text": found[4]})
        elif text:
            return [], say("收费明细里“{line}”这一行的写法认不出", line=text[:30])
    return rows, None


def fees_of(cell: Any, item: str, label: str, heading: str) -> tuple[list[dict[str, Any]], Sentence | None]:
    """Read a cell that may name several charges: 床位费1500-2000，护理费500起，餐费900.

    >>> [(one["item"], one["low_fen"]) for one in fees_of("床位费1500-2000元，护理费500起，餐费900", "month", "", "")[0]]
    [('bed', 150000), ('care', 50000), ('meal', 90000)]
    """
    pieces = [piece.strip() for piece in PIECES.split(text_of(cell)) if piece.strip()]
    named = [(code, piece) for piece in pieces for code, word in PIECE_ITEMS if re.search(f"^[^\\d]*({word})", piece)]
    if item == "month" and named and len(named) == len(pieces):
        rows = []
        for code, piece in named:
            name, amount = re.match(r"([^\d]*)(.*)", piece).groups()
            name = re.sub(r"[:：为\s]+$", "", name)
            row, _why = fee(amount or piece, code, label="" if name in PLAIN_ITEMS else name, heading=heading)
            rows += [row] if row else []
        return rows, None
    row, why = fee(cell, item, label, heading)
    return ([row] if row else []), why


# The box the three regions lie in, generously.
LATITUDES, LONGITUDES = (35.0, 43.5), (112.5, 120.5)


def coordinate(cell: Any) -> Read:
    """Read degrees, decimal or with minutes and seconds.

    >>> coordinate("北纬39°54′36″")[0], coordinate("116.40E")[0]
    (39.91, 116.4)
    """
    if is_blank(cell):
        return NOTHING
    text = re.sub(r"[东西南北经纬:\sNEne]", "", text_of(cell))
    degrees = re.fullmatch(
        r"(\d{1,3})[°度](?:(\d{1,2}(?:\.\d+)?)[′'分])?(?:(\d{1,2}(?:\.\d+)?)(?:[″\"秒]|′′|''))?", text
    )
    if degrees:
        whole_, minutes, seconds = (float(part or 0) for part in degrees.groups())
        return round(whole_ + minutes / 60 + seconds / 3600, 6), None
    plain = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)°?", text)
    return (float(plain[1]), None) if plain else (None, say("“{text}”不是经纬度", text=text_of(cell)[:20]))


def position(latitude: float | None, longitude: float | None) -> tuple[tuple[float, float] | None, Sentence | None]:
    """Give (latitude, longitude) if both stand in the three regions; the other way round is put right and told.

    >>> position(116.4, 39.9)[0]
    (39.9, 116.4)
    """
    if latitude is None and longitude is None:
        return None, None
    if latitude is None or longitude is None:
        return None, say("经度和纬度只有一个")
    if _inside(latitude, longitude):
        return (latitude, longitude), None
    if _inside(longitude, latitude):
        return (longitude, latitude), say("经度和纬度写反了，已按对的顺序保存")
    return None, say("这个位置不在京津冀范围内")


def _inside(latitude: float, longitude: float) -> bool:
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def datum_of(*texts: str) -> str:
    """Say which datum a header names; `unstated` where none does.

    >>> datum_of("经度（高德）"), datum_of("百度坐标"), datum_of("纬度WGS84"), datum_of("经度")
    ('gcj02', 'bd09', 'wgs84', 'unstated')
    """
    text = unicodedata.normalize("NFKC", " ".join(texts)).lower()
    for code, pattern in (("gcj02", "gcj|高德|腾讯|火星"), ("bd09", "bd-?09|百度"), ("wgs84", "wgs|gps|cgcs|天地图")):
        if re.search(pattern, text):
            return code
    return "unstated"
