"""The application form: begun, saved part by part, resumed, sent in one act as one application per benefit, or given up.

What is saved may be incomplete and is never lost; what is sent is whole. The street and the district decide elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside
from eldercare.people.models import Elder
from subsidies.access import filings_visible_to, may_fill_in
from subsidies.choices import FilingState
from subsidies.models import Application, Filing, PayoutAccount
from subsidies.rules.programme import Benefit, benefits
from subsidies.selectors.filings import INSTEAD, is_choice
from subsidies.selectors.programmes import answers_for
from subsidies.services.accounts import ask_the_bank, keep_account
from subsidies.services.apply import (
    account_number_of,
    benefit_to_apply_for,
    open_or_complete,
    refuse_second,
    tell_applied,
)
from subsidies.services.guards import family_only, locked, not_found, refuse_for_the_dead


@transaction.atomic
def begin_filing(viewer: Viewer, *, elder_id: UUID, programmes: Sequence[str] = ()) -> Filing:
    """Begin a form for an elder, or take up the one the viewer has not finished; `programmes` are added to it.

    Raises Refusal `not_found` (404), `may_not_act` (403), `elder_died`, `unknown_programme`, `exclusive_together`.
    """
    elder = elders_beside(viewer).filter(pk=elder_id).first()
    if elder is None:
        raise not_found()
    family_only(viewer, elder.pk)
    return draft_of(viewer, elder, applicant_id=viewer.person_id, programmes=programmes)


def draft_of(
    viewer: Viewer, elder: Elder, *, applicant_id: UUID, window: str | None = None, programmes: Sequence[str] = ()
) -> Filing:
    """Give the viewer's unfinished form for an elder, a new one when there is none."""
    refuse_for_the_dead(elder)
    asked = check_programmes(programmes)
    lock_name(f"filing:{elder.pk}:{viewer.user_id}")
    filing = Filing.objects.filter(elder=elder, begun_by=viewer.user_id, state=FilingState.DRAFT).first()
    if filing is None:
        filing = Filing(elder=elder, begun_by_id=viewer.user_id, contents={})
        record(viewer, "subsidy.form_begun", f"elder:{elder.pk}", place=window or "")
    filing.applicant_id, filing.window_id = applicant_id, window
    filing.contents = {
        **filing.contents,
        "programmes": list(dict.fromkeys([*filing.contents.get("programmes", ()), *asked])),
    }
    filing.touched_at = clock.now()
    filing.save()
    return filing


@transaction.atomic
def save_filing(
    viewer: Viewer,
    *,
    filing_id: UUID,
    programmes: Sequence[str] | None = None,
    choices: Mapping[str, str] | None = None,
    account: Mapping[str, str] | None = None,
) -> Filing:
    """Save a part of a form; what is not named stays. `account`: `kind` and `number`, or `known` (an account's id).

    Raises Refusal `not_found` (404), `not_a_draft` (409), `unknown_programme`, `exclusive_together`, `unknown_choice`,
    `account_kind`, `account_number`, `unknown_account`.
    """
    filing = draft_to_fill(viewer, filing_id)
    changed: dict[str, Any] = {}
    if programmes is not None:
        changed["programmes"] = check_programmes(programmes)
    if choices is not None:
        changed["choices"] = {**filing.contents.get("choices", {}), **_check_choices(choices)}
    if account is not None:
        changed["account"] = _check_account(filing, account)
    filing.contents = {**filing.contents, **changed}
    filing.touched_at = clock.now()
    filing.save(update_fields=["contents", "touched_at"])
    return filing


@transaction.atomic
def discard_filing(viewer: Viewer, *, filing_id: UUID) -> Filing:
    """Give a form up: what was filled in and its papers are thrown away. Raises Refusal `not_found`, `not_a_draft` (409)."""
    filing = draft_to_fill(viewer, filing_id)
    filing.papers.all().delete()
    filing.state, filing.contents, filing.touched_at = FilingState.DISCARDED, {}, clock.now()
    filing.save(update_fields=["state", "contents", "touched_at"])
    record(viewer, "subsidy.form_discarded", f"elder:{filing.elder_id}")
    return filing


@transaction.atomic
def send_filing(viewer: Viewer, *, filing_id: UUID, agreed: bool) -> list[Application]:
    """Send a form: one act, and one application for each benefit, all to the street of the 户籍; or nothing at all.

    Raises Refusal `not_found` (404), `not_a_draft` (409), `not_agreed`, `elder_died`, `programmes_missing`,
    `exclusive_together`, `choice_missing`, `nothing_left`, `account_missing`, `account_kind`, `already_open` (409),
    `already_entitled` (409), `hukou_elsewhere`, `street_unknown`.
    """
    filing = draft_to_fill(viewer, filing_id)
    elder = Elder.objects.get(pk=filing.elder_id)
    refuse_for_the_dead(elder)
    if not agreed:
        sentence = say("请先看一遍，确认属实后打勾再提交。")
        raise Refusal("not_agreed", sentence, fields={"agreed": sentence})
    asked, chosen = _asked_for(filing)
    for benefit in sorted(asked, key=lambda one: one.id):
        lock_name(f"subsidy:{elder.pk}:{benefit.id}")
    for benefit in asked:
        refuse_second(elder, benefit)
    account = _account_of(filing, asked)
    opened = [
        open_or_complete(
            viewer,
            elder,
            benefit,
            account=account,
            applied_by_id=filing.applicant_id,
            filing=filing,
            entered_by_id=viewer.user_id if filing.window_id else None,
            chosen=chosen.get(benefit.id),
        )
        for benefit in asked
    ]
    _close(filing, account)
    record(
        viewer,
        "subsidy.form_sent",
        f"filing:{filing.pk}",
        place=filing.window_id or opened[0][0].street_id,
        facts={"programmes": [benefit.id for benefit in asked], "window": filing.window_id},
    )
    if any(is_new for _application, is_new in opened):
        tell_applied([application for application, _is_new in opened])
    ask_the_bank(account)
    return [application for application, _is_new in opened]


