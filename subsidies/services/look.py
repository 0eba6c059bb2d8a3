"""An officer's look at a case is remembered with what the rule answered, so that a later conclusion in bulk rests on it."""

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.kernel.keys import digest
from eldercare.kernel.viewer import Viewer
from subsidies.models import Application, Look
from subsidies.rules.eligibility import BenefitAnswer


def look_at_case(viewer: Viewer, application: Application, answer: BenefitAnswer) -> None:
    """Remember a look: for the family, who may read who looked, and as the officer's own last look."""
    record_view(viewer, application.elder_id, "subsidy_application", "desk")
    Look.objects.update_or_create(
        application=application,
        by_id=viewer.user_id,
        defaults={"at": clock.now(), "fingerprint": fingerprint(application, answer)},
    )


def fingerprint(application: Application, answer: BenefitAnswer) -> str:
    """Give a digest of what an officer saw: another answer or another step is another thing to look at."""
    return digest([application.state, answer.to_json()])
