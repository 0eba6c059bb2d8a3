"""The public pages where families look for a home: the front page, the results, several side by side, how we rank.

No login. Filters and homes stand in the address and can be shared; the elder never does.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence, say
from eldercare.portal.journeys import find_a_home, short_stay
from eldercare.portal.journeys.compare import compared
from eldercare.portal.journeys.find_a_home import Priced
from eldercare.portal.journeys.short_stay import PricedStay
from eldercare.portal.rules.chart import Chart, Dot, chart
from eldercare.portal.rules.travel import centre_of, minutes_for
from eldercare.portal.web.homes import Told, quote_name, tell
from eldercare.portal.web.search_form import SearchForm, ThreeQuestions
from eldercare.portal.web.stay_form import DAYS
from eldercare.regions.selectors import full_name
from eldercare.ui.htmx import page_or_part, wants_part
from facilities.rules.settings import ranking
from facilities.selectors.facets import Facets, facets
from facilities.selectors.search import HEAD, Found, HomeCard, SearchFilters, search

ON_FRONT_PAGE = 4
SAID_ELSEWHERE = ("free_beds", "freshness", "stars")  # the card says these in its own lines
REASONS_SHOWN = 2
MOST_COMPARED = 4
SAVED = "saved_comparison"
HOME_ASKS = ("stay_from", "stay_until", "care_grade")
CARRIED = ("stay_from", "stay_until", "care_grade", "room_type", "start", "near")


@dataclass(frozen=True)
class Shown:
    """A card with what only this page knows: the drive one way, the price for this elder, the two best reasons.

    `stay`: what the days asked for cost in the room type chosen first.
    """

    card: HomeCard
    why: tuple[Sentence, ...]
    number: int
    minutes: int | None = None
    priced: Priced | None = None
    stay: PricedStay | None = None
    chosen: bool = False

    @property
    def quote_name(self) -> Sentence | None:
        return quote_name(self.priced.quote) if self.priced else None

    @property
    def stay_name(self) -> Sentence | None:
        return quote_name(self.stay.quote) if self.stay else None

    @property
    def both_ways(self) -> int | None:
        return self.minutes and 2 * self.minutes


@dataclass(frozen=True)
class Start:
    """Where journeys begin: the place the visitor named, where the visitor is (without a code), or the elder's 户籍 district."""

    code: str
    name: str
    point: tuple[float, float]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Ask three questions and show homes with free beds."""
    told = tell(request)
    start = _start("", None, told)
    filters = SearchFilters(free_beds=1, near=start.point if start else None)
    found = find_a_home.find(filters, told and told.asking, size=ON_FRONT_PAGE)
    context = {"form": ThreeQuestions(), "told": told, "start": start, "shown": _shown(found, told, filters)}
    return render(request, "portal/index.html", context)


@require_safe
def homes(request: HttpRequest) -> HttpResponse:
    """List the homes that fit what was asked, as cards or with a chart beside them."""
    told = tell(request)
    form = SearchForm(request.GET, starts_somewhere=_start("", None, told) is not None)
    context: dict[str, Any] = {"form": form, "told": told, "is_part": wants_part(request), "saved": _saved(request)}
    if form.is_valid():
        context |= _results(request, form, told)
    return page_or_part(request, "portal/homes.html", part="results", status=200 if form.is_valid() else 422, **context)


def _results(request: HttpRequest, form: SearchForm, told: Told | None) -> dict[str, Any]:
    """With a described elder the budget is what the family pays itself; without one it is the home's price."""
    start = _start(form.cleaned_data["start"], form.cleaned_data["near"], told)
    filters = replace(form.filters(), near=start.point if start else None)
    page = request.GET.get("page") or None
    find = short_stay.find if filters.stay else find_a_home.find
    if told:
        asking = find_a_home.regraded(told.asking, filters.care_grade)
        budget = filters.budget_fen
        filters = replace(filters, budget_fen=None)
        found = find(filters, asking, page=page, net_budget_fen=budget)
        counted = facets(find_a_home.priced_for(filters, asking, budget), called=found.called)
    else:
        found = find(filters, None, page=page)
        counted = facets(filters, called=found.called)
    form.count(counted)
    picked = _picked(request)
    shown = _shown(found, told, filters, picked)
    return {
        "shown": shown,
        "start": start,
        "previous": found.previous,
        "next": found.next,
        "found": True,
        "relax": _relax(request, form, counted) if not shown else (),
        "unlicensed": _unlicensed(request, filters) if not shown else "",
        "chart": _chart(shown, start) if form.cleaned_data["view"] == "map" else None,
        "elsewhere": [key for key in picked if key not in {one.card.id for one in shown}],
        "head": HEAD,
        "order": filters.sort,
        "personal": bool(start or (told and not filters.stay)),
        "days": filters.stay,
        "today": found.as_of.date(),
        "carried": _carried(request, form),
        "home_query": urlencode([(name, value) for name, value in _carried(request, form) if name in HOME_ASKS]),
        "elsewhere_start": _without(request, "near") if start and not start.code else "",
        "slipped": found.slipped,
        "nearly": f"{_without(request)}&nearly=on" if _could_be_nearly(found, filters) else "",
    }


def _could_be_nearly(found: Found, filters: SearchFilters) -> bool:
    """Few are called so, on one page: perhaps another name was meant."""
    is_all = bool(found.cards) and not found.next and not found.previous
    return bool(filters.q) and is_all and not found.slipped and not filters.nearly


def _start(code: str, near: tuple[float, float] | None, told: Told | None) -> Start | None:
    if near and not code:
        return Start("", _("您现在的位置"), near)
    named = code or (told.description.hukou if told else "")
    point = centre_of(named) if named else None
    return Start(named, full_name(named), point) if point else None


