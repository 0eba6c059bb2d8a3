"""A spreadsheet of homes on its way into the directory: the file, what each row would do, what it did. No rule stands here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from facilities.choices import ImportState, RowDecision, RowVerdict


class DirectoryImport(models.Model):
    """One file. `scope` are the regions whose officer sent it (empty: everywhere). The content is dropped once read.

    `notes` say what was read and what was not: sheets, columns, lines. `counts` are rows per verdict.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)
    made_by = models.CharField(max_length=80)
    scope = ArrayField(models.CharField(max_length=9), default=list, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.READING)
    job = models.ForeignKey("audit.Job", models.PROTECT, related_name="+")
    notes = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    refusal = models.JSONField(null=True)
    made_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_import_is_applied_before_it_is_undone",
                condition=models.Q(undone_at__isnull=True) | models.Q(applied_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_applied_import_says_when",
                condition=~models.Q(state__in=[ImportState.APPLIED, ImportState.UNDOING, ImportState.UNDONE])
                | models.Q(applied_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["-made_at"], name="imports_latest_first")]

    def __str__(self) -> str:
        return f"directory_import:{self.pk}"


class ImportRow(models.Model):
    """One line of the file. `values` is what was read of it, `changes` what it does to the home: `{field: [was, is]}`.

    `against` names what it was weighed against: homes (`facility:<id>`) and lines of the file (`line:<n>`).
    """

    batch = models.ForeignKey(DirectoryImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    sheet = models.CharField(max_length=80, blank=True)
    row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=RowVerdict.choices)
    decision = models.CharField(max_length=8, choices=RowDecision.choices, blank=True)
    reasons = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    against = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    home_id = models.UUIDField(null=True, blank=True)
    stored = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="a_line_of_a_file_is_judged_once"),
            models.CheckConstraint(
                name="a_stored_row_names_its_home",
                condition=models.Q(stored=False) | models.Q(home_id__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["batch", "verdict", "line"], name="import_rows_by_verdict")]

    def __str__(self) -> str:
        return f"import_row:{self.pk}"
