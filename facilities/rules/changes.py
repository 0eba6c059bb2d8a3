"""What a set of facts would change at a home, and who stands for which fact. No table is read here."""

import unicodedata
from collections.abc import Iterable
from typing import Any

# The plain facts of a home, by the directory's names: what an import, an export and a home's own page speak of.
FACTS = (
    *("name", "alias", "region_id", "kind", "nature", "for_profit", "operating", "opened"),
    *("credit_code", "filing_number", "filed_on", "licence_number", "licence_valid_until"),
    *("legal_person", "contact_person", "phone", "address", "transport", "latitude", "longitude", "datum"),
    *("licensed_beds", "nursing_beds", "care_workers", "certified_workers", "stated_stars"),
    *("has_clinic", "clinic_name", "medical_insurance", "one_card"),
    *("takes_dementia", "accepts_levels", "accepts_hukou", "subsidy_payable", "stated_fees"),
)
SAME_PLACE = 1e-6  # degrees: a tenth of a metre
Changes = dict[str, list[Any]]


def changes_to(was: dict[str, Any], says: dict[str, Any]) -> Changes:
    """Give `{fact: [was, is]}` for what is said and differs. What is not said stays; fees not said stay.

    >>> changes_to({"phone": "022-1", "address": "甲路１号"}, {"phone": "022-2", "address": "甲路 1号"})
    {'phone': ['022-1', '022-2']}
    """
    if not was:  # a new home, of which most rows of a first file are
        said = {name: value for name, value in says.items() if value not in (None, "")}
        if "stated_fees" in said:
            said["stated_fees"] = merged_fees([], said["stated_fees"])
        return {name: [None, value] for name, value in said.items()}
    found = {}
    for name, value in says.items():
        if name == "stated_fees":
            value = merged_fees(was.get(name) or [], value)
        if not alike(was.get(name), value):
            found[name] = [was.get(name), value]
    if "datum" in found and not {"latitude", "longitude"} & set(found):
        del found["datum"]  # the same place, said in another datum
    return found


# A part that can't be more than its whole.
PARTS = (("nursing_beds", "licensed_beds"), ("certified_workers", "care_workers"))


def without_too_large_parts(was: dict[str, Any], found: Changes) -> tuple[Changes, list[tuple[str, str]]]:
    """Leave out what would make a part larger than its whole; give the rest and the pairs (part, whole) left out.

    >>> without_too_large_parts({"nursing_beds": 80, "licensed_beds": 100}, {"licensed_beds": [100, 50], "name": ["甲", "乙"]})
    ({'name': ['甲', '乙']}, [('nursing_beds', 'licensed_beds')])
    """
    after: dict[str, Any] = {
        name: found[name][1] if name in found else was.get(name) for pair in PARTS for name in pair
    }
    wrong = [
        (part, whole)
        for part, whole in PARTS
        if None not in (after[part], after[whole]) and after[part] > after[whole] and (part in found or whole in found)
    ]
    out = {name for pair in wrong for name in pair}
    return {name: pair for name, pair in found.items() if name not in out}, wrong


def alike(one: Any, other: Any) -> bool:
    """Tell whether two values say the same: width, spaces and the last digits of a coordinate say nothing."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or _bare(one) == _bare(other)
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) <= SAME_PLACE
    return one == other or (one in (None, "") and other in (None, ""))


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def contradicts(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name the facts in which two sayings about one home differ. Fees add up and the place may be said twice.

    >>> fee = {"item": "bed", "label": "双人间", "unit": "month", "text": "1500"}
    >>> contradicts({"stated_fees": [fee]}, {"stated_fees": [{**fee, "text": "1600"}, {**fee, "label": "单人间"}]})
    ['stated_fees']
    """
    loose = ("datum", "alias", "name", "stated_fees")
    found = [name for name in one if name in other and name not in loose and not alike(one[name], other[name])]
    fees = {fee_key(fee): fee["text"] for fee in one.get("stated_fees", ())}
    differ = (fees.get(fee_key(fee), fee["text"]) != fee["text"] for fee in other.get("stated_fees", ()))
    return [*found, "stated_fees"] if any(differ) else found


def fee_key(fee: dict[str, Any]) -> tuple[str, str, str]:
    """Give what makes a stated fee the same fee: the item, its label, its unit."""
    return fee["item"], fee["label"], fee["unit"]


def merged_fees(was: list[dict[str, Any]], says: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put newly stated fees in the place of the same items; others stay. In one order, so that equal lists are equal."""
    kept = {fee_key(one): one for one in [*was, *says]}
    return [kept[key] for key in sorted(kept)]


def stamped(
    provenance: list[dict[str, Any]], fields: Iterable[str], *, by: str, source: str, as_of: str
) -> list[dict[str, Any]]:
    """Write down who said these facts last; whoever stood for them before no longer does.

    >>> before = [{"by": "import", "source": "甲.xlsx", "as_of": "2026-01-01", "fields": ["address", "phone"]}]
    >>> [(one["by"], one["fields"]) for one in stamped(before, ["phone"], by="staff", source="", as_of="2026-06-01")]
    [('import', ['address']), ('staff', ['phone'])]
    """
    fresh = sorted(set(fields))
    kept = [{**one, "fields": [name for name in one["fields"] if name not in fresh]} for one in provenance]
    mine = {"by": by, "source": source, "as_of": as_of, "fields": fresh}
    return [one for one in [*kept, mine] if one["fields"]]
