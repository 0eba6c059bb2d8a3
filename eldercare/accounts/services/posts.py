"""Posts: offered by invitation, taken by who proves the address, ended at once, handed over without a gap."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from eldercare.accounts.access import invitations_visible_to, may_manage, posts_visible_to
from eldercare.accounts.choices import PostRole
from eldercare.accounts.models import Invitation, Post, User
from eldercare.accounts.rules.posts import fits_level
from eldercare.accounts.selectors import post_grants, posts_in_force
from eldercare.accounts.services import second_factor
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index, blind_indexes
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.people.rules.address import parse_address
from eldercare.people.services.letters import write_letter
from eldercare.regions.selectors import full_name, region

INVITATION_LASTS = timedelta(days=14)


@transaction.atomic
def appoint(viewer: Viewer, *, user: User, role: str, region_code: str) -> Post:
    """Put a user in a post from today. Asks nobody: for the command that makes a region's first officer, and for `accept`.

    Raises Refusal `unknown_region`, `already_in_post` (409).
    """
    _check_place(role, region_code)
    try:
        with transaction.atomic():
            post = Post.objects.create(
                user=user, role=role, region_id=region_code, valid_from=clock.today(), appointed_by=_reference(viewer)
            )
    except IntegrityError as error:
        raise Refusal("already_in_post", say("这位同事已经在这个岗位上了。"), status=409) from error
    record(viewer, "post.began", f"post:{post.pk}", place=region_code, facts={"role": role, "user": str(user.pk)})
    return post


@transaction.atomic
def invite_officer(
    viewer: Viewer, *, address: str, name: str, role: str, region_code: str, replaces: Post | None = None
) -> Invitation:
    """Offer a post to an address; a letter tells how to take it. An earlier open offer of the same post is replaced.

    Raises Refusal `unknown_address`, `name_missing`, `unknown_region`, `may_not_fill` (403).
    """
    found = parse_address(address)
    faults: dict[str, Sentence] = {}
    if found is None:
        faults["address"] = say("请填写同事的 11 位手机号，或者完整的邮箱地址。")
    if not name.strip():
        faults["name"] = say("请填写同事的姓名。")
    if faults:
        raise Refusal("incomplete", next(iter(faults.values())), next_step=say("请改正后再提交。"), fields=faults)
    _check_place(role, region_code)
    if not may_manage(viewer, role, region_code):
        raise Refusal(
            "may_not_fill",
            say("这个岗位不归您安排。"),
            next_step=say("请选择您管辖范围内的地区和岗位，或者联系上级民政部门。"),
            status=403,
        )
    same = Invitation.objects.filter(role=role, region=region_code, address_index__in=blind_indexes(found.text))
    same.filter(accepted_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())
    invitation = Invitation.objects.create(
        name=name.strip(),
        address=found.text,
        address_index=blind_index(found.text),
        role=role,
        region_id=region_code,
        replaces=replaces,
        invited_by_id=viewer.user_id,
        expires_at=clock.now() + INVITATION_LASTS,
    )
    _tell(invitation)
    facts = {"role": role, "replaces": str(replaces.pk) if replaces else None}
    record(viewer, "post.offered", f"invitation:{invitation.pk}", place=region_code, facts=facts)
    return invitation


@transaction.atomic
def accept_invitation(viewer: Viewer, *, invitation_id: UUID) -> Post:
    """Take an offered post. Only the account of the invited address can; a post it replaces ends.

    Raises Refusal `not_found` (404), `invitation_over`, `already_in_post` (409).
    """
    user = User.objects.get(pk=viewer.user_id)
    invitation = lock_one(invitations_to(user).filter(pk=invitation_id))
    if invitation is None:
        raise _not_found()
    giver = _giver(invitation)
    is_open = open_ones(Invitation.objects.filter(pk=invitation.pk)).exists()
    if not is_open or not may_manage(giver, invitation.role, invitation.region_id):
        raise Refusal(
            "invitation_over", say("这个邀请已经用过、撤回或过期了。"), next_step=say("请让邀请您的同事重新邀请。")
        )
    _name(user, invitation.name)
    post = appoint(giver, user=user, role=invitation.role, region_code=invitation.region_id)
    if invitation.replaces:
        _end(giver, invitation.replaces)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    return post


@transaction.atomic
def end_post(viewer: Viewer, *, post_id: UUID) -> Post:
    """End a post now: the officer's open sessions lose it with their next request. Twice changes nothing.

    Raises Refusal `not_found` (404), `your_own_post` for one's own.
    """
    post = lock_one(posts_visible_to(viewer).filter(pk=post_id))
    if post is None:
        raise _not_found()
    if post.user_id == viewer.user_id:
        raise Refusal("your_own_post", say("不能结束自己的岗位。"), next_step=say("请让同级的同事或上级民政部门来办。"))
    _end(viewer, post)
    return post


@transaction.atomic
def replace_post(viewer: Viewer, *, post_id: UUID, address: str, name: str) -> Invitation:
    """Offer a held post to somebody else; the holder stays until the offer is taken. Raises as `invite_officer`."""
    post = lock_one(posts_in_force(clock.today()).filter(pk__in=posts_visible_to(viewer).filter(pk=post_id)))
    if post is None:
        raise _not_found()
    return invite_officer(viewer, address=address, name=name, role=post.role, region_code=post.region_id, replaces=post)


@transaction.atomic
def withdraw_invitation(viewer: Viewer, *, invitation_id: UUID) -> None:
    """Take an offer back. Twice changes nothing. Raises Refusal `not_found` (404)."""
    invitation = lock_one(invitations_visible_to(viewer).filter(pk=invitation_id))
    if invitation is None:
        raise _not_found()
    withdrawn = open_ones(Invitation.objects.filter(pk=invitation.pk)).update(withdrawn_at=clock.now())
    if withdrawn:
        record(viewer, "post.offer_withdrawn", f"invitation:{invitation.pk}", place=invitation.region_id)


@transaction.atomic
def reset_second_factor(viewer: Viewer, *, post_id: UUID) -> None:
    """Let a colleague who lost phone and recovery codes set the second factor up anew. Raises Refusal `not_found` (404)."""
    post = posts_visible_to(viewer).filter(pk=post_id).exclude(user=viewer.user_id).first()
    if post is None:
        raise _not_found()
    second_factor.reset(viewer, user_id=post.user_id)


def invitations_to(user: User) -> QuerySet[Invitation]:
    """Give the invitations sent to an account's proven addresses."""
    indexes = [index for text in (user.phone, user.email) if text for index in blind_indexes(text)]
    return Invitation.objects.filter(address_index__in=indexes)


