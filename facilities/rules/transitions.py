"""Which state may follow which, for applications, offers, openings, visits, stays, contracts and accounts.

The tables enforce it as triggers, so that no door can go round; services name the state they expect in the UPDATE.
"""

Transitions = tuple[tuple[str, str], ...]

APPLICATION: Transitions = (
    ("submitted", "offered"),
    ("submitted", "refused"),
    ("submitted", "withdrawn"),
    ("submitted", "closed"),  # the elder died, or moved in elsewhere by this very case
    ("offered", "submitted"),  # the offer lapsed or was taken back: the family waits again
    ("offered", "accepted"),
    ("offered", "declined"),
    ("offered", "withdrawn"),
    ("offered", "closed"),
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
    ("expected", "dropped"),
    ("in", "ended"),
)
EMPLOYMENT: Transitions = (
    ("claimed", "approved"),
    ("claimed", "refused"),
    ("approved", "ended"),
)
BILL: Transitions = (("issued", "settled"),)
OPENING: Transitions = (
    ("open", "taken"),
    ("open", "exhausted"),
    ("open", "stopped"),
)
VISIT: Transitions = (
    ("booked", "cancelled"),
    ("booked", "came"),
    ("booked", "no_show"),
)
CONTRACT: Transitions = (
    ("drawn", "home_signed"),
    ("home_signed", "signed"),
    ("drawn", "void"),
    ("home_signed", "void"),
)
