"""Logs: one JSON line an event, and nothing personal in any of them.

Every line passes the scrubber last, so that a number which slipped into a message or a traceback is still not written.
"""

import re
from typing import Any

import structlog

PERSONAL = [
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "[ID]"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "[PHONE]"),
    (re.compile(r"(?<![\d.])\d{16,19}(?!\d)"), "[ACCOUNT]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[EMAIL]"),
    # what was asked of a page (where somebody is, whom a search is for), and the link that opens a board without a login
    (re.compile(r"((?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^\s\"?]*)\?[^\s\"]*"), r"\1?[ASKED]"),
    (re.compile(r"(/board-link/)[^\s\"?]+"), r"\1[LINK]"),
]


def scrub(logger: Any, method: str, line: str) -> str:
    """Blank out what looks like an ID number, a mobile number, an account, an e-mail address, a question or a link's key."""
    for pattern, blank in PERSONAL:
        line = pattern.sub(blank, line)
    return line


BEFORE = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *BEFORE,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": BEFORE,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
                scrub,
            ],
        }
    },
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["lines"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["lines"], "propagate": False},
        "django_structlog": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "celery": {"level": "INFO"},
    },
}
