"""A consent: who agreed to what, in which words, when; and when it was taken back. What follows from it stands above."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.people.choices import Purpose
from eldercare.people.models.elder import Elder
from eldercare.people.models.person import Person


class Consent(models.Model):
    """One agreement to one purpose. `about` names what it is for (`facility:<id>`), when it is not for everything.

    `evidence` says how it was given: `page` (ticked here), `window` (signed at a street window).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("用途"), max_length=24, choices=Purpose)
    text_version = models.CharField(_("文本版本"), max_length=24)
    about = models.CharField(_("对象"), max_length=80, blank=True)
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    revoked_by = models.CharField(max_length=80, blank=True)
    evidence = models.CharField(_("方式"), max_length=12, default="page")

    class Meta:
        verbose_name = _("同意")
        constraints = [
            models.CheckConstraint(
                name="a_consent_is_revoked_after_it_is_given",
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("given_at")),
            ),
            models.CheckConstraint(
                name="a_revoked_consent_says_by_whom",
                condition=Q(revoked_at__isnull=True, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="a_given_consent_is_not_rewritten",
                fields=["elder", "purpose", "text_version", "about", "given_by", "given_at", "evidence"],
            ),
            pgtrigger.Protect(name="a_consent_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"consent:{self.pk}"
