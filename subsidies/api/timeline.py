"""`POST /api/v1/subsidies/timeline`: what is due month by month after a sequence of events. A read; nothing is kept."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.kernel.days import Month
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.regions.selectors import require_regions
from eldercare.ui.api.fields import StrictSerializer
from eldercare.ui.api.views import OpenDoor
from subsidies.api.elder import MAYBE, DayOrMonthField, DisabilityBody, ElderBody, LevelField, RegionField, read_elder
from subsidies.api.preview import ProgrammeField
from subsidies.rules.events import KINDS, Event
from subsidies.rules.facts import CIRCUMSTANCES, EARLIEST, LATEST, FactProblem, assessed_problem
from subsidies.rules.timeline import DueMonth, timeline
from subsidies.selectors.law import law

MOST_EVENTS = 200
MOST_MONTHS = 240


class DayField(serializers.DateField):
    """A day the calendar of these rules knows."""

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not EARLIEST < day < LATEST:
            raise serializers.ValidationError(_("这个日期太早或太晚了。"), code="range")
        return day


class EventBody(StrictSerializer):
    """What every event says: `known_on` null is the day it happened; `voids` takes another event back."""

    id = serializers.CharField(max_length=60)
    happened_on = DayField()
    known_on = DayField(**MAYBE)
    voids = serializers.CharField(max_length=60, **MAYBE)


# The fields of each kind beside those of every event.
FIELDS: Mapping[str, Mapping[str, serializers.Field]] = {
    "hukou_move": {"region": RegionField()},
    "certificate": {
        "category": serializers.IntegerField(min_value=1, max_value=7),
        "level": serializers.IntegerField(min_value=1, max_value=4),
        "components": DisabilityBody(many=True, max_length=7, **MAYBE),
    },
    "assessment": {
        "standard": serializers.CharField(max_length=60),
        "level": LevelField(),
        "valid_until": DayField(**MAYBE),
    },
    "circumstance_begin": {"circumstance": serializers.ChoiceField(choices=list(CIRCUMSTANCES))},
    "circumstance_end": {"circumstance": serializers.ChoiceField(choices=list(CIRCUMSTANCES))},
    "applied": {"programmes": serializers.ListField(child=ProgrammeField(), min_length=1, max_length=50, **MAYBE)},
    "withdrawn": {"programmes": serializers.ListField(child=ProgrammeField(), min_length=1, max_length=50, **MAYBE)},
    "choice": {"programme": ProgrammeField()},
}


def _body_of(kind: str) -> type[EventBody]:
    name = "".join(part.title() for part in kind.split("_"))
    told = serializers.ChoiceField(choices=[kind], help_text=str(KINDS[kind]))
    return type(f"{name}Event", (EventBody,), {"__doc__": str(KINDS[kind]), "kind": told, **FIELDS.get(kind, {})})


BODIES = {kind: _body_of(kind) for kind in KINDS}


@extend_schema_field(
    PolymorphicProxySerializer(component_name="LifeEvent", serializers=BODIES, resource_type_field_name="kind")
)
class EventField(serializers.Field):
    """One event, read by the form of its kind."""

    default_error_messages = {
        "invalid": _("一条记录要写成一个对象。"),
        "kind": _("不认识这种记录：{kind}。可以用：{known}。"),
    }

    def to_internal_value(self, data: Any) -> Event:
        if not isinstance(data, dict):
            self.fail("invalid")
        kind = data.get("kind")
        if not isinstance(kind, str) or kind not in BODIES:
            message = self.error_messages["kind"].format(kind=kind, known="、".join(KINDS))
            raise serializers.ValidationError({"kind": [message]}, code="invalid_choice")
        body = BODIES[kind](data=data)
        body.is_valid(raise_exception=True)
        told = dict(body.validated_data)
        told.pop("kind")
        happened_on = told.pop("happened_on")
        known_on, voids = told.pop("known_on") or happened_on, told.pop("voids")
        return Event(told.pop("id"), kind, happened_on, known_on, voids, told)

    def to_representation(self, value: Any) -> Any:
        return value


class TimelineBody(StrictSerializer):
    """`from` and `until` are days or months; `until` is the first day (or month) after. `known_by` leaves out what was learnt later."""

    elder = ElderBody()
    events = serializers.ListField(child=EventField(), max_length=MOST_EVENTS)
    until = DayOrMonthField()
    known_by = DayField(**MAYBE)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"from": DayOrMonthField(), **super().get_fields()}

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        first, until = _first(told["from"]), _after(told["until"])
        if not first < until:
            raise serializers.ValidationError({"until": [_("until 要晚于 from：它是不再计算的第一天（或第一个月）。")]})
        if until.minus(first) > MOST_MONTHS:
            raise serializers.ValidationError({"until": [_("一次最多算 240 个月，请分几次。")]})
        return told


def _first(told: Month | date) -> Month:
    return told if isinstance(told, Month) else Month.of(told)


def _after(told: Month | date) -> Month:
    """Give the first month that is no longer asked for: a day inside a month still asks for that month."""
    if isinstance(told, Month):
        return told
    return Month.of(told) if told.day == 1 else Month.of(told).next()


class DueSerializer(serializers.Serializer):
    """One benefit in one month. `due_fen` is what is to be paid; null where it can't be decided, or must be chosen first."""

    programme = serializers.CharField()
    verdict = serializers.ChoiceField(choices=["yes", "no", "choice", "cannot_decide"])
    monthly_fen = serializers.IntegerField(allow_null=True)
    due_fen = serializers.IntegerField(allow_null=True)
    payer_region = serializers.CharField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    because = serializers.CharField()


