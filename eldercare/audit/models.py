"""Who did what, to what, why; who looked; request keys with their first answer; long jobs; the clock's offset.

Points at nothing: actor and noun are text references, which outlive what they name.
"""

from django.db import models
from django.db.models import F, Q

from eldercare.audit.choices import JobState
from eldercare.kernel.append_only import written_once
from eldercare.kernel.clock import ClockNow
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import SealedJSONField


class Event(models.Model):
    """One act that happened. `facts` holds ids, months, codes and fen; nothing personal, nothing of health."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=ClockNow())
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=60)
    noun = models.CharField(max_length=120)
    place = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["noun", "id"]), models.Index(fields=["place", "id"])]
        triggers = [written_once("an_event_is_written_once")]


class ViewOfFile(models.Model):
    """One look at a personal file: by whom, at which part, and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=ClockNow())
    actor = models.CharField(max_length=80)
    actor_role = models.CharField(max_length=60, blank=True)
    elder_id = models.UUIDField()
    part = models.CharField(max_length=60)
    reason = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["elder_id", "-id"])]
        triggers = [written_once("a_look_is_written_once")]


class ChainLink(models.Model):
    """One link of the chain over all events: each hash takes in the one before it, so that a change anywhere shows."""

    position = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(position__gte=1), name="the_chain_starts_at_one")]
        triggers = [written_once("a_link_is_written_once")]


class RequestKey(models.Model):
    """A write's key with its first answer, so that a second click or a repeated call changes nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.CharField(max_length=80)
    door = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    body = models.CharField(max_length=64)
    answer = SealedJSONField(null=True)
    made_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "door", "key"], name="a_request_key_is_used_once")]


class Job(models.Model):
    """A long piece of work and how far it is. The owner may watch it; whoever runs it only reports."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.RUNNING)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(db_default=models.functions.Now())
    touched_at = models.DateTimeField(db_default=models.functions.Now())
    report = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="a_job_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=F("total")), name="a_job_is_never_more_than_done"
            ),
        ]


class ClockOffset(models.Model):
    """The one stored offset of the one clock: a single row, zero outside a demo."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_clock")]
