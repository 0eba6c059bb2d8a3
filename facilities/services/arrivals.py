"""Nobody came on the day agreed: home and family are told once, because the bed is kept until one of them says what is so."""

from django.db import transaction
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat

from eldercare.audit.models import Event
from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import system
from facilities.choices import StayState
from facilities.models import Stay
from facilities.services.letters import tell_family, tell_home
from facilities.services.lock_order import lock_stay

TOLD = "stay.not_arrived"


def tell_of_who_did_not_come(limit: int = 200) -> int:
    """Tell the homes and families of expected stays whose day is over, once each; gives how many. Safe to call twice at once."""
    told = Event.objects.filter(act=TOLD, noun=Concat(Value("stay:"), Cast(OuterRef("pk"), TextField())))
    late = Stay.objects.filter(state=StayState.EXPECTED, days__startswith__lt=clock.today())
    rows = late.exclude(Exists(told)).select_related("claim").order_by("pk")
    return sum(_tell(stay) for stay in rows[:limit])


@transaction.atomic
def _tell(stay: Stay) -> bool:
    stay = lock_stay(stay, frees=False)
    if stay.state != StayState.EXPECTED or Event.objects.filter(act=TOLD, noun=str(stay)).exists():
        return False
    day, home = stay.days.lower, stay.facility.name
    record(system("clock"), TOLD, str(stay), place=stay.facility.region_id, facts={"agreed": str(day)})
    tell_home(
        stay.facility_id,
        kind=TOLD,
        subject=say("约定入住的老人还没有办入住"),
        body=say("约定的入住日是 {day}。已经到了，请补办入住；没有来，请记为未入住，床位才会放开。", day=day),
    )
    tell_family(
        stay.application,
        kind=TOLD,
        subject=say("“{home}”还在等老人入住", home=home),
        body=say("约定的入住日是 {day}。晚几天来请告诉机构；不去了，请登录取消入住，把床位让给别人。", day=day),
    )
    return True
