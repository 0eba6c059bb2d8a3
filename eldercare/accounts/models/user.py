"""An account: by which address somebody signs in, and how they like the pages. Roles are grants, never columns here."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField
from eldercare.people.models import Person


class User(AbstractBaseUser):
    """Nobody has a password: an address is proven by a code at every sign-in. `name` is how others see this user."""

    SEALED_INDEXES = {"phone_index": "phone", "email_index": "email"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = SealedField(default=str)
    phone = SealedField(null=True, blank=True)
    phone_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    email = SealedField(null=True, blank=True)
    email_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    person = models.OneToOneField(Person, models.PROTECT, related_name="+")
    language = models.CharField(_("语言"), max_length=12, blank=True)
    elder_view = models.BooleanField(_("长辈版"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    made_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    objects: ClassVar[BaseUserManager] = BaseUserManager()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        constraints = [
            models.UniqueConstraint(fields=["phone_index"], name="a_phone_number_opens_one_account"),
            models.UniqueConstraint(fields=["email_index"], name="an_email_address_opens_one_account"),
            models.CheckConstraint(
                name="an_account_has_an_address_to_sign_in_with",
                condition=Q(phone_index__isnull=False) | Q(email_index__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"user:{self.pk}"
