"""Every component says what it must in each of its states: empty, refused, partial, full."""

import re
from datetime import datetime

import pytest
from django import forms
from django.utils import translation

from eldercare.kernel.clock import CHINA
from eldercare.kernel.sentences import say
from eldercare.kernel.verdict import Answer, Cite, Line, Outcome, Reason, Verdict
from eldercare.ui.charts import bars, curve
from tests.ui.drawing import draw

CITE = Cite("示例办法", "第三条", "https://example.org/3")


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


def words(markup: str) -> str:
    """The text a reader sees, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


class Wish(forms.Form):
    name = forms.CharField(label="姓名", help_text="和身份证上一样")
    level = forms.ChoiceField(label="等级", choices=[("1", "轻"), ("2", "重")], widget=forms.RadioSelect)
    note = forms.CharField(label="说明", required=False)


def test_a_button_with_an_address_is_a_link_and_without_one_a_button():
    assert draw('<c-button href="/x" variant="next">去</c-button>').strip().startswith('<a class="button button-next')
    assert '<button class="button button-secondary ' in draw("<c-button>去</c-button>")
    assert "disabled" in draw('<c-button disabled="yes">去</c-button>')


def test_a_button_keeps_other_attributes_and_escapes_bound_ones():
    drawn = draw('<c-button hx-get="/part" :title="evil">去</c-button>', evil='"><script>')
    assert 'hx-get="/part"' in drawn and "<script>" not in drawn


def test_a_component_sees_only_what_it_is_given():
    assert "secret" not in draw("<c-card>内容</c-card>", title="secret", foot="secret")


def test_a_field_names_its_hint_and_marks_what_may_stay_empty():
    drawn = draw('<c-field :field="form.name" /><c-field :field="form.note" />', form=Wish())
    assert 'aria-describedby="id_name_helptext"' in drawn and 'id="id_name_helptext"' in drawn
    assert words(drawn).count("（可不填）") == 1


def test_a_wrong_field_says_so_beside_itself_and_above_the_form_with_a_link_to_it():
    drawn = draw('<c-form :form="form" action="/x" />', form=Wish({"note": "已经写好的话"}))
    assert 'href="#id_name"' in drawn and 'id="id_name_error"' in drawn
    assert 'href="#id_level_group"' in drawn and 'id="id_level_group"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'value="已经写好的话"' in drawn and "您已经填写的内容都还在" in drawn


def test_a_form_that_posts_carries_a_request_key_and_one_that_asks_does_not():
    assert 'name="request_key"' in draw("<c-form>x</c-form>")
    assert 'name="request_key"' not in draw('<c-form method="get">x</c-form>')


@pytest.mark.parametrize(
    ("fen", "seen"), [(348_000, "¥3,480.00 元/月"), (0, "¥0.00 元/月"), (-60_000, "−¥600.00 元/月"), (None, "未公布")]
)
def test_money_shows_its_unit_and_what_is_missing_as_missing(fen, seen):
    assert words(draw('<c-money :fen="fen" unit="month" />', fen=fen)) == seen


def test_lines_show_label_reason_document_and_a_total():
    lines = [Line(say("护理补贴"), -60_000, say("重度失能"), CITE), Line(say("床位费"), 100_000, say("双人间"))]
    seen = words(
        draw('<c-lines :lines="lines" :total="total" total_label="自付" unit="month" />', lines=lines, total=40_000)
    )
    assert seen == (
        "项目和依据 金额 护理补贴 重度失能 示例办法 第三条 −¥600.00 床位费 双人间 ¥1,000.00 自付 ¥400.00 元/月"
    )
    assert "没有可列的项目" in words(draw('<c-lines :lines="[]" />'))


def test_stored_lines_and_reasons_are_drawn_like_fresh_ones():
    line = Line(say("满 {n} 岁的津贴", n=80), 100, say("每月"), CITE)
    reason = Reason("age", Outcome.PASS, say("满 {n} 岁", n=80), CITE)
    markup = '<c-lines :lines="lines" /><c-reasons :reasons="reasons" />'
    fresh = draw(markup, lines=[line], reasons=[reason])
    assert fresh == draw(markup, lines=[line.to_json()], reasons=[reason.to_json()])


@pytest.mark.parametrize(
    ("outcome", "word"), [(Outcome.PASS, "符合"), (Outcome.FAIL, "不符合"), (Outcome.UNKNOWN, "还缺资料")]
)
def test_every_condition_answers_in_words(outcome, word):
    drawn = draw('<c-reasons :reasons="reasons" />', reasons=[Reason("a", outcome, say("条件"), CITE)])
    assert words(drawn) == f"条件 {word} 示例办法 第三条"
    assert 'href="https://example.org/3"' in drawn


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer.YES, "可以享受"),
        (Answer.NO, "暂时不能享受"),
        (Answer.CHOICE, "需要您选一项"),
        (Answer.CANNOT_DECIDE, "还不能判断，缺资料"),
    ],
)
def test_a_verdict_says_its_answer_and_the_next_step(answer, word):
    seen = words(draw('<c-verdict :verdict="v"><c-slot name="next">打电话</c-slot></c-verdict>', v=Verdict(answer)))
    assert seen == f"{word} 下一步： 打电话"


def test_freshness_is_a_word_with_its_moment_and_its_source():
    moment = datetime(2026, 11, 23, 8, 40, tzinfo=CHINA)
    drawn = draw('<c-freshness level="verify" :as_of="at" by="院方" />', at=moment)
    assert words(drawn) == "待核实 截至 2026年11月23日 08:40 · 院方"
    assert words(draw("<c-freshness />")) == "未知"


def test_stars_are_also_a_word():
    assert words(draw('<c-stars :value="4" />')) == "4 星"
    assert draw('<c-stars :value="4" />').count('class="on"') == 4
    assert words(draw('<c-stars :value="x" />', x=None)) == "未评定等级"


def test_steps_say_where_the_journey_stands():
    steps = [
        {"label": "登记", "state": "done"},
        {"label": "评估", "state": "current"},
        {"label": "入住", "state": "todo"},
    ]
    drawn = draw('<c-steps :steps="steps" />', steps=steps)
    assert words(drawn) == "登记 已完成 2 评估 正在这一步 3 入住 还没开始"
    assert drawn.count('aria-current="step"') == 1


def test_a_table_without_rows_says_why():
    assert words(draw('<c-table caption="账单" state="empty" empty="还没有账单。"></c-table>')) == "账单 还没有账单。"
    assert "正在取数" in draw('<c-table caption="账单" state="loading"></c-table>')


def test_a_missing_fact_is_shown_as_missing():
    assert words(draw('<c-fact name="电话"></c-fact>')) == "电话 未公布"


def test_progress_asks_again_until_it_is_finished():
    running = draw('<c-progress :done="1" :total="4" label="核算" poll="/jobs/1" />')
    assert 'hx-get="/jobs/1"' in running and words(running) == "核算 1 / 4（25%）"
    finished = draw('<c-progress :done="4" :total="4" label="核算" poll="/jobs/1" state="finished" />')
    assert "hx-get" not in finished and words(finished) == "核算 已完成"


def test_pages_of_a_list_show_only_ways_that_exist():
    assert words(draw('<c-pagination next="?after=x" />')) == "下一页"
    assert words(draw("<c-pagination />")) == ""


def test_a_figure_has_its_table_and_shows_a_gap_for_what_is_missing():
    drawn = draw(
        '<c-figure caption="入住" :rows="rows" kind="line" unit="人" />', rows=[("3月", 10), ("4月", None), ("5月", 5)]
    )
    assert drawn.count('class="dot"') == 2 and '<td class="number">—</td>' in drawn
    assert "还没有数据" in draw('<c-figure caption="入住" />')


def test_bars_and_points_lie_where_their_values_say():
    assert [(bar.shown, bar.width) for bar in bars([("甲", 50), ("乙", 25), ("丙", None)])] == [
        ("50", 100.0),
        ("25", 50.0),
        ("—", 0.0),
    ]
    drawn = curve([("1月", 0), ("2月", 10), ("3月", None), ("4月", 5)])
    assert [(point.x, point.y) for point in drawn.points] == [(12.5, 100.0), (37.5, 8.0), (62.5, None), (87.5, 54.0)]
    assert len(drawn.strokes) == 1 and drawn.most == "10"
