"""What do we know about divisions? Reads only; knows nobody's rights over them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.regions.choices import Kind, Level
from eldercare.regions.models import Pairing, Region
from eldercare.regions.rules.codes import ancestors_of, scope_prefix

# Only Beijing's streets are kept: its programmes are applied for at the street of the 户籍.
WITH_STREETS = "110000"


@dataclass(frozen=True)
class Branch:
    """A division with those inside it, for pickers."""

    code: str
    name: str
    level: str
    kind: str
    branches: tuple["Branch", ...]


def region(code: str) -> Region | None:
    """Find a division by its code."""
    return Region.objects.filter(pk=code).first()


def require_regions(named: Mapping[str, str]) -> None:
    """Make sure that the divisions exist; `named` maps a field to a code. Raises Refusal `unknown_region`, naming each."""
    known = set(Region.objects.filter(pk__in=named.values()).values_list("pk", flat=True))
    unknown = {
        field: say("没有 {code} 这个行政区划。", code=code) for field, code in named.items() if code not in known
    }
    if unknown:
        raise Refusal(
            "unknown_region",
            say("有的行政区划这里没有。"),
            next_step=say("请使用京津冀三地现行的六位代码（街道为九位），可在 /api/v1/regions 查到。"),
            fields=unknown,
        )


def full_name(code: str) -> str:
    """Write a division with those it lies in: 北京市朝阳区建外街道. An unknown code is given back as it is."""
    return full_names([code]).get(code, code)


def full_names(codes: Iterable[str]) -> dict[str, str]:
    """Write many divisions with one query; unknown codes are left out."""
    wanted = set(codes)
    within = {ancestor for code in wanted for ancestor in ancestors_of(code)}
    names = dict(Region.objects.filter(pk__in=within).exclude(kind=Kind.VIRTUAL).values_list("code", "name"))
    return {
        code: "".join(names[ancestor] for ancestor in ancestors_of(code) if ancestor in names)
        for code in wanted
        if code in names
    }


def within(code: str) -> QuerySet[Region]:
    """Give a division and all inside it, in the order of their codes."""
    return Region.objects.filter(pk__startswith=scope_prefix(code)).order_by("code")


def divisions(*, within: str = "", level: str = "", kind: str = "") -> QuerySet[Region]:
    """Give the divisions that fit."""
    rows = Region.objects.filter(pk__startswith=scope_prefix(within)) if within else Region.objects.all()
    if level:
        rows = rows.filter(level=level)
    return rows.filter(kind=kind) if kind else rows


def provinces() -> QuerySet[Region]:
    return Region.objects.filter(level=Level.PROVINCE).order_by("code")


def hukou_divisions(province: str | None = None) -> QuerySet[Region]:
    """Give the divisions a 户籍 can be in: streets in Beijing, districts and counties in Tianjin and Hebei."""
    rows = within(province) if province else Region.objects.order_by("code")
    in_beijing = Q(pk__startswith=scope_prefix(WITH_STREETS))
    return rows.filter(Q(in_beijing, level=Level.STREET) | Q(~in_beijing, level=Level.COUNTY), kind=Kind.ADMINISTRATIVE)


def tree() -> tuple[Branch, ...]:
    """Give all divisions as a tree, in one query."""
    inside: dict[str | None, list[Region]] = {}
    for row in Region.objects.order_by("code"):
        inside.setdefault(row.parent_id, []).append(row)
    return _branches(inside, None)


def _branches(inside: dict[str | None, list[Region]], parent: str | None) -> tuple[Branch, ...]:
    return tuple(
        Branch(row.code, row.name, row.level, row.kind, _branches(inside, row.code)) for row in inside.get(parent, ())
    )


def pairings_of(code: str, on: date | None = None) -> QuerySet[Pairing]:
    """Give the pairings of a district or city (from either side), on a day when one is named."""
    rows = Pairing.objects.filter(Q(district=code) | Q(partner=code)).select_related("district", "partner")
    if on:
        rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)
    return rows.order_by("district", "partner")
