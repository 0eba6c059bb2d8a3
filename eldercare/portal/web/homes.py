"""The public page of one home, and the elder of a visit as all these pages use it. No login, nothing stored."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from eldercare.kernel import clock
from eldercare.kernel.days import DayRange
from eldercare.kernel.sentences import Sentence, say
from eldercare.portal.journeys import find_a_home, short_stay
from eldercare.portal.journeys.find_a_home import Asker, Priced
from eldercare.portal.journeys.short_stay import PricedStay
from eldercare.portal.rules.description import Description, elder_from
from eldercare.portal.rules.travel import centre_of, minutes_for, straight_km
from eldercare.portal.web import described
from eldercare.portal.web.stay_form import DAYS, StayForm
from eldercare.regions.selectors import full_name
from facilities.choices import BedType
from facilities.rules.words import GRADES, LEVELS, ROOMS, item_name, season_label
from facilities.selectors.page import FacilityPage, PriceRow, facility_page
from facilities.selectors.quotes import Quote
from facilities.selectors.search import SearchFilters
from facilities.selectors.short_stays import StayQuote, season_prices
from subsidies.rules import facts


@dataclass(frozen=True)
class Told:
    """The elder of this visit: what was said, in words, and what follows from it."""

    description: Description
    asking: Asker
    words: Sentence
    hukou_name: str


@dataclass(frozen=True)
class PricedRoom:
    """One room type of a home for this elder. `undecided`: (benefit, at most in fen or None, what must be known)."""

    priced: Priced
    name: Sentence
    free: int
    undecided: list[tuple[Sentence, int | None, list[Sentence]]]


@require_safe
def home(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show everything that is published about one home and, for a described elder, what it would cost."""
    page = facility_page(facility_id)
    if page is None:
        raise Http404
    told = tell(request)
    prices = [
        PricedRoom(priced, quote_name(priced.quote), page.beds.rooms.get(priced.quote.room_type, 0), _undecided(priced))
        for priced in (find_a_home.prices_by_room(facility_id, told.asking) if told else [])
    ]
    context = {
        "page": page,
        "told": told,
        "prices": prices,
        "chosen": _chosen(prices, request.GET.get("room_type")),
        "minutes": _minutes(page, told),
        "price_tables": _price_tables(page),
        "bed_types": [(BedType(name).label, count) for name, count in page.beds.types.items()],
        "not_published": _not_published(page),
        **_short_stay(request, page, told),
    }
    return render(request, "portal/home.html", context, status=422 if context["stay_form"].errors else 200)


def _short_stay(request: HttpRequest, page: FacilityPage, told: Told | None) -> dict[str, Any]:
    """Give what the days asked for cost in every room type or, without days, the seasons' own prices."""
    form = StayForm(request.GET)
    days, grade = None, ""
    stays: tuple[PricedStay, ...] = ()
    if form.is_valid() and form.cleaned_data["stay_from"]:
        days = DayRange(*(form.cleaned_data[name] for name in DAYS))
        grade = form.cleaned_data["care_grade"] or (
            told.asking.care_grade if told else SearchFilters().grade(page.as_of)
        )
        due = short_stay.due_in(told and told.asking, days)
        stays = short_stay.of_home(page.home.pk, grade, days, due)
    seasons = season_prices([page.home.pk], page.as_of).get(page.home.pk, ())
    return {
        "stay_form": form,
        "days": days,
        "apply_query": urlencode({"wanted_from": days.start, "wanted_until": days.until, "care_grade": grade})
        if days
        else "",
        "stays": [(stay, quote_name(stay.quote)) for stay in stays],
        "seasons": [(price, season_label(price.room_type, price.season)) for price in seasons],
    }


def _chosen(prices: list[PricedRoom], wanted: str | None) -> PricedRoom | None:
    """Give the room type asked for, else the cheapest that has a free bed, else the cheapest."""
    asked = [one for one in prices if one.priced.quote.room_type == wanted]
    return next(iter([*asked, *(one for one in prices if one.free), *prices]), None)


def tell(request: HttpRequest) -> Told | None:
    """Give the elder this visitor described, with the benefits due worked out once."""
    said = described.described(request)
    if said is None:
        return None
    on = clock.today()
    asking = find_a_home.asker(facts.elder_from(elder_from(said, on)), on)
    place = full_name(said.hukou)
    return Told(said, asking, _words(said, place), place)


def _words(said: Description, place: str) -> Sentence:
    if said.level is None:
        return say("{age} 周岁，户籍{place}，还没有评估", age=said.age, place=place)
    return say("{age} 周岁，户籍{place}，{level}", age=said.age, place=place, level=LEVELS[said.level])


def _minutes(page: FacilityPage, told: Told | None) -> int | None:
    """Estimate the drive from the 户籍 district of the described elder."""
    start = centre_of(told.description.hukou) if told else None
    if start is None or page.home.latitude is None:
        return None
    return minutes_for(straight_km(start, (page.home.latitude, page.home.longitude)))


def _not_published(page: FacilityPage) -> list[Sentence]:
    """Name what a family would want to know and the home has not said."""
    home = page.home
    facts_wanted = [
        (page.has_prices, say("每月收费")),
        (page.beds.is_published, say("空床数")),
        (bool(page.stars), say("等级评定")),
        (page.licence.stands is not None, say("备案期限")),
        (home.credit_code, say("统一社会信用代码")),
        (home.filing_number or home.licence_number, say("备案号")),
        (home.nature, say("机构性质")),
        (home.licensed_beds, say("核定床位数")),
        (home.has_clinic is not None, say("是否内设医务室")),
        (home.medical_insurance is not None, say("是否医保定点")),
        (home.one_card is not None, say("能否一卡通结")),
        (bool(page.hospitals), say("协议医院")),
        (bool(page.care_team) or home.care_workers is not None, say("护理员人数和证书")),
        (home.subsidy_payable is not None, say("北京失能护理补贴能否在此使用")),
        (home.transport, say("交通")),
        (bool(page.photos), say("照片")),
        (home.accepts_levels is not None, say("接收哪些照护等级的老人")),
        (home.accepts_hukou is not None, say("接收哪里户籍的老人")),
        (home.phone, say("联系电话")),
        (home.address, say("详细地址")),
    ]
    return [name for known, name in facts_wanted if not known]


def _price_tables(page: FacilityPage) -> list[tuple[Sentence, list[tuple[Sentence, PriceRow]]]]:
    tables = [
        (say("床位费，按房间"), page.bed_prices),
        (say("护理费，按护理档次"), page.care_prices),
        (say("餐费"), page.meal_prices),
    ]
    return [
        (caption, [(item_name(row.item, row.room_type, row.care_grade), row) for row in rows])
        for caption, rows in tables
        if rows
    ]


def _undecided(priced: Priced) -> list[tuple[Sentence, int | None, list[Sentence]]]:
    return [(one.name, one.up_to_fen, list(one.missing_names)) for one in priced.net.undecided]


def quote_name(quote: Quote | StayQuote) -> Sentence:
    return say("{room}，{grade}护理", room=ROOMS[quote.room_type], grade=GRADES[quote.care_grade])
