"""Bodies and answers of the assessment doors. What is unknown is null."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from assessments.access import may_see_answers
from assessments.choices import Reason, State
from assessments.models import Assessment
from assessments.rules.instrument import FILES
from assessments.selectors import validity_rule_of
from eldercare.kernel.sentences import restored, speak
from eldercare.kernel.viewer import Viewer
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.serializers import CiteSerializer


class RecordBody(StrictSerializer):
    """The 26 answers by item code, and the three conditions. The rule names every wrong one."""

    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))
    conditions = serializers.DictField(child=serializers.JSONField(allow_null=True))


class ScoreBody(RecordBody):
    instrument = serializers.ChoiceField(choices=sorted(FILES))


class RequestBody(StrictSerializer):
    elder = serializers.UUIDField()
    agency = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=Reason.choices, default=Reason.FIRST)


class AssignBody(StrictSerializer):
    first_assessor = serializers.UUIDField()
    second_assessor = serializers.UUIDField()


class ChangeSerializer(serializers.Serializer):
    """A clause that holds: `=4` sets the level, `+1` makes it one worse, `+0` adds nothing more."""

    id = serializers.CharField()
    clause = serializers.CharField()
    effect = serializers.CharField()
    text = serializers.CharField()
    cite = CiteSerializer()


class ScoreLineSerializer(serializers.Serializer):
    label = serializers.CharField()
    because = serializers.CharField()
    points = serializers.IntegerField(allow_null=True)
    cite = CiteSerializer()


class ScoreSerializer(serializers.Serializer):
    """The way from the answers to the level."""

    instrument = serializers.CharField()
    total = serializers.IntegerField()
    dimensions = serializers.DictField(child=serializers.IntegerField())
    preliminary_level = serializers.IntegerField()
    changes = ChangeSerializer(many=True)
    level = serializers.IntegerField()
    level_name = serializers.CharField()
    clause_mode = serializers.ChoiceField(choices=["sum", "once"])
    lines = ScoreLineSerializer(many=True)


class AgencySerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    region = serializers.CharField(source="region_id")
    is_demo = serializers.BooleanField()


class AssessorSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(source="user.name")
    agency = serializers.UUIDField(source="agency_id")
    role = serializers.CharField()
    medical_background = serializers.BooleanField()


class ValiditySerializer(serializers.Serializer):
    """The rule that set the last valid day; `example` marks one that is not confirmed (示例)."""

    id = serializers.CharField()
    rule_maker = serializers.CharField()
    months = serializers.IntegerField()
    document = serializers.CharField()
    confidence = serializers.CharField()
    example = serializers.BooleanField()


class AssessmentSerializer(serializers.Serializer):
    """An assessment. `valid_until` is its last valid day as printed; answers are for the agency and, later, the family."""

    id = serializers.UUIDField()
    elder = serializers.UUIDField(source="elder_id")
    agency = AgencySerializer()
    instrument = serializers.CharField()
    reason = serializers.ChoiceField(choices=Reason.choices)
    state = serializers.ChoiceField(choices=State.choices)
    requested_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField(allow_null=True)
    reviews = serializers.UUIDField(source="reviews_id", allow_null=True)
    concluded_on = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    level = serializers.IntegerField(allow_null=True)


class AssessmentFileSerializer(AssessmentSerializer):
    """One assessment whole."""

    answers = serializers.DictField(child=serializers.IntegerField(), allow_null=True)
    conditions = serializers.DictField(child=serializers.JSONField(), allow_null=True)
    result = ScoreSerializer(allow_null=True)
    validity = ValiditySerializer(allow_null=True)


def file_of(viewer: Viewer, assessment: Assessment) -> dict[str, Any]:
    """Write one assessment for a reader: without the single answers for those who need only the result."""
    shown = may_see_answers(viewer, assessment)
    rule = validity_rule_of(assessment)
    return {
        **AssessmentSerializer(assessment).data,
        "answers": assessment.answers if shown else None,
        "conditions": assessment.conditions if shown else None,
        "result": spoken(assessment.result),
        "validity": ValiditySerializer(rule).data if rule else None,
    }


def spoken(kept: Any) -> Any:
    """Speak every kept sentence of a stored result in the reader's language."""
    if isinstance(kept, dict):
        if set(kept) == {"text", "blanks"}:
            return speak(restored(kept), gettext)
        return {name: spoken(value) for name, value in kept.items()}
    return [spoken(value) for value in kept] if isinstance(kept, list) else kept
