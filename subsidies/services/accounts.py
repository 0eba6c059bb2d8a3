"""The card a benefit is paid to: kept sealed, put to the bank, changed only once the bank has verified the new one.

Nobody here decides a benefit. The bank is asked by a bell after commit; a sweeper asks again what stayed unanswered.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from celery import signature
from django.conf import settings
from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.after_commit import ring
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.access import elders_beside
from eldercare.people.models import Elder
from subsidies.access import changes_visible_to
from subsidies.channels import channel as channel_named
from subsidies.channels.port import MATCHED, AccountQuestion, NoAnswer
from subsidies.choices import OPEN_STATES, AccountKind, ApplicationState, ChangeState, CheckState
from subsidies.models import AccountChange, Application, PayoutAccount
from subsidies.rules.accounts import read_account_number
from subsidies.services.guards import family_only, locked, not_found, refuse_for_the_dead
from subsidies.services.letters import tell_family

log = structlog.get_logger(__name__)

CHECK = signature("subsidies.tasks.check_account")
ASKED_AT_ONCE = 100
HEARD_WITHIN = timedelta(minutes=1)
FAILED_BECAUSE = {
    "name_differs": say("银行说这张卡不是老人本人的。"),
    "unknown_account": say("银行说没有这个卡号。"),
    "account_closed": say("银行说这张卡已经停用。"),
}
OTHERWISE = say("银行核对没有通过。")


def keep_account(elder_id: UUID, kind: str, number: str) -> PayoutAccount:
    """Keep an account of an elder, once; one that the bank refused before is put to it anew."""
    account, _new = PayoutAccount.objects.get_or_create(
        elder_id=elder_id, kind=kind, number_index=blind_index(number), defaults={"number": number}
    )
    if account.check_state == CheckState.FAILED:
        account.check_state, account.check_reason, account.checked_at = CheckState.UNVERIFIED, "", None
        account.save(update_fields=["check_state", "check_reason", "checked_at"])
    return account


def ask_the_bank(account: PayoutAccount) -> None:
    """Ring for the bank's answer, after commit, when it is still open."""
    if account.check_state == CheckState.UNVERIFIED:
        ring(CHECK, str(account.pk))


def check_account(account_id: UUID) -> None:
    """Ask the bank whether an account is there and the elder's; keep its answer. Silence changes nothing. Idempotent."""
    account = PayoutAccount.objects.filter(pk=account_id, check_state=CheckState.UNVERIFIED).first()
    if account is None:
        return
    name = Elder.objects.select_related("person").get(pk=account.elder_id).person.name
    try:
        answer = channel_named(settings.PAYMENT_CHANNEL).check_account(AccountQuestion(account.number, name))
    except NoAnswer as silence:
        log.warning("account_check_silent", account=str(account_id), because=str(silence))
        return
    _keep_answer(account_id, verified=answer.outcome == MATCHED, reason=answer.outcome)


def check_waiting() -> int:
    """Ask about the accounts whose bell nobody heard; gives how many were asked about."""
    waiting = PayoutAccount.objects.filter(
        check_state=CheckState.UNVERIFIED, recorded_at__lt=clock.now() - HEARD_WITHIN
    )
    found = list(waiting.order_by("pk").values_list("pk", flat=True)[:ASKED_AT_ONCE])
    for account_id in found:
        check_account(account_id)
    return len(found)


@transaction.atomic
def change_account(viewer: Viewer, *, elder_id: UUID, account_kind: str, account_number: str) -> AccountChange:
    """Ask to be paid to another card. It takes effect once the bank has verified it; until then the old one is paid.

    Everybody who may act for the elder is told at once, so that nobody can divert the money unseen. Raises Refusal
    `not_found` (404), `may_not_act` (403), `elder_died`, `account_kind`, `account_number`, `nothing_to_change`,
    `same_account`, `change_waits` (409).
    """
    elder = elders_beside(viewer).filter(pk=elder_id).first()
    if elder is None:
        raise not_found()
    family_only(viewer, elder.pk)
    refuse_for_the_dead(elder)
    number = _number(account_kind, account_number)
    lock_name(f"account:{elder.pk}")
    _refuse_change(elder.pk, account_kind, number)
    account = keep_account(elder.pk, account_kind, number)
    change = AccountChange.objects.create(elder=elder, account=account, asked_by_id=viewer.user_id)
    record(viewer, "account.change_asked", f"account_change:{change.pk}")
    tell_family(
        elder.pk,
        kind="account.change_asked",
        subject=say("有人要更换补贴的收款卡"),
        body=say(
            "新卡尾号 {tail}。银行核对以前，补贴仍发到原来的卡。如果不是您家里人办的，请马上登录，在“补贴”页面取消。",
            tail=number[-4:],
        ),
    )
    if account.check_state == CheckState.VERIFIED:
        _settle_change(change, account)
    else:
        ask_the_bank(account)
    return change


