"""The application form: saved part by part, sent in one act, and each bad input with its sentence. Through the services."""

from datetime import date

import pytest

from eldercare.audit.models import Event
from eldercare.kernel.refusal import Refusal
from eldercare.people.models import Elder, HukouSpell, Letter
from subsidies.models import Application, Filing, Paper, PaperContent, PayoutAccount
from subsidies.services.apply import apply_for_subsidy, open_from_assessment, withdraw_application
from subsidies.services.decide import review_at_street
from subsidies.services.filing import begin_filing, discard_filing, save_filing, send_filing
from subsidies.services.follow_hukou import follow_the_hukou
from subsidies.services.papers import add_to_form, remove_paper
from subsidies.services.window import begin_at_window
from tests.builders import papers as files
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.people import id_number, stand_beside
from tests.builders.regions import HUJIALOU, WUQING
from tests.builders.subsidies import (
    CARD,
    HARDSHIP,
    NURSING,
    SENIORITY,
    make_assessment,
    make_beijing_elder,
    make_family,
)

pytestmark = pytest.mark.django_db
ACCOUNT = {"kind": "elder_card", "number": "6228 4800-１２３４ 5678"}
OTHER_STREET = "110105005"


@pytest.fixture
def family():
    return make_family()


def refused(act) -> Refusal:
    with pytest.raises(Refusal) as no:
        act()
    return no.value


def filled(viewer, elder, *programmes, **more) -> Filing:
    filing = begin_filing(viewer, elder_id=elder.pk, programmes=programmes or [NURSING, SENIORITY])
    return save_filing(viewer, filing_id=filing.pk, account=ACCOUNT, **more)


