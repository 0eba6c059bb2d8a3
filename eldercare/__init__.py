"""京津冀养老通: the stairwell. See docs/house.md."""

from eldercare.celery import app as celery_app

__all__ = ["celery_app"]
