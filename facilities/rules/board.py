"""What a bed is on its home's board, what the staff may make of it there, and what they most often do. Reads no table.

A bed that an elder known to this system lives in, or that is promised to a family, is not the board's to change: its
state follows from the stay and the offer. A bed the home merely holds, and asked nobody about, is.
"""

from typing import Any

from eldercare.kernel.sentences import Sentence, say

FREE, OCCUPIED, BLOCKED, CLOSED, HELD = "free", "occupied", "blocked", "closed", "held"
RESIDENT, PROMISED, BOOKED = "resident", "promised", "booked"

WORDS: dict[str, Sentence] = {
    FREE: say("空床，可以收人"),
    OCCUPIED: say("有人住"),
    BLOCKED: say("暂停使用"),
    CLOSED: say("空着，暂不收住"),
    HELD: say("先留着"),
    RESIDENT: say("有人住（已在这里登记）"),
    PROMISED: say("已留给一家，等答复"),
    BOOKED: say("已定，还没有入住"),
}
CHANGEABLE = (FREE, OCCUPIED, BLOCKED, CLOSED, HELD)
# One tap on a bed says what most often happened to it.
NEXT = {FREE: OCCUPIED, OCCUPIED: FREE, BLOCKED: FREE, CLOSED: FREE, HELD: FREE}
# The noun of a claim which the staff put on a bed by the board; `demo` is labelled demo occupancy.
NOUN = "board"
BOARD_NOUNS = (NOUN, "demo")


def state_of(kind: str, noun: str, admittable: bool, is_booked: bool) -> str:
    """Give what a bed is on a day, from the claim that has it then (`kind` empty: none)."""
    if kind == "stay":
        return OCCUPIED if noun in BOARD_NOUNS else RESIDENT
    if kind == "hold":
        return HELD
    if kind == "offer":
        return PROMISED
    if kind == "blocked":
        return BLOCKED
    if is_booked:
        return BOOKED
    return FREE if admittable else CLOSED


def facts_for(state: str) -> dict[str, Any]:
    """Give what a change says about a bed to bring it into one of the CHANGEABLE states."""
    return {
        FREE: {"occupied": False, "blocked": False, "held": False, "admittable": True},
        OCCUPIED: {"occupied": True, "blocked": False, "held": False},
        BLOCKED: {"occupied": False, "blocked": True, "held": False},
        CLOSED: {"occupied": False, "blocked": False, "held": False, "admittable": False},
        HELD: {"occupied": False, "blocked": False, "held": True},
    }[state]
