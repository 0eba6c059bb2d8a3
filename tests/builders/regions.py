"""The real divisions, loaded whole, once for a process (tests/conftest.py)."""

from eldercare.regions.models import Region
from eldercare.regions.services import load_reference

HUJIALOU = "110105003"
CHAOYANG = "110105"
TONGZHOU = "110112"
BEIJING = "110000"
TIANJIN = "120000"
WUQING = "120114"
HEBEI = "130000"
LANGFANG = "131000"
SANHE = "131082"


def regions() -> None:
    """Load the divisions of the three regions, unless they are there already."""
    if not Region.objects.exists():
        load_reference()