def open_ones(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Keep the invitations that still wait."""
    return invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now())


def _giver(invitation: Invitation) -> Viewer:
    """Give whoever invited, with the posts they hold now: an offer of somebody who has left carries nothing."""
    giver = invitation.invited_by_id
    return Viewer(user_id=giver, grants=frozenset(post_grants(giver, None, clock.today())))


def _end(viewer: Viewer, post: Post) -> None:
    today = clock.today()
    if post.valid_until is not None and post.valid_until <= today:
        return
    post.valid_until, post.ended_by = max(post.valid_from, today), _reference(viewer)
    post.save(update_fields=["valid_until", "ended_by"])
    facts = {"role": post.role, "user": str(post.user_id)}
    record(viewer, "post.ended", f"post:{post.pk}", place=post.region_id, facts=facts)


def _check_place(role: str, region_code: str) -> None:
    place = region(region_code)
    if role not in PostRole.values or place is None or not fits_level(role, place.level):
        raise Refusal(
            "unknown_region",
            say("这个岗位和地区对不上。"),
            next_step=say("街道经办人选街道，区经办人选区县，市（省）级经办人选市或省。"),
            fields={"region": say("请重新选择地区。")},
        )


def _name(user: User, name: str) -> None:
    if not user.name:
        user.name = name
        user.save(update_fields=["name"])
    if not user.person.name:
        user.person.name = name
        user.person.save(update_fields=["name"])


def _tell(invitation: Invitation) -> None:
    write_letter(
        address=invitation.address,
        kind="post.invitation",
        subject=say("京津冀养老通岗位邀请"),
        body=say(
            "邀请您担任{place}的{role}。请用这个手机号或邮箱登录京津冀养老通，登录后就能看到邀请，{days} 天内有效。",
            place=full_name(invitation.region_id),
            role=say(str(PostRole(invitation.role).label)),
            days=INVITATION_LASTS.days,
        ),
    )


def _reference(viewer: Viewer) -> str:
    return viewer.reference if viewer.is_known else viewer.name or viewer.reference


def _not_found() -> Refusal:
    return Refusal("not_found", say("没有找到这一项。"), next_step=say("请从“同事和岗位”重新进入。"), status=404)
