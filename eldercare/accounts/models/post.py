"""A post: one role of one officer over one region, from a day to a day; and the invitation to take it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from eldercare.accounts.choices import PostRole
from eldercare.accounts.models.user import User
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField


class Post(models.Model):
    """Held over half-open days: a post that ends today is over now."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    role = models.CharField(_("岗位"), max_length=20, choices=PostRole)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    valid_from = models.DateField(_("上岗日"))
    valid_until = models.DateField(_("离岗日"), null=True, blank=True)
    appointed_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("岗位")
        constraints = [
            models.CheckConstraint(
                name="a_post_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            ExclusionConstraint(
                name="an_officer_holds_a_post_once_a_day",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    (Func("valid_from", "valid_until", function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["region", "role"])]

    def __str__(self) -> str:
        return f"post:{self.pk}"


class Invitation(models.Model):
    """A post offered to an address. Its link carries no secret: only who signs in with that address can accept."""

    SEALED_INDEXES = {"address_index": "address"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = SealedField(default=str)
    address = SealedField()
    address_index = models.CharField(max_length=64, db_index=True, editable=False)
    role = models.CharField(_("岗位"), max_length=20, choices=PostRole)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    replaces = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("岗位邀请")
        constraints = [
            models.CheckConstraint(
                name="an_invitation_is_accepted_or_withdrawn",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["role", "region", "address_index"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="an_address_is_invited_to_a_post_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation:{self.pk}"
