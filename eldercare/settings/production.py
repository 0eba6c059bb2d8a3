"""The real service: nothing is assumed, a missing key stops the start with a sentence."""

import os

from django.core.exceptions import ImproperlyConfigured

from eldercare.settings.base import *

for _name in ("SECRET_KEY", "SEALED_KEYS", "SEALED_INDEX_KEYS"):
    if not globals()[_name]:
        raise ImproperlyConfigured(f"{_name} is not set. See .env.example.")
if DEMO:
    raise ImproperlyConfigured("DEMO=1 is refused in production: it opens the clock and the outbox.")

LETTER_SENDER = os.environ.get("LETTER_SENDER", "eldercare.people.senders.mail_and_sms")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "no-reply@localhost")

SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Whether subdomains and browsers' preload lists may be promised is for the domain's owner to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