def draft_to_fill(viewer: Viewer, filing_id: UUID) -> Filing:
    """Lock a form the viewer is filling in. Raises Refusal `not_found` (404), `may_not_act` (403), `not_a_draft` (409)."""
    filing = locked(filings_visible_to(viewer), filing_id)
    if not may_fill_in(viewer, filing):
        raise not_found()
    if not filing.is_draft:
        raise Refusal(
            "not_a_draft",
            say("这份申请表已经提交或者放弃，不能再改。"),
            next_step=say("请在“补贴”页面看办到了哪一步；要改收款卡或补材料，也在那里办。"),
            status=409,
        )
    return filing


def check_programmes(programmes: Iterable[str]) -> list[str]:
    """Check what is asked for: each can be applied for here, and no two of them exclude each other.

    Raises Refusal `exclusive_together`, `unknown_programme`, each naming the benefits.
    """
    asked = list(dict.fromkeys(programmes))
    for name in asked:
        other = benefits()[name].alternative.benefit if name in benefits() and benefits()[name].alternative else None
        if other in asked:
            sentence = say("{first}和{second}只能选一项。", first=benefits()[name].name, second=benefits()[other].name)
            raise Refusal(
                "exclusive_together",
                sentence,
                next_step=say("请比较两项的金额，只留一项，再继续。您填的其他内容都还在。"),
                fields={"programmes": sentence},
            )
    for name in asked:
        benefit_to_apply_for(name)
    return asked


def option_key(programme: str | None) -> str:
    """Give the word under which one side of a choice is recorded."""
    return programme or INSTEAD


def _asked_for(filing: Filing) -> tuple[list[Benefit], dict[str, Any]]:
    """Give what is really asked for, the choices made; and for each benefit that was one side, what was laid out."""
    wanted = check_programmes(filing.contents.get("programmes", ()))
    if not wanted:
        raise _missing("programmes_missing", "programmes", say("还没有选要申请的补贴。"))
    today = clock.today()
    _facts, answers = answers_for(filing.elder_id, on=today, programmes=wanted, applied_on=today)
    made, chosen = filing.contents.get("choices", {}), {}
    for answer in answers:
        if not is_choice(answer):
            continue
        if answer.programme not in made:
            sentence = say("{benefit}和另一项待遇只能选一项，还没有选。", benefit=answer.name)
            raise _missing("choice_missing", f"choice:{answer.programme}", sentence)
        laid_out = [option.to_json() for option in answer.alternatives]
        chosen[answer.programme] = {"options": laid_out, "chosen": made[answer.programme]}
    asked = [name for name in wanted if name not in chosen or chosen[name]["chosen"] == name]
    if not asked:
        raise Refusal(
            "nothing_left",
            say("您选的都是另外的待遇，这里没有要申请的了。"),
            next_step=say("另外的待遇请向户籍所在街道申请；想改主意，回到第一步重新选。"),
        )
    return [benefits()[name] for name in asked], chosen


def _check_choices(choices: Mapping[str, str]) -> dict[str, str]:
    known = {*benefits(), INSTEAD}
    for name, chosen in choices.items():
        if name not in benefits() or chosen not in known:
            sentence = say("请从列出的两项里选一项。")
            raise Refusal("unknown_choice", sentence, fields={"choices": sentence})
    return dict(choices)


def _check_account(filing: Filing, account: Mapping[str, str]) -> dict[str, str]:
    known = account.get("known")
    if known:
        if not PayoutAccount.objects.filter(pk=known, elder=filing.elder_id).exists():
            sentence = say("没有找到这张卡，请重新填写卡号。")
            raise Refusal("unknown_account", sentence, fields={"account": sentence})
        return {"known": str(known)}
    kind, typed = account.get("kind", ""), account.get("number", "")
    names = filing.contents.get("programmes") or [
        next(name for name, one in benefits().items() if one.programme.accounts)
    ]
    number = account_number_of(benefit_to_apply_for(names[0]), kind, typed)
    return {"kind": kind, "number": number}


def _account_of(filing: Filing, asked: Sequence[Benefit]) -> PayoutAccount:
    account = filing.contents.get("account")
    if not account:
        raise _missing("account_missing", "account_number", say("还没有填写收款的卡。"))
    if "known" in account:
        kept = PayoutAccount.objects.get(pk=account["known"], elder=filing.elder_id)
        kind, number = kept.kind, kept.number
    else:
        kind, number = account["kind"], account["number"]
    for benefit in asked:
        account_number_of(benefit, kind, number)
    return keep_account(filing.elder_id, kind, number)


def _missing(code: str, field: str, sentence: Any) -> Refusal:
    return Refusal(code, sentence, next_step=say("请回到那一步补上，其他内容都还在。"), fields={field: sentence})


def _close(filing: Filing, account: PayoutAccount) -> None:
    """Mark a form as sent. The card's number stays with the account only."""
    kept = {name: value for name, value in filing.contents.items() if name != "account"}
    filing.contents = {**kept, "account": {"known": str(account.pk)}, "agreed": True}
    filing.state, filing.sent_at = FilingState.SENT, clock.now()
    filing.touched_at = filing.sent_at
    filing.save(update_fields=["contents", "state", "sent_at", "touched_at"])