def test_one_form_for_several_benefits_is_one_act_and_a_row_each(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    sent = send_filing(viewer, filing_id=filled(viewer, elder).pk, agreed=True)
    assert sorted(one.programme for one in sent) == sorted([NURSING, SENIORITY])
    assert {(one.street_id, one.state, one.applied_by_id) for one in Application.objects.all()} == {
        (HUJIALOU, "submitted", family.person_id)
    }
    account, filing = PayoutAccount.objects.get(), Filing.objects.get()
    assert account.number == CARD and {one.account_id for one in sent} == {account.pk}
    assert filing.state == "sent" and CARD not in str(filing.contents)
    assert Letter.objects.filter(kind="subsidy.applied").count() == 1
    assert Event.objects.filter(act="subsidy.form_sent", place=HUJIALOU).count() == 1


def test_a_form_left_unfinished_is_taken_up_again_with_everything_in_it(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    first = filled(viewer, elder, NURSING)
    again = begin_filing(viewer, elder_id=elder.pk, programmes=[SENIORITY])
    assert again.pk == first.pk
    assert again.contents["programmes"] == [NURSING, SENIORITY] and again.contents["account"]["number"] == CARD


def test_each_guardian_fills_in_their_own_form_and_the_other_finds_none_of_it(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    sister = make_family("李红")
    stand_beside(elder, sister.person)
    mine, hers = filled(viewer, elder), filled(viewer_for(sister), elder)
    assert mine.pk != hers.pk
    hidden = refused(lambda: save_filing(viewer, filing_id=hers.pk, programmes=[NURSING]))
    assert hidden.status == 404
    send_filing(viewer, filing_id=mine.pk, agreed=True)
    second = refused(lambda: send_filing(viewer_for(sister), filing_id=hers.pk, agreed=True))
    assert (second.code, second.status) == ("already_open", 409) and "失能老年人护理补贴" in str(second.sentence)
    hers.refresh_from_db()
    assert hers.state == "draft" and hers.contents["account"]["number"] == CARD  # nothing she typed is lost
    assert Application.objects.count() == 2


def test_exclusive_benefits_asked_for_together_are_named(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    no = refused(
        lambda: begin_filing(
            viewer, elder_id=elder.pk, programmes=[HARDSHIP, "beijing/2016-434/living", "beijing/2016-434/nursing"]
        )
    )
    assert no.code == "exclusive_together"
    assert str(no.sentence) == "困难老年人养老服务补贴和困难残疾人生活补贴只能选一项。"
    assert not Filing.objects.exists()
    alone = refused(lambda: begin_filing(viewer, elder_id=elder.pk, programmes=["beijing/2016-434/nursing"]))
    assert alone.code == "unknown_programme"


def test_a_choice_between_exclusive_benefits_is_laid_out_made_and_recorded(family):
    certificate = {"category": 4, "level": 1}
    elder = make_beijing_elder(family, level=None, certificate=certificate)
    viewer = viewer_for(family)
    filing = filled(viewer, elder, NURSING)
    open_choice = refused(lambda: send_filing(viewer, filing_id=filing.pk, agreed=True))
    assert open_choice.code == "choice_missing" and list(open_choice.fields) == [f"choice:{NURSING}"]
    save_filing(viewer, filing_id=filing.pk, choices={NURSING: NURSING})
    (application,) = send_filing(viewer, filing_id=filing.pk, agreed=True)
    application.refresh_from_db()
    laid_out = {one["programme"]: (one["monthly_fen"], one["better"]) for one in application.chosen["options"]}
    assert laid_out == {NURSING: (60_000, True), "beijing/2016-434/nursing": (30_000, False)}
    assert application.chosen["chosen"] == NURSING


def test_who_chooses_the_other_benefit_asks_for_nothing_here_and_is_told_where(family):
    elder = make_beijing_elder(family, level=None, certificate={"category": 4, "level": 1})
    viewer = viewer_for(family)
    filing = filled(viewer, elder, NURSING, choices={NURSING: "beijing/2016-434/nursing"})
    assert refused(lambda: send_filing(viewer, filing_id=filing.pk, agreed=True)).code == "nothing_left"
    assert refused(lambda: save_filing(viewer, filing_id=filing.pk, choices={NURSING: "both"})).code == "unknown_choice"
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("left_out", "code"),
    [("programmes", "programmes_missing"), ("account", "account_missing"), ("agreed", "not_agreed")],
)
def test_what_is_still_missing_is_named_and_nothing_is_sent(family, left_out, code):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    filing = begin_filing(viewer, elder_id=elder.pk)
    if left_out != "programmes":
        save_filing(viewer, filing_id=filing.pk, programmes=[SENIORITY])
    if left_out != "account":
        save_filing(viewer, filing_id=filing.pk, account=ACCOUNT)
    no = refused(lambda: send_filing(viewer, filing_id=filing.pk, agreed=left_out != "agreed"))
    assert no.code == code and no.fields
    assert not Application.objects.exists() and Filing.objects.get().state == "draft"


def test_nothing_is_begun_or_sent_for_somebody_who_has_died(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    filing = filled(viewer, elder)
    Elder.objects.filter(pk=elder.pk).update(died_on=date(2026, 3, 2))
    for act in (
        lambda: send_filing(viewer, filing_id=filing.pk, agreed=True),
        lambda: begin_filing(viewer, elder_id=elder.pk),
        lambda: apply_for_subsidy(
            viewer, elder_id=elder.pk, programme=NURSING, account_kind="elder_card", account_number=CARD
        ),
    ):
        no = refused(act)
        assert no.code == "elder_died" and "2026" in str(no.sentence) and "应发未发" in str(no.next_step)
    assert not Application.objects.exists() and Filing.objects.get().contents["account"]["number"] == CARD


def test_wrong_cards_are_refused_beside_their_field_and_what_was_saved_stays(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    filing = filled(viewer, elder)
    for account, code in (
        ({"kind": "cash", "number": CARD}, "account_kind"),
        ({"kind": "elder_card", "number": "12"}, "account_number"),
        ({"known": str(filing.pk)}, "unknown_account"),
    ):
        assert refused(lambda: save_filing(viewer, filing_id=filing.pk, account=account)).code == code  # noqa: B023
    assert Filing.objects.get().contents["account"]["number"] == CARD


def test_a_form_given_up_is_emptied_and_its_papers_are_gone(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    filing = filled(viewer, elder)
    add_to_form(viewer, filing_id=filing.pk, kind="certificate", name="证.jpg", content=files.picture())
    discard_filing(viewer, filing_id=filing.pk)
    filing.refresh_from_db()
    assert (filing.state, filing.contents, Paper.objects.count(), PaperContent.objects.count()) == (
        "discarded",
        {},
        0,
        0,
    )
    assert refused(lambda: save_filing(viewer, filing_id=filing.pk, programmes=[])).code == "not_a_draft"


def test_a_paper_is_sealed_kept_once_and_taken_out_only_before_it_is_handed_in(family, settings):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    filing = filled(viewer, elder, SENIORITY)

    def add(content, name="证 件.pdf", kind="certificate"):
        return add_to_form(viewer, filing_id=filing.pk, kind=kind, name=name, content=content)

    paper = add(files.pdf(), name="C:\\fakepath\\证 件.pdf")
    assert (paper.name, paper.media_type, paper.pages) == ("证 件.pdf", "application/pdf", 1)
    assert refused(lambda: add(files.pdf())).code == "paper_here_already"
    for content, code in (
        (files.pdf_with_a_password(), "encrypted"),
        (b"", "empty"),
        (b"%PDF-1.7 not really", "unreadable"),
        (None, "too_big"),
    ):
        no = refused(lambda: add(content))  # noqa: B023
        assert no.code == code and "其他内容都还在" in str(no.next_step)
    assert refused(lambda: add(files.pdf(2), kind="horoscope")).code == "unknown_paper"
    settings.PAPERS_MOST = 1
    assert refused(lambda: add(files.pdf(2))).code == "too_many_papers"
    remove_paper(viewer, paper_id=paper.pk)
    paper = add(files.pdf(2))
    send_filing(viewer, filing_id=filing.pk, agreed=True)
    assert refused(lambda: remove_paper(viewer, paper_id=paper.pk)).code == "not_a_draft"
    assert PaperContent.objects.get().content == files.pdf(2)


def test_a_form_filled_in_at_any_window_goes_to_the_street_of_the_hukou(family):
    elder = make_beijing_elder(family)
    officer = make_officer("street_officer", OTHER_STREET)
    clerk = viewer_for(officer)
    filing = begin_at_window(clerk, window=OTHER_STREET, name=elder.person.name, id_number=elder.person.id_number)
    save_filing(clerk, filing_id=filing.pk, programmes=[NURSING], account=ACCOUNT)
    (application,) = send_filing(clerk, filing_id=filing.pk, agreed=True)
    assert (application.street_id, application.entered_by_id, application.applied_by_id) == (
        HUJIALOU,
        officer.pk,
        elder.person_id,
    )
    assert Event.objects.filter(act="subsidy.form_sent", place=OTHER_STREET).count() == 1
    assert Letter.objects.filter(kind="subsidy.applied", to_person=family.person).count() == 1
    assert refused(lambda: review_at_street(clerk, application_id=application.pk, outcome="pass")).status == 404


def test_the_window_names_every_slip_and_registers_who_comes_for_the_first_time(family):
    elder = make_beijing_elder(family)
    clerk = viewer_for(make_officer("street_officer", OTHER_STREET))

    def met(**typed):
        said = {"window": OTHER_STREET, "name": "王桂兰", "id_number": elder.person.id_number, **typed}
        return begin_at_window(clerk, **said)

    assert refused(lambda: met(name="王桂花")).fields.keys() == {"name"}
    wrong = elder.person.id_number[:-1] + ("1" if elder.person.id_number[-1] != "1" else "2")
    assert refused(lambda: met(id_number=wrong)).code == "id_number_check_digit"
    assert refused(lambda: met(id_number=id_number(date(1990, 1, 1)), hukou_region=HUJIALOU)).code == "under_age"
    new = {"name": "赵德海", "id_number": id_number(date(1944, 5, 6))}
    assert refused(lambda: met(**new)).fields.keys() == {"hukou_region"}
    assert refused(lambda: met(window=HUJIALOU)).status == 404
    agent = {"agent_name": "赵小海", "agent_id_number": id_number(date(1972, 5, 6))}
    filing = met(**new, **agent, hukou_region=HUJIALOU)
    assert filing.elder.person.name == "赵德海" and filing.applicant.name == "赵小海"
    assert filing.elder.guardianships.get().kind == "self"
    assert HukouSpell.objects.get(elder=filing.elder).region_id == HUJIALOU


def test_an_application_follows_the_hukou_while_it_waits_and_keeps_its_day(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    (application,) = send_filing(viewer, filing_id=filled(viewer, elder, NURSING).pk, agreed=True)
    assert follow_the_hukou() == 0
    HukouSpell.objects.filter(elder=elder).update(region_id="110108011")
    assert (follow_the_hukou(), follow_the_hukou()) == (1, 0)
    moved = Application.objects.get()
    assert (moved.street_id, moved.district_id, moved.applied_on) == ("110108011", "110108", application.applied_on)
    assert Letter.objects.filter(kind="subsidy.sent_on").count() == 1
    HukouSpell.objects.filter(elder=elder).update(region_id=WUQING)
    assert follow_the_hukou() == 0


def test_the_form_completes_what_an_assessment_opened_by_itself(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    opened = open_from_assessment(make_assessment(elder, level=4).pk)
    sent = send_filing(viewer, filing_id=filled(viewer, elder, NURSING, SENIORITY).pk, agreed=True)
    assert opened.pk in {one.pk for one in sent} and len(sent) == 2
    opened.refresh_from_db()
    assert opened.account_id and opened.filing_id == Filing.objects.get().pk and opened.origin == "assessment"


def test_after_taking_it_back_the_same_benefit_can_be_asked_for_again(family):
    elder = make_beijing_elder(family)
    viewer = viewer_for(family)
    (first,) = send_filing(viewer, filing_id=filled(viewer, elder, NURSING).pk, agreed=True)
    withdraw_application(viewer, application_id=first.pk)
    known = PayoutAccount.objects.get()
    filing = begin_filing(viewer, elder_id=elder.pk, programmes=[NURSING])
    save_filing(viewer, filing_id=filing.pk, account={"known": str(known.pk)})
    (second,) = send_filing(viewer, filing_id=filing.pk, agreed=True)
    assert second.account_id == known.pk and second.pk != first.pk


def test_kin_who_may_only_look_begin_no_form(family):
    elder = make_beijing_elder(family)
    cousin = make_family("王芳")
    stand_beside(elder, cousin.person, "kin")
    assert refused(lambda: begin_filing(viewer_for(cousin), elder_id=elder.pk)).code == "may_not_act"
    stranger = make_family("别人")
    assert refused(lambda: begin_filing(viewer_for(stranger), elder_id=elder.pk)).status == 404


def test_who_filled_in_the_form_at_the_window_does_not_review_it(family):
    elder = make_beijing_elder(family)
    clerk = viewer_for(make_officer("street_officer", HUJIALOU))
    filing = begin_at_window(clerk, window=HUJIALOU, name=elder.person.name, id_number=elder.person.id_number)
    save_filing(clerk, filing_id=filing.pk, programmes=[NURSING], account=ACCOUNT)
    (application,) = send_filing(clerk, filing_id=filing.pk, agreed=True)
    no = refused(lambda: review_at_street(clerk, application_id=application.pk, outcome="pass"))
    assert no.status == 403
    colleague = viewer_for(make_officer("street_officer", HUJIALOU))
    review_at_street(colleague, application_id=application.pk, outcome="pass")
