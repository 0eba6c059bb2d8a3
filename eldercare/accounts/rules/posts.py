"""Which posts the holder of a post may give and end: always over a place inside their own. Knows codes, no tables."""

from eldercare.regions.rules.codes import covers

# role → the roles it may fill, and whether anywhere inside its own region or only over the very same one.
# A city office fills its districts, its own colleagues and the auditors; a district office its streets and colleagues.
FILLS: dict[str, tuple[tuple[str, str], ...]] = {
    "city_officer": (("district_officer", "inside"), ("auditor", "inside"), ("city_officer", "same")),
    "district_officer": (("street_officer", "inside"), ("district_officer", "same")),
}
LEVELS = {
    "street_officer": ("street",),
    "district_officer": ("county",),
    "city_officer": ("province", "prefecture"),
    "auditor": ("province", "prefecture", "county"),
}
MANAGERS = tuple(FILLS)


def may_fill(holder_role: str, holder_region: str, role: str, region: str) -> bool:
    """Tell whether the holder of a post may fill another.

    >>> may_fill("city_officer", "110000", "district_officer", "110105")
    True
    >>> may_fill("district_officer", "110105", "street_officer", "110106001")
    False
    >>> may_fill("district_officer", "110105", "district_officer", "110105")
    True
    >>> may_fill("street_officer", "110105003", "street_officer", "110105003")
    False
    """
    where = dict(FILLS.get(holder_role, ())).get(role)
    if where == "same":
        return region == holder_region
    return where == "inside" and covers(holder_region, region)


def fits_level(role: str, level: str) -> bool:
    """Tell whether a post of this role stands over regions of this level.

    >>> fits_level("street_officer", "county"), fits_level("district_officer", "county")
    (False, True)
    """
    return level in LEVELS[role]
