"""An elder's file: whose it is, where the 户籍 was and is, what was declared, which certificate is held.

Every fact has two times: the days it is true of, and since when (and until when) it was believed here. A correction
supersedes a row and adds another; none is edited or deleted, so that what was known on a day can be asked for ever.
Assessments, stays and money point here from the floors above; nothing here knows them.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedField, SealedJSONField
from eldercare.people.choices import Source
from eldercare.people.models.person import Person


class Believed(models.Manager):
    """Only the rows that are believed now; `every` gives the superseded ones too."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(superseded_at__isnull=True)


class Every(models.Manager):
    """All rows, whatever is believed now."""


class Elder(models.Model):
    """A person of the age of the law who is registered here. `died_on` is null while no death is known.

    `died_on` is what the last death report says.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, models.PROTECT, related_name="elder")
    registered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    died_on = models.DateField(_("去世日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("老人")

    def __str__(self) -> str:
        return f"elder:{self.pk}"


class HukouSpell(models.Model):
    """Where an elder's 户籍 was, in half-open days: a street in Beijing, a district or county elsewhere.

    It is its own fact; the first digits of an identity number say nothing about it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="hukou_spells")
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    days = DateRangeField(_("日期"))
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.FAMILY)
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = Believed()
    every = Every()

    class Meta:
        verbose_name = _("户籍")
        constraints = [
            ExclusionConstraint(
                name="an_elder_has_one_hukou_a_day",
                expressions=[("elder", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=models.Q(superseded_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["region", "elder"])]

    def __str__(self) -> str:
        return f"hukou:{self.pk}"


class Certificate(models.Model):
    """A disability certificate (残疾人证) over half-open days.

    `facts`: `{"category": 1-7, "level": 1-4 | null, "components": [{"category", "level"}] | null}`; null is unknown.
    """

    SEALED_INDEXES = {"number_index": "number"}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="certificates")
    number = SealedField(null=True, blank=True)
    number_index = models.CharField(max_length=64, null=True, blank=True, editable=False)
    facts = SealedJSONField()
    days = DateRangeField(_("日期"))
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.FAMILY)
    recorded_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = Believed()
    every = Every()

    class Meta:
        verbose_name = _("残疾人证")
        constraints = [
            ExclusionConstraint(
                name="an_elder_holds_one_disability_certificate_a_day",
                expressions=[("elder", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
                condition=models.Q(superseded_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["number_index"], name="certificates_by_number")]

    def __str__(self) -> str:
        return f"certificate:{self.pk}"


class Declaration(models.Model):
    """What was declared about an elder at one moment; the latest is in force and none is ever changed.

    `facts`: `circumstances`, `prison`, `welfare_allowances`, `own_monthly_income_fen`, `declared_missing_on`,
    `residence_region`, in the API's shape. What is missing is unknown.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="declarations")
    facts = SealedJSONField()
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.FAMILY)
    declared_by = models.CharField(max_length=80)
    declared_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("申报")
        indexes = [models.Index(fields=["elder", "-id"])]
        triggers = [written_once("a_declaration_is_written_once")]

    def __str__(self) -> str:
        return f"declaration:{self.pk}"


class DeathReport(models.Model):
    """What was reported about an elder's death at one moment; the latest is in force and none is ever changed.

    `died_on` null takes an earlier report back: the elder lives.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="death_reports")
    died_on = models.DateField(_("去世日期"), null=True)
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.FAMILY)
    reported_by = models.CharField(max_length=80)
    reported_at = models.DateTimeField(db_default=ClockNow(), editable=False)

    class Meta:
        verbose_name = _("去世登记")
        indexes = [models.Index(fields=["elder", "-id"], name="death_reports_of_an_elder")]
        triggers = [written_once("a_death_report_is_written_once")]

    def __str__(self) -> str:
        return f"death_report:{self.pk}"
