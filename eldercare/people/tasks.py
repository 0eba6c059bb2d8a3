"""Doorbells of the people floor: each carries an id, calls one service, and may be rung twice."""

from celery import shared_task

from eldercare.people.services import letters


@shared_task(name="eldercare.people.tasks.deliver_letter")
def deliver_letter(letter_id: str) -> None:
    letters.deliver(letter_id)


@shared_task(name="eldercare.people.tasks.sweep_letters")
def sweep_letters() -> None:
    letters.sweep_letters()
