"""The bed board: rooms × beds, one tap for 无变化, one tap per bed that changed, one to undo. Stays are made elsewhere."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.services import once
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import request_key
from facilities.models import BedConfirmation, Facility
from facilities.rules.board import BLOCKED, CHANGEABLE, CLOSED, FREE, HELD, NEXT, OCCUPIED, PROMISED
from facilities.selectors.beds import (
    BoardRoom,
    Confirmation,
    Vacancy,
    board,
    board_beds,
    confirmations,
    mark_of,
    vacancies,
)
from facilities.selectors.history import SHOWN, as_it_stood, confirmations_of
from facilities.selectors.holds import names_of_applications, who_waits
from facilities.selectors.trust import open_reports
from facilities.services.board import BedChange, change_to, confirm_beds
from facilities.services.capacity import add_room, close_beds
from facilities.services.undo_board import may_be_undone, undo_board
from facilities.web.forms import BoardForm, CloseBedsForm, MomentForm, RoomForm
from facilities.web.home import FORBIDDEN, frame, my_home

TEMPLATE = "facilities/board.html"
DEMO = "demo"
NOT_FOUND = 404
# The answer to the first try was lost on the way, and more beds were tapped since.
SAVED_BEFORE = Refusal(
    "key_reused",
    say("您上一次按“保存改动”其实已经存好了，只是当时没有显示出来。"),
    next_step=say("请看看下面：还有变化的床，再点一下，再保存。"),
    status=409,
)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show the board; save the beds that were tapped, as one act that also confirms the rest."""
    home = my_home(request, facility_id)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, home))
    taps = request.POST.getlist("bed")
    form = _board_form(request, home, request.POST)
    if not form.is_valid():
        context = _context(request, home, ticked=_ticked(taps), board_form=form)
        return render(request, TEMPLATE, context, status=422)
    how = form.cleaned_data

    def act() -> dict[str, Any]:
        changes = _changes(taps, clock.now(), **how)
        saved = confirm_beds(request.viewer, facility_id=home.pk, changes=changes)
        return {"changed": len(saved.changes), "asked": _asked(saved)}

    try:
        answer, _again = once(request.viewer, "facilities.board", request_key(request), [str(home.pk), taps, how], act)
    except Refusal as refusal:
        if refusal.status == NOT_FOUND:
            raise
        shown = SAVED_BEFORE if refusal.code == "key_reused" else refusal
        context = _context(request, home, ticked=_ticked(taps), board_form=form, refusal=shown)
        return render(request, TEMPLATE, context, status=refusal.status)
    messages.success(request, _("已保存：改了 %(count)s 张床，其余确认无变化。") % {"count": answer["changed"]})
    if answer.get("asked"):
        messages.info(request, _("空出来的 %(count)s 张床已经按轮候通知了家庭，等答复。") % {"count": answer["asked"]})
    return _done(request, home)


