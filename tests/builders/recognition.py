"""The agreements on file."""

from eldercare.recognition.models import Agreement
from eldercare.recognition.services import load_reference
from tests.builders.regions import regions


def agreements() -> None:
    """Load the divisions and the published agreements, unless they are there already."""
    regions()
    if not Agreement.objects.exists():
        load_reference()
