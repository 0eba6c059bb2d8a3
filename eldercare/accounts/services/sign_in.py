"""Signing in: a code goes to an address, the code proves it, an unknown address opens an account. No passwords.

What is answered never tells whether an address is known. Limits count rows in the database by its real time.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from eldercare.accounts.models import SignInCode, User
from eldercare.accounts.rules.digits import plain_digits
from eldercare.accounts.services.open_account import open_account
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index, blind_indexes
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.models import Letter
from eldercare.people.rules.address import parse_address
from eldercare.people.services.letters import write_letter

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5
WINDOW = timedelta(minutes=10)
MOST_PER_ADDRESS = 8
MOST_PER_CLIENT = 100
KEPT_FOR = timedelta(days=1)
LETTER_KIND = "sign_in.code"


@transaction.atomic
def send_code(*, address: str, client: str) -> SignInCode:
    """Send a fresh code to a phone number or an e-mail address; codes sent to it before open nothing any more.

    `client` is where the request comes from. Raises Refusal `unknown_address` (422), `too_many_codes` (429).
    """
    found = parse_address(address)
    if found is None:
        raise Refusal(
            "unknown_address",
            say("请填写 11 位手机号，或者完整的邮箱地址。"),
            next_step=say("例如 13800001234，或 lina@example.com。"),
            fields={"address": say("请填写 11 位手机号，或者完整的邮箱地址。")},
        )
    address_index, client_index = blind_index(found.text), blind_index(f"client:{client}")
    lock_name(f"accounts.sign_in:{address_index}")
    _throttle("address_index", address_index, MOST_PER_ADDRESS)
    _throttle("client_index", client_index, MOST_PER_CLIENT)
    SignInCode.objects.filter(address_index=address_index, used_at__isnull=True).update(expires_at=timezone.now())
    digits = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    code = SignInCode(
        address=found.text,
        address_index=address_index,
        client_index=client_index,
        expires_at=timezone.now() + CODE_LASTS,
    )
    code.code_digest = blind_index(f"{code.pk}:{digits}")
    code.save()
    write_letter(
        address=found.text,
        kind=LETTER_KIND,
        subject=say("京津冀养老通登录验证码"),
        body=say(
            "您的登录验证码是 {code}，{minutes} 分钟内有效。请不要告诉任何人，工作人员也不会向您要。",
            code=digits,
            minutes=CODE_LASTS.seconds // 60,
        ),
    )
    return code


def send_again(*, code_id: UUID, client: str) -> SignInCode:
    """Send another code to the same address. Raises Refusal `code_unknown`, `too_many_codes`."""
    code = SignInCode.objects.filter(pk=code_id).first()
    if code is None:
        raise _unknown()
    return send_code(address=code.address, client=client)


def prove_code(*, code_id: UUID | str | None, digits: str) -> User:
    """Check a code and give the account of its address, opened now if there was none.

    A wrong try is counted though it is refused. Raises Refusal `code_unknown`, `code_expired`, `wrong_code`,
    `too_many_tries`.
    """
    with transaction.atomic():
        code = SignInCode.objects.select_for_update().filter(pk=code_id).first() if code_id else None
        if code is None:
            raise _unknown()
        refusal = _judge(code, digits)
        if refusal is None:
            code.used_at = timezone.now()
            code.save(update_fields=["used_at"])
            return _let_in(code)
        SignInCode.objects.filter(pk=code.pk).update(tries=F("tries") + 1)
    raise refusal


def forget_old_codes() -> int:
    """Delete the codes of days gone by, and the letters that carried them; gives how many codes."""
    Letter.objects.filter(kind=LETTER_KIND, created_at__lt=clock.now() - KEPT_FOR).delete()
    deleted, _by_model = SignInCode.objects.filter(sent_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted


def _let_in(code: SignInCode) -> User:
    user = open_account(parse_address(code.address))
    if not user.is_active:
        raise Refusal(
            "account_closed", say("这个账号已经停用。"), next_step=say("请联系给您开通账号的单位。"), status=403
        )
    record(Viewer(user.pk, user.person_id), "account.signed_in", f"user:{user.pk}")
    return user


def _judge(code: SignInCode, digits: str) -> Refusal | None:
    again = say("请点“重新发送”，用新的验证码登录。")
    if code.used_at is not None or code.expires_at <= timezone.now():
        return Refusal("code_expired", say("这个验证码已经失效。"), next_step=again)
    if code.tries >= MOST_TRIES:
        return Refusal("too_many_tries", say("验证码输错太多次，已经作废。"), next_step=again)
    if code.code_digest in blind_indexes(f"{code.pk}:{plain_digits(digits)}"):
        return None
    sentence = say("验证码不对，请看清最新一条短信或邮件里的 {digits} 位数字。", digits=CODE_DIGITS)
    return Refusal("wrong_code", sentence, next_step=again, fields={"code": sentence})


def _unknown() -> Refusal:
    return Refusal("code_unknown", say("还没有发送验证码。"), next_step=say("请先填写手机号或邮箱。"))


def _throttle(column: str, value: str, most: int) -> None:
    """Refuse when as many codes as allowed were asked for in the window; say when the next one can be."""
    now = timezone.now()
    recent = SignInCode.objects.filter(**{column: value}, sent_at__gt=now - WINDOW).order_by("-sent_at")
    times = list(recent.values_list("sent_at", flat=True)[:most])
    if len(times) < most:
        return
    wait = max(1, int((times[-1] + WINDOW - now).total_seconds()) + 1)
    raise Refusal(
        "too_many_codes",
        say("验证码要得太频繁了。"),
        next_step=say("请等 {minutes} 分钟再试；刚才收到的最新验证码如果没过期，还可以用。", minutes=-(-wait // 60)),
        status=429,
        retry_after=wait,
    )
