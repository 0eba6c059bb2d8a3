"""Which step of an application each role may take: one table a role. Who holds a role over which place is `access.py`'s.

The trigger `an_application_steps_as_the_tables_say` is written from the same tables, so no door can go round them.
"""

from collections.abc import Mapping

FAMILY = "family"
STREET = "street_officer"
DISTRICT = "district_officer"
SYSTEM = "system"

WAITING = ("submitted", "street_passed", "street_objected", "posted")
TO_DECIDE = ("street_passed", "street_objected", "posted", "recheck")
DECIDED = ("approved", "refused")

# role → act → {state before: state after}
STEPS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    FAMILY: {
        "withdraw": dict.fromkeys(WAITING, "withdrawn"),
        "appeal": dict.fromkeys(DECIDED, "recheck"),
    },
    STREET: {
        "pass": {"submitted": "street_passed"},
        "pass_and_post": {"submitted": "posted"},  # where the programme asks for 公示
        "object": {"submitted": "street_objected"},
    },
    DISTRICT: {
        "approve": dict.fromkeys(TO_DECIDE, "approved"),
        "refuse": dict.fromkeys(TO_DECIDE, "refused"),
        "reopen": dict.fromkeys(DECIDED, "recheck"),
    },
    SYSTEM: {},
}
EVERY_STEP = frozenset(step for acts in STEPS.values() for steps in acts.values() for step in steps.items())


def state_after(role: str, act: str, state: str) -> str | None:
    """Give the state an act of a role leads to, or None when the role may not do it there.

    >>> state_after("street_officer", "pass", "submitted"), state_after("district_officer", "pass", "submitted")
    ('street_passed', None)
    """
    return STEPS[role].get(act, {}).get(state)


def acts_of(role: str, state: str) -> tuple[str, ...]:
    """Give what a role may do with an application in a state."""
    return tuple(act for act, steps in STEPS[role].items() if state in steps)


def may_become(state: str, following: str) -> bool:
    """Tell whether anybody may lead an application from one state into another."""
    return (state, following) in EVERY_STEP
