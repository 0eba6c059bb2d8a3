"""What can never be kept about forms, papers, questions and cards: each by one row that is refused."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from eldercare.kernel import clock
from subsidies.models import AccountChange, Filing, Inquiry, Paper, PaperContent, PayoutAccount
from tests.builders.accounts import make_officer
from tests.builders.settlement import make_account
from tests.builders.subsidies import make_application, make_beijing_elder, make_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return make_family()


@pytest.fixture
def elder(family):
    return make_beijing_elder(family, level=None)


@pytest.fixture
def form(family, elder) -> Filing:
    return Filing.objects.create(elder=elder, applicant=family.person, begun_by=family)


@pytest.fixture
def inquiry(family, elder) -> Inquiry:
    return Inquiry.objects.create(
        application=make_application(elder, family.person),
        asked={"items": ["certificate"], "note": ""},
        answer_by=clock.today() + timedelta(days=7),
        asked_by=make_officer(),
    )


def refused_by(name: str, act) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act()
    assert name in str(error.value)


def paper(family, elder, **of) -> Paper:
    row = {"kind": "other", "name": "证.pdf", "media_type": "application/pdf", "size": 3, "digest": "0" * 64}
    return Paper.objects.create(elder=elder, uploaded_by=family, **{**row, **of})


def test_an_author_fills_in_one_form_for_an_elder_at_a_time(family, elder, form):
    row = {"elder": elder, "applicant": family.person, "begun_by": family}
    refused_by("an_author_fills_in_one_form_for_an_elder_at_a_time", lambda: Filing.objects.create(**row))
    Filing.objects.create(**row, state="discarded")


def test_a_form_is_in_a_known_state_and_a_sent_one_says_when_and_is_not_rewritten(form):
    rows = Filing.objects.filter(pk=form.pk)
    refused_by("a_filing_is_in_a_known_state", lambda: rows.update(state="lost"))
    refused_by("a_sent_filing_says_when", lambda: rows.update(state="sent"))
    refused_by("a_sent_filing_says_when", lambda: rows.update(sent_at=clock.now()))
    rows.update(state="sent", sent_at=clock.now())
    refused_by("update", lambda: rows.update(state="draft", sent_at=None))


def test_a_paper_belongs_to_a_form_or_an_answer_and_is_kept_once(family, elder, form, inquiry):
    refused_by("a_paper_belongs_to_a_form_or_to_an_answer", lambda: paper(family, elder))
    refused_by("a_paper_belongs_to_a_form_or_to_an_answer", lambda: paper(family, elder, filing=form, inquiry=inquiry))
    refused_by("a_paper_is_of_an_accepted_type", lambda: paper(family, elder, filing=form, media_type="text/html"))
    for of, wall in (
        ({"filing": form}, "a_form_holds_a_file_once"),
        ({"inquiry": inquiry}, "an_answer_holds_a_file_once"),
    ):
        paper(family, elder, **of)
        refused_by(wall, lambda: paper(family, elder, **of))  # noqa: B023


def test_a_paper_that_was_handed_in_is_kept(family, elder, form, inquiry):
    with_form, with_answer = paper(family, elder, filing=form), paper(family, elder, inquiry=inquiry)
    Filing.objects.filter(pk=form.pk).update(state="sent", sent_at=clock.now())
    Inquiry.objects.filter(pk=inquiry.pk).update(answered_at=clock.now(), answered_by=family, answer={"text": "好"})
    for row in (with_form, with_answer):
        refused_by("a_paper_handed_in_is_kept", row.delete)


def test_an_application_is_asked_one_thing_at_a_time_and_an_answer_says_by_whom(family, inquiry):
    again = {"application": inquiry.application, "asked": {}, "answer_by": clock.today(), "asked_by": inquiry.asked_by}
    refused_by("an_application_is_asked_one_thing_at_a_time", lambda: Inquiry.objects.create(**again))
    rows = Inquiry.objects.filter(pk=inquiry.pk)
    refused_by("an_answer_says_by_whom_and_when", lambda: rows.update(answered_at=clock.now()))
    rows.update(closed_at=clock.now())
    Inquiry.objects.create(**again)


def test_a_checked_card_says_when_and_why_not_and_one_change_waits_at_a_time(family, elder):
    account = make_account(elder)
    cards = PayoutAccount.objects.filter(pk=account.pk)
    refused_by("a_checked_account_says_when_and_why_not", lambda: cards.update(check_state="verified"))
    now = clock.now()
    refused_by("a_checked_account_says_when_and_why_not", lambda: cards.update(check_state="failed", checked_at=now))
    row = {"elder": elder, "account": account, "asked_by": family}
    change = AccountChange.objects.create(**row)
    refused_by("one_account_change_of_an_elder_waits_at_a_time", lambda: AccountChange.objects.create(**row))
    changes = AccountChange.objects.filter(pk=change.pk)
    refused_by("a_settled_account_change_says_when", lambda: changes.update(state="effective"))


def test_forms_papers_and_questions_hold_no_readable_text(family, elder, form, inquiry):
    Filing.objects.filter(pk=form.pk).update(contents={"account": {"number": "6222021234567890"}})
    row = paper(family, elder, filing=form, name="精神残疾人证.pdf")
    PaperContent.objects.create(paper=row, content=b"%PDF-1.7 very personal")
    Inquiry.objects.filter(pk=inquiry.pk).update(asked={"items": ["certificate"], "note": "精神残疾"})
    stored = b""
    with connection.cursor() as cursor:
        for query in (
            "SELECT contents FROM subsidies_filing",
            "SELECT name FROM subsidies_paper",
            "SELECT content FROM subsidies_papercontent",
            "SELECT asked FROM subsidies_inquiry",
        ):
            cursor.execute(query)
            stored += b"".join(bytes(value) for (value,) in cursor.fetchall())
    for readable in (b"6222", "残疾".encode(), b"personal", b"certificate"):
        assert readable not in stored
