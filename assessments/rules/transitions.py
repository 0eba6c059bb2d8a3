"""Which state of an assessment may follow which. Every door and the table's trigger read the same pairs."""

TRANSITIONS: tuple[tuple[str, str], ...] = (
    ("requested", "assigned"),
    ("requested", "cancelled"),
    ("assigned", "recorded"),
    ("assigned", "cancelled"),
    ("recorded", "assigned"),
    ("recorded", "concluded"),
    ("concluded", "contested"),
)


def may_become(state: str, next_state: str) -> bool:
    """Tell whether an assessment in one state may go to another.

    >>> may_become("recorded", "concluded"), may_become("concluded", "recorded")
    (True, False)
    """
    return (state, next_state) in TRANSITIONS
