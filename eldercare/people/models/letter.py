"""A letter to a person: what is said, where it goes, whether it arrived. How it travels is the sender's business."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from eldercare.people.choices import Channel, LetterState
from eldercare.people.models.person import Person


class Letter(models.Model):
    """`subject` and `body` are kept as sentences (`Sentence.to_json`), so that they can be spoken in any language."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="letters")
    address = SealedField(null=True, blank=True)
    channel = models.CharField(_("渠道"), max_length=8, choices=Channel)
    kind = models.CharField(max_length=40)
    subject = SealedJSONField()
    body = SealedJSONField()
    language = models.CharField(max_length=12)
    state = models.CharField(_("状态"), max_length=8, choices=LetterState, default=LetterState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("信件")
        constraints = [
            models.CheckConstraint(
                name="a_sent_letter_says_when", condition=~Q(state=LetterState.SENT) | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="a_letter_that_travels_has_an_address",
                condition=Q(channel=Channel.IN_APP) | Q(address__isnull=False),
            ),
            models.CheckConstraint(
                name="an_in_app_letter_has_a_reader", condition=~Q(channel=Channel.IN_APP) | Q(to_person__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["to_person", "-id"]),
            models.Index(fields=["created_at"], condition=Q(state=LetterState.QUEUED), name="letters_waiting"),
        ]

    def __str__(self) -> str:
        return f"letter:{self.pk}"
