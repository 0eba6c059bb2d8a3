"""Reads one cell of a spreadsheet as one kind of fact. Generous in reading, strict in keeping: a value or a sentence, no guess.

Each reader takes the cell as it came (text, number, day, truth) and gives `(value, why not)`; both None: nothing is there.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from eldercare.kernel.sentences import Sentence, say
from facilities.rules.settings import read

Read = tuple[Any, Sentence | None]
NOTHING: Read = (None, None)
WORDS: dict[str, Any] = read("import_words.yaml")
NONE = WORDS["none"]
BLANK = {
    *("", "-", "--", "—", "——", "/", "\\", "n/a", "na", "null", "none", "nan", "...", "…", "·", "*", "?", "#n/a"),
    *WORDS["blank"],
}
ERRORS = ("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#N/A")
EXCEL_DAY_ONE = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 10_000, 80_000  # 1927 to 2119
YEARS = range(1900, 2101)  # as a day's number, a day in 1905
CHINESE_DIGITS = str.maketrans(WORDS["chinese_digits"], "000123456789")
FEN = 100


def text_of(cell: Any) -> str:
    """Write a cell as text: half-width, single spaces, numbers without a false fraction.

    >>> text_of("　武清　区１２ "), text_of(13800001111.0), text_of(None)
    ('武清 区12', '13800001111', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return WORDS["yes_no"][0 if cell else 1]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    text = str(cell)
    if not text.isascii():
        text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(text.split())  # quicker than a pattern, and the same


def person(cell: Any) -> Read:
    """Read a person's name; a telephone number that stands behind it is told and not kept there.

    >>> person("李某13900001111")[0], person(" 王　某 ")[0], person("/")
    ('李某', '王 某', (None, None))
    """
    value, why = words(MOST_PERSON)(cell)
    if value and re.search(WORDS["no_person"], value):
        return None, say("不像姓名")
    found = re.fullmatch(WORDS["name_and_number"], value) if value else None
    if found:
        return found[1].strip(), say("里面的电话没有读；请写在“联系电话”一列")
    return value, why


MOST_PERSON = 60
INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|_x000[dD]_"
)  # the last: a line's end in some XLSX
WIDE = str.maketrans(
    {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    | {0x3000: " ", 0x200B: None, 0xFEFF: None}
)


def kept_text(cell: Any) -> str:
    """Write words as they are kept: half-width letters and digits, single spaces, Chinese marks left Chinese.

    >>> kept_text(" 北京路１２号（　东门） ")
    '北京路12号（ 东门）'
    """
    return " ".join(INVISIBLE.sub("", cell.translate(WIDE)).split()) if isinstance(cell, str) else text_of(cell)


def is_blank(cell: Any) -> bool:
    return cell is None or text_of(cell).lower() in BLANK


def words(most: int) -> Callable[[Any], Read]:
    """Read words of at most so many characters; longer ones are not cut but left out."""

    def read(cell: Any) -> Read:
        text = kept_text(cell)
        if text.lower() in BLANK or text == NONE:
            return NOTHING
        if text in ERRORS:
            return None, say("表格里是错误值 {text}", text=text)
        if isinstance(cell, date | time | timedelta):
            return None, say("被表格当成了日期（{text}）；请把这一列设成文本再填", text=text)
        if len(text) > most:
            return None, say("超过 {most} 个字", most=most)
        if not text.isprintable() and any(ord(letter) < 32 for letter in text):
            return None, say("含有看不见的控制字符")
        return text, None

    return read


# Credit codes have none of these letters; they come from reading 0, 1, 5 and 2 wrongly (GB 32100-2015).
NO_CODE_LETTERS = "IOSVZ"
MISREAD = str.maketrans("IOSZ", "1052")


def paper_number(cell: Any) -> Read:
    """Read a paper's number; one so long that a spreadsheet program has rounded it is told.

    >>> paper_number("津备〔2020〕1号")[0], paper_number(20200001.0)[0], paper_number(120114200012345678)[0]
    ('津备〔2020〕1号', '20200001', None)
    """
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if (is_number and abs(cell) >= ROUNDED_FROM) or re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", text_of(cell)):
        return None, say("被当成了数字，后面几位已经丢失；请把这一列设成文本再填")
    return words(MOST_NUMBER)(cell)


MOST_NUMBER = 60
ROUNDED_FROM = 10**15  # a spreadsheet program keeps fifteen digits


def credit_code(cell: Any) -> Read:
    """Read an 18-character credit code. A wrong check character is told and does not stop it: real papers have it.

    >>> credit_code("９１１１００００１０１６２３７４１K")
    ('91110000101623741K', None)
    >>> str(credit_code("91110000101623741X")[1])
    '校验位对不上，请核对原件（已按所写的保存）'
    >>> str(credit_code("91110O00101623741K")[1])
    '代码里没有字母 O，是不是 91110000101623741K？请核对原件后改正'
    >>> credit_code(9.1110000101623e17)[0] is None
    True
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return None, say("被当成了数字，后面几位已经丢失；请把这一列设成文本再填")
    whole_text = re.sub(r"\(.*?\)|\.0+$", "", text_of(cell).upper())
    text = re.sub(r"[^0-9A-Z]", "", whole_text)
    if is_blank(cell) or not text:
        return NOTHING
    if re.search(r"\dE\+?\d+$", text_of(cell).upper().replace(" ", "")) and "+" in text_of(cell):
        return None, say("变成了科学计数法，后面几位已经丢失；请把这一列设成文本再填")
    if len(text) != 18:
        return None, say("统一社会信用代码应为 18 位，这里是 {count} 位", count=len(text))
    stray = next((letter for letter in text if letter in NO_CODE_LETTERS), None)
    if stray:
        meant = text.translate(MISREAD)
        if uscc.is_valid(meant):
            return None, say("代码里没有字母 {letter}，是不是 {code}？请核对原件后改正", letter=stray, code=meant)
        return None, say("代码里没有字母 {letter}，请核对原件后改正", letter=stray)
    try:
        uscc.validate(text)
    except ValidationError:
        if text.endswith("000") and text.isdigit():
            return None, say("后面几位变成了 0，已经丢失；请把这一列设成文本再填")
        return text, say("校验位对不上，请核对原件（已按所写的保存）")
    return text, None


def phone(cell: Any) -> Read:
    """Read a telephone number, or several; letters of explanation may stand beside them.

    >>> phone("０２２－８２１２３４５６、13800001111(王)")
    ('022-82123456、13800001111(王)', None)
    >>> phone(1.38e10)[0] is None, str(phone("1380000111")[1])
    (True, '“1380000111”不是 11 位，请核对（已按所写的保存）')
    """
    text = text_of(cell)
    if is_blank(cell) or text == NONE:
        return NOTHING
    if isinstance(cell, date | time | timedelta):
        return None, say("不像电话号码")
    text = re.sub(r"(?<=\d)\s*[–—－―‐]\s*(?=\d)", "-", text)
    if re.search(r"\dE\+?\d", text.upper()) or (isinstance(cell, int | float) and text.endswith("000000")):
        return None, say("变成了科学计数法，后面几位已经丢失")
    if len(text) > MOST_PHONE:
        return None, say("超过 {most} 个字，请只留一两个号码", most=MOST_PHONE)
    if sum(letter.isdigit() for letter in text) < 5 or re.search(r"\d\.\d", text):
        return None, say("不像电话号码")
    mobile = next((one for one in re.findall(r"(?<![\d-])1[3-9]\d{6,}(?![\d-])", text) if len(one) != MOBILE), None)
    if mobile:
        return text, say("“{text}”不是 11 位，请核对（已按所写的保存）", text=mobile[:20])
    if isinstance(cell, int | float) and not text.startswith("1") and len(text) >= MOBILE - 1:
        return text, say("区号前面的 0 可能丢了，请核对（已按所写的保存）")
    return text, None


MOST_PHONE = 40
MOBILE = 11


def whole(cell: Any) -> Read:
    """Read a whole number, 0 or more, with its unit if it has one.

    >>> whole("１２０ 张"), whole("1,200"), str(whole("约120")[1])
    ((120, None), (1200, None), '“约120”不是整数，请只写一个数')
    >>> whole("120\\n80")[0], whole("12 0")[0]
    (None, None)
    """
    text = text_of(cell)
    if is_blank(cell):
        return NOTHING
    found = re.fullmatch(WORDS["whole"], re.sub(r"(?<!\d) | (?!\d)", "", text))
    if not found:
        return None, say("“{text}”不是整数，请只写一个数", text=text[:20])
    return int(found[1].replace(",", "")), None


def partial_day(cell: Any) -> Read:
    """Read a day, a month or a year, as far as it is written: `2019-05-01`, `2019-05` or `2019`.

    >>> [partial_day(text)[0] for text in ("2019/5/1", "2019.05", "２０１９年５月", "20190501", 43586, "二〇一九年五月一日")]
    ['2019-05-01', '2019-05', '2019-05', '2019-05-01', '2019-05-01', '2019-05-01']
    >>> partial_day(2019.5)[0], str(partial_day(2019.1)[1])
    ('2019-05', '“2019.1”可能是一月，也可能是十月（2019.10 当成数字会变成 2019.1）；请写成 2019-01 或 2019-10')
    """
    text = text_of(cell)
    if isinstance(cell, date):
        days = ((cell.date() if isinstance(cell, datetime) else cell) - EXCEL_DAY_ONE).days
        if days in YEARS:
            return None, say("“{text}”像是年份 {year} 写进了日期格式的格子，请写明", text=text, year=days)
        return _checked([cell.year, cell.month, cell.day], text)
    if is_blank(cell) or text == NONE:
        return NOTHING
    serial = re.fullmatch(r"\d{5}(\.\d+)?", text)
    if serial and FIRST_SERIAL <= float(text) <= LAST_SERIAL:
        return (EXCEL_DAY_ONE + timedelta(days=int(float(text)))).isoformat(), None
    if isinstance(cell, float) and re.fullmatch(r"\d{4}\.1", text):
        return None, _january_or_october(text)
    plain = _arabic(text)
    for pattern in WORDS["days"]:
        found = re.fullmatch(pattern, plain)
        if found:
            return _checked([int(part) for part in found.groups()], text)
    return None, say("“{text}”看不出是哪一天，请写成 2020-05-01 这样", text=text[:30])


def _january_or_october(text: str) -> Sentence:
    return say(
        "“{text}”可能是一月，也可能是十月（{year}.10 当成数字会变成 {text}）；请写成 {year}-01 或 {year}-10",
        text=text,
        year=text[:4],
    )


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
    if text in WORDS["for_ever"]:
        return None, say("写的是“{text}”，没有到期日", text=text)
    parts = [part for part in re.split(WORDS["period"], text) if part.strip()]
    if parts and parts[-1].strip() in WORDS["for_ever"]:
        return None, say("写的是“{text}”，没有到期日", text=text[:30])
    return day(parts[-1] if isinstance(cell, str) and parts else cell)


def _arabic(text: str) -> str:
    if not re.search(WORDS["chinese_number"], text):
        return text
    one, zero = WORDS["chinese_digits"][3], WORDS["chinese_digits"][0]
    tens = re.sub(WORDS["chinese_tens"], lambda m: (m[1] or one) + (m[2] or zero), text)
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


YES = {"√", "✓", "✔", "☑", "y", "yes", "true", "1", *WORDS["says_yes"]}
NOT_PLAINLY_YES = WORDS["not_plainly_yes"]
NO = {"×", "✗", "✘", "x", "n", "no", "false", "0", *WORDS["says_no"]}


def truth(cell: Any) -> Read:
    """Read yes or no.

    >>> truth("是（医保定点）"), truth("√"), truth("无"), truth("申请中")[0], truth("是（申请中）")[0]
    ((True, None), (True, None), (False, None), None, None)
    """
    if isinstance(cell, bool):
        return cell, None
    text = text_of(cell).lower()
    if text in BLANK:
        return NOTHING
    bare = re.sub(r"[(\[].*|[,;，；。].*", "", text).strip()
    if bare in NO:
        return False, None
    if bare in YES and not re.search(NOT_PLAINLY_YES, text[len(bare) :]):
        return True, None
    return None, say("“{text}”看不出是或否", text=text[:20])


def medical_insurance(cell: Any) -> Read:
    value, why = truth(cell)
    text = text_of(cell)
    if why and re.search(WORDS["insurance"], text):
        if re.search(WORDS["insurance_not_yet"], text):
            return (False, None) if re.search(WORDS["begins_with_no"], text) else (None, why)
        return True, None
    return value, why


def clinic(cell: Any) -> Read:
    """Read whether there is a clinic inside, and its name where one is written: `(has, name)`.

    >>> clinic("福寿医务室")[0], clinic("有（福寿医务室）")[0], clinic("有")[0], clinic("无")[0]
    ((True, '福寿医务室'), (True, '福寿医务室'), (True, ''), (False, ''))
    """
    value, why = truth(cell)
    if len(text_of(cell)) > MOST_CLINIC:
        return None, say("超过 {most} 个字", most=MOST_CLINIC)
    if value is not None or why is None:
        name = re.sub(WORDS["clinic_yes"], "", text_of(cell)).strip("()（） ")
        named = value and name != text_of(cell) and re.search(WORDS["clinic"], name)
        return (None, None) if value is None else ((value, name if named else ""), None)
    text = text_of(cell)
    if re.match(WORDS["begins_with_no"], text):
        return (False, ""), None
    if re.search(WORDS["clinic_elsewhere"], text):
        return None, say("“{text}”像是别处的医疗机构；内设的请写名称，合作的请放在“协议医院”一列", text=text[:20])
    if re.search(WORDS["clinic"], text) and not re.search(WORDS["clinic_not_yet"], text):
        name = re.sub(WORDS["clinic_yes"], "", text)
        return (True, name if name == text else name.rstrip("）)")), None
    return None, why


MOST_CLINIC = 120


def nature(cell: Any) -> Read:
    """Read who built and who runs it, and whether for profit: `(nature or "", for profit or None)`.

    >>> nature("公建民营")[0], nature("民办非企业单位")[0], nature("营利性")[0]
    (('public_built_private_run', None), ('private', False), ('', True))
    """
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    found = next((code for code, pattern in WORDS["natures"] if re.search(pattern, text)), "")
    profit: bool | None = None
    if re.search(WORDS["not_for_profit"], text):
        profit = False
    elif re.search(WORDS["for_profit"], text):
        profit = True
    if not found and profit is None:
        return None, say("“{text}”不是这里认得的性质", text=text[:20])
    return (found, profit), None


def kind(cell: Any) -> Read:
    """Read what sort of place it is; which of the kinds of choices.FacilityKind."""
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    found = next((code for code, pattern in WORDS["kinds"] if re.search(pattern, text)), None)
    return (found, None) if found else (None, say("“{text}”不是这里认得的类型", text=text[:20]))


def operating(cell: Any) -> Read:
    if is_blank(cell):
        return NOTHING
    text = text_of(cell)
    code = next((code for code, pattern in WORDS["operating"] if re.search(pattern, text)), None)
    doubtful = {"open": "not_plainly", "closed": "not_yet_closed"}
    if code and not (code in doubtful and re.search(WORDS[doubtful[code]], text)):
        return code, None
    return None, say("“{text}”看不出是否在运营", text=text[:20])


def stars(cell: Any) -> Read:
    """Read one to five stars however they are written; not rated is nothing.

    >>> stars("三星级")[0], stars("★★★★")[0], stars(5)[0], stars("AAA")[0], stars("未评定")
    (3, 4, 5, 3, (None, None))
    >>> stars("叁星")[0], stars("3A")[0], stars("三星级（2025年评定）")[0], stars("四星级（申报中）")[0]
    (3, 3, 3, None)
    """
    whole_text = text_of(cell).replace(" ", "")
    text = re.sub(r"\(.*?\)$", "", whole_text)
    if is_blank(cell) or re.search(WORDS["no_stars"], text):
        return NOTHING
    if re.search(WORDS["not_yet_rated"], whole_text):
        return None, say("“{text}”不是评定的结果", text=whole_text[:20])
    signs = re.fullmatch(WORDS["star_signs"], text)
    if signs:
        return len(signs[1]), None
    counted = re.fullmatch(WORDS["star_count_letters"], text)
    if counted:
        return int(counted[1]), None
    letters = re.fullmatch(WORDS["star_letters"], text)
    if letters:
        return len(letters[1]), None
    found = re.fullmatch(WORDS["stars"], text)
    if not found:
        return None, say("“{text}”不是一至五级", text=text[:20])
    return WORDS["star_numbers"].get(found[1]) or int(found[1]), None


def accepts(cell: Any) -> Read:
    """Read who is taken in, as capability levels 0–4 (self-care 0, half 1–2, disabled 3–4) and dementia: `(levels, dementia)`.

    >>> accepts("自理、半自理、不能自理老人")[0], accepts("失能、失智")[0]
    (([0, 1, 2, 3, 4], None), ([3, 4], True))
    >>> str(accepts("自理老人（不收失能）")[1])
    '“自理老人(不收失能)”看不出收住哪些老人，请只写收住的'
    >>> accepts("轻度、中度、重度失能老人")[0], str(accepts("自理型、护理型")[1])
    (([1, 2, 3, 4], None), '“自理型、护理型”里的“护理”看不出是哪一类老人，请逐类写明')
    """
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    if re.fullmatch(WORDS["levels_as_numbers"], text):
        return (sorted({int(digit) for digit in re.findall(r"[0-4]", text)}), None), None
    if re.search(WORDS["accepts_not"], text):
        return None, say("“{text}”看不出收住哪些老人，请只写收住的", text=text[:30])
    if re.search(WORDS["takes_all"], text):
        return ([0, 1, 2, 3, 4], None), None
    levels: set[int] = set()
    rest = re.sub(WORDS["dementia"], "", text)
    for found, pattern in WORDS["levels"]:
        if re.search(pattern, rest):
            levels |= set(found)
            rest = re.sub(pattern, "", rest)
    dementia = True if re.search(WORDS["dementia"], text) else None
    if not levels and dementia is None:
        return None, say("“{text}”看不出收住哪些老人", text=text[:30])
    rest = re.sub(WORDS["beside_accepts"], "", re.sub(WORDS["who_else"], "", rest) if levels == ALL_LEVELS else rest)
    if rest:
        return None, say("“{text}”里的“{rest}”看不出是哪一类老人，请逐类写明", text=text[:30], rest=rest[:10])
    return (sorted(levels) or None, dementia), None


ALL_LEVELS = {0, 1, 2, 3, 4}


def accepts_hukou(cell: Any) -> Read:
    """Read whose 户籍 is taken; yes to 京籍 or 异地 means all three regions only where it says so."""
    if is_blank(cell):
        return NOTHING
    text = text_of(cell).replace(" ", "")
    if re.fullmatch(r"\d{6}(\d{3})?([、,]\d{6}(\d{3})?)*", text):
        return re.findall(r"\d+", text), None
    if re.search(WORDS["any_hukou"], text):
        return ["110000", "120000", "130000"], None
    named = [code for code, word in WORDS["hukou"] if re.search(word, text)]
    if named and re.fullmatch(WORDS["only_hukou"], text):
        return named, None
    return None, say("“{text}”看不出收住哪里户籍的老人，请写成“京、津、冀”这样", text=text[:20])


def fee(cell: Any, item: str, label: str = "", heading: str = "") -> Read:
    """Read an amount or a range as the register states it; the text itself is kept, a number only where it is plain.

    >>> fee("3000-6000元/月", "month")[0]
    {'item': 'month', 'label': '', 'unit': 'month', 'low_fen': 300000, 'high_fen': 600000, 'text': '3000-6000元/月'}
    >>> fee("面议", "bed")[0]["low_fen"] is None
    True
    >>> fee("1.2万", "deposit", heading="押金（元）")[0]["low_fen"], fee(260, "meal", heading="餐费(元/天)")[0]["unit"]
    (1200000, 'day')
    >>> fee(1.5, "bed", heading="床位费(千元)")[0]["low_fen"], fee(25, "meal", heading="餐费")[0]["low_fen"]
    (150000, None)
    """
    if is_blank(cell) or text_of(cell) == NONE:
        return NOTHING
    text = text_of(cell)
    if text in ERRORS:
        return None, say("表格里是错误值 {text}", text=text)
    if len(text) > 200:
        return None, say("超过 {most} 个字", most=200)
    scale = _scale_of(heading)
    written = text
    if scale and re.fullmatch(WORDS["bare_amount"], text):
        text = f"{text}{scale}"
    low, high = _amounts(text)
    said = f"{text} {heading}"
    default = "once" if item in ("deposit", "medical") else "month"
    unit = next((code for code, mark in UNIT_MARKS if mark.search(said)), default)
    row = {"item": item, "label": label[:40], "unit": unit, "low_fen": low, "high_fen": high, "text": text}
    if not _is_plausible(item, unit, low, high):
        why = say("“{text}”看不出是多少元，只留了原文；请写明单位（元/月、元/天、万元）", text=written[:20])
        kept = written + WORDS["in_heading"].format(scale) if scale else written  # never to be read as a plain amount
        return {**row, "low_fen": None, "high_fen": None, "text": kept}, why
    return row, None


@cache
def _scale_of(heading: str) -> str:
    return next((word for word, mark in WORDS["heading_scales"] if re.search(mark, heading)), "")


UNIT_MARKS = [(code, re.compile(WORDS["unit_mark"].format(words_))) for code, words_ in WORDS["units"]]
BESIDE_AMOUNT, PER_WHOM = re.compile(WORDS["beside_amount"]), re.compile(WORDS["per_whom"])
RANGE = re.compile(WORDS["range"].format(WORDS["number"]))


def _is_plausible(item: str, unit: str, low: int | None, high: int | None) -> bool:
    """Tell whether an amount can be what a home asks, in the unit it was read in. Nothing asked (0) can be."""
    if not low:
        return True
    bounds = WORDS["plausible"]
    return (unit == "day" or low >= bounds["least"][item] * FEN) and (high or low) <= bounds["most"] * FEN


def _amounts(text: str) -> tuple[int | None, int | None]:
    """Give the lower and upper amount in fen; two times None where the text holds more or less than one range."""
    found = RANGE.fullmatch(PER_WHOM.sub("", BESIDE_AMOUNT.sub("", text)))
    if not found:
        return None, None
    first, second = _fen(found[1], found[2], found[3] or (found[6] if found[4] else None)), None
    if found[4]:
        second = _fen(found[4], found[5], found[6])
    if second is not None and second < first:
        return None, None
    return first, second


def _fen(digits: str, fraction: str | None, scale: str | None) -> int:
    times = WORDS["scales"].get((scale or "").lower(), 1)
    parts = (fraction or ".0")[1:].ljust(6, "0")[:6]
    return int(digits.replace(",", "")) * FEN * times + int(parts) * FEN * times // 1_000_000


PIECES = re.compile(r"[;；。\n]|[,，、](?=[^\d])")


def fee_lines(fees: list[dict[str, Any]]) -> str:
    """Write fees one a line, so that `read_fee_lines` gives them back: 床位费(双人间)[每月]: 1500-2000元.

    >>> row = fee("1500-2000元", "bed", "双人间")[0]
    >>> read_fee_lines(fee_lines([row]))[0] == [row]
    True
    """
    return "\n".join(
        f"{WORDS['item_names'][one['item']]}({one['label']})[{WORDS['unit_names'][one['unit']]}]: {one['text']}"
        for one in fees
    )


def read_fee_lines(cell: Any) -> tuple[list[dict[str, Any]], Sentence | None]:
    """Read what `fee_lines` wrote. A line in another form is told and not kept."""
    items = {name: code for code, name in WORDS["item_names"].items()}
    units = {name: code for code, name in WORDS["unit_names"].items()}
    rows = []
    for line in str(cell or "").split("\n"):
        text = text_of(line)
        found = re.fullmatch(r"(\S+?)\((.*?)\)\[(..)\]: (.+)", text)
        if found and found[1] in items and found[3] in units:
            low, high = _amounts(found[4])
            fact = {"item": items[found[1]], "label": found[2], "unit": units[found[3]]}
            if not _is_plausible(fact["item"], fact["unit"], low, high):
                low = high = None
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
    named = [
        (code, piece) for piece in pieces for code, word in WORDS["fee_items"] if re.search(f"^[^\\d]*({word})", piece)
    ]
    if item == "month" and named and len(named) == len(pieces):
        rows = []
        for code, piece in named:
            name = re.split(r"\d", piece)[0]
            amount = piece[len(name) :]
            name = re.sub(WORDS["before_amount"], "", name)
            row, _why = fee(amount or piece, code, label="" if name in WORDS["plain_items"] else name, heading=heading)
            rows += [row] if row else []
        return rows, None
    row, why = fee(cell, item, label, heading)
    return ([row] if row else []), why


# The box the three regions lie in, generously.
MOST_DEGREES = 360
LATITUDES, LONGITUDES = (35.0, 43.5), (112.5, 120.5)


def coordinate(cell: Any) -> Read:
    """Read degrees, decimal or with minutes and seconds.

    >>> coordinate("北纬39°54′36″")[0], coordinate("116.40E")[0]
    (39.91, 116.4)
    """
    if isinstance(cell, float) and 0 <= cell < MOST_DEGREES:
        return cell, None
    if is_blank(cell) or text_of(cell) == NONE:
        return NOTHING
    text = re.sub(WORDS["beside_degrees"], "", text_of(cell))
    degrees = re.fullmatch(WORDS["degrees"], text)
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
    for code, pattern in WORDS["datums"]:
        if re.search(pattern, text):
            return code
    return UNSTATED


UNSTATED = "unstated"
