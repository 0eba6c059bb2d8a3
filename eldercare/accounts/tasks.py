"""Doorbells of the accounts floor."""

from celery import shared_task

from eldercare.accounts.services.sign_in import forget_old_codes


@shared_task(name="eldercare.accounts.tasks.forget_codes")
def forget_codes() -> None:
    forget_old_codes()
