"""What do we know about accounts and posts; who is asking? Reads only."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from eldercare.accounts.models import Post, User
from eldercare.kernel import clock
from eldercare.kernel.sealed import blind_indexes
from eldercare.kernel.viewer import Grant, Viewer
from eldercare.people.rules.address import Address
from eldercare.people.rules.masks import mask_address
from eldercare.regions.selectors import full_names

PAGE = 50


def build_viewer(user: User, *, second_factor: bool) -> Viewer:
    """Give an account's viewer as of now. Without the second factor the grants over regions are withheld."""
    grants = all_grants(user)
    if not second_factor:
        grants = {grant for grant in grants if grant.kind != "region"}
    return Viewer(user.pk, user.person_id, user.name, frozenset(grants), second_factor)


def all_grants(user: User) -> set[Grant]:
    """Ask each source of `VIEWER_GRANTS` once: the number of queries is that of the sources, whatever is granted."""
    today = clock.today()
    sources = (import_string(path) for path in settings.VIEWER_GRANTS)
    return {grant for source in sources for grant in source(user.pk, user.person_id, today)}


def post_grants(user_id: UUID, person_id: UUID | None, on: date) -> set[Grant]:
    """Give what a user is over which regions on a day."""
    rows = posts_in_force(on).filter(user=user_id).values_list("role", "region_id")
    return {Grant(role, "region", code) for role, code in rows}


def posts_in_force(on: date) -> QuerySet[Post]:
    """Give the posts held on a day."""
    return Post.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)


def user_with(address: Address) -> User | None:
    """Find the account an address opens, under any index key still in use."""
    column = "phone_index__in" if address.channel == "sms" else "email_index__in"
    return User.objects.filter(**{column: blind_indexes(address.text)}).first()


@dataclass(frozen=True)
class PostRow:
    """A post as its manager sees it."""

    post_id: UUID
    user_id: UUID
    name: str
    address_masked: str
    role_label: str
    place: str
    valid_from: date
    valid_until: date | None
    is_held: bool


def post_rows(posts: QuerySet[Post], *, before: UUID | None = None) -> tuple[list[PostRow], str | None]:
    """Give posts, newest first, fifty a page, and the key of the next page; in three queries."""
    today = clock.today()
    if before:
        posts = posts.filter(pk__lt=before)
    rows = list(posts.select_related("user").order_by("-pk")[: PAGE + 1])
    places = full_names(row.region_id for row in rows[:PAGE])
    shown = [
        PostRow(
            post_id=row.pk,
            user_id=row.user_id,
            name=row.user.name,
            address_masked=mask_address(row.user.phone or row.user.email or ""),
            role_label=row.get_role_display(),
            place=places.get(row.region_id, ""),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            is_held=row.valid_from <= today and (row.valid_until is None or today < row.valid_until),
        )
        for row in rows[:PAGE]
    ]
    return shown, str(rows[PAGE - 1].pk) if len(rows) > PAGE else None


def own_posts(user_id: UUID) -> list[Post]:
    """Give the posts a user holds today."""
    return list(posts_in_force(clock.today()).filter(user=user_id).order_by("valid_from", "pk"))


def holds_post(user_id: UUID) -> bool:
    """Tell whether a user holds any post today, with or without the second factor."""
    return posts_in_force(clock.today()).filter(user=user_id).exists()
