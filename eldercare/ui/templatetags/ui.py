"""What templates need to write money, days, sentences and masked values the same way everywhere. Asks no table."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import is_aware
from django.utils.translation import gettext

from eldercare.kernel import money
from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import Month
from eldercare.kernel.keys import new_id
from eldercare.kernel.sentences import restored, speak
from eldercare.ui import charts
from eldercare.ui.forms import YuanField

register = template.Library()


@register.filter
def yuan(fen: Any) -> str:
    """Write fen as yuan: 348000 → 3,480.00. Nothing stays nothing; it never becomes 0."""
    return "" if fen in (None, "") else money.yuan(int(fen))


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day in the reader's language; of a moment, the day in China."""
    if not value:
        return ""
    if isinstance(value, datetime) and is_aware(value):
        value = value.astimezone(CHINA)
    return date_format(value, "DATE_FORMAT")


@register.filter
def month(value: Month | date | str | None) -> str:
    """Write a month in the reader's language, from a Month, a day in it or `2026-07`."""
    if not value:
        return ""
    if isinstance(value, str):
        value = Month.parse(value)
    return date_format(value.first_day if isinstance(value, Month) else value, "YEAR_MONTH_FORMAT")


@register.filter
def when(value: datetime | None) -> str:
    """Write a moment as day and time in China."""
    if not value:
        return ""
    moment = value.astimezone(CHINA) if is_aware(value) else value
    return f"{date_format(moment, 'DATE_FORMAT')} {moment:%H:%M}"


@register.filter
def iso(value: date | datetime | Month | None) -> str:
    """Write a day, moment or month for a `datetime` attribute."""
    return value.isoformat() if isinstance(value, date) else str(value or "")


@register.filter
def mask(value: Any) -> str:
    """Hide the middle: long numbers keep 3 and 4 characters, short words their first one."""
    text = str(value or "")
    if len(text) >= 10:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    return text[:1] + "*" * (len(text) - 1)


@register.filter
def say(value: Any) -> Any:
    """Speak a kernel sentence, also a stored one, in the reader's language; other values stay as they are."""
    return speak(restored(value) if isinstance(value, Mapping) else value, gettext)


@register.simple_tag
def request_key() -> SafeString:
    """Draw the hidden field that lets a form be sent twice and act once."""
    return format_html('<input type="hidden" name="request_key" value="{}">', new_id())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw one symbol of static/ui/icons.svg: an ornament, unless it has a label."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon-{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        name,
        spoken,
        static("ui/icons.svg"),
        name,
    )


@register.simple_tag
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """Write a component's remaining attributes, escaped (cotton's own `{{ attrs }}` does not escape bound values)."""
    own = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    return mark_safe(
        " ".join(
            conditional_escape(name) if value is True else format_html('{}="{}"', name, value)
            for name, value in own.items()
            if value is not None and value is not False
        )
    )


@register.filter
def widget_kind(field: Any) -> str:
    """Tell how a bound field is drawn: choices, tick, long, file, or plain."""
    kinds = {
        "radioselect": "choices",
        "checkboxselectmultiple": "choices",
        "checkbox": "tick",
        "textarea": "long",
        "select": "select",
        "clearablefile": "file",
        "file": "file",
    }
    return kinds.get(field.widget_type, "plain")


@register.filter
def is_money(field: Any) -> bool:
    """Tell whether a bound field asks for yuan."""
    return isinstance(field.field, YuanField)


@register.filter
def anchor(field: Any) -> str:
    """Give the id an error summary jumps to: the input, or the group of choices."""
    return f"{field.auto_id}_group" if widget_kind(field) == "choices" else field.id_for_label


@register.filter
def percent_of(part: Any, whole: Any) -> int:
    """Give a share in whole per cent, rounded down so that 100 means all."""
    return math.floor(100 * int(part) / int(whole)) if whole else 0


register.filter("bars", charts.bars)
register.filter("curve", charts.curve)
