"""At any street's window of the city an officer fills in the form for the family who came (160号 四(一)).

The form goes to the street of the 户籍 like any other; the officer who filled it in decides nothing in it.
"""

from django.db import transaction

from eldercare.audit.services import record_view
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.services.window import meet_at_window
from eldercare.regions.rules.codes import covers
from subsidies.access import windows_of
from subsidies.models import Filing
from subsidies.selectors.programmes import applicable
from subsidies.services.filing import draft_of
from subsidies.services.guards import not_found


@transaction.atomic
def begin_at_window(
    viewer: Viewer,
    *,
    window: str,
    name: str,
    id_number: str,
    hukou_region: str = "",
    agent_name: str = "",
    agent_id_number: str = "",
) -> Filing:
    """Begin a form at a window for the elder whose papers the officer holds, or take up the one not finished.

    Raises Refusal `not_found` (404) for a window that is not the officer's, `window_elsewhere`, `elder_died`, and the faults
    of `meet_at_window` by field.
    """
    if window not in windows_of(viewer):
        raise not_found()
    if not any(covers(benefit.programme.region, window) for benefit in applicable()):
        raise Refusal(
            "window_elsewhere",
            say("这个窗口不受理北京的补贴申请。"),
            next_step=say("请到北京任意一个街道或乡镇的窗口，或者在网上申请。"),
        )
    met = meet_at_window(
        viewer,
        name=name,
        id_number=id_number,
        hukou_region=hukou_region,
        agent_name=agent_name,
        agent_id_number=agent_id_number,
    )
    record_view(viewer, met.elder.pk, "subsidy_form", "window")
    return draft_of(viewer, met.elder, applicant_id=met.applicant_id, window=window)
