"""Doors to what becomes of a right after its decision: changes, the 转移单, what is owed, flags, lists of facts, reports."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from openpyxl import Workbook

from eldercare.audit.models import Job
from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import restored, say
from eldercare.people.access import elders_beside, may_act_for
from eldercare.people.choices import CERTIFICATE_CATEGORIES, CERTIFICATE_LEVELS, CIRCUMSTANCES
from eldercare.people.web.forms import DayField, HukouField
from eldercare.regions.selectors import full_names
from eldercare.ui.errors import refused_in_form
from eldercare.ui.uploads import bounded_upload, content_of
from subsidies.access import (
    LISTS_FACTS,
    SEES_RUNS,
    debts_visible_to,
    fact_lists_visible_to,
    flags_visible_to,
    may_clear,
    right_changes_visible_to,
    routings_paid_in,
    runs_visible_to,
)
from subsidies.choices import ChangeKind, FactKind
from subsidies.models import Routing
from subsidies.models.flag import OPEN_FLAG
from subsidies.rules.fact_list import COLUMNS
from subsidies.selectors.changes import PAGE, change_cards, debt_cards
from subsidies.selectors.cross_checks import flag_cards
from subsidies.selectors.left_behind import RoutingCard, routing_cards
from subsidies.selectors.sheets import SPREADSHEET, summary_sheet, transfer_rows, transfer_sheet
from subsidies.services.cross_check import clear_flag
from subsidies.services.fact_lists import leave_list, look_at_list, take_list
from subsidies.services.life import Fact, report_fact
from subsidies.services.review import KIND as REVIEW
from subsidies.web.family import do_once

# What a family reports by itself, and what is asked about each; the rest comes from offices.
ASKED: dict[FactKind, tuple[str, ...]] = {
    FactKind.DEATH: ("on",),
    FactKind.HUKOU_MOVED: ("on", "region"),
    FactKind.CERTIFICATE: ("on", "category", "level"),
    FactKind.CERTIFICATE_ENDED: ("on",),
    FactKind.ENDED: ("circumstance", "on"),
    FactKind.BEGAN: ("circumstance", "on"),
    FactKind.PRISON: ("on", "until"),
    FactKind.DEATH_WITHDRAWN: (),
}
TABS = {
    "changes": gettext_lazy("补贴变动"),
    "debts": gettext_lazy("多发应退"),
    "flags": gettext_lazy("核对发现"),
    "routings": gettext_lazy("补贴去向"),
}


class ReportForm(forms.Form):
    """One change: only what has to be known about this kind is asked."""

    kind = forms.CharField(widget=forms.HiddenInput)
    circumstance = forms.ChoiceField(label=gettext_lazy("哪一项认定或待遇"), choices=[("", "—"), *CIRCUMSTANCES])
    region = HukouField(label=gettext_lazy("户籍迁到哪里"))
    category = forms.TypedChoiceField(
        label=gettext_lazy("残疾类别"), coerce=int, choices=[("", "—"), *CERTIFICATE_CATEGORIES]
    )
    level = forms.TypedChoiceField(label=gettext_lazy("残疾等级"), coerce=int, choices=[("", "—"), *CERTIFICATE_LEVELS])
    on = DayField(label=gettext_lazy("哪一天"), error_messages={"required": gettext_lazy("请填写变动发生的日期。")})
    until = DayField(
        label=gettext_lazy("刑满释放的日期"), required=False, help_text=gettext_lazy("还不知道可以不填，以后再补。")
    )

    def __init__(self, *args: Any, kind: FactKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.fields["kind"].initial = kind, kind.value
        for name in set(self.fields) - {"kind", *ASKED[kind]}:
            del self.fields[name]

    def fact(self) -> Fact:
        """Give what the form says."""
        said = self.cleaned_data
        certificate = {"category": said.get("category"), "level": said.get("level"), "components": None}
        return Fact(
            kind=self.kind,
            on=said.get("on"),
            region=said.get("region", ""),
            circumstance=said.get("circumstance", ""),
            certificate=certificate if said.get("category") else None,
            until=said.get("until"),
        )


class ListForm(forms.Form):
    """A spreadsheet, and the place whose elders it is about."""

    region = forms.ChoiceField(label=gettext_lazy("辖区"))
    file = forms.FileField(label=gettext_lazy("名单（XLSX 或 CSV）"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = places


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def family_changes(request: HttpRequest, elder_id: UUID) -> HttpResponse:
    """Show a family what became of every right and why; a POST reports that something changed."""
    elder = get_object_or_404(elders_beside(request.viewer).select_related("person"), pk=elder_id)
    acts = may_act_for(request.viewer, elder)
    kind = _kind(request)
    form = ReportForm(request.POST if request.method == "POST" else None, kind=kind) if kind and acts else None
    rows = right_changes_visible_to(request.viewer).filter(elder=elder).order_by("-pk")[:PAGE]
    mine = debts_visible_to(request.viewer).filter(elder=elder, owed_by_region__isnull=True)
    owed = mine.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    context = {"elder": elder, "may_act": acts, "cards": change_cards(rows), "owed_fen": owed, "kind": kind}
    context["kinds"] = [(one, f"?kind={one.value}#report", one == kind) for one in ASKED]
    template = "subsidies/changes.html"
    if request.method != "POST":
        record_view(request.viewer, elder.pk, "payments", "family")
        return render(request, template, {"form": form, **context})
    if form is None or not form.is_valid():
        return render(request, template, {"form": form, **context}, status=422)
    found: list[Any] = []
    try:
        do_once(request, "subsidies.report", lambda: _reported(request, elder, form, found))
    except Refusal as refusal:
        return refused_in_form(request, template, form, refusal, **context)
    messages.success(
        request,
        _("已经记下，引起 {count} 项补贴变动。").format(count=len(found)) if found else _("已经记下。现在的补贴不变。"),
    )
    return redirect("subsidies:family_changes", elder.pk)


def _kind(request: HttpRequest) -> FactKind | None:
    """Give the kind of change that is reported; None where none is chosen yet."""
    said = request.POST.get("kind") or request.GET.get("kind")
    return next((kind for kind in ASKED if kind == said), None)


def _reported(request: HttpRequest, elder: Any, form: ReportForm, found: list[Any]) -> Any:
    found += report_fact(request.viewer, elder_id=elder.pk, fact=form.fact())
    return elder


@never_cache
@login_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """List what became of rights in the viewer's districts, what is owed, and the flags that wait for a person."""
    viewer = request.viewer
    if not viewer.places("region", *SEES_RUNS):
        raise Http404
    tab = request.GET.get("show") if request.GET.get("show") in TABS else "changes"
    rows = {
        "changes": right_changes_visible_to(viewer),
        "debts": debts_visible_to(viewer),
        "flags": flags_visible_to(viewer).filter(OPEN_FLAG),
        "routings": routings_paid_in(viewer),
    }[tab].order_by("-pk")
    after = _uuid(request.GET.get("after"))
    chunk = list((rows.filter(pk__lt=after) if after else rows)[: PAGE + 1])
    show = {"changes": change_cards, "debts": debt_cards, "flags": flag_cards, "routings": _routing_cards}[tab]
    return render(
        request,
        "subsidies/changes_desk.html",
        {
            "show": tab,
            "cards": show(chunk[:PAGE]),
            "tabs": [(label, f"?show={name}", name == tab) for name, label in TABS.items()],
            "next": f"?show={tab}&after={chunk[PAGE - 1].pk}" if len(chunk) > PAGE else "",
            "previous": f"?show={tab}" if after else "",
            "review": Job.objects.filter(kind=REVIEW).order_by("-pk").first(),
            "may_list": bool(viewer.places("region", *LISTS_FACTS)),
        },
    )


