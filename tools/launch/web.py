"""Gunicorn's settings for `make run`. Everything is loaded once, before the workers part, so the first visitor need not wait."""

import os

bind = f"127.0.0.1:{os.environ['PORT']}"
workers, worker_class, threads = 2, "gthread", 4
graceful_timeout = 5
control_socket_disable = True
preload_app = True


def when_ready(_server: object) -> None:
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
