"""A human being the system knows: an elder, a relative, an officer. What they may do stands elsewhere."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField
from eldercare.people.choices import Sex


class Person(models.Model):
    """Name, identity number and how to reach them, all sealed. `birth_date` is sealed as `YYYY-MM-DD`.

    `phone` and `email` of a person with an account were proven by a sign-in code and are changed by no form.
    """

    SEALED_INDEXES = {"id_number_index": "id_number"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = SealedField(default=str)
    id_number = SealedField(null=True, blank=True)
    id_number_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    birth_date = SealedField(null=True, blank=True)
    sex = models.CharField(_("性别"), max_length=6, choices=Sex, blank=True)
    phone = SealedField(null=True, blank=True)
    email = SealedField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("人员")
        constraints = [
            models.UniqueConstraint(fields=["id_number_index"], name="an_identity_number_belongs_to_one_person"),
            models.CheckConstraint(
                name="an_identity_number_is_kept_with_its_index",
                condition=Q(id_number__isnull=True, id_number_index__isnull=True)
                | Q(id_number__isnull=False, id_number_index__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"person:{self.pk}"
