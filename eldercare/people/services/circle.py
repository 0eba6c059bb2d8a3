"""Who stands beside an elder: invited by somebody who may act, accepted by who proves the address, ended by either."""

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index, blind_indexes
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import guardianships_visible_to, may_act_for
from eldercare.people.choices import ROLE_PURPOSES, Role
from eldercare.people.models import Consent, Elder, GuardianInvitation, Guardianship, Person
from eldercare.people.rules.address import parse_address
from eldercare.people.rules.age import is_adult
from eldercare.people.rules.consent_text import current_text
from eldercare.people.rules.masks import mask_name
from eldercare.people.selectors import open_invitations, still_open
from eldercare.people.services.identity import (
    Faults,
    born,
    holder_of,
    put_identity,
    read_id_number,
    read_name,
    refuse_faults,
)
from eldercare.people.services.letters import write_letter
from eldercare.people.services.register import OWN_NUMBER, KnownNumber
from eldercare.people.services.the_file import elder_to_act_for, may_not_act, not_found

INVITATION_LASTS = timedelta(days=14)


@transaction.atomic
def appoint_guardian(
    viewer: Viewer, *, elder_id: UUID, guardian: Person, kind: str, until: date | None = None
) -> Guardianship:
    """Put a grown-up beside an elder from today, resting on a consent given by the viewer.

    Raises Refusal `not_found` (404), `may_not_act` (403), `guardian_under_age`, `already_beside` (409).
    """
    elder = elder_to_act_for(viewer, elder_id)
    return _appoint(viewer, elder, guardian, kind, given_by=viewer.person_id, until=until)


