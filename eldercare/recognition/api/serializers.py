"""Bodies and answers of the recognition doors. A fact that is null or left out is unknown, never a no."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from eldercare.recognition.choices import Kind, Status
from eldercare.regions.rules.codes import covers, is_code, province_of
from eldercare.ui.api.fields import MonthField, StrictSerializer
from eldercare.ui.api.schema import ReasonSerializer

LONGEST_WORD = 20


@extend_schema_field({"type": "string", "pattern": r"^\d{6}(\d{3})?$", "example": "110000"})
class RegionCodeField(serializers.CharField):
    """A division's code: six digits, nine for a street. Whether it exists the door asks later."""

    default_error_messages = {"form": _("请填写六位行政区划代码，街道为九位。")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not is_code(data):
            self.fail("form")
        return data


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 0, "maximum": 5}, {"type": "string"}]})
class LevelField(serializers.Field):
    """A level as a number, or as the stated word of a standard without numbers."""

    default_error_messages = {"form": _("请填写等级：0 到 5 的整数，旧标准可填原来的文字结论。")}

    def to_internal_value(self, data: Any) -> int | str:
        is_number = type(data) is int and 0 <= data <= 5
        is_word = isinstance(data, str) and 0 < len(data) <= LONGEST_WORD
        if not is_number and not is_word:
            self.fail("form")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def unknown(field: type[serializers.Field], **options: Any) -> serializers.Field:
    """Make a field that may be left out or null: not known."""
    return field(required=False, allow_null=True, default=None, **options)


class KindBody(serializers.Serializer):
    """The kind alone: it decides by which body the rest is read."""

    kind = serializers.ChoiceField(choices=Kind.choices)


class ClaimBody(StrictSerializer):
    """What every kind asks. Regions inside a province stand for the province; without `on` it is today."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    issued_in = RegionCodeField()
    used_in = RegionCodeField()
    on = serializers.DateField(required=False)


class PaperBody(ClaimBody):
    """A dated paper. `valid_until` is its last valid day as printed."""

    standard = unknown(serializers.CharField, max_length=60)
    valid_until = unknown(serializers.DateField)
    begins = "issued_on"

    def validate(self, facts: dict[str, Any]) -> dict[str, Any]:
        if facts["valid_until"] and facts[self.begins] and facts["valid_until"] < facts[self.begins]:
            raise serializers.ValidationError({"valid_until": [_("有效期不能在得出结果之前就结束。")]})
        return facts


class RatingBody(PaperBody):
    level = unknown(serializers.IntegerField, min_value=0, max_value=5)
    issued_on = unknown(serializers.DateField)
    status = unknown(serializers.ChoiceField, choices=Status.choices)


class AssessmentBody(PaperBody):
    level = unknown(LevelField)
    concluded_on = unknown(serializers.DateField)
    begins = "concluded_on"


class TrainingBody(ClaimBody):
    certificate_no = unknown(serializers.CharField, max_length=40)
    level = unknown(serializers.IntegerField, min_value=1, max_value=5)
    issued_on = unknown(serializers.DateField)


class PolicyBody(ClaimBody):
    programme = unknown(serializers.CharField, max_length=80)


class FacilitySubsidyBody(ClaimBody):
    """The regions follow from the elder's 户籍 and the home's place, when they are not named."""

    issued_in = RegionCodeField(required=False)
    used_in = RegionCodeField(required=False)
    facility_region = RegionCodeField()
    hukou = RegionCodeField()
    capability_level = unknown(serializers.IntegerField, min_value=0, max_value=4)
    stars = unknown(serializers.IntegerField, min_value=0, max_value=5)
    month = MonthField(required=False, allow_null=True, default=None)

    def validate(self, facts: dict[str, Any]) -> dict[str, Any]:
        for region, inside in (("issued_in", "hukou"), ("used_in", "facility_region")):
            facts.setdefault(region, province_of(facts[inside]))
            if not covers(province_of(facts[region]), facts[inside]):
                raise serializers.ValidationError({inside: [_("这个地区不在所说的省市里。")]})
        return facts


BODIES: dict[Any, type[ClaimBody]] = {
    Kind.POLICY: PolicyBody,
    Kind.FACILITY_SUBSIDY: FacilitySubsidyBody,
    Kind.RATING: RatingBody,
    Kind.ASSESSMENT: AssessmentBody,
    Kind.TRAINING: TrainingBody,
}

AnyClaim = PolymorphicProxySerializer(
    component_name="Claim",
    serializers={str(kind): body for kind, body in BODIES.items()},
    resource_type_field_name="kind",
)


class CountsAsSerializer(serializers.Serializer):
    level = serializers.IntegerField()
    name = serializers.CharField()


class AgreementReferenceSerializer(serializers.Serializer):
    id = serializers.CharField()
    document = serializers.CharField()


class RecognitionSerializer(serializers.Serializer):
    """Recognised or not, why, as what, and under which agreement."""

    verdict = serializers.ChoiceField(choices=["yes", "no", "cannot_decide"])
    counts_as = CountsAsSerializer(allow_null=True)
    reasons = ReasonSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    next_step = serializers.CharField(allow_null=True)
    agreement = AgreementReferenceSerializer(allow_null=True)


class AgreementSerializer(serializers.Serializer):
    """An agreement on file; half-open days. `number` is null where the document's number is not known."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    issued_in = serializers.CharField(source="issued_in_id")
    used_in = serializers.CharField(source="used_in_id")
    until = serializers.DateField(source="days.upper", allow_null=True)
    terms = serializers.JSONField()
    number = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    article = serializers.CharField()
    url = serializers.CharField()
    note = serializers.CharField()
    confidence = serializers.CharField()
    source = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """Add `from`, which Python keeps for itself."""
        return {**super().get_fields(), "from": serializers.DateField(source="days.lower")}


class AgreementFilter(StrictSerializer):
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    issued_in = RegionCodeField(required=False)
    used_in = RegionCodeField(required=False)
    on = serializers.DateField(required=False)
    cursor = serializers.CharField(required=False)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)
