"""A home's account: claimed by somebody, approved by its district, and then the home's own to staff."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index, blind_indexes
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.rules.address import Address, parse_address
from eldercare.people.services.letters import write_letter
from facilities.access import facilities_of, home_claims_for
from facilities.choices import EmploymentState, StaffRole
from facilities.models import Employment, Facility, StaffInvitation
from facilities.rules.settings import setting
from facilities.selectors.staff import employments_in_force
from facilities.services.guards import found, manager_only, no_longer

# Whoever invites themselves under another address is there already, too.
ALREADY_THERE = ("one_live_employment_per_user_and_home", "a_claimant_does_not_approve_themselves")


@transaction.atomic
def claim_home(viewer: Viewer, *, facility_id: UUID, evidence: str) -> Employment:
    """Say that one manages a home; its district decides. Raises Refusal `not_found` (404), `evidence_missing` (422),
    `home_has_a_manager` (409), `home_claimed_already` (409).
    """
    home = found(Facility.objects.all(), facility_id)
    if not evidence.strip():
        sentence = say("请写明您在机构的职务和机构的统一社会信用代码。")
        raise Refusal("evidence_missing", sentence, fields={"evidence": sentence})
    if employments_in_force(clock.today()).filter(facility=home, role=StaffRole.MANAGER).exists():
        raise Refusal(
            "home_has_a_manager",
            say("这家机构已经有负责人在管理。"),
            next_step=say("请让机构负责人在“人员”页邀请您；负责人有误时，请联系机构所在区的民政局。"),
            status=409,
        )
    employment = _new(
        user_id=viewer.user_id,
        facility=home,
        role=StaffRole.MANAGER,
        state=EmploymentState.CLAIMED,
        evidence=evidence.strip()[:300],
    )
    record(viewer, "home.claimed", f"facility:{home.pk}", place=home.region_id, facts={"claim": str(employment.pk)})
    return employment


@transaction.atomic
def decide_home_claim(viewer: Viewer, *, employment_id: UUID, approve: bool, reason: str = "") -> Employment:
    """The home's district answers a claim; nobody answers their own.

    Raises Refusal `not_found` (404), `own_claim` (403), `already_answered` (409), `reason_missing` (422).
    """
    employment = lock_one(home_claims_for(viewer).filter(pk=employment_id).select_related("facility", "user"))
    if employment is None:
        found(Employment.objects.none(), employment_id)
    if employment.user_id == viewer.user_id:
        raise Refusal(
            "own_claim",
            say("不能核准自己的申请。"),
            next_step=say("请由本区另一位工作人员来核准。"),
            status=403,
        )
    if employment.state != EmploymentState.CLAIMED:
        raise no_longer(employment)
    if not approve and not reason.strip():
        sentence = say("请写明不核准的原因，申请人会看到。")
        raise Refusal("reason_missing", sentence, fields={"reason": sentence})
    home = employment.facility
    employment.state = EmploymentState.APPROVED if approve else EmploymentState.REFUSED
    employment.approved_by_id = viewer.user_id
    employment.valid_from = clock.today() if approve else None
    employment.reason = reason.strip()[:300]
    employment.save(update_fields=["state", "approved_by", "valid_from", "reason"])
    record(viewer, f"home.claim_{employment.state}", f"employment:{employment.pk}", place=home.region_id)
    words = (
        say("您可以管理“{home}”了。", home=home.name) if approve else say("“{home}”的申请没有核准。", home=home.name)
    )
    write_letter(
        to_person_id=employment.user.person_id,
        kind="home.claim_decided",
        subject=words,
        body=say("请登录查看，并按页面上的提示办理下一步。"),
    )
    return employment


@transaction.atomic
def invite_staff(viewer: Viewer, *, facility_id: UUID, address: str, role: str) -> StaffInvitation:
    """Invite somebody by phone or e-mail. Raises Refusal `manager_only` (403), `bad_address` (422), `invited_already` (409)."""
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    read = parse_address(address)
    if read is None:
        sentence = say("请填写 11 位手机号或电子邮箱。")
        raise Refusal("bad_address", sentence, fields={"address": sentence})
    now = clock.now()
    _open_invitations(home, read).filter(expires_at__lte=now).update(withdrawn_at=now)
    try:
        with transaction.atomic():
            invitation = StaffInvitation.objects.create(
                facility=home,
                role=role,
                address=read.text,
                address_index=blind_index(read.text),
                invited_by_id=viewer.user_id,
                expires_at=now + timedelta(days=setting("invitations", now.date())["days"]),
            )
    except IntegrityError as error:
        raise Refusal(
            "invited_already",
            say("已经邀请过这个手机号或邮箱，正等对方接受。"),
            next_step=say("请让对方用这个手机号或邮箱登录，在“我的机构”里接受。"),
            status=409,
        ) from error
    record(viewer, "staff.invited", f"staff_invitation:{invitation.pk}", place=home.region_id, facts={"role": role})
    write_letter(
        address=read.text,
        kind="staff.invited",
        subject=say("“{home}”请您加入", home=home.name),
        body=say(
            "请打开 {address} 用这个手机号或邮箱登录，接受邀请。",
            address=settings.SITE_URL + reverse("facilities:my_homes"),
        ),
    )
    return invitation


@transaction.atomic
def accept_staff_invitation(viewer: Viewer, *, invitation_id: UUID, addresses: list[str]) -> Employment:
    """Join a home. `addresses` are those the account proved; only the invited one opens the invitation.

    Raises Refusal `not_found` (404) and `home_claimed_already` (409).
    """
    invitation = lock_one(invitations_to(addresses).filter(pk=invitation_id).select_related("facility", "invited_by"))
    if invitation is None:
        found(StaffInvitation.objects.none(), invitation_id)
    employment = _new(
        user_id=viewer.user_id,
        facility=invitation.facility,
        role=invitation.role,
        state=EmploymentState.APPROVED,
        approved_by_id=invitation.invited_by_id,
        valid_from=clock.today(),
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    place = invitation.facility.region_id
    record(viewer, "staff.joined", f"employment:{employment.pk}", place=place, facts={"role": invitation.role})
    return employment


@transaction.atomic
def end_employment(viewer: Viewer, *, facility_id: UUID, employment_id: UUID) -> Employment:
    """End somebody's work for the home, now: the next page they open is no longer theirs.

    Raises Refusal `manager_only` (403), `not_found` (404), `already_answered` (409), `last_manager` (422).
    """
    home = found(facilities_of(viewer), facility_id)
    manager_only(viewer, home.pk)
    employment = lock_one(Employment.objects.filter(pk=employment_id, facility=home))
    if employment is None:
        found(Employment.objects.none(), employment_id)
    if employment.state != EmploymentState.APPROVED:
        raise no_longer(employment)
    others = employments_in_force(clock.today()).filter(facility=home, role=StaffRole.MANAGER).exclude(pk=employment.pk)
    if employment.role == StaffRole.MANAGER and not others.exists():
        raise Refusal(
            "last_manager",
            say("机构至少要有一位负责人。"),
            next_step=say("请先邀请接替的负责人加入，再结束这一位。"),
        )
    employment.state, employment.valid_until = EmploymentState.ENDED, clock.today()
    employment.save(update_fields=["state", "valid_until"])
    record(viewer, "staff.ended", f"employment:{employment.pk}", place=home.region_id)
    return employment


def invitations_to(addresses: list[str]):
    """Give the open invitations to addresses somebody proved to be theirs."""
    indexes = [index for address in addresses for index in blind_indexes(address)]
    return StaffInvitation.objects.filter(
        address_index__in=indexes,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=clock.ClockNow(),
    )


def _open_invitations(home: Facility, address: Address):
    return StaffInvitation.objects.filter(
        facility=home,
        address_index__in=blind_indexes(address.text),
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
    )


def _new(**facts: object) -> Employment:
    try:
        with transaction.atomic():
            return Employment.objects.create(**facts)
    except IntegrityError as error:
        if not any(wall in str(error) for wall in ALREADY_THERE):
            raise
        raise Refusal(
            "home_claimed_already",
            say("您已经是这家机构的人员，或者申请正等区民政局核准。"),
            next_step=say("请到“我的机构”查看。"),
            status=409,
        ) from error
