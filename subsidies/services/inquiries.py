"""More is asked and given without starting over (补充资料): the officer says what and until when, the family answers.

The application stays where it is. Concludes nothing: `settle_before_concluding` is what whoever concludes calls first.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from subsidies.access import (
    desk_applications,
    desk_inquiries,
    inquiries_visible_to,
    may_conclude_now,
)
from subsidies.models import Application, Inquiry
from subsidies.models.inquiry import OPEN
from subsidies.rules.papers import askable
from subsidies.rules.programme import benefit
from subsidies.services.four_eyes import refuse_own_case
from subsidies.services.guards import family_only, locked, not_found
from subsidies.services.letters import listed, tell_family

LONGEST_WAIT = timedelta(days=366)
MOST_WORDS = 2000


@transaction.atomic
def ask_more(
    viewer: Viewer, *, application_id: UUID, items: Sequence[str], answer_by: date | None, note: str = ""
) -> Inquiry:
    """Ask the family for more, as the officer whose turn it is: what (codes of data/papers.yaml), why, and until when.

    Raises Refusal `not_found` (404), `own_case` (403), `wrong_stage` (409), `asked_already` (409), `items_missing`,
    `unknown_item`, `answer_day`, `note_too_long`.
    """
    application = locked(desk_applications(viewer), application_id)
    if not application.is_open:
        raise _wrong_stage()
    if not may_conclude_now(viewer, application):
        raise not_found()
    refuse_own_case(viewer, application)
    _check(items, answer_by, note)
    if application.inquiries.filter(OPEN).exists():
        raise Refusal(
            "asked_already",
            say("已经请家属补充，正在等答复。"),
            next_step=say("家属答复以后会回到待办；要改内容，请先收回上一次的通知。"),
            status=409,
        )
    inquiry = Inquiry.objects.create(
        application=application,
        asked={"items": list(dict.fromkeys(items)), "note": note.strip()},
        answer_by=answer_by,
        asked_by_id=viewer.user_id,
    )
    record(viewer, "subsidy.more_asked", _noun(application), place=application.street_id)
    _tell_asked(application, inquiry)
    return inquiry


@transaction.atomic
def answer_more(viewer: Viewer, *, inquiry_id: UUID, text: str = "") -> Inquiry:
    """Answer what was asked; the papers are uploaded to the inquiry before. The officer's clock goes on from here.

    Raises Refusal `not_found` (404), `may_not_act` (403), `not_asked` (409), `answer_empty`, `answer_too_long`.
    """
    inquiry = locked(inquiries_visible_to(viewer), inquiry_id)
    application = inquiry.application
    family_only(viewer, application.elder_id)
    refuse_if_closed(inquiry)
    text = text.strip()
    if len(text) > MOST_WORDS:
        sentence = say("说明最多 {most} 个字。", most=MOST_WORDS)
        raise Refusal("answer_too_long", sentence, fields={"text": sentence})
    if not text and not inquiry.papers.exists():
        sentence = say("请上传材料，或者写一句说明，例如“情况已经更正”。")
        raise Refusal("answer_empty", sentence, fields={"text": sentence})
    inquiry.answer = {"text": text}
    inquiry.answered_by_id, inquiry.answered_at = viewer.user_id, clock.now()
    inquiry.save(update_fields=["answer", "answered_by", "answered_at"])
    record(viewer, "subsidy.more_given", _noun(application), place=application.street_id)
    return inquiry


@transaction.atomic
def take_back_question(viewer: Viewer, *, inquiry_id: UUID) -> Inquiry:
    """Take a question back, as an officer whose turn it is; the family is told that nothing is waited for any more.

    Raises Refusal `not_found` (404), `not_asked` (409).
    """
    inquiry = locked(desk_inquiries(viewer), inquiry_id)
    if not may_conclude_now(viewer, inquiry.application):
        raise not_found()
    refuse_if_closed(inquiry)
    _close(inquiry)
    record(viewer, "subsidy.question_taken_back", _noun(inquiry.application), place=inquiry.application.street_id)
    tell_family(
        inquiry.application.elder_id,
        kind="subsidy.question_taken_back",
        subject=say("不用再补充资料了"),
        body=say("{benefit}的申请继续办理，之前请您补充的不用交了。", benefit=_name(inquiry.application)),
    )
    return inquiry


def close_open_inquiry(application: Application) -> None:
    """Stop waiting for an answer: the application was taken back or concluded."""
    application.inquiries.filter(OPEN).update(closed_at=clock.now())


def settle_before_concluding(application: Application, *, against: bool) -> None:
    """Make way for a conclusion. One against the family waits until the answer is in or its last day is over.

    Raises Refusal `still_waiting` (409).
    """
    waiting = application.inquiries.filter(OPEN).first()
    if waiting and against and clock.today() <= waiting.answer_by:
        raise Refusal(
            "still_waiting",
            say("已经请家属在 {day} 以前补充，现在还不能作出对家属不利的结论。", day=waiting.answer_by),
            next_step=say("请等家属答复或者期限过去；不再需要的，可以先收回通知。"),
            status=409,
        )
    close_open_inquiry(application)


def refuse_if_closed(inquiry: Inquiry) -> None:
    """Refuse (`not_asked`, 409) what comes after the answer, or after nobody waits for one."""
    if not inquiry.is_open:
        raise Refusal(
            "not_asked",
            say("这次补充已经办完，不用再交。"),
            next_step=say("请在申请页面看办到了哪一步。"),
            status=409,
        )


def _close(inquiry: Inquiry) -> None:
    inquiry.closed_at = clock.now()
    inquiry.save(update_fields=["closed_at"])


def _check(items: Sequence[str], answer_by: date | None, note: str) -> None:
    if not items:
        sentence = say("请选出要家属补充什么。")
        raise Refusal("items_missing", sentence, fields={"items": sentence})
    unknown = [one for one in items if one not in askable()]
    if unknown:
        sentence = say("没有“{name}”这一项。", name=unknown[0])
        raise Refusal("unknown_item", sentence, fields={"items": sentence})
    today = clock.today()
    if answer_by is None or not today < answer_by <= today + LONGEST_WAIT:
        sentence = say("请写明最后一天，应当在今天以后、一年以内。")
        raise Refusal("answer_day", sentence, fields={"answer_by": sentence})
    if len(note) > MOST_WORDS:
        sentence = say("说明最多 {most} 个字。", most=MOST_WORDS)
        raise Refusal("note_too_long", sentence, fields={"note": sentence})


def _wrong_stage() -> Refusal:
    return Refusal(
        "wrong_stage",
        say("这份申请现在不在这一步。"),
        next_step=say("可能已经有人办了，请刷新页面看最新情况。"),
        status=409,
    )


def _tell_asked(application: Application, inquiry: Inquiry) -> None:
    tell_family(
        application.elder_id,
        kind="subsidy.more_asked",
        subject=say("{benefit}的申请要补充资料", benefit=_name(application)),
        body=say(
            "请在 {day} 以前补充：{items}。登录后在“补贴”页面直接补，不用重新申请。",
            day=inquiry.answer_by,
            items=listed([askable()[one].name for one in inquiry.asked["items"]]),
        ),
    )


def _name(application: Application) -> Sentence:
    return benefit(application.programme).name


def _noun(application: Application) -> str:
    return f"subsidy_application:{application.pk}"
