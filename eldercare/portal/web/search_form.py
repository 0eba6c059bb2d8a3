"""What a family asks for when it looks for a home. Filters stand in the address; facts about an elder never do."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eldercare.kernel.sentences import speak
from eldercare.portal.web import places
from eldercare.portal.web.stay_form import DAYS, StayForm
from eldercare.ui.forms import YuanField
from facilities.choices import CareGrade, FacilityKind, RoomType
from facilities.rules.words import LEVELS
from facilities.selectors.facets import Count, Facets
from facilities.selectors.search import SearchFilters

Point = tuple[float, float]
ANY = ("", _("都可以"))
STARS = [
    ANY,
    ("1", _("一星及以上")),
    ("2", _("二星及以上")),
    ("3", _("三星及以上")),
    ("4", _("四星及以上")),
    ("5", _("五星")),
]
ORDERS = [("", _("综合（不能花钱买）")), ("price", _("价格从低到高")), ("distance", _("离出发地从近到远"))]
VIEWS = [("", _("列表")), ("map", _("方位图和列表"))]
DISTANCES = [ANY, *((str(km), format_lazy(_("{km} 公里以内（直线）"), km=km)) for km in (10, 30, 50, 100, 200))]
PROVINCES = [ANY, ("110000", _("北京户籍")), ("120000", _("天津户籍")), ("130000", _("河北户籍"))]
TICKS = ("medical_insurance", "dementia", "subsidy_payable", "inclusive", "short_stay", "unlicensed", "nearly")
FIRST = (
    *("region", "start", "care_grade", "budget", "q", "stars", "free_beds", "medical_insurance", "dementia"),
    *("sort", "view"),
)
NO_FILTERS = ("sort", "view", "start", "near")
# Which fields of the form stand for a filter of the search.
FIELDS = {"budget_fen": ("budget",), "free_beds": ("free_beds", "free_on"), "capability_level": ("level",)}


class NearField(forms.CharField):
    """Where a visitor is, `latitude,longitude` (WGS-84): the page's button writes it, rounded to about a kilometre."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": _("看不懂这个位置，请重新点“用我现在的位置”，或者从列表里选一个地方。")}

    def to_python(self, value: Any) -> Point | None:
        if not value:
            return None
        try:
            latitude, longitude = (float(part) for part in str(value).split(","))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return latitude, longitude


