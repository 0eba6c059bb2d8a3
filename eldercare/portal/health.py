"""/healthz: are database, broker, worker and beat alive? Speaks to machines and to whoever repairs them; tells nothing of people.

Worker and beat leave marks in the database's cache that fade by themselves. Marks live by the real time, not by the
one clock, which a demonstration may set.
"""

import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

RING_EVERY = 10  # seconds between two heartbeats (settings.CELERY_BEAT_SCHEDULE)
FADES_AFTER = 45  # seconds: four heartbeats missed
BROKER_PATIENCE = 1  # seconds


def leave_mark(part: str) -> None:
    """Say that `worker` or `beat` is alive now."""
    cache.set(f"alive:{part}", int(time.time()), FADES_AFTER)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all four are well, else 503; each with a sentence."""
    database = _database()
    parts = {"database": database, "broker": _broker()}
    for part, text in (("worker", _("任务进程")), ("beat", _("定时进程"))):
        parts[part] = _mark(part, text) if database["ok"] else _told(False, _("数据库不通，无从得知。"))
    healthy = all(part["ok"] for part in parts.values())
    answer = {"ok": healthy, **parts}
    return JsonResponse(answer, status=200 if healthy else 503, json_dumps_params={"ensure_ascii": False})


def _told(ok: bool, sentence: str) -> dict:
    return {"ok": ok, "message": sentence}


def _database() -> dict:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return _asked(ask, DatabaseError, _("数据库正常。"), _("数据库没有应答，请检查 DATABASE_URL 和数据库的日志。"))


def _broker() -> dict:
    def ask() -> None:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=BROKER_PATIENCE,
            socket_timeout=BROKER_PATIENCE,
            retry=None,
        ) as client:
            client.ping()

    return _asked(
        ask, redis.RedisError, _("消息服务正常。"), _("消息服务没有应答。页面照常可用，恢复后会补做积压的工作。")
    )


def _asked(ask: Callable[[], None], trouble: type[Exception], well: str, ill: str) -> dict:
    try:
        ask()
    except trouble:
        return _told(False, ill)
    return _told(True, well)


def _mark(part: str, name: str) -> dict:
    try:
        alive = cache.get(f"alive:{part}")
    except DatabaseError:
        alive = None
    if alive is None:
        return _told(False, _("%(name)s超过%(seconds)d秒没有动静。") % {"name": name, "seconds": FADES_AFTER})
    return _told(True, _("%(name)s正常。") % {"name": name})
