"""What sources state about a real organisation is told in words, one fact a line."""

from facilities.selectors.page import _stated


def test_a_table_of_fees_becomes_one_fact_a_line_and_no_code_is_shown():
    facts = [
        {"name": "beijing_share", "value": ">75%", "source": "报纸"},
        {"name": "fees_2026", "value": {"护理费": {"自理": "1500-2500"}, "餐费": 2400}, "source": "网站"},
    ]
    told = [(str(fact["name"]), fact["value"], fact["source"]) for fact in _stated(facts)]
    assert told == [
        ("北京老人占比", ">75%", "报纸"),
        ("收费原文 · 护理费 · 自理", "1500-2500", "网站"),
        ("收费原文 · 餐费", 2400, "网站"),
    ]