@transaction.atomic
def withdraw_change(viewer: Viewer, *, change_id: UUID) -> AccountChange:
    """Take a change back while it waits. Twice changes nothing. Raises Refusal `not_found`, `may_not_act`, `already_settled`."""
    change = locked(changes_visible_to(viewer), change_id)
    family_only(viewer, change.elder_id)
    if change.state == ChangeState.WITHDRAWN:
        return change
    if change.state != ChangeState.WAITING:
        raise Refusal(
            "already_settled",
            say("这次更换已经办完，不能再取消。"),
            next_step=say("要换回原来的卡，请再办一次更换。"),
            status=409,
        )
    _close(change, ChangeState.WITHDRAWN)
    record(viewer, "account.change_withdrawn", f"account_change:{change.pk}")
    return change


def why_failed(account: PayoutAccount):
    """Say in plain words why the bank did not verify an account."""
    return FAILED_BECAUSE.get(account.check_reason, OTHERWISE)


@transaction.atomic
def _keep_answer(account_id: UUID, *, verified: bool, reason: str) -> None:
    account = locked(PayoutAccount.objects.all(), account_id)
    if account.check_state != CheckState.UNVERIFIED:
        return
    account.check_state = CheckState.VERIFIED if verified else CheckState.FAILED
    account.check_reason = "" if verified else reason
    account.checked_at = clock.now()
    account.save(update_fields=["check_state", "check_reason", "checked_at"])
    record(system("bank"), f"account.{account.check_state}", f"payout_account:{account.pk}", facts={"reason": reason})
    change = AccountChange.objects.select_for_update().filter(account=account, state=ChangeState.WAITING).first()
    if change:
        _settle_change(change, account)
    elif not verified:
        _tell_failed(account)


def _settle_change(change: AccountChange, account: PayoutAccount) -> None:
    """Put a verified account in the place of the old one, everywhere the elder applies or draws; or say that it stays."""
    if account.check_state == CheckState.FAILED:
        _close(change, ChangeState.FAILED)
        tell_family(
            change.elder_id,
            kind="account.change_failed",
            subject=say("收款卡没有换成"),
            body=say("{reason}补贴仍发到原来的卡。请核对新卡的卡号，再办一次更换。", reason=why_failed(account)),
        )
        return
    standing = Application.objects.filter(
        elder=change.elder_id, state__in=[*OPEN_STATES, ApplicationState.APPROVED], account__isnull=False
    )
    standing.update(account=account)
    _close(change, ChangeState.EFFECTIVE)
    record(system("bank"), "account.changed", f"account_change:{change.pk}")
    tell_family(
        change.elder_id,
        kind="account.changed",
        subject=say("收款卡已经换好"),
        body=say("银行已经核对。以后的补贴发到尾号 {tail} 的卡。", tail=account.number[-4:]),
    )


def _close(change: AccountChange, state: str) -> None:
    change.state, change.settled_at = state, clock.now()
    change.save(update_fields=["state", "settled_at"])


def _tell_failed(account: PayoutAccount) -> None:
    tell_family(
        account.elder_id,
        kind="account.check_failed",
        subject=say("收款卡没有通过银行核对"),
        body=say(
            "{reason}申请还在办理，不用重新申请。请登录后在“补贴”页面换一张老人本人的卡。", reason=why_failed(account)
        ),
    )


def _number(kind: str, typed: str) -> str:
    if kind not in AccountKind.values:
        sentence = say("请选择文件允许的六种卡之一。")
        raise Refusal("account_kind", sentence, fields={"account_kind": sentence})
    number = read_account_number(typed)
    if number is None:
        sentence = say("账号看起来不对，请照卡面核对后重新填写。")
        raise Refusal("account_number", sentence, fields={"account_number": sentence})
    return number


def _refuse_change(elder_id: UUID, kind: str, number: str) -> None:
    standing = Application.objects.filter(
        elder=elder_id, state__in=[*OPEN_STATES, ApplicationState.APPROVED], account__isnull=False
    )
    in_use = {(one.account.kind, one.account.number_index) for one in standing.select_related("account")}
    if not in_use:
        raise Refusal(
            "nothing_to_change",
            say("现在没有正在申请或正在领取的补贴，没有可以更换的收款卡。"),
            next_step=say("申请补贴时再填写收款卡。"),
        )
    if in_use == {(kind, blind_index(number))}:
        sentence = say("补贴现在就是发到这张卡，不用更换。")
        raise Refusal("same_account", sentence, fields={"account_number": sentence})
    if AccountChange.objects.filter(elder=elder_id, state=ChangeState.WAITING).exists():
        raise Refusal(
            "change_waits",
            say("已经有一次更换在等银行核对。"),
            next_step=say("请等银行的结果；卡号填错了，可以先取消那一次，再重新办。"),
            status=409,
        )
