"""The `elder` of the API: a description in facts, read strictly. Whoever asks for a net price reads it through here."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.regions.selectors import require_regions
from eldercare.ui.api.fields import FenField, StrictSerializer
from subsidies.rules.facts import CIRCUMSTANCES, EARLIEST, LATEST, ElderInput, FactProblem, elder_from

MOST_ROWS = 50
MOST_SPELLS = 20
REGION = r"^[0-9]{6}([0-9]{3})?$"
MAYBE: dict[str, Any] = {"required": False, "allow_null": True, "default": None}
SPELLS = {"type": "array", "items": {"type": "object", "properties": {"from": {"type": "string"}}}}


class RegionField(serializers.RegexField):
    """A division's code: six digits, nine for a street."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(REGION, error_messages={"invalid": _("行政区划代码是六位数字，街道为九位。")}, **kwargs)


class SpellBody(StrictSerializer):
    """Days from `from` up to, not including, `until`."""

    until = serializers.DateField(**MAYBE)

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a word of the language and can't be declared as an attribute.
        return {"from": serializers.DateField(), **super().get_fields()}


@extend_schema_field({"oneOf": [{"type": "boolean"}, SPELLS], "nullable": True})
class StatedField(serializers.Field):
    """True, false, null (unknown), or the spells in which it held."""

    default_error_messages = {"invalid": _("请填 true、false、null，或者起止日期的列表。")}

    def to_internal_value(self, data: Any) -> bool | list[dict[str, Any]]:
        if isinstance(data, bool):
            return data
        if not isinstance(data, list):
            self.fail("invalid")
        spells = SpellBody(data=data, many=True, max_length=MOST_SPELLS)
        spells.is_valid(raise_exception=True)
        return [dict(spell) for spell in spells.validated_data]

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 0, "maximum": 4}, {"type": "string"}], "nullable": True})
class LevelField(serializers.Field):
    """0–4 of the national standard, or the stated word of an older one."""

    default_error_messages = {"invalid": _("等级是 0 到 4 的整数，或者旧标准的文字。")}

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class HukouBody(SpellBody):
    region = RegionField()


class HeldAssessmentBody(StrictSerializer):
    standard = serializers.CharField(max_length=60)
    level = LevelField(**MAYBE)
    concluded_on = serializers.DateField()
    valid_until = serializers.DateField(**MAYBE)


class DisabilityBody(StrictSerializer):
    category = serializers.IntegerField(min_value=1, max_value=7, **MAYBE)
    level = serializers.IntegerField(min_value=1, max_value=4, **MAYBE)


class CertificateBody(SpellBody):
    category = serializers.IntegerField(min_value=1, max_value=7, **MAYBE)
    level = serializers.IntegerField(min_value=1, max_value=4, **MAYBE)
    components = DisabilityBody(many=True, max_length=7, **MAYBE)


class WelfareBody(StrictSerializer):
    monthly_fen = FenField(**MAYBE)
    name = serializers.CharField(max_length=60, allow_blank=True, **MAYBE)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"class": serializers.ChoiceField(choices=["living", "nursing"]), **super().get_fields()}


class CircumstancesBody(StrictSerializer):
    """Each circumstance: true, false, null (unknown) or spells."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: StatedField(**MAYBE) for name in CIRCUMSTANCES}


class ElderBody(StrictSerializer):
    """An elder described by facts; null is unknown and is never read as false or 0."""

    birth_date = serializers.DateField(**MAYBE)
    sex = serializers.ChoiceField(choices=["male", "female"], **MAYBE)
    own_monthly_income_fen = FenField(**MAYBE)
    hukou = HukouBody(many=True, max_length=MOST_ROWS, **MAYBE)
    died_on = serializers.DateField(**MAYBE)
    declared_missing_on = serializers.DateField(**MAYBE)
    prison = SpellBody(many=True, max_length=MOST_SPELLS, **MAYBE)
    assessments = HeldAssessmentBody(many=True, max_length=MOST_ROWS, **MAYBE)
    certificates = CertificateBody(many=True, max_length=MOST_ROWS, **MAYBE)
    circumstances = CircumstancesBody(**MAYBE)
    welfare_allowances = WelfareBody(many=True, max_length=MOST_SPELLS, **MAYBE)
    residence_region = RegionField(**MAYBE)


@extend_schema_field({"type": "string", "example": "2026-06-15", "description": "YYYY-MM-DD or YYYY-MM"})
class DayOrMonthField(serializers.Field):
    """A day or a month; either way the month that holds it is meant."""

    default_error_messages = {
        "invalid": _("请写成 2026-06-15 这样的日期，或 2026-06 这样的年月。"),
        "range": _("这个日期太早或太晚了。"),
    }

    def to_internal_value(self, data: Any) -> date | Month:
        try:
            day = Month.parse(data) if len(data) == len("2026-06") else date.fromisoformat(data)
        except (TypeError, ValueError):
            self.fail("invalid")
        if not EARLIEST < (day.first_day if isinstance(day, Month) else day) < LATEST:
            self.fail("range")
        return day

    def to_representation(self, value: Any) -> str:
        return str(value)


def read_elder(body: dict[str, Any], field: str = "elder") -> ElderInput:
    """Read the validated description as facts. Raises Refusal `wrong_facts` (422) naming each wrong one."""
    require_regions(_regions(body, field))
    try:
        return elder_from(body)
    except FactProblem as problem:
        raise Refusal(
            "wrong_facts",
            say("有的事实对不上。"),
            next_step=say("请按 errors 中的说明逐项修改后重新提交。"),
            fields={f"{field}.{name}": sentence for name, sentence in problem.fields.items()},
        ) from problem


def _regions(body: dict[str, Any], field: str) -> dict[str, str]:
    named = {f"{field}.hukou.{index}.region": one["region"] for index, one in enumerate(body["hukou"] or ())}
    if body["residence_region"]:
        named[f"{field}.residence_region"] = body["residence_region"]
    return named
