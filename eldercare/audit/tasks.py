"""Doorbells of the audit floor."""

from celery import shared_task

from eldercare.audit.services import extend_chain


@shared_task
def link_events() -> None:
    """Bring the chain up to date."""
    extend_chain()