@login_required
@require_POST
def confirm(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """无变化: the board is right as it stood when the page was drawn."""
    home = my_home(request, facility_id)
    mark = request.POST.get("mark", "")

    def act() -> dict[str, Any]:
        return {"confirmation": confirm_beds(request.viewer, facility_id=home.pk, mark=mark).pk}

    try:
        once(request.viewer, "facilities.board_confirm", request_key(request), [str(home.pk), mark], act)
    except Refusal as refusal:
        return render(request, TEMPLATE, _context(request, home, refusal=refusal), status=refusal.status)
    messages.success(request, _("谢谢，已记下：床位数现在是新鲜的。"))
    return _done(request, home)


@login_required
@require_POST
def undo(request: HttpRequest, facility_id: UUID, confirmation_id: int) -> HttpResponse:
    """Take the last save back."""
    home = my_home(request, facility_id)
    try:
        undo_board(request.viewer, facility_id=home.pk, confirmation_id=confirmation_id)
    except Refusal as refusal:
        if refusal.status == NOT_FOUND:
            raise
        return render(request, TEMPLATE, _context(request, home, refusal=refusal), status=refusal.status)
    messages.success(request, _("已撤销上一次保存，床位回到保存以前的样子。"))
    return _done(request, home)


@login_required
@require_POST
def new_room(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Add a room with its beds."""
    home = my_home(request, facility_id)
    form = RoomForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, _context(request, home, room_form=form), status=422)
    room = {name: form.cleaned_data[name] for name in ("name", "room_type", "beds", "bed_type")}

    def act() -> dict[str, Any]:
        return {"room": str(add_room(request.viewer, facility_id=home.pk, **room).pk)}

    try:
        answer, _again = once(request.viewer, "facilities.room", request_key(request), [str(home.pk), room], act)
    except Refusal as refusal:
        if refusal.status == FORBIDDEN:
            raise
        return refused_in_form(request, TEMPLATE, form, refusal, **_context(request, home, room_form=form))
    messages.success(request, _("房间已加上。"))
    return redirect(f"{reverse('facilities:board', args=[home.pk])}?added={answer['room']}#rooms")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Close beds for good from a day on, or keep them after all; who still has one of them is listed."""
    home = my_home(request, facility_id)
    rooms = board(home.pk, clock.today())
    form = CloseBedsForm(request.POST if request.method == "POST" else None, rooms=rooms)
    context = {**frame(request, home), "rooms": rooms}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "facilities/close_beds.html", {**context, "form": form}, status=status)
    until = None if request.POST.get("act") == "keep" else form.cleaned_data["until"]
    try:
        close_beds(request.viewer, facility_id=home.pk, bed_ids=form.cleaned_data["beds"], until=until)
    except Refusal as refusal:
        if not refusal.reasons and not refusal.fields:
            raise
        if refusal.reasons:  # the list of who stands in the way says it all; the form itself is right
            context |= {"form": form, "refused": refusal}
            return render(request, "facilities/close_beds.html", context, status=refusal.status)
        return refused_in_form(request, "facilities/close_beds.html", form, refusal, **context)
    messages.success(request, _("已登记撤销。") if until else _("这些床位保留，不撤销了。"))
    return redirect("facilities:close_beds", home.pk)


@never_cache
@login_required
@require_safe
def history(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show who confirmed the board when, and the count as it stood at any moment."""
    home = my_home(request, facility_id)
    form = MomentForm(request.GET if "at" in request.GET else None)
    asked = form.cleaned_data["at"] if form.is_bound and form.is_valid() else None
    context = {
        "form": form,
        "stood": as_it_stood(home.pk, asked) if asked else None,
        "saved": list(confirmations_of(home.pk)[:SHOWN]),
    }
    status = 422 if form.errors else 200
    return render(request, "facilities/board_history.html", {**frame(request, home), **context}, status=status)


def _asked(saved: BedConfirmation) -> int:
    """Count the beds set free about which the next family was asked at once."""
    freed = [UUID(change["bed"]) for change in saved.changes if change["to"]["state"] == FREE]
    return sum(bed.state == PROMISED for bed in board_beds(freed, clock.today()).values())


def _done(request: HttpRequest, home: Facility) -> HttpResponse:
    """Send the browser back to the board; board.js, which sent the form itself, draws the page anew when it hears 204."""
    if request.headers.get("X-Requested-With") == "board":
        return HttpResponse(status=204)
    return redirect("facilities:board", home.pk)


def _board_form(request: HttpRequest, home: Facility, said: Any = None) -> BoardForm:
    return BoardForm(said, waiting=who_waits(home.pk, clock.today()))


def _context(request: HttpRequest, home: Facility, **more: Any) -> dict[str, Any]:
    now = clock.now()
    rooms = board(home.pk, now.date())
    held = [bed for room in rooms for bed in room.beds if bed.state == HELD]
    names = names_of_applications(bed.held_for for bed in held)
    if "board_form" not in more:
        more["board_form"] = _board_form(request, home)
    added = next((room for room in rooms if str(room.room_id) == request.GET.get("added")), None)
    return {
        **frame(request, home),
        "today": now.date(),
        "added": added,
        "floors": _floors(rooms),
        "mark": mark_of(rooms),
        "held": [(bed, names.get(bed.held_for, "") if bed.held_for else "") for bed in held],
        "beds": vacancies([home.pk], now.date()).get(home.pk, Vacancy()),
        "confirmed": confirmations([home.pk], now).get(home.pk, Confirmation()),
        "last": _last(home, now),
        "wrong": open_reports(home.pk),
        "room_form": RoomForm(initial=_next_room(added) if added else None),
        "keys": [
            ("↑ ↓ ← →", _("移到旁边的床")),
            (_("空格"), _("点这张床")),
            ("f", _("空床")),
            ("o", _("有人住")),
            ("x", _("暂停使用")),
            ("c", _("暂不收住")),
            ("h", _("先留着")),
            ("a", _("整个房间")),
            ("n", _("全部无变化")),
            ("s", _("保存改动")),
            ("u", _("撤销上一次保存")),
        ],
        **more,
    }


def _last(home: Facility, now: datetime) -> BedConfirmation | None:
    """Give the last save, where it can be undone."""
    last = confirmations_of(home.pk).filter(undone_at__isnull=True).first()
    return last if last and last.by != DEMO and may_be_undone(last, now) else None


def _next_room(room: BoardRoom) -> dict[str, Any]:
    """Give the form for the room beside it: mostly it is another one of the same kind."""
    name = str(int(room.name) + 1).zfill(len(room.name)) if room.name.isdecimal() else ""
    return {"name": name, "room_type": room.room_type, "beds": len(room.beds), "bed_type": room.beds[0].bed_type}


def _floors(rooms: tuple[BoardRoom, ...]) -> list[tuple[str, list[BoardRoom]]]:
    """Group rooms by the floor their number begins with; rooms without a number stand together."""
    grouped: dict[str, list[BoardRoom]] = {}
    for room in rooms:
        floor = room.name[:-2] if room.name.isdigit() and len(room.name) > 2 else ""
        grouped.setdefault(floor, []).append(room)
    return list(grouped.items())


def _changes(
    taps: list[str],
    now: datetime,
    *,
    to: str = "",
    why: str = "",
    until: date | None = None,
    hours: int | None = None,
    held_for: UUID | None = None,
) -> list[BedChange]:
    """Read the taps: `bed:what it was[:what it shall be]`. What is no such tap is dropped, as a page never sends it.

    `to` is meant for all tapped beds, and the rest belongs to it; without it, each becomes what one tap makes of it.
    """
    more: dict[str, dict[str, Any]] = {
        OCCUPIED: {"until": until},
        BLOCKED: {"until": until, "note": why},
        CLOSED: {"why": why},
        HELD: {"held_until": now + timedelta(hours=hours) if hours else None, "held_for": held_for},
    }
    changes = []
    for bed_id, seen, wanted in map(_tap, taps):
        state = to or wanted or NEXT.get(seen, "")
        if bed_id and state in CHANGEABLE:
            changes.append(change_to(state, bed_id, seen=seen, **(more.get(to, {}))))
    return changes


def _tap(text: str) -> tuple[UUID | None, str, str]:
    bed_id, seen, wanted = (*text.split(":"), "", "")[:3]
    try:
        return UUID(bed_id), seen, wanted
    except ValueError:
        return None, "", ""


def _ticked(taps: list[str]) -> set[str]:
    """Give the beds that stay ticked when the board is drawn again, as `bed:what it was`."""
    return {":".join(text.split(":")[:2]) for text in taps}
