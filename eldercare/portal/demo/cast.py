"""The invented people of a demonstration, brought in through the same services as anybody else. Twice changes nothing."""

import base64
import hashlib
import time
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.services.staffing import appoint_assessor, enter_agency
from eldercare.accounts.choices import PostRole
from eldercare.accounts.models import User
from eldercare.accounts.selectors import build_viewer, posts_in_force, user_with
from eldercare.accounts.services import posts, second_factor
from eldercare.accounts.services.open_account import open_account
from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer, system
from eldercare.people.access import elders_beside
from eldercare.people.choices import CIRCUMSTANCE_NAMES, Purpose
from eldercare.people.rules.address import parse_address
from eldercare.people.rules.consent_text import current_text
from eldercare.people.services.register import register_elder
from eldercare.regions.selectors import full_name
from facilities.models import Facility
from facilities.selectors.staff import employments_in_force
from facilities.services.staff import claim_home, decide_home_claim

CAST = Path(__file__).resolve().parent.parent / "data" / "cast.yaml"
SECONDS_A_CODE = 30


@cache
def cast() -> dict[str, Any]:
    """Give who is who, as data/cast.yaml lists them."""
    return yaml.safe_load(CAST.read_text(encoding="utf-8"))


def load_cast() -> None:
    """Bring everybody in, each scene in a transaction of its own."""
    for scene in (_officers, _agency, _manager, _family):
        with transaction.atomic():
            scene()


def user_of(member: dict[str, Any]) -> User | None:
    """Find the account of a member of the cast."""
    return user_with(parse_address(member["address"]))


def officers_with_codes() -> list[dict[str, str]]:
    """Give each demo officer with the code of this moment."""
    return [
        {"name": one["name"], "address": one["address"], "code": code_of(one["address"])}
        for one in cast()["officers"]
        if user_of(one)
    ]


def logins() -> list[dict[str, str]]:
    """List whom one can play: key, role, address, place."""
    rows = [(one, str(PostRole(one["role"]).label), full_name(one["region"])) for one in cast()["officers"]]
    agency, manager, family = cast()["agency"], cast()["manager"], cast()["family"]
    rows += [(one, _("评估员"), agency["name"]) for one in cast()["assessors"]]
    rows += [(manager, _("养老院负责人"), full_name(manager["region"])), (family, _("家属"), "")]
    return [
        {"key": one["key"], "role_name": role, "name": one["name"], "address": one["address"], "place": place}
        for one, role, place in rows
    ]


def code_of(address: str, at: float | None = None) -> str:
    """Give the second-factor code a demo officer's app shows at a moment (now, when none is named)."""
    return format_hotp_value(hotp_value(_secret(address), int(at or time.time()) // SECONDS_A_CODE))


def _secret(address: str) -> str:
    """A demo officer's secret follows from the address, so that everybody can play the officer. Never in production."""
    return base64.b32encode(hashlib.sha256(f"demo:{address}".encode()).digest()[:20]).decode()


def _officers() -> None:
    members = {member["key"]: member for member in cast()["officers"]}
    for member in members.values():
        user = _account(member)
        if posts_in_force(clock.today()).filter(user=user, role=member["role"], region=member["region"]).exists():
            continue
        if member.get("first"):
            posts.appoint(system("demo"), user=user, role=member["role"], region_code=member["region"])
        else:
            _invite(viewer_of(members[member["by"]]), member)
        if not second_factor.has_second_factor(user.pk):
            _enrol(user, member["address"])


def _invite(giver: Viewer, member: dict[str, Any]) -> None:
    invitation = posts.invite_officer(
        giver, address=member["address"], name=member["name"], role=member["role"], region_code=member["region"]
    )
    posts.accept_invitation(viewer_of(member), invitation_id=invitation.pk)


def _enrol(user: User, address: str) -> None:
    sealed = second_factor.Adapter().encrypt(_secret(address))
    viewer = Viewer(user.pk, user.person_id, user.name)
    second_factor.enrol(viewer, user=user, sealed_secret=sealed, digits=code_of(address))


def _agency() -> None:
    agency = enter_agency(system("demo"), is_demo=True, **cast()["agency"])
    for member in cast()["assessors"]:
        appoint_assessor(
            system("demo"),
            agency_id=agency.pk,
            user_id=_account(member).pk,
            role=member["role"],
            medical_background=member["medical_background"],
        )


def _manager() -> None:
    """The demonstration's home gets its manager, claimed and approved as any other."""
    member = cast()["manager"]
    user = _account(member)
    if employments_in_force(clock.today()).filter(user=user).exists():
        return
    home = Facility.objects.get(source_key=member["home"])
    claim = claim_home(viewer_of(member), facility_id=home.pk, evidence=member["evidence"])
    officer = next(one for one in cast()["officers"] if one["key"] == member["by"])
    decide_home_claim(viewer_of(officer), employment_id=claim.pk, approve=True)


def _family() -> None:
    member = cast()["family"]
    _account(member)
    viewer = viewer_of(member)
    if elders_beside(viewer).exists():
        return
    elder = member["elder"]
    register_elder(
        viewer,
        name=elder["name"],
        id_number=elder["id_number"],
        hukou_region=elder["hukou"],
        relation="child",
        declared={"circumstances": dict.fromkeys(CIRCUMSTANCE_NAMES, False), "welfare_allowances": []},
        consent_text_version=current_text(Purpose.REPRESENTATION, clock.today()).version,
        applicant_name=member["name"],
        applicant_id_number=member["id_number"],
    )


def _account(member: dict[str, Any]) -> User:
    return open_account(parse_address(member["address"]), name=member["name"])


def viewer_of(member: dict[str, Any]) -> Viewer:
    """Give the member's viewer as after signing in with the second factor."""
    return build_viewer(user_of(member), second_factor=True)
