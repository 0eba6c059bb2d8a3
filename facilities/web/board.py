"""The bed board: rooms × beds, one tap for 无变化, one tap per bed that changed. Stays are made on the stays page."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.models import Facility
from facilities.selectors.beds import BoardRoom, Confirmation, Vacancy, board, confirmations, vacancies
from facilities.services.board import BedChange, add_room, confirm_beds
from facilities.web.forms import RoomForm
from facilities.web.home import FORBIDDEN, frame, my_home

TEMPLATE = "facilities/board.html"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show the board; save the beds that were tapped, as one act that also confirms the rest."""
    home = my_home(request, facility_id)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, home))
    tapped = {key: request.POST.getlist(key) for key in ("block", "unblock", "close", "open")}

    def act() -> dict:
        confirm_beds(request.viewer, facility_id=home.pk, changes=_changes(tapped))
        return {"changed": sum(map(len, tapped.values()))}

    answer, _repeated = once(request.viewer, "facilities.board", request_key(request), [str(home.pk), tapped], act)
    messages.success(request, _("已保存：改了 %(count)s 张床，其余确认无变化。") % {"count": answer["changed"]})
    return redirect("facilities:board", home.pk)


@login_required
@require_POST
def confirm(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """无变化: the board is right as it stands."""
    home = my_home(request, facility_id)
    confirm_beds(request.viewer, facility_id=home.pk)
    messages.success(request, _("谢谢，已记下：床位数现在是新鲜的。"))
    return redirect("facilities:board", home.pk)


@login_required
@require_POST
def new_room(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Add a room with its beds."""
    home = my_home(request, facility_id)
    form = RoomForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, {**_context(request, home), "room_form": form}, status=422)
    room = {name: form.cleaned_data[name] for name in ("name", "room_type", "beds", "bed_type")}

    def act() -> dict:
        return {"room": str(add_room(request.viewer, facility_id=home.pk, **room).pk)}

    try:
        once(request.viewer, "facilities.room", request_key(request), [str(home.pk), room], act)
    except Refusal as refusal:
        if refusal.status == FORBIDDEN:
            raise
        return refused_in_form(request, TEMPLATE, form, refusal, **{**_context(request, home), "room_form": form})
    messages.success(request, _("房间已加上。"))
    return redirect("facilities:board", home.pk)


def _context(request: HttpRequest, home: Facility) -> dict:
    now = clock.now()
    rooms = board(home.pk, now.date())
    return {
        **frame(request, home),
        "floors": _floors(rooms),
        "beds": vacancies([home.pk], now.date()).get(home.pk, Vacancy()),
        "confirmed": confirmations([home.pk], now).get(home.pk, Confirmation()),
        "room_form": RoomForm(),
        "keys": [("n", _("全部无变化")), ("s", _("保存改动"))],
    }


def _floors(rooms: tuple[BoardRoom, ...]) -> list[tuple[str, list[BoardRoom]]]:
    """Group rooms by the floor their number begins with; rooms without a number stand together."""
    grouped: dict[str, list[BoardRoom]] = {}
    for room in rooms:
        floor = room.name[:-2] if room.name.isdigit() and len(room.name) > 2 else ""
        grouped.setdefault(floor, []).append(room)
    return list(grouped.items())


def _changes(tapped: dict[str, list[str]]) -> list[BedChange]:
    """Read the taps: `block`/`unblock` a bed, `close`/`open` it to newcomers. What is no bed's id is dropped."""
    said: dict[UUID, dict[str, bool]] = {}
    for word, field, value in (
        ("block", "blocked", True),
        ("unblock", "blocked", False),
        ("close", "admittable", False),
        ("open", "admittable", True),
    ):
        for text in tapped[word]:
            try:
                said.setdefault(UUID(text), {})[field] = value
            except ValueError:
                continue
    return [BedChange(bed_id, **fields) for bed_id, fields in said.items()]
