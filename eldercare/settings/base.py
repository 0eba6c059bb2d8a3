"""Settings every environment shares. Legal figures never stand here: they are dated data on their floor."""

import os
from datetime import timedelta

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from eldercare.settings.env import BASE_DIR, database, flag, listed
from eldercare.settings.logs import LOGGING as LOGGING

DEMO = flag("DEMO")
DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY", "")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")

# Sealed fields: `name:base64 key` pairs, the first one seals, the others only open. See docs/adr.
SEALED_KEYS = listed("SEALED_KEYS")
SEALED_INDEX_KEYS = listed("SEALED_INDEX_KEYS")

INSTALLED_APPS = [
    "eldercare.portal",
    "subsidies",
    "facilities",
    "assessments",
    "eldercare.recognition",
    "eldercare.accounts",
    "eldercare.people",
    "eldercare.regions",
    "eldercare.audit",
    "eldercare.ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_cotton.apps.SimpleAppConfig",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "eldercare.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "eldercare.accounts.web.middleware.ViewerMiddleware",
    "eldercare.ui.middleware.RefusalMiddleware",
]

# Each floor that grants acts over a place names its source here; accounts asks them all, once a request.
VIEWER_GRANTS = [
    "eldercare.people.selectors.guardian_grants",
    "eldercare.accounts.selectors.post_grants",
    "assessments.selectors.assessor_grants",
    "facilities.selectors.staff_grants",
]

NAV_SOURCES = ["eldercare.portal.web.nav.main_items"]
ACCOUNT_NAV_SOURCES = ["eldercare.accounts.web.nav.account_items"]
# Tabs of a home's own pages that floors above facilities hang there: callables (request, facility_id) -> [(label, url)].
HOME_TAB_SOURCES = ["subsidies.web.payments.home_tabs"]

ROOT_URLCONF = "eldercare.urls"
WSGI_APPLICATION = "eldercare.wsgi.application"
ASGI_APPLICATION = "eldercare.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "eldercare.ui.templatetags.ui",
                "django.templatetags.i18n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "eldercare.ui.context.page",
            ],
        },
    }
]
COTTON_DIR = "cotton"
COTTON_ISOLATE_BY_DEFAULT = True

DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgres://eldercare@127.0.0.1:5432/eldercare"))}
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
# Counters of tries live in the database: signing in must not depend on the broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
# Addresses are sealed; allauth is asked for its second factor only and must not look for them.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "portal:me"
# Behind a proxy of our own: the header in which it writes the client's address (never one a client can write itself).
CLIENT_ADDRESS_HEADER = os.environ.get("CLIENT_ADDRESS_HEADER", "")
MFA_ADAPTER = "eldercare.accounts.services.second_factor.Adapter"
MFA_TOTP_ISSUER = "Eldercare JJJ"
# Steps of 30 seconds an app's clock may be off.
MFA_TOTP_TOLERANCE = 1
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "eldercare_session"
CSRF_COOKIE_NAME = "eldercare_csrf"
CSRF_FAILURE_VIEW = "eldercare.ui.errors.csrf_failure"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "eldercare_language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".data" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "eldercare.ui.api.schema.Schema",
    "EXCEPTION_HANDLER": "eldercare.ui.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("京津冀养老通 API"),
    "DESCRIPTION": "Eldercare JJJ: homes, beds, assessments, recognitions and subsidies of Beijing, Tianjin and Hebei.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Choices stay where they are used: two nouns may both have a `state`.
    "POSTPROCESSING_HOOKS": [],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page never waits for the broker: the row is written, the bell is rung once, a sweeper finds what was not heard.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 0,
}
CELERY_BEAT_SCHEDULE: dict = {
    "codes": {"task": "eldercare.accounts.tasks.forget_codes", "schedule": 3600, "options": {"expires": 3600}},
    "letters": {"task": "eldercare.people.tasks.sweep_letters", "schedule": 60, "options": {"expires": 60}},
    "heartbeat": {"task": "eldercare.portal.tasks.heartbeat", "schedule": 10, "options": {"expires": 30}},
    "offers-lapsed": {"task": "facilities.tasks.close_lapsed", "schedule": 30, "options": {"expires": 30}},
    "directed-lists": {"task": "facilities.tasks.follow_hukou", "schedule": 600, "options": {"expires": 600}},
    "beds-free-by-day": {"task": "facilities.tasks.ask_by_day", "schedule": 300, "options": {"expires": 300}},
    "visits-near": {"task": "facilities.tasks.remind_of_visits", "schedule": 300, "options": {"expires": 300}},
    "listings-due": {"task": "facilities.tasks.relist_what_is_due", "schedule": 10, "options": {"expires": 10}},
    "listings": {"task": "facilities.tasks.relist_all", "schedule": 86400, "options": {"expires": 86400}},
    "imports": {"task": "facilities.tasks.sweep_imports", "schedule": 60, "options": {"expires": 60}},
    "token-uses": {"task": "facilities.tasks.forget_uses", "schedule": 3600, "options": {"expires": 3600}},
    "beds-old": {"task": "facilities.tasks.remind_beds", "schedule": 300, "options": {"expires": 300}},
    "assessed-severe": {"task": "subsidies.tasks.open_from_assessments", "schedule": 30, "options": {"expires": 30}},
    "consents-revoked": {"task": "subsidies.tasks.stop_without_consent", "schedule": 30, "options": {"expires": 30}},
    "left-behind": {"task": "subsidies.tasks.tell_left_behind", "schedule": 600, "options": {"expires": 600}},
    "clocks": {"task": "subsidies.tasks.ring_clocks", "schedule": 600, "options": {"expires": 600}},
    "facts-followed": {"task": "subsidies.tasks.follow_facts", "schedule": 60, "options": {"expires": 60}},
    "rights-reviewed": {"task": "subsidies.tasks.review_month", "schedule": 3600, "options": {"expires": 3600}},
    # Settlement: every bell may be lost or rung twice; what it finds to do stands in the tables.
    "runs-due": {"task": "subsidies.tasks.open_due_runs", "schedule": 60, "options": {"expires": 60}},
    "settlement-sweep": {"task": "subsidies.tasks.sweep", "schedule": 30, "options": {"expires": 30}},
    "bills-to-redeem": {"task": "subsidies.tasks.redeem_due", "schedule": 15, "options": {"expires": 15}},
    "unanswered-payments": {"task": "subsidies.tasks.ask_unknown", "schedule": 15, "options": {"expires": 15}},
    "accounts-to-check": {"task": "subsidies.tasks.check_accounts", "schedule": 60, "options": {"expires": 60}},
    "hukou-moved": {"task": "subsidies.tasks.follow_the_hukou", "schedule": 60, "options": {"expires": 60}},
    "statements": {"task": "subsidies.tasks.collect_statements", "schedule": 15, "options": {"expires": 15}},
}

# How letters leave: people/senders.py says which ways there are. The real service names `mail_and_sms`.
LETTER_SENDER = os.environ.get("LETTER_SENDER", "eldercare.people.senders.outbox")

# Papers of an application: how large one may be, how many there may be, and what is not even read (a proxy in front should
# refuse the last one by itself).
PAPER_MOST_BYTES = int(os.environ.get("PAPER_MOST_BYTES", "10000000"))
PAPERS_MOST = int(os.environ.get("PAPERS_MOST", "20"))
UPLOAD_NEVER_READ_BYTES = int(os.environ.get("UPLOAD_NEVER_READ_BYTES", "100000000"))
# A body of the API, in JSON.
API_MOST_BYTES = int(os.environ.get("API_MOST_BYTES", "5000000"))

# Where people find us: the beginning of the addresses that stand in letters.
SITE_URL = os.environ.get("SITE_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"

# The sandbox bank: a separate process, spoken to over HTTP.
SANDBOX_BANK_URL = os.environ.get("SANDBOX_BANK_URL", "http://127.0.0.1:8900")
SANDBOX_BANK_SECONDS = float(os.environ.get("SANDBOX_BANK_SECONDS", "10"))
PAYMENT_CHANNEL = os.environ.get("PAYMENT_CHANNEL", "sandbox")
PAYMENT_ANSWER_WITHIN = timedelta(seconds=30)  # a payment sent and not answered by then is asked about
# Rows of a run written in one transaction: by Python (lines, payments), and by one statement (transfers).
SETTLEMENT_CHUNK = int(os.environ.get("SETTLEMENT_CHUNK", "2000"))
POSTING_CHUNK = int(os.environ.get("POSTING_CHUNK", "20000"))

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where the API's furniture remembers a write's first answer (the furniture knows no table).
REQUEST_KEYS = "eldercare.audit.services.once"
