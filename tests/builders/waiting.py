"""A home with beds, its manager, and families that wait for it one after the other."""

from dataclasses import dataclass

from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from facilities.models import Application, Facility
from facilities.services import apply_to_home
from tests.builders.accounts import make_user, viewer_for
from tests.builders.facilities import make_home, make_staff
from tests.builders.people import make_elder


@dataclass
class Waiting:
    """A family on the list: who acts, for whom, by which application."""

    viewer: Viewer
    elder: object
    application: Application

    @property
    def state(self) -> str:
        self.application.refresh_from_db()
        return self.application.state


class Queue:
    """One home and its list; `join` adds a family at the end."""

    def __init__(self, **facts) -> None:
        self.home: Facility = make_home(**facts)
        manager = make_user("陈院长")
        make_staff(manager, self.home)
        self.manager_user, self.manager = manager, viewer_for(manager)
        self.today = clock.today()

    def join(self, name: str = "王桂兰", *, hukou: str = "110105003", **wishes) -> Waiting:
        daughter = make_user(f"{name}的女儿")
        elder = make_elder(name, guardian=daughter.person, hukou=hukou)
        viewer = viewer_for(daughter)
        said = {"room_type": "double", "care_grade": "full", "wanted_from": self.today, **wishes}
        application = apply_to_home(
            viewer, facility_id=self.home.pk, elder_id=elder.pk, consent_text_version="2026-01", **said
        )
        return Waiting(viewer, elder, application)
