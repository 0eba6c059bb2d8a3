"""An assessment made in one region counts at a home of another where the regions recognise it; else the reason says what to do."""

import pytest

from eldercare.kernel import clock
from eldercare.recognition.models import Agreement
from facilities.selectors.fit import fit_of, fits
from tests.builders.accounts import make_user, viewer_for
from tests.builders.assessments import make_concluded, make_team
from tests.builders.facilities import make_home
from tests.builders.people import make_elder
from tests.builders.recognition import agreements
from tests.builders.regions import CHAOYANG

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessed():
    """An elder of Beijing with a result of today, level 3, made in Beijing; and a home in Tianjin."""
    agreements()
    daughter = make_user("李娜")
    elder = make_elder(guardian=daughter.person)
    make_concluded(elder, viewer_for(daughter), make_team(CHAOYANG))
    return elder


def level_reason(home, elder):
    verdict = fit_of(home, elder.pk, "full", on=clock.today())
    return verdict, next(reason for reason in verdict.reasons if reason.id == "level")


def test_a_recognised_result_opens_the_home_without_a_new_visit(assessed):
    verdict, reason = level_reason(make_home(), assessed)
    assert (verdict.answer.value, str(reason.text)) == ("yes", "机构接收重度失能的老人。")
    verdict, reason = level_reason(make_home("示例·只收自理", accepts_levels=[0]), assessed)
    assert (verdict.answer.value, str(reason.text)) == ("no", "机构不接收重度失能的老人。")


def test_without_an_agreement_the_result_is_unknown_and_the_family_reads_what_to_do(assessed):
    Agreement.objects.filter(kind="assessment").delete()
    verdict, reason = level_reason(make_home(), assessed)
    assert (verdict.answer.value, reason.outcome.value) == ("cannot_decide", "unknown")
    assert str(reason.text) == (
        "老人的能力评估在这里还不能用：没有查到两地互认这类结果的文件。请问使用地的民政部门，能否按本地办法重新办理。"
    )
    verdict, _reason = level_reason(make_home("示例·北京的家", region="110105"), assessed)
    assert verdict.answer.value == "yes", "where it was made it needs no agreement"


def test_without_an_assessment_the_reason_says_where_to_ask_for_one(assessed):
    _verdict, reason = level_reason(make_home(), make_elder("没有评估"))
    assert str(reason.text).startswith("老人还没有在有效期内的能力评估。请在“我的老人”里申请评估")


def test_many_elders_are_judged_in_as_many_queries_as_one(assessed, django_assert_num_queries):
    home, today = make_home(), clock.today()
    others = {make_elder(f"王{number}").pk: "full" for number in range(8)}
    for grades in ({assessed.pk: "full"}, {assessed.pk: "full", **others}):
        with django_assert_num_queries(4):
            fits(home, grades, on=today)