class MonthSerializer(serializers.Serializer):
    month = serializers.CharField()
    benefits = DueSerializer(many=True)


class TimelineSerializer(serializers.Serializer):
    months = MonthSerializer(many=True)


class TimelineDoor(OpenDoor):
    @extend_schema(
        operation_id="subsidies_timeline",
        summary=_("按发生的事逐月列出应发的补贴；记录的先后次序不影响结果"),
        request=TimelineBody,
        responses={200: TimelineSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(TimelineBody)
        first, until = _first(body["from"]), _after(body["until"])
        elder = read_elder(body["elder"])
        _refuse_wrong(body["events"])
        months = [first.plus(count) for count in range(until.minus(first))]
        try:
            found = timeline(elder, body["events"], months, known_by=body["known_by"], under=law())
        except FactProblem as problem:
            raise _wrong(problem) from problem
        return Response({"months": [_month(rows) for rows in found]})


def _month(rows: list[DueMonth]) -> dict[str, Any]:
    return {"month": str(rows[0].month), "benefits": [row.to_json(gettext) for row in rows]}


def _refuse_wrong(events: list[Event]) -> None:
    """Refuse what only the rules can tell: places that are not there, levels no standard has, components of a single class."""
    require_regions(
        {f"events.{i}.region": one.facts["region"] for i, one in enumerate(events) if one.kind == "hukou_move"}
    )
    problems = {}
    for index, event in enumerate(events):
        if event.kind == "assessment":
            problems |= {f"events.{index}.{name}": text for name, text in _assessment_problems(event).items()}
        if event.kind == "certificate" and event.facts["components"] and event.facts["category"] != 7:
            problems[f"events.{index}.components"] = say("只有多重残疾（第 7 类）才填写具体类别。")
    if problems:
        raise _wrong(FactProblem(problems))


def _assessment_problems(event: Event) -> dict[str, Any]:
    problem = assessed_problem(event.facts["standard"], event.facts["level"])
    valid_until = event.facts["valid_until"]
    if valid_until and valid_until < event.happened_on:
        return {**problem, "valid_until": say("有效期早于评估日期。")}
    return problem


def _wrong(problem: FactProblem) -> Refusal:
    return Refusal(
        "wrong_facts",
        say("有的事实对不上。"),
        next_step=say("请按 errors 中的说明逐项修改后重新提交。"),
        fields=problem.fields,
    )
