"""More is asked (补充资料): an officer names what is missing before concluding, the family answers, nothing starts over.

The application stays in its state; whether an officer may conclude while something is asked is the services' to say.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField
from subsidies.models.application import Application

OPEN = Q(answered_at__isnull=True, closed_at__isnull=True)


class Inquiry(models.Model):
    """What one officer asked about one application. `answer_by` is the last day, as the officer stated it.

    `asked`, sealed: `items` (codes of data/papers.yaml) and `note`. `answer`, sealed: `text`. `closed_at`: no longer waited for,
    because the application was taken back or concluded, or the officer took the question back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="inquiries")
    asked = SealedJSONField()
    answer_by = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    answer = SealedJSONField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("补充资料通知")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=OPEN, name="an_application_is_asked_one_thing_at_a_time"
            ),
            models.CheckConstraint(
                condition=(
                    Q(answered_at__isnull=True, answered_by__isnull=True, answer__isnull=True)
                    | Q(answered_at__isnull=False, answered_by__isnull=False, answer__isnull=False)
                ),
                name="an_answer_says_by_whom_and_when",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.closed_at is None
