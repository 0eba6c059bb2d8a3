"""Which state may follow which, for applications, offers, stays and claims of a home's account.

The tables enforce it as triggers, so that no door can go round; services name the state they expect in the UPDATE.
"""

Transitions = tuple[tuple[str, str], ...]

APPLICATION: Transitions = (
    ("submitted", "offered"),
    ("submitted", "refused"),
    ("submitted", "withdrawn"),
    ("offered", "submitted"),  # the offer lapsed or was taken back: the family waits again
    ("offered", "accepted"),
    ("offered", "declined"),
    ("offered", "withdrawn"),
    ("accepted", "closed"),
)
OFFER: Transitions = (
    ("live", "accepted"),
    ("live", "declined"),
    ("live", "lapsed"),
    ("live", "withdrawn"),
)
STAY: Transitions = (
    ("expected", "in"),
    ("expected", "no_show"),
    ("in", "ended"),
)
EMPLOYMENT: Transitions = (
    ("claimed", "approved"),
    ("claimed", "refused"),
    ("approved", "ended"),
)
BILL: Transitions = (("issued", "settled"),)