def _shown(found: Found, told: Told | None, filters: SearchFilters, picked: tuple[UUID, ...] = ()) -> list[Shown]:
    return [
        Shown(
            card=card,
            why=_why(card),
            number=number,
            minutes=minutes_for(card.distance_km) if card.distance_km is not None else None,
            priced=card.extra if told and not filters.stay else None,
            stay=next(iter(card.extra), None) if filters.stay else None,
            chosen=card.id in picked,
        )
        for number, card in enumerate(found.cards, start=1)
    ]


def _why(card: HomeCard) -> tuple[Sentence, ...]:
    told = [reason.text for reason in card.reasons if reason.points and reason.id not in SAID_ELSEWHERE]
    return tuple(told[:REASONS_SHOWN])


def _relax(request: HttpRequest, form: SearchForm, counted: Facets) -> list[dict[str, Any]]:
    """Say of each filter how many homes leaving it out would bring, most first, with the address of that search."""
    ways = []
    for name, count in counted.without.items():
        if not count.count:
            continue
        query = _without(request, *form.fields_of(name))
        ways.append({"name": form.label_of(name), "count": count, "query": query})
    return sorted(ways, key=lambda way: -way["count"].count)


def _unlicensed(request: HttpRequest, filters: SearchFilters) -> str:
    """Give the question with the homes whose licence does not stand, where there is one among them; else nothing."""
    if filters.unlicensed or not search(replace(filters, unlicensed=True), size=1).cards:
        return ""
    return f"{_without(request, 'unlicensed')}&unlicensed=on"


def _carried(request: HttpRequest, form: SearchForm) -> list[tuple[str, str]]:
    """Give what of the question counts for a home by itself, too: the days, the care, the room, where the way begins."""
    return [(name, request.GET[name]) for name in CARRIED if form.cleaned_data.get(name)]


def _without(request: HttpRequest, *fields: str) -> str:
    """Give the question in the address without some fields, from its first page."""
    kept = request.GET.copy()
    for field in (*fields, "page"):
        kept.pop(field, None)
    return kept.urlencode()


def _chart(shown: list[Shown], start: Start | None) -> Chart | None:
    placed = [(one.number, one.card.name, one.card.position) for one in shown if one.card.position]
    return chart([Dot(number, name, point) for number, name, point in placed if point], start and start.point)


# Side by side


def _picked(request: HttpRequest) -> tuple[UUID, ...]:
    """Read the homes ticked so far."""
    return tuple(dict.fromkeys(_keys(request.GET.getlist("home")[:50])))


def _saved(request: HttpRequest) -> str:
    """Give the address of the comparison this visitor has saved, or nothing."""
    keys = request.session.get(SAVED) or []
    return f"{reverse('portal:compare')}?{urlencode([('home', key) for key in keys])}" if keys else ""


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show up to four homes side by side, what differs marked; the address can be shared and names no elder.

    Of the question that led here only what counts for one home is asked; what of it cannot be read is left out.
    """
    told = tell(request)
    picked = _picked(request)
    form = SearchForm(request.GET, starts_somewhere=True)
    form.is_valid()
    asked = form.cleaned_data
    start = _start(asked.get("start", ""), asked.get("near"), told)
    known = {name: asked[name] for name in ("care_grade", "room_type", *DAYS) if asked.get(name)}
    filters = SearchFilters(near=start.point if start else None, **known)
    asking = find_a_home.regraded(told.asking, filters.care_grade) if told else None
    table = compared(picked[:MOST_COMPARED], asking, filters)
    context = {
        "form": form,
        "days": filters.stay,
        "carried": [(name, value) for name, value in _carried(request, form) if name in ("room_type", "start", "near")],
        "told": told,
        "table": table,
        "start": start,
        "too_many": len(picked) > MOST_COMPARED,
        "saved": _saved(request),
        "query": urlencode([("home", str(column.id)) for column in table.columns] + _carried(request, form)),
        "home_query": urlencode([(name, value) for name, value in _carried(request, form) if name in HOME_ASKS]),
    }
    return render(request, "portal/compare.html", context, status=422 if form.has_wrong_days else 200)


@require_POST
def save_comparison(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the homes of a comparison for this visit; saving again replaces it."""
    keys = [str(key) for key in _keys(request.POST.getlist("home"))][:MOST_COMPARED]
    request.session[SAVED] = keys
    messages.success(request, _("已保存。这台设备上再来时，可以从养老院列表打开。"))
    return redirect(f"{reverse('portal:compare')}?{urlencode([('home', key) for key in keys])}")


def _keys(texts: list[str]) -> list[UUID]:
    """Read keys of homes; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@require_safe
def how_we_rank(request: HttpRequest) -> HttpResponse:
    """Show the weights homes are put in order by: the file the ranking itself reads."""
    weights = ranking(clock.today())
    rows = [
        (say("现在有空床"), say("{points} 分", points=weights["free_bed"])),
        (say("床位数一天内核对过"), say("{points} 分", points=weights["freshness"]["fresh"])),
        (say("床位数三天内核对过"), say("{points} 分", points=weights["freshness"]["recent"])),
        (say("床位数一周内核对过"), say("{points} 分", points=weights["freshness"]["verify"])),
        (say("在有效期内、三地互认的等级评定"), say("每星 {points} 分", points=weights["star"])),
        (say("收费已公布"), say("{points} 分", points=weights["price_published"])),
        (say("医保定点"), say("{points} 分", points=weights["medical_insurance"])),
        (say("备案在有效期内"), say("{points} 分", points=weights["licence_valid"])),
    ]
    context = {"rows": rows, "personal": weights["personal"], "since": weights["valid_from"], "head": HEAD}
    return render(request, "portal/how_we_rank.html", context)
