"""Who may see which elders and their papers, and who may act for an elder. What others know of an elder is handed in as ids."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from eldercare.people.choices import MAY_ACT, Role
from eldercare.people.models import Consent, Elder, Guardianship, HukouSpell, Letter
from eldercare.regions.rules.codes import scope_prefix

# The posts whose officers write into an elder's file at the window; the names are those of the accounts floor.
RECORDING_POSTS = frozenset({"street_officer", "district_officer"})


def elders_visible_to(viewer: Viewer, *, also: Iterable[UUID] = ()) -> QuerySet[Elder]:
    """Give the elders the viewer stands beside, those whose 户籍 lies in a region of the viewer's posts, and `also`.

    `also` is what an upper floor knows: the residents of a home, the elders an assessor is assigned to.
    """
    visible = Q(pk__in=[*viewer.places("elder"), *also])
    posts = viewer.places("region")
    if posts:
        inside = Q()
        for code in posts:
            inside |= Q(region__code__startswith=scope_prefix(code))
        spells = HukouSpell.objects.filter(inside, days__contains=clock.today())
        visible |= Q(pk__in=spells.values("elder_id"))
    return Elder.objects.filter(visible)


def elders_beside(viewer: Viewer) -> QuerySet[Elder]:
    """Give only the elders the viewer stands beside: "my elders"."""
    return Elder.objects.filter(pk__in=viewer.places("elder"))


def may_act_for(viewer: Viewer, elder: Elder | UUID | str) -> bool:
    """Tell whether the viewer may act for an elder: the elder, a guardian or an agent, today and with a live consent.

    The grants say so already: they are built anew at each request from what is in force (`selectors.guardian_grants`).
    """
    elder_id = elder.pk if isinstance(elder, Elder) else elder
    return any(viewer.has(role, "elder", elder_id) for role in MAY_ACT)


def may_manage_circle(viewer: Viewer, elder: Elder) -> bool:
    """Tell whether the viewer may say who stands beside an elder: whoever may act may also invite."""
    return may_act_for(viewer, elder)


def consents_visible_to(viewer: Viewer) -> QuerySet[Consent]:
    """Give the consents of the elders the viewer stands beside."""
    return Consent.objects.filter(elder__in=viewer.places("elder"))


def guardianships_visible_to(viewer: Viewer) -> QuerySet[Guardianship]:
    """Give who stands beside the elders the viewer stands beside."""
    return Guardianship.objects.filter(elder__in=viewer.places("elder"))


def letters_visible_to(viewer: Viewer) -> QuerySet[Letter]:
    """Give the viewer's own letters."""
    return Letter.objects.filter(to_person=viewer.person_id) if viewer.person_id else Letter.objects.none()


def may_declare_for(viewer: Viewer, elder: Elder) -> bool:
    """Tell whether the viewer may write down facts: whoever may act, and the officers of the elder's 户籍."""
    return may_act_for(viewer, elder) or elders_visible_to(officer_only(viewer)).filter(pk=elder.pk).exists()


def officer_only(viewer: Viewer) -> Viewer:
    """Give the viewer as an officer who decides or reviews: without family ties, and without looking-only posts."""
    posts = frozenset(grant for grant in viewer.grants if grant.role in RECORDING_POSTS)
    return Viewer(viewer.user_id, viewer.person_id, viewer.name, posts, viewer.second_factor)


def role_beside(viewer: Viewer, elder_id: UUID) -> str:
    """Give what the viewer is to an elder, or nothing."""
    return next((role for role in Role.values if viewer.has(role, "elder", elder_id)), "")