def _routing_cards(rows: list[Routing]) -> list[RoutingCard]:
    return routing_cards(rows, clock.this_month())


@never_cache
@login_required
@require_safe
def change(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Show one change with its reasons; a move between districts as its 转移单."""
    card = _change(request, change_id)
    record_view(request.viewer, card.change.elder_id, "payments", "desk")
    rows = transfer_rows(card.change) if card.is_move else ()
    debts = debt_cards(debts_visible_to(request.viewer).filter(change=card.change).order_by("benefit_month", "pk"))
    return render(request, "subsidies/change.html", {"card": card, "rows": rows, "debts": debts})


@never_cache
@login_required
@require_safe
def transfer(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Give the 转移单 of a move as a spreadsheet."""
    card = _change(request, change_id)
    if card.kind is not ChangeKind.MOVED:
        raise Http404
    record_view(request.viewer, card.change.elder_id, "payments", "desk")
    return _sheet(transfer_sheet(card.change), f"transfer-{card.change.pk}.xlsx")


@never_cache
@login_required
@require_safe
def summary(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Give the month's 汇总表 of a run as a spreadsheet."""
    run = get_object_or_404(runs_visible_to(request.viewer), pk=run_id)
    return _sheet(summary_sheet(run), f"summary-{run.programme.rpartition('/')[2]}-{run.benefit_month:%Y-%m}.xlsx")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def flag(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Show one flag with its evidence; a POST clears it with a reason."""
    found = get_object_or_404(flags_visible_to(request.viewer).select_related("cleared_by"), pk=flag_id)
    (card,) = flag_cards([found])
    context = {"card": card, "may_clear": may_clear(request.viewer, found)}
    form = ClearForm(request.POST or None)
    if request.method != "POST":
        record_view(request.viewer, found.elder_id, "subsidy_application", "desk")
        return render(request, "subsidies/flag.html", {"form": form, **context})
    if not context["may_clear"]:
        raise Http404
    if not form.is_valid():
        return render(request, "subsidies/flag.html", {"form": form, **context}, status=422)
    try:
        do_once(
            request,
            "subsidies.clear_flag",
            lambda: clear_flag(request.viewer, flag_id=flag_id, reason=form.cleaned_data["reason"]),
        )
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/flag.html", form, refusal, **context)
    messages.success(request, _("已经核实，这一条不再提示。"))
    return redirect(f"{reverse('subsidies:changes')}?show=flags")


class ClearForm(forms.Form):
    """What an officer found out about a flag."""

    reason = forms.CharField(label=gettext_lazy("核实的情况"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@never_cache
@login_required
@bounded_upload
@require_http_methods(["GET", "HEAD", "POST"])
def fact_lists(request: HttpRequest) -> HttpResponse:
    """List the lists an officer brought; a POST looks at a new one."""
    codes = sorted(request.viewer.places("region", *LISTS_FACTS))
    if not codes:
        raise Http404
    names = full_names(codes)
    places = [(code, names.get(code, code)) for code in codes]
    form = ListForm(request.POST or None, request.FILES or None, places=places)
    lists = list(fact_lists_visible_to(request.viewer).select_related("by").order_by("-pk")[:PAGE])
    template, context = "subsidies/fact_lists.html", {"lists": lists}
    if request.method != "POST":
        return render(request, template, {"form": form, **context})
    if not form.is_valid():
        return render(request, template, {"form": form, **context}, status=422)
    try:
        found = look_at_list(
            request.viewer,
            region=form.cleaned_data["region"],
            file_name=form.cleaned_data["file"].name,
            content=_content(form.cleaned_data["file"]),
        )
    except Refusal as refusal:
        return refused_in_form(request, template, form, refusal, **context)
    return redirect("subsidies:fact_list", found.pk)


@never_cache
@login_required
@require_safe
def fact_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Show a list row by row: what would become of each, or what became of it."""
    found = get_object_or_404(fact_lists_visible_to(request.viewer), pk=list_id)
    kinds = dict(FactKind.choices)
    rows = [{**row, "said": restored(row["said"]), "kind_name": kinds.get(row["kind"], "—")} for row in found.rows]
    return render(request, "subsidies/fact_list.html", {"list": found, "rows": rows})


@login_required
@require_POST
def take(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Take a list in."""
    do_once(request, "subsidies.take_list", lambda: take_list(request.viewer, list_id=list_id))
    messages.success(request, _("名单已经录入，每一行的结果如下。"))
    return redirect("subsidies:fact_list", list_id)


@login_required
@require_POST
def leave(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Give a list up."""
    do_once(request, "subsidies.leave_list", lambda: leave_list(request.viewer, list_id=list_id))
    messages.success(request, _("这份名单已放弃，没有录入任何内容。"))
    return redirect("subsidies:fact_list", list_id)


@login_required
@require_safe
def empty_list(request: HttpRequest) -> HttpResponse:
    """Give the empty form for a list of facts, with the words that may be written."""
    if not request.viewer.places("region", *LISTS_FACTS):
        raise Http404
    book = Workbook()
    book.active.title = _("名单")
    book.active.append([str(title) for _name, title in COLUMNS])
    words = book.create_sheet(_("填写说明"))
    words.append([_("变动"), _("认定或待遇")])
    kinds, circumstances = [str(kind.label) for kind in FactKind], [str(label) for _name, label in CIRCUMSTANCES]
    for number in range(max(len(kinds), len(circumstances))):
        words.append([column[number] if number < len(column) else "" for column in (kinds, circumstances)])
    kept = BytesIO()
    book.save(kept)
    return _sheet(kept.getvalue(), "fact-list.xlsx")


def _content(file: Any) -> bytes:
    content = content_of(file)
    if content is None:
        sentence = say("这个文件太大了。")
        raise Refusal("too_big", sentence, next_step=say("请分成几份上传。"), fields={"file": sentence})
    return content


def _change(request: HttpRequest, change_id: UUID) -> Any:
    """Give a change that one of the two districts, or the city, may see."""
    if not request.viewer.places("region", *SEES_RUNS):
        raise Http404
    rows = right_changes_visible_to(request.viewer).exclude(elder__in=request.viewer.places("elder"))
    cards = change_cards(rows.filter(pk=change_id))
    if not cards:
        raise Http404
    return cards[0]


def _sheet(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=SPREADSHEET)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
