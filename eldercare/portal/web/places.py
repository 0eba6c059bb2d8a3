"""Places as a family picks them: the districts of Beijing and Tianjin and the cities of Hebei, grouped by region."""

from django.db.models import Q

from eldercare.regions.choices import Kind, Level
from eldercare.regions.models import Region
from eldercare.regions.rules.codes import covers

HEBEI = Q(pk__startswith="13")
Groups = list[tuple[str, list[tuple[str, str]]]]


def hukou_choices() -> Groups:
    """Give the places a 户籍 can be in, for a select."""
    return [(province.name, inside) for province, inside in _groups()]


def search_choices() -> Groups:
    """Give the places to look for a home, each group beginning with the whole region."""
    return [(province.name, [(province.code, province.name), *inside]) for province, inside in _groups()]


def residence_choices() -> list[tuple[str, str]]:
    """Give the provinces an elder may live in."""
    return list(
        Region.objects.filter(level=Level.PROVINCE, kind=Kind.ADMINISTRATIVE)
        .order_by("code")
        .values_list("code", "name")
    )


def _groups() -> list[tuple[Region, list[tuple[str, str]]]]:
    """One query for all."""
    pickable = Q(level=Level.PROVINCE) | Q(~HEBEI, level=Level.COUNTY) | Q(HEBEI, level=Level.PREFECTURE)
    rows = list(Region.objects.filter(pickable, kind=Kind.ADMINISTRATIVE).order_by("code"))
    inside = [row for row in rows if row.level != Level.PROVINCE]
    return [
        (province, [(row.code, row.name) for row in inside if covers(province.code, row.code)])
        for province in rows
        if province.level == Level.PROVINCE
    ]
