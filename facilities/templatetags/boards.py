"""Words of the bed board for its templates."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext

from eldercare.kernel.clock import CHINA
from eldercare.kernel.sentences import speak
from facilities.rules.vacancy import WHY
from facilities.rules.words import CONFIRMED_BY, ROOMS, included_in, season_label
from facilities.selectors.beds import BoardBed
from facilities.selectors.prices import Announced

register = template.Library()


@register.filter
def tap(bed: BoardBed) -> str:
    """What a tapped bed sends: which bed, and what it was when it was drawn."""
    return f"{bed.bed_id}:{bed.state}"


@register.filter
def bed_name(name: str) -> str:
    """Write a bed's name so that nobody reads a number of beds: 1 is 1床."""
    return gettext("%(number)s床") % {"number": name} if name.isdigit() else name


@register.filter
def near_day(day: date, today: date) -> str:
    """Write a day as short as it can be read: the year only where it is another one."""
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")


@register.filter
def near(moment: datetime, today: date) -> str:
    """Write a moment as short as it can be read: today only the hour."""
    here = moment.astimezone(CHINA)
    if here.date() == today:
        return gettext("今天 %(hour)s") % {"hour": f"{here:%H:%M}"}
    return f"{near_day(here.date(), today)} {here:%H:%M}"


@register.filter
def why(code: str) -> str:
    """Why an empty bed takes nobody in."""
    return speak(WHY.get(code, code), gettext)


@register.filter
def room_word(code: str) -> str:
    return speak(ROOMS[code], gettext)


@register.filter
def season_name(one: Announced) -> str:
    """Name a season's price: 旅居费（双人间，暑期）."""
    return speak(season_label(one.room_type, str(one.name)), gettext)


@register.filter
def included(one: Announced) -> str:
    """Say what a season's price includes."""
    return speak(included_in(one.includes), gettext)


@register.filter
def confirmed_by(code: str) -> str:
    """Who said that the board is right: a kind, never a name."""
    return speak(CONFIRMED_BY.get(code, code), gettext)