@transaction.atomic
def invite_beside(viewer: Viewer, *, elder_id: UUID, address: str, kind: str) -> GuardianInvitation:
    """Invite a relative, as agent or as kin, to join beside an elder; a letter tells them.

    An earlier open invitation of the same address is replaced. Raises Refusal `unknown_address`, `unknown_role`.
    """
    elder = elder_to_act_for(viewer, elder_id)
    found = parse_address(address)
    faults: Faults = {}
    if found is None:
        faults["address"] = ("unknown_address", say("请填写家人的 11 位手机号，或者完整的邮箱地址。"))
    if kind not in (Role.AGENT, Role.KIN):
        faults["kind"] = ("unknown_role", say("请选择家人能做什么。"))
    refuse_faults(faults)
    earlier = elder.invitations.filter(address_index__in=blind_indexes(found.text), accepted_at__isnull=True)
    earlier.filter(withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    invitation = GuardianInvitation.objects.create(
        elder=elder,
        kind=kind,
        address=found.text,
        address_index=blind_index(found.text),
        invited_by_id=viewer.person_id,
        expires_at=clock.now() + INVITATION_LASTS,
    )
    write_letter(
        address=found.text,
        kind="elder.invitation",
        subject=say("家人请您一起照看老人"),
        body=say(
            "您的家人请您在京津冀养老通一起照看{elder}。请用这个手机号或邮箱登录，打开“我的老人”就能看到邀请，{days} 天内有效。",
            elder=mask_name(elder.person.name),
            days=INVITATION_LASTS.days,
        ),
    )
    record(viewer, "elder.invited", f"elder:{elder.pk}", facts={"invitation": str(invitation.pk), "kind": kind})
    return invitation


@transaction.atomic
def accept_beside(
    viewer: Viewer, *, invitation_id: UUID, applicant_name: str = "", applicant_id_number: str = ""
) -> Guardianship:
    """Join beside an elder. Only whoever signed in with the invited address can.

    Who has not yet given their own name and number gives them now: a minor stands beside no elder. Raises Refusal
    `not_found` (404), `name_missing`, `id_number_*`, `guardian_under_age`, `id_number_not_accepted`, `already_beside`.
    """
    me = Person.objects.select_for_update().get(pk=viewer.person_id)
    invitation = lock_one(open_invitations(me).filter(pk=invitation_id))
    if invitation is None:
        raise Refusal("not_found", say("这个邀请已经过期或撤回了。"), next_step=say("请让家人重新邀请您。"), status=404)
    if me.id_number is None:
        _introduce(me, applicant_name, applicant_id_number)
    guardianship = _appoint(viewer, invitation.elder, me, invitation.kind, given_by=invitation.invited_by_id)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    return guardianship


@transaction.atomic
def withdraw_invitation(viewer: Viewer, *, invitation_id: UUID) -> GuardianInvitation:
    """Take an open invitation back. Twice changes nothing. Raises Refusal `not_found`, `may_not_act`."""
    beside = GuardianInvitation.objects.filter(elder__in=viewer.places("elder"))
    invitation = lock_one(beside.filter(pk=invitation_id))
    if invitation is None:
        raise not_found()
    elder_to_act_for(viewer, invitation.elder_id)
    still_open(GuardianInvitation.objects.filter(pk=invitation.pk)).update(withdrawn_at=clock.now())
    return invitation


@transaction.atomic
def end_guardianship(viewer: Viewer, *, guardianship_id: UUID) -> Guardianship:
    """End that somebody stands beside an elder, from now on. Anybody may end their own; otherwise whoever may act.

    Raises Refusal `not_found` (404), `may_not_act` (403), `the_elder_stays` for the elder's own place.
    """
    row = lock_one(guardianships_visible_to(viewer).filter(pk=guardianship_id))
    if row is None:
        raise not_found()
    if row.guardian_id != viewer.person_id and not may_act_for(viewer, row.elder_id):
        raise may_not_act()
    if row.kind == Role.SELF:
        raise Refusal(
            "the_elder_stays",
            say("老人本人不能从自己的资料里移走。"),
            next_step=say("想停止使用，请到户籍所在街道的养老服务窗口办理。"),
        )
    row.valid_until = max(row.valid_from, clock.today())
    row.save(update_fields=["valid_until"])
    record(viewer, "guardianship.ended", f"elder:{row.elder_id}", facts={"guardianship": str(row.pk), "kind": row.kind})
    return row


def _introduce(me: Person, name: str, id_number: str) -> None:
    faults: Faults = {}
    name = read_name(name, "applicant_name", faults)
    number = read_id_number(id_number, "applicant_id_number", faults)
    refuse_faults(faults)
    holder = holder_of(number)
    if holder and holder.pk != me.pk:
        raise KnownNumber(holder.pk, OWN_NUMBER)
    put_identity(me, name, number)


def _appoint(
    viewer: Viewer, elder: Elder, guardian: Person, kind: str, *, given_by: UUID, until: date | None = None
) -> Guardianship:
    today = clock.today()
    birth_date = born(guardian)
    if birth_date is None or not is_adult(birth_date, today):
        raise Refusal(
            "guardian_under_age",
            say("只有实名登记过的成年人才能替老人办事。"),
            next_step=say("请让一位成年家人来办。"),
        )
    ends_later = Q(valid_until__isnull=True) | Q(valid_until__gt=today)
    if elder.guardianships.filter(ends_later, guardian=guardian).exists():
        raise _already_beside()
    purpose = ROLE_PURPOSES[Role(kind)]
    consent = Consent.objects.create(
        elder=elder, purpose=purpose, text_version=current_text(purpose, today).version, given_by_id=given_by
    )
    try:
        with transaction.atomic():
            row = Guardianship.objects.create(
                elder=elder, guardian=guardian, kind=kind, consent=consent, valid_from=today, valid_until=until
            )
    except IntegrityError as error:
        raise _already_beside() from error
    record(viewer, "guardianship.began", f"elder:{elder.pk}", facts={"guardianship": str(row.pk), "kind": kind})
    return row


def _already_beside() -> Refusal:
    return Refusal("already_beside", say("这位家人已经在老人的名单里了。"), status=409)
