"""GB 11643: what an identity number says, what is wrong with one in plain words, what is forgiven, what is never judged."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eldercare.people.rules.id_number import IdNumberProblem, check_digit, normalise, parse_id_number

birth_dates = st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 12, 31))
prefixes = st.integers(100000, 999999).map(str)
sequences = st.integers(0, 999)


def number(prefix: str, born: date, sequence: int) -> str:
    first_17 = f"{prefix}{born:%Y%m%d}{sequence:03d}"
    return first_17 + check_digit(first_17)


@pytest.mark.parametrize("text", ["440524188001010014", "11010519491231002X"])
def test_the_standard_s_own_examples_are_read(text):
    assert parse_id_number(text).text == text


@given(prefixes, birth_dates, sequences)
def test_any_prefix_day_and_sequence_with_its_check_digit_is_read(prefix, born, sequence):
    read = parse_id_number(number(prefix, born, sequence))
    assert (read.birth_date, read.sex) == (born, "male" if sequence % 2 else "female")


@given(prefixes, birth_dates, sequences, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(prefix, born, sequence, place, change):
    right = number(prefix, born, sequence)
    wrong = right[:place] + str((int(right[place]) + change) % 10) + right[place + 1 :]
    with pytest.raises(IdNumberProblem):
        parse_id_number(wrong)


@given(prefixes, birth_dates, sequences, st.integers(0, 15))
def test_two_neighbours_swapped_are_always_noticed(prefix, born, sequence, place):
    right = number(prefix, born, sequence)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    if swapped != right:
        with pytest.raises(IdNumberProblem):
            parse_id_number(swapped)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(text):
    try:
        parse_id_number(text)
    except IdNumberProblem as problem:
        assert str(problem.sentence).endswith("。")


@given(prefixes, birth_dates, sequences)
def test_full_width_digits_spaces_and_a_small_x_are_forgiven(prefix, born, sequence):
    right = number(prefix, born, sequence)
    typed = " ".join([right[:6], right[6:14], right[14:]]).lower()
    full_width = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in typed)
    assert normalise(full_width) == right


# Birth in 1944 under codes that were given out decades later: numbers a registry of old codes would refuse (rules §9).
@pytest.mark.parametrize(
    "prefix",
    ["110112", "110223", "110228", "110118", "110229", "110119", "120114", "120222", "131082", "130682"],
)
def test_an_elder_s_number_is_not_judged_by_its_first_six_digits(prefix):
    assert parse_id_number(number(prefix, date(1944, 5, 6), 21)).birth_date == date(1944, 5, 6)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "id_number_missing", "请填写身份证号码。"),
        ("1101051949123100", "id_number_length", "身份证号码应当是 18 位，您填了 16 位，请再数一数。"),
        ("1101051949123100AX", "id_number_letters", "身份证号码前 17 位都是数字，最后一位是数字或字母 X。"),
        ("110105194902310029", "id_number_date", "身份证号码第 7 到 14 位是出生日期，1949 年 02 月 31 日不存在。"),
        ("110105194912310021", "id_number_check_digit", "这个身份证号码有一位不对，请对照身份证从头核对一遍。"),
    ],
)
def test_each_fault_is_told_in_its_own_sentence(text, code, words):
    with pytest.raises(IdNumberProblem) as caught:
        parse_id_number(text)
    assert (caught.value.code, str(caught.value.sentence)) == (code, words)
