"""Who may see and manage which posts and invitations."""

from django.db.models import Q, QuerySet

from eldercare.accounts.models import Invitation, Post
from eldercare.accounts.rules.posts import FILLS, MANAGERS, may_fill
from eldercare.kernel.viewer import Viewer
from eldercare.regions.rules.codes import scope_prefix


def is_manager(viewer: Viewer) -> bool:
    """Tell whether the viewer fills any posts."""
    return bool(viewer.places("region", *MANAGERS))


def may_manage(viewer: Viewer, role: str, region: str) -> bool:
    """Tell whether the viewer may fill and end posts of this role over this region."""
    return any(may_fill(grant.role, grant.place, role, region) for grant in viewer.grants if grant.kind == "region")


def posts_visible_to(viewer: Viewer) -> QuerySet[Post]:
    """Give the posts the viewer may manage."""
    return Post.objects.filter(_managed(viewer))


def invitations_visible_to(viewer: Viewer) -> QuerySet[Invitation]:
    """Give the invitations to posts the viewer may manage."""
    return Invitation.objects.filter(_managed(viewer))


def _managed(viewer: Viewer) -> Q:
    """Say `may_fill` as a condition on role and region."""
    managed = Q(pk__in=[])
    for grant in viewer.grants:
        if grant.kind != "region":
            continue
        for role, where in FILLS.get(grant.role, ()):
            place = (
                {"region": grant.place} if where == "same" else {"region__code__startswith": scope_prefix(grant.place)}
            )
            managed |= Q(role=role, **place)
    return managed
