"""What the assessments floor keeps, and what it can never keep."""

from assessments.models.agency import Agency, Assessor
from assessments.models.assessment import Assessment

__all__ = ["Agency", "Assessment", "Assessor"]
