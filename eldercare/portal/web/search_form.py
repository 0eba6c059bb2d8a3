"""What a family asks for when it looks for a home. Filters stand in the address; facts about an elder never do."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from eldercare.portal.web import places
from eldercare.ui.forms import YuanField
from facilities.choices import BedType, CareGrade, RoomType

ANY = ("", _("都可以"))
STARS = [ANY, ("3", _("三星及以上")), ("4", _("四星及以上")), ("5", _("五星"))]
ORDERS = [("", _("综合（不能花钱买）")), ("price", _("价格从低到高"))]


class SearchForm(forms.Form):
    """All filters; every one may be left out."""

    region = forms.ChoiceField(label=_("想住在哪里"), required=False)
    care_grade = forms.ChoiceField(label=_("需要多少照护"), choices=[ANY, *CareGrade.choices], required=False)
    budget = YuanField(label=_("每月预算最多"), required=False)
    q = forms.CharField(label=_("机构名称"), max_length=40, required=False, help_text=_("汉字、拼音或首字母都行"))
    stars = forms.ChoiceField(label=_("星级"), choices=STARS, required=False)
    room_type = forms.ChoiceField(label=_("房间"), choices=[ANY, *RoomType.choices], required=False)
    bed_type = forms.ChoiceField(
        label=_("床位种类"), choices=[ANY, *(c for c in BedType.choices if c[0] != BedType.ORDINARY)], required=False
    )
    free_beds = forms.BooleanField(label=_("现在有空床"), required=False)
    medical_insurance = forms.BooleanField(label=_("医保定点"), required=False)
    dementia = forms.BooleanField(label=_("接收认知症老人"), required=False)
    sort = forms.ChoiceField(label=_("排序"), choices=ORDERS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", _("北京、天津、河北都看看")), *places.search_choices()]

    @property
    def chosen(self) -> int:
        """Count the filters that are set; the order is no filter."""
        return sum(1 for name, value in getattr(self, "cleaned_data", {}).items() if value and name != "sort")


class ThreeQuestions(SearchForm):
    """The front page asks only where, how much care, and how much money."""

    field_order = ("region", "care_grade", "budget")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.field_order):
            del self.fields[name]
