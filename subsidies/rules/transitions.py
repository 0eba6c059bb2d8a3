"""Which step of an application may follow which. The CHECK of the table knows the states, this knows the steps."""

STEPS: dict[str, frozenset[str]] = {
    "submitted": frozenset({"street_passed", "street_objected", "withdrawn"}),
    "street_passed": frozenset({"approved", "refused", "withdrawn"}),
    "street_objected": frozenset({"approved", "refused", "withdrawn"}),
    "approved": frozenset(),
    "refused": frozenset(),
    "withdrawn": frozenset(),
}
AFTER_REVIEW = {"pass": "street_passed", "object": "street_objected"}
AFTER_DECISION = {"approve": "approved", "refuse": "refused"}


def may_become(state: str, following: str) -> bool:
    """Tell whether an application in one state may step into another."""
    return following in STEPS[state]
