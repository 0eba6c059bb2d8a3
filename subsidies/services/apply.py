"""An application for one benefit begins: by the family, or by an assessed 重度失能 by itself (160号 四). Decides nothing.

The form for several benefits at once is `services/filing.py`; it opens each of them through here.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from assessments.selectors import concluded_on_or_after
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.access import elders_beside
from eldercare.people.models import Elder
from eldercare.people.selectors import hukou_codes
from eldercare.regions.rules.codes import covers, district_of
from eldercare.regions.selectors import full_name
from subsidies.access import applications_visible_to
from subsidies.choices import OPEN_STATES, ApplicationState, Origin
from subsidies.models import Application, Entitlement, PayoutAccount
from subsidies.rules.accounts import read_account_number
from subsidies.rules.deadlines import clock_of
from subsidies.rules.eligibility import DUE, BenefitAnswer
from subsidies.rules.facts import ElderInput, elder_to
from subsidies.rules.programme import Benefit, benefits
from subsidies.rules.transitions import FAMILY, state_after
from subsidies.selectors.programmes import answers_for
from subsidies.services.accounts import ask_the_bank, keep_account
from subsidies.services.guards import family_only, locked, not_found, refuse_for_the_dead
from subsidies.services.inquiries import close_open_inquiry
from subsidies.services.letters import listed, tell_family

STREET_DIGITS = 9
LOOKED_BACK = timedelta(days=7)


@transaction.atomic
def apply_for_subsidy(
    viewer: Viewer, *, elder_id: UUID, programme: str, account_kind: str, account_number: str
) -> Application:
    """Apply for one benefit, paid to one of the cards the programme allows; it goes to the street of the 户籍.

    An application that an assessment opened by itself is completed with the account. Raises Refusal `not_found` (404),
    `may_not_act` (403), `elder_died`, `unknown_programme`, `account_kind`, `account_number`, `hukou_elsewhere`,
    `street_unknown`, `already_open` (409), `already_entitled` (409).
    """
    elder = elders_beside(viewer).filter(pk=elder_id).first()
    if elder is None:
        raise not_found()
    family_only(viewer, elder.pk)
    refuse_for_the_dead(elder)
    benefit = benefit_to_apply_for(programme)
    number = account_number_of(benefit, account_kind, account_number)
    lock_name(f"subsidy:{elder.pk}:{benefit.id}")
    refuse_second(elder, benefit)
    account = keep_account(elder.pk, account_kind, number)
    application, is_new = open_or_complete(viewer, elder, benefit, account=account, applied_by_id=viewer.person_id)
    if is_new:
        tell_applied([application])
    ask_the_bank(account)
    return application


def open_or_complete(
    viewer: Viewer, elder: Elder, benefit: Benefit, *, account: PayoutAccount, applied_by_id: UUID, **more: Any
) -> tuple[Application, bool]:
    """Open an application, or complete the one an assessment opened; True when it is new. The name is held already."""
    waiting = _waiting_for_account(elder, benefit)
    if waiting is None:
        asked = {"origin": Origin.FAMILY, "applied_by_id": applied_by_id, "account": account, **more}
        application = _open(elder, benefit, **asked)
        record(
            viewer, "subsidy.applied", _noun(application), place=application.street_id, facts={"programme": benefit.id}
        )
        return application, True
    for name, value in {"account": account, "applied_by_id": applied_by_id, **more}.items():
        setattr(waiting, name, value)
    waiting.save(update_fields=["account", "applied_by", *more])
    record(viewer, "subsidy.account_given", _noun(waiting), place=waiting.street_id)
    return waiting, False


@transaction.atomic
def withdraw_application(viewer: Viewer, *, application_id: UUID) -> Application:
    """Take an application back before it is decided. Twice changes nothing.

    Raises Refusal `not_found` (404), `may_not_act` (403), `already_decided` (409).
    """
    application = locked(applications_visible_to(viewer), application_id)
    family_only(viewer, application.elder_id)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    if state_after(FAMILY, "withdraw", application.state) is None:
        raise Refusal(
            "already_decided",
            say("这份申请已经有了决定，不能再撤回。"),
            next_step=say("请看决定的内容；有不同意见，可以按决定上写的办法提出。"),
            status=409,
        )
    application.state = ApplicationState.WITHDRAWN
    application.save(update_fields=["state"])
    close_open_inquiry(application)
    record(viewer, "subsidy.withdrawn", _noun(application), place=application.street_id)
    return application


def open_from_new_assessments() -> int:
    """Open the applications that the assessments of the last days give rise to; gives how many. Safe to ring twice."""
    since = clock.today() - LOOKED_BACK
    done = Application.objects.filter(origin=Origin.ASSESSMENT, applied_on__gte=since).values("assessment_id")
    fresh = concluded_on_or_after(since).exclude(pk__in=done)
    opened = (open_from_assessment(assessment_id) for assessment_id in fresh.values_list("pk", flat=True))
    return sum(application is not None for application in opened)


@transaction.atomic
def open_from_assessment(assessment_id: UUID) -> Application | None:
    """Open the application an assessed 重度失能 brings by itself (160号 四(二)), or None when it brings none.

    Idempotent: an elder who has applied already, or draws the benefit, gets no second one.
    """
    assessment = concluded_on_or_after(clock.today() - LOOKED_BACK).filter(pk=assessment_id).first()
    if assessment is None:
        return None
    elder = Elder.objects.get(pk=assessment.elder_id)
    for benefit in _opened_by_assessment():
        # The level first: it is cheap, and most assessments open nothing.
        if assessment.level in benefit.programme.setting("severe_levels") and _brings(elder, benefit):
            application = _open(elder, benefit, origin=Origin.ASSESSMENT, assessment_id=assessment.pk)
            record(system("assessment"), "subsidy.opened", _noun(application), place=application.street_id)
            _tell_opened(application, benefit)
            return application
    return None


def _brings(elder: Elder, benefit: Benefit) -> bool:
    """Tell whether an elder's assessment brings a benefit that is neither drawn nor applied for."""
    lock_name(f"subsidy:{elder.pk}:{benefit.id}")
    if _street(elder, benefit) is None or _open_one(elder, benefit) or _entitlement(elder, benefit):
        return False
    _facts, (answer,) = answers_for(elder.pk, on=clock.today(), programmes=[benefit.id])
    return _rests_on_assessment(benefit, answer)


