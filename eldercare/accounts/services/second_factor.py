"""The second factor of those who hold a post: a code from an authenticator app (TOTP), or one of the recovery codes.

Kept by django-allauth's MFA; its secrets are sealed by our adapter and re-sealed with all other sealed values.
"""

import base64
from datetime import timedelta
from hmac import compare_digest
from io import BytesIO
from uuid import UUID

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from qrcode.image.svg import SvgPathFillImage

from eldercare.accounts.models import User
from eldercare.accounts.rules.digits import plain_digits
from eldercare.audit.selectors import events_about
from eldercare.audit.services import record
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import key_name, open_sealed, seal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.rules.masks import mask_address

PLACE = "mfa_authenticator.data"
FAILED = "second_factor.failed"
WINDOW = timedelta(minutes=5)
MOST_FAILURES = 5


class Adapter(DefaultMFAAdapter):
    """Seals what allauth keeps, and names the account in the app without giving it away."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(base64.b64decode(encrypted_text), PLACE)

    def get_totp_label(self, user: User) -> str:
        return mask_address(user.phone or user.email or "")

    def build_totp_svg(self, url: str) -> str:
        """Draw on white, so that a camera reads it in the dark scheme too."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Letters are written by our own services."""


def has_second_factor(user_id: UUID) -> bool:
    """Tell whether an account has an authenticator app set up."""
    return Authenticator.objects.filter(user=user_id, type=Authenticator.Type.TOTP).exists()


def new_secret() -> str:
    """Make a secret for an app, sealed: it waits in the session until a code proves that the app has it."""
    return Adapter().encrypt(generate_totp_secret())


def shown_secret(sealed_secret: str) -> str:
    """Open a waiting secret, to be shown to its owner once."""
    return Adapter().decrypt(sealed_secret)


def picture(user: User, sealed_secret: str) -> str:
    """Draw the QR code for an app, as an SVG in a data address."""
    adapter = Adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(user, shown_secret(sealed_secret)))
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@transaction.atomic
def enrol(viewer: Viewer, *, user: User, sealed_secret: str, digits: str) -> list[str]:
    """Set the app up once a code of it is right; gives the recovery codes. Raises Refusal `wrong_code`, `already_set_up`."""
    secret = shown_secret(sealed_secret)
    if _step_of(secret, digits) is None:
        raise _wrong()
    try:
        with transaction.atomic():
            TOTP.activate(user, secret)
    except IntegrityError as error:
        raise Refusal(
            "already_set_up", say("验证器已经设置过了。"), next_step=say("请直接输入验证器上的数字。")
        ) from error
    codes = RecoveryCodes.activate(user).generate_codes()
    record(viewer, "second_factor.set_up", f"user:{user.pk}")
    return codes


def check(viewer: Viewer, *, user: User, digits: str) -> None:
    """Check a code of the app, or a recovery code; each opens once.

    A wrong one is remembered though it is refused. Raises Refusal `wrong_code`, `too_many_tries` (429).
    """
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user=user, type__in=OPENERS).order_by("pk")
        rows = list(rows)  # locked: of parallel tries one is judged after the other
        _throttle(user)
        opened = next((row for row in rows if OPENERS[row.type](row, plain_digits(digits))), None)
        if opened:
            opened.record_usage()
            record(viewer, "second_factor.passed", f"user:{user.pk}", facts={"kind": opened.type})
            return
        record(viewer, FAILED, f"user:{user.pk}")
    raise _wrong()


@transaction.atomic
def reseal_secrets() -> int:
    """Seal what allauth keeps anew under the first key; gives how many secrets were sealed under an older one."""
    resealed = 0
    for row in Authenticator.objects.select_for_update().order_by("pk"):
        old = [name for name in ("secret", "seed") if name in row.data and not _is_current(row.data[name])]
        for name in old:
            row.data[name] = Adapter().encrypt(Adapter().decrypt(row.data[name]))
        if old:
            row.save(update_fields=["data"])
        resealed += len(old)
    return resealed


def _is_current(sealed_secret: str) -> bool:
    return key_name(base64.b64decode(sealed_secret)) == settings.SEALED_KEYS[0].partition(":")[0]


def _throttle(user: User) -> None:
    """Refuse when as many wrong codes as allowed were tried within the window, by the real time."""
    failures = events_about(f"user:{user.pk}").filter(act=FAILED, recorded_at__gt=timezone.now() - WINDOW)
    if len(failures[:MOST_FAILURES]) < MOST_FAILURES:
        return
    raise Refusal(
        "too_many_tries",
        say("输错的次数太多了。"),
        next_step=say(
            "请等 {minutes} 分钟再试。手机不在身边，可以请同事或上级重新设置。", minutes=WINDOW.seconds // 60
        ),
        status=429,
        retry_after=WINDOW.seconds,
    )


def _app_opens(row: Authenticator, digits: str) -> bool:
    """Digits open when they are those of a 30-second step later than the last one that opened."""
    step = _step_of(Adapter().decrypt(row.data["secret"]), digits)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


def _recovery_code_opens(row: Authenticator, digits: str) -> bool:
    return row.wrap().validate_code(digits)


OPENERS = {Authenticator.Type.TOTP: _app_opens, Authenticator.Type.RECOVERY_CODES: _recovery_code_opens}


def _step_of(secret: str, digits: str) -> int | None:
    """Give the step whose digits these are, among now and its neighbours (MFA_TOTP_TOLERANCE)."""
    typed = plain_digits(digits)
    steps = yield_hotp_counters_from_time()
    return next((step for step in steps if compare_digest(format_hotp_value(hotp_value(secret, step)), typed)), None)


def recovery_codes_left(user: User) -> list[str]:
    """Give the recovery codes that were not used yet."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return row.wrap().get_unused_codes() if row else []


def reset(viewer: Viewer, *, user_id: UUID) -> None:
    """Forget an account's app and recovery codes, so that it must be set up anew. May the viewer? The caller asked."""
    Authenticator.objects.filter(user=user_id).delete()
    record(viewer, "second_factor.reset", f"user:{user_id}")


def _wrong() -> Refusal:
    sentence = say("这组数字不对，请输入验证器上现在显示的 6 位数字。")
    return Refusal(
        "wrong_code",
        sentence,
        next_step=say("数字每 30 秒换一次，请等它换过以后再试；手机不在身边，可以用备用码。"),
        fields={"code": sentence},
    )
