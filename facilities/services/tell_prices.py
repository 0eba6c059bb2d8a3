"""Who pays a price is told when it changes: those who live at the home, are expected there, or have a bed on offer."""

from collections.abc import Iterator
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from eldercare.kernel.sentences import Sentence, say
from facilities.choices import OfferState, PriceItem, StayKind, StayState
from facilities.models import Application, Facility, Offer, Stay
from facilities.services.letters import tell_family

PAYS = [StayState.EXPECTED, StayState.IN]
# No letter names a care grade: it is a health fact.
NAMES = {PriceItem.BED: say("床位费"), PriceItem.CARE: say("护理费"), PriceItem.MEAL: say("餐费")}


def tell_of_price(home: Facility, *, item: str, room_type: str, care_grade: str, since: date) -> None:
    """Tell everybody who pays this item from a day on."""
    for application, room, grades in _payers(home, since, None):
        if room_type in ("", room) and (not care_grade or care_grade in grades):
            _tell(application, since, NAMES[PriceItem(item)])


def tell_of_season(home: Facility, *, room_type: str, since: date, until: date | None) -> None:
    """Tell the short stays in this kind of room that have one of the days."""
    for application, room, _grades in _payers(home, since, until):
        if application.stay_kind == StayKind.SHORT and room == room_type:
            _tell(application, since, say("旅居费"))


def _payers(home: Facility, since: date, until: date | None) -> Iterator[tuple[Application, str, set[str]]]:
    """Give each application with the room type it pays for and its care grades on the days."""
    days = DateRange(since, until)
    stays = Stay.objects.filter(facility=home, state__in=PAYS, claim__days__overlap=days).order_by("pk")
    for stay in stays.select_related("application__facility").prefetch_related("grades"):
        spells = [spell for spell in stay.grades.all() if spell.days.upper is None or spell.days.upper > since]
        yield stay.application, stay.room_type, {spell.care_grade for spell in spells}
    offers = Offer.objects.filter(application__facility=home, state=OfferState.LIVE, claim__days__overlap=days)
    for offer in offers.select_related("application__facility", "bed__room").order_by("pk"):
        yield offer.application, offer.bed.room.room_type, {offer.application.care_grade}


def _tell(application: Application, since: date, item: Sentence) -> None:
    home = application.facility.name
    tell_family(
        application,
        kind="price.changed",
        subject=say("“{home}”的{item}要变", home=home, item=item),
        body=say("从 {day} 起按新公布的价格收。请登录在这家机构的“收费”里看新旧价格；不清楚的请问机构。", day=since),
    )