class SearchForm(StayForm):
    """All filters; every one may be left out. `starts_somewhere`: the page knows from where to count distances."""

    region = forms.ChoiceField(label=_("想住在哪里"), required=False)
    paired_with = forms.ChoiceField(label=_("和北京哪个区结对的地方"), required=False)
    start = forms.ChoiceField(label=_("从哪里出发"), required=False)
    near = NearField(label=_("您现在的位置"), max_length=60, required=False)
    within_km = forms.ChoiceField(label=_("离出发地多远"), choices=DISTANCES, required=False)
    level = forms.ChoiceField(label=_("能力评估等级"), required=False)
    budget = YuanField(label=_("每月预算最多"), required=False)
    q = forms.CharField(label=_("机构名称"), max_length=40, required=False, help_text=_("汉字、拼音或首字母都行"))
    stars = forms.ChoiceField(label=_("星级"), choices=STARS, required=False)
    room_type = forms.ChoiceField(label=_("房间"), choices=[ANY, *RoomType.choices], required=False)
    kind = forms.ChoiceField(label=_("种类"), choices=[ANY, *FacilityKind.choices], required=False)
    accepts_hukou = forms.ChoiceField(label=_("接收哪里户籍的老人"), choices=PROVINCES, required=False)
    free_beds = forms.BooleanField(label=_("现在有空床"), required=False)
    free_on = forms.DateField(
        label=_("哪天以前有空床"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    medical_insurance = forms.BooleanField(label=_("医保定点"), required=False)
    dementia = forms.BooleanField(label=_("接收认知症老人"), required=False)
    subsidy_payable = forms.BooleanField(label=_("补贴能付到这里"), required=False)
    inclusive = forms.BooleanField(label=_("有普惠床位"), required=False)
    short_stay = forms.BooleanField(label=_("可以短住（旅居）"), required=False)
    unlicensed = forms.BooleanField(label=_("也看备案过期、停业的"), required=False)
    nearly = forms.BooleanField(label=_("也看名字相近的"), required=False)
    sort = forms.ChoiceField(label=_("排序"), choices=ORDERS, required=False)
    view = forms.ChoiceField(label=_("怎么看"), choices=VIEWS, required=False)
    field_order: Sequence[str] = (
        *("region", "paired_with", "start", "near", "within_km", "care_grade", "level", "budget", "q", "stars"),
        *("room_type", "kind", "accepts_hukou", "free_beds", "free_on", "short_stay", *DAYS, "medical_insurance"),
    )

    def __init__(self, *args: Any, starts_somewhere: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.starts_somewhere = starts_somewhere
        groups = places.search_choices()
        inside = [(name, [place for place in some if not place[0].endswith("0000")]) for name, some in groups]
        beijing = [place for name, some in inside for place in some if place[0].startswith("11")]
        self.fields["care_grade"].choices = [ANY, *CareGrade.choices]
        self.fields["region"].choices = [("", _("北京、天津、河北都看看")), *groups]
        if "start" in self.fields:
            home = _("老人户籍所在的区") if starts_somewhere else _("请选一个区，可以看路程")
            self.fields["start"].choices = [("", home), *inside]
            self.fields["paired_with"].choices = [("", _("不限")), *beijing]
            self.fields["level"].choices = [
                ANY,
                *((str(level), speak(name, gettext)) for level, name in LEVELS.items()),
            ]

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields most families use."""
        return [self[name] for name in self.fields if name in FIRST]

    @property
    def further(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in (*FIRST, "near")]

    @property
    def further_chosen(self) -> bool:
        told = getattr(self, "cleaned_data", {})
        return any(told.get(field.name) or field.errors for field in self.further)

    @property
    def chosen(self) -> int:
        """Count the filters that are set; order, view and start are no filters."""
        told = getattr(self, "cleaned_data", {})
        return sum(1 for name, value in told.items() if value and name not in NO_FILTERS)

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if "\x00" in str(asked.get("q")):
            self.add_error("q", gettext("名称里有不能用的字符，请重新输入。"))
        if asked.get("stay_from") and asked.get("stay_until"):
            self["budget"].label = gettext("这些天的预算最多")
        if not (self.starts_somewhere or asked.get("start") or asked.get("near")):
            self._count_from_somewhere(asked)
        return asked

    def _count_from_somewhere(self, asked: dict[str, Any]) -> None:
        """Nothing can be near when nobody knows to what."""
        if asked.get("within_km") or asked.get("sort") == "distance":
            self.add_error("start", gettext("要按远近找，请先选从哪里出发。"))
        if asked.get("sort") != "distance":
            self.fields["sort"].choices = [one for one in ORDERS if one[0] != "distance"]

    def filters(self) -> SearchFilters:
        """Give what was asked; call it on a valid form. `near` is the page's to add."""
        asked = self.cleaned_data
        numbers = {name: int(asked[field]) if asked[field] else None for name, field in NUMBERS.items()}
        days = {name: asked[name] for name in DAYS}
        texts = ("q", "region", "paired_with", "care_grade", "room_type", "accepts_hukou", "kind")
        return SearchFilters(
            **{name: asked[name] for name in texts},
            **{name: asked[name] for name in TICKS},
            **numbers,
            **days,
            budget_fen=asked["budget"],
            free_beds=1 if asked["free_beds"] or asked["free_on"] else None,
            free_on=asked["free_on"],
            sort=asked["sort"] or "recommended",
        )

    def fields_of(self, name: str) -> tuple[str, ...]:
        """Give the fields that stand for a filter."""
        return FIELDS.get(name, (name,))

    def label_of(self, name: str) -> str:
        return str(self.fields[self.fields_of(name)[0]].label)

    def count(self, counted: Facets) -> None:
        """Write beside each choice how many homes it leaves under the other filters."""
        for name, field in COUNTED.items():
            choices = self.fields[field].choices
            self.fields[field].choices = [_with_count(choice, name, counted) for choice in choices]
        for name in ("free_beds", *TICKS):
            count = counted.of(name, 1 if name == "free_beds" else True)
            self[name].label = _labelled(self.fields[name].label, count)


NUMBERS = {"capability_level": "level", "stars": "stars", "within_km": "within_km"}
COUNTED = {
    "region": "region",
    "capability_level": "level",
    "stars": "stars",
    "room_type": "room_type",
    "kind": "kind",
    "accepts_hukou": "accepts_hukou",
}


def _with_count(choice: Any, name: str, counted: Facets) -> Any:
    value, label = choice
    if isinstance(label, (list, tuple)):
        return value, [_with_count(inner, name, counted) for inner in label]
    return value, _labelled(label, counted.of(name, value) if value else None)


def _labelled(label: Any, count: Count | None) -> Any:
    """Write a count behind a label; one that ended early with a plus."""
    if count is None:
        return label
    shown = f"{count.count}+" if count.more else str(count.count)
    return f"{label}（{shown}）"


class ThreeQuestions(SearchForm):
    """The front page asks only where, how much care, and how much money."""

    field_order = ("region", "care_grade", "budget")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.field_order):
            del self.fields[name]
