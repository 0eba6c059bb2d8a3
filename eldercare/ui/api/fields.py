"""Fields as the API writes them: months, fen, strict bodies."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from eldercare.kernel.days import Month
from eldercare.ui.api.problems import UNKNOWN_FIELD

MOST_FEN = 10_000_000_000


class StrictSerializer(serializers.Serializer):
    """A body in which an unknown field is an error (400), so that a misspelt one is never silently lost."""

    default_error_messages = {UNKNOWN_FIELD: _("不认识这个字段。")}

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """A list that may itself be null still holds no null: the framework hands `allow_null` on to each row."""
        if data is None and isinstance(self.parent, serializers.ListSerializer):
            self.fail("null")
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                message = self.error_messages[UNKNOWN_FIELD]
                raise serializers.ValidationError({name: [message] for name in unknown}, code=UNKNOWN_FIELD)
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2026-06"})
class MonthField(serializers.Field):
    """A month, `YYYY-MM`."""

    default_error_messages = {"invalid": _("请写成 2026-06 这样的年月。")}

    def to_internal_value(self, data: Any) -> Month:
        try:
            return Month.parse(data)
        except (TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: Month) -> str:
        return str(value)


class MomentField(serializers.DateTimeField):
    """A moment a client names; one so near the ends of the calendar that it has no place in China's zone is refused."""

    def enforce_timezone(self, value: datetime) -> datetime:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")


class FenField(serializers.IntegerField):
    """An amount in whole fen, 0 or more."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", MOST_FEN)
        super().__init__(**kwargs)