def _opened_by_assessment() -> list[Benefit]:
    return [
        benefit
        for benefit in benefits().values()
        if benefit.programme.accounts and any(way.assessed_severe for tier in benefit.tiers for way in tier.ways)
    ]


def _rests_on_assessment(benefit: Benefit, answer: BenefitAnswer) -> bool:
    """Tell whether the tier an assessment gives is reached; other facts may still be unknown."""
    by_assessment = {tier.id for tier in benefit.tiers if any(way.assessed_severe for way in tier.ways)}
    return answer.tier in by_assessment and (answer.answer in DUE or bool(answer.missing))


def _open(elder: Elder, benefit: Benefit, **begun: object) -> Application:
    street = _street(elder, benefit)
    if street is None:
        raise _hukou_elsewhere(elder, benefit)
    today = clock.today()
    facts, (answer,) = answers_for(elder.pk, on=today, programmes=[benefit.id], applied_on=today)
    first_step = clock_of(benefit.programme, ApplicationState.SUBMITTED, applied_on=today, began_on=today)
    return Application.objects.create(
        elder=elder,
        programme=benefit.id,
        applied_on=today,
        step_began_on=today,
        due_on=first_step and first_step.due_on,
        street_id=street,
        district_id=district_of(street),
        **snapshot(facts, answer),
        **begun,
    )


def snapshot(elder: ElderInput, answer: BenefitAnswer) -> dict[str, object]:
    """Give what is kept, sealed, so that the answer can be explained again years later."""
    return {"facts": elder_to(elder), "verdict": answer.to_json()}


def benefit_to_apply_for(programme: str) -> Benefit:
    """Give the benefit of an id. Raises Refusal `unknown_programme`."""
    benefit = benefits().get(programme)
    if benefit is None or not benefit.programme.accounts:
        raise Refusal(
            "unknown_programme",
            say("这里不能申请这一项补贴。"),
            next_step=say("请从补贴页面选择一项。"),
            fields={"programme": say("不是可以申请的补贴。")},
        )
    return benefit


