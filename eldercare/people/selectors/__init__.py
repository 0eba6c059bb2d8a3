"""What do we know about elders, those beside them, looks and letters? Reads only; asks nobody's permission."""

from eldercare.people.selectors.circle import (
    circle_of,
    consent_rows,
    guardian_grants,
    guardianships_in_force,
    invitations_of,
    invitations_to,
    open_invitations,
    still_open,
)
from eldercare.people.selectors.elders import (
    ElderCard,
    ElderFacts,
    certificate_facts,
    elder_card,
    elder_cards,
    elder_facts,
    facts_of,
    hukou_codes,
    latest_declaration,
    masked_names,
    names_of_persons,
)
from eldercare.people.selectors.looks import letters_to, looks_at

__all__ = [
    "ElderCard",
    "ElderFacts",
    "certificate_facts",
    "circle_of",
    "consent_rows",
    "elder_card",
    "elder_cards",
    "elder_facts",
    "facts_of",
    "guardian_grants",
    "guardianships_in_force",
    "hukou_codes",
    "invitations_of",
    "invitations_to",
    "latest_declaration",
    "letters_to",
    "looks_at",
    "masked_names",
    "names_of_persons",
    "open_invitations",
    "still_open",
]
