"""What the people floor keeps, and what it can never keep."""

from eldercare.people.models.consent import Consent
from eldercare.people.models.elder import Certificate, DeathReport, Declaration, Elder, HukouSpell
from eldercare.people.models.guardianship import GuardianInvitation, Guardianship
from eldercare.people.models.letter import Letter
from eldercare.people.models.person import Person

__all__ = [
    "Certificate",
    "Consent",
    "DeathReport",
    "Declaration",
    "Elder",
    "GuardianInvitation",
    "Guardianship",
    "HukouSpell",
    "Letter",
    "Person",
]
