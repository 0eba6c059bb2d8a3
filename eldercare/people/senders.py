"""The ways a letter leaves the house; `LETTER_SENDER` names the one in use. A sender keeps nothing and logs nothing personal."""

import os
import sys
from dataclasses import dataclass
from smtplib import SMTPException

import httpx
from django.core.mail import send_mail

from eldercare.people.choices import Channel

PATIENCE = 10  # seconds


@dataclass(frozen=True)
class Outgoing:
    """A letter in the reader's words. `letter_id` lets a gateway recognise a second try."""

    letter_id: str
    channel: str
    address: str
    subject: str
    body: str


class CannotSend(Exception):
    """The letter did not leave; it will be tried again. `reason` names no person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def outbox(letter: Outgoing) -> None:
    """For demonstrations: nothing leaves; the page /demo/outbox shows the letter's own row."""


def console(letter: Outgoing) -> None:
    """For a developer's machine: writes the letter to the terminal."""
    sys.stdout.write(f"\n[{letter.channel}] {letter.address}\n{letter.subject}\n{letter.body}\n")


def mail_and_sms(letter: Outgoing) -> None:
    """For the real service: e-mail by Django's mail settings, short messages by the gateway at SMS_GATEWAY_URL.

    Raises CannotSend when either does not answer, or has not been set up.
    """
    if letter.channel == Channel.EMAIL:
        _mail(letter)
    else:
        _sms(letter)


def _mail(letter: Outgoing) -> None:
    try:
        send_mail(letter.subject, letter.body, None, [letter.address])
    except (SMTPException, OSError) as error:
        raise CannotSend(type(error).__name__) from error


def _sms(letter: Outgoing) -> None:
    gateway = os.environ.get("SMS_GATEWAY_URL")
    if not gateway:
        raise CannotSend("SMS_GATEWAY_URL is not set")
    message = {"id": letter.letter_id, "to": letter.address, "text": letter.body}
    try:
        httpx.post(gateway, json=message, timeout=PATIENCE).raise_for_status()
    except httpx.HTTPError as error:
        raise CannotSend(type(error).__name__) from error
