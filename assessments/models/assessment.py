"""One assessment of one elder, from the request to the result and the doubt about it. Which level follows, the rules say."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.choices import OPEN, WITH_RESULT, Reason, State
from assessments.models.agency import Agency
from assessments.rules.transitions import TRANSITIONS
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField

HAS_RECORD = (State.RECORDED, *WITH_RESULT)
RESULT_FIELDS = [
    "elder",
    "agency",
    "instrument",
    "first_assessor",
    "second_assessor",
    "answers",
    "conditions",
    "result",
    "level",
    "concluded_on",
    "valid_until",
    "validity_rule",
]


class Frozen(pgtrigger.ReadOnly):
    """Refuses to change the fields of a row that has its result, whoever asks."""

    def get_condition(self, model):  # type: ignore[no-untyped-def]
        return pgtrigger.Q(old__state__in=[str(state) for state in WITH_RESULT]) & super().get_condition(model)


class Assessment(models.Model):
    """`answers` and `conditions` hold a draft while it is assigned, the record afterwards.

    Health facts are sealed: answers, conditions, result (`Score.to_json`) and level. `valid_until` is the last valid
    day as printed on the paper (not half-open); `validity_rule` names the rule that set it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey("people.Elder", models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="assessments")
    instrument = models.CharField(_("标准"), max_length=40)
    reason = models.CharField(_("评估原因"), max_length=10, choices=Reason)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    reviews = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="review")
    doubt = SealedJSONField(null=True, blank=True)
    first_assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answers = SealedJSONField(null=True, blank=True)
    conditions = SealedJSONField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    result = SealedJSONField(null=True, blank=True)
    level = SealedJSONField(null=True, blank=True)
    concluded_on = models.DateField(_("评定日期"), null=True, blank=True)
    valid_until = models.DateField(_("有效期最后一天"), null=True, blank=True)
    validity_rule = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("能力评估")
        constraints = [
            models.CheckConstraint(name="an_assessment_is_in_a_known_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="assessors_are_two_people",
                condition=Q(first_assessor__isnull=True)
                | Q(second_assessor__isnull=True)
                | ~Q(first_assessor=F("second_assessor")),
            ),
            models.CheckConstraint(
                name="an_assigned_assessment_has_two_assessors",
                condition=Q(state__in=[State.REQUESTED, State.CANCELLED])
                | Q(first_assessor__isnull=False, second_assessor__isnull=False),
            ),
            models.CheckConstraint(
                name="a_recorded_assessment_has_its_answers",
                condition=~Q(state__in=HAS_RECORD)
                | Q(answers__isnull=False, conditions__isnull=False, recorded_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_concluded_assessment_has_a_level",
                condition=~Q(state__in=WITH_RESULT)
                | Q(
                    level__isnull=False,
                    result__isnull=False,
                    concluded_on__isnull=False,
                    valid_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="only_a_concluded_assessment_has_a_level",
                condition=Q(state__in=WITH_RESULT) | Q(level__isnull=True, result__isnull=True),
            ),
            models.CheckConstraint(
                name="an_assessment_is_valid_from_the_day_it_concludes",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("concluded_on")),
            ),
            models.UniqueConstraint(
                fields=["elder"],
                condition=Q(state__in=OPEN),
                name="an_elder_has_one_open_assessment",
            ),
        ]
        indexes = [
            models.Index(fields=["elder", "-concluded_on"]),
            models.Index(fields=["agency", "-id"]),
        ]
        triggers = [
            pgtrigger.FSM(name="an_assessment_goes_only_forward", field="state", transitions=list(TRANSITIONS)),
            Frozen(name="a_concluded_assessment_is_not_rewritten", fields=RESULT_FIELDS),
            pgtrigger.Protect(name="an_assessment_is_never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"assessment:{self.pk}"
