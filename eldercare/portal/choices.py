"""Words of the family's own description of an elder. The facts they stand for are explained in rules/description.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _

UNKNOWN = ("unknown", _("不清楚"))
NO_HARDSHIP = ("none", _("都没有"))
WELFARE = (
    ("", _("没有，或者不清楚")),
    ("living", _("有生活类的（例如离休、因公致残的生活补助）")),
    ("nursing", _("有护理类的（例如离休、因公致残的护理费）")),
)


class ToldLevel(models.TextChoices):
    """The five capability levels of GB/T 42195-2022, as a family would say them."""

    INTACT = "0", _("0 级 能力完好：生活全部自理")
    MILD = "1", _("1 级 轻度失能：少数事情要人帮")
    MODERATE = "2", _("2 级 中度失能：多数事情要人帮")
    SEVERE = "3", _("3 级 重度失能：大部分要人照料")
    COMPLETE = "4", _("4 级 完全失能：全靠人照料")
    UNKNOWN = "unknown", _("没有评估过，或者不清楚")
