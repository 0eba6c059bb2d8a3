"""A day's work for the demonstration's street officer: invented elders with plain and with less plain cases.

They come in through the same services as anybody else. Twice changes nothing.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from eldercare.accounts.services.open_account import open_account
from eldercare.kernel import clock
from eldercare.kernel.verdict import Answer
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import elders_beside
from eldercare.people.choices import CIRCUMSTANCE_NAMES, Purpose
from eldercare.people.models import Elder
from eldercare.people.rules.address import parse_address
from eldercare.people.rules.consent_text import current_text
from eldercare.people.rules.id_number import check_digit
from eldercare.people.services.register import register_elder
from eldercare.portal.demo.cast import viewer_of
from subsidies.selectors.programmes import answers_for, applicable
from subsidies.services.apply import apply_for_subsidy

QUEUE = Path(__file__).resolve().parent.parent / "data" / "queue.yaml"
FIRST_SEQUENCE = 500  # the demonstration's numbers lie above what its other people use


@cache
def queue() -> dict[str, Any]:
    """Give the cases, as data/queue.yaml lists them."""
    return yaml.safe_load(QUEUE.read_text(encoding="utf-8"))


@transaction.atomic
def load_queue() -> None:
    """Register the elders and apply for what their facts speak for."""
    relative = queue()["relative"]
    open_account(parse_address(relative["address"]), name=relative["name"])
    viewer = viewer_of(relative)
    if elders_beside(viewer).exists():
        return
    for number, case in enumerate(queue()["cases"]):
        elder = _register(viewer_of(relative), case, number)
        for programme in _asked_for(elder, case):
            apply_for_subsidy(
                viewer_of(relative),
                elder_id=elder.pk,
                programme=programme,
                account_kind=queue()["account_kind"],
                account_number=f"62284800{number + 1:08d}",
            )


def _register(viewer: Viewer, case: dict[str, Any], number: int) -> Elder:
    relative = queue()["relative"]
    circumstances = {**dict.fromkeys(CIRCUMSTANCE_NAMES, False), **case.get("circumstances", {})}
    certificate = case.get("certificate")
    return register_elder(
        viewer,
        name=case["name"],
        id_number=_id_number(case["born"], case["sex"], number),
        hukou_region=queue()["hukou"],
        relation="child",
        declared={"circumstances": circumstances, "welfare_allowances": [], "prison": []},
        certificate={"number": None, "components": None, "from": None, **certificate} if certificate else None,
        consent_text_version=current_text(Purpose.REPRESENTATION, clock.today()).version,
        applicant_name=relative["name"],
        applicant_id_number=_id_number(**relative["id_number_from"], number=0),
    )


def _asked_for(elder: Elder, case: dict[str, Any]) -> list[str]:
    """Give the benefits the family asks for: what the rules do not refuse, and what the case asks all the same."""
    here = [benefit.id for benefit in applicable()]
    _facts, answers = answers_for(elder.pk, on=clock.today(), programmes=here)
    hoped = [one.benefit.id for one in answers if one.answer is not Answer.NO]
    return [programme for programme in here if programme in hoped or programme in case.get("asks", ())]


def _id_number(born: date, sex: str, number: int) -> str:
    """Make a number that holds together (GB 11643): the sequence is odd for men and even for women."""
    sequence = FIRST_SEQUENCE + 2 * number + (sex == "male")
    first_17 = f"{queue()['hukou'][:6]}{born:%Y%m%d}{sequence:03d}"
    return first_17 + check_digit(first_17)