def account_number_of(benefit: Benefit, kind: str, number: str) -> str:
    """Read the number of a card the benefit may be paid to. Raises Refusal `account_kind`, `account_number`."""
    if kind not in benefit.programme.accounts:
        sentence = say("请选择文件允许的六种卡之一。")
        raise Refusal("account_kind", sentence, fields={"account_kind": sentence})
    digits = read_account_number(number)
    if digits is None:
        sentence = say("账号看起来不对，请照卡面核对后重新填写。")
        raise Refusal("account_number", sentence, fields={"account_number": sentence})
    return digits


def _street(elder: Elder, benefit: Benefit) -> str | None:
    code = hukou_codes([elder.pk], clock.today()).get(elder.pk)
    inside = code is not None and covers(benefit.programme.region, code) and len(code) == STREET_DIGITS
    return code if inside else None


def _hukou_elsewhere(elder: Elder, benefit: Benefit) -> Refusal:
    code = hukou_codes([elder.pk], clock.today()).get(elder.pk)
    if code and covers(benefit.programme.region, code):
        return Refusal(
            "street_unknown",
            say("还不知道老人的户籍在哪个街道，申请没有地方可送。"),
            next_step=say("请在老人资料里补上户籍所在的街道或乡镇。"),
        )
    return Refusal(
        "hukou_elsewhere",
        say("这是{region}的补贴，要有那里的户籍才能申请。", region=full_name(benefit.programme.region)),
        next_step=say("请向现在户籍地的街道或乡镇问当地的补贴。"),
    )


def _open_one(elder: Elder, benefit: Benefit) -> Application | None:
    return Application.objects.filter(elder=elder, programme=benefit.id, state__in=OPEN_STATES).first()


def _waiting_for_account(elder: Elder, benefit: Benefit) -> Application | None:
    rows = Application.objects.filter(elder=elder, programme=benefit.id, state__in=OPEN_STATES, account=None)
    return rows.select_for_update().first()


def _entitlement(elder: Elder, benefit: Benefit) -> Entitlement | None:
    """Give the entitlement that still runs this month or later."""
    rows = Entitlement.objects.filter(elder=elder, programme=benefit.id)
    return rows.exclude(last_month__lt=Month.of(clock.today()).first_day).first()


def refuse_second(elder: Elder, benefit: Benefit) -> None:
    """Refuse what is applied for or drawn already; one that only waits for the account may be completed.

    Raises Refusal `already_open` (409), `already_entitled` (409).
    """
    if _waiting_for_account(elder, benefit):
        return
    if _open_one(elder, benefit):
        raise Refusal(
            "already_open",
            say("{benefit}已经申请过，正在办理。", benefit=benefit.name),
            next_step=say("请在“补贴”页面看办到了哪一步，不用再申请一次。"),
            status=409,
            fields={"programmes": say("{benefit}已经申请过，正在办理。", benefit=benefit.name)},
        )
    if _entitlement(elder, benefit):
        raise Refusal(
            "already_entitled",
            say("{benefit}已经批准，正在按月发放。", benefit=benefit.name),
            next_step=say("请在“补贴”页面看发放的情况。"),
            status=409,
            fields={"programmes": say("{benefit}已经批准，正在按月发放。", benefit=benefit.name)},
        )


def tell_applied(applications: Sequence[Application]) -> None:
    """Tell the family, in one letter, where what was asked for in one act has gone."""
    first = applications[0]
    tell_family(
        first.elder_id,
        kind="subsidy.applied",
        subject=say(
            "{benefits}的申请已收到", benefits=listed([benefits()[one.programme].name for one in applications])
        ),
        body=say(
            "申请已经送到{street}。街道初审后由区民政局决定，有结果会马上告诉您。办到哪一步，登录后在“补贴”页面随时能看。",
            street=full_name(first.street_id),
        ),
    )


def _tell_opened(application: Application, benefit: Benefit) -> None:
    tell_family(
        application.elder_id,
        kind="subsidy.opened",
        subject=say("已替老人生成{benefit}的申请", benefit=benefit.name),
        body=say(
            "能力评估的结果达到了标准，申请已经自动送到{street}，不用再申请一次。只差收款的卡：请登录后在“补贴”页面填写。填好以后由街道初审、区民政局决定，每一步都会告诉您。",
            street=full_name(application.street_id),
        ),
    )


def _noun(application: Application) -> str:
    return f"subsidy_application:{application.pk}"
