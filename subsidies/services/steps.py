"""An application steps on, and the clock of its next step is set with it. Who may step is asked before."""

from datetime import date

from eldercare.kernel import clock
from subsidies.models import Application
from subsidies.rules.deadlines import Clock, clock_of
from subsidies.rules.programme import benefit


def step(application: Application, state: str, *, posted_until: date | None = None) -> None:
    """Lead an application into a state from today on, with the last day of what then waits."""
    application.state, application.step_began_on = state, clock.today()
    found = clock_for(application, posted_until)
    application.due_on = found.due_on if found else None
    application.save(update_fields=["state", "step_began_on", "due_on"])


def clock_for(application: Application, posted_until: date | None = None) -> Clock | None:
    """Give the clock of the step an application waits in, None when it waits for nothing or no day is set."""
    return clock_of(
        benefit(application.programme).programme,
        application.state,
        applied_on=application.applied_on,
        began_on=application.step_began_on or application.applied_on,
        posted_until=posted_until,
    )
