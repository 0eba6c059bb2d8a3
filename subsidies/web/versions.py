"""The city's door to other figures: draft, see what they would mean for elders and money, publish by a second officer."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from eldercare.audit.models import Job
from eldercare.kernel import clock
from eldercare.kernel.days import Month
from eldercare.kernel.money import yuan
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import speak
from eldercare.ui.errors import refused_in_form
from eldercare.ui.forms import MonthField, YuanField
from eldercare.ui.htmx import page_or_part
from subsidies.access import CITY_OFFICER, versions_visible_to
from subsidies.models import ProgrammeVersion
from subsidies.rules.programme import Benefit
from subsidies.selectors.law import law
from subsidies.services.versions import (
    draft_version,
    leave_version,
    publish_version,
    take_back_version,
    try_version,
)
from subsidies.web.family import do_once

ACTS = {
    "try": (try_version, gettext_lazy("正在测算，页面会自己更新。")),
    "publish": (publish_version, gettext_lazy("已发布。到生效月份，补贴按新标准计算，家属会收到通知。")),
    "take-back": (take_back_version, gettext_lazy("已撤回，标准恢复原样。")),
    "leave": (leave_version, gettext_lazy("这份草稿已放弃。")),
}


# The readings a text leaves open, in an officer's words; figures and names stand as they are.
WORDS = {
    "same_month": gettext_lazy("当月起"),
    "next_month": gettext_lazy("次月起"),
    "accept": gettext_lazy("采用"),
    "reassess": gettext_lazy("要重新评估"),
    "by_day": gettext_lazy("按日"),
    "by_month": gettext_lazy("按月"),
    "own_month": gettext_lazy("只用当月的"),
    "whole_balance": gettext_lazy("用全部余额"),
    "bed": gettext_lazy("床位费"),
    "care": gettext_lazy("护理费"),
    "meal": gettext_lazy("餐费"),
}


class DraftForm(forms.Form):
    """The notice, the month, and every amount and open reading of a programme as it stands, to be changed."""

    document = forms.CharField(label=gettext_lazy("文号"), max_length=80)
    article = forms.CharField(label=gettext_lazy("条款"), max_length=40, required=False)
    url = forms.URLField(label=gettext_lazy("全文网址"), assume_scheme="https")
    from_month = MonthField(label=gettext_lazy("从哪个月起"))

    def __init__(self, *args: Any, benefits: list[Benefit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_month"].initial = clock.this_month().next()
        self.amounts: dict[str, tuple[str, str]] = {}
        for one in benefits:
            for tier in one.tiers:
                if tier.monthly_fen is not None:
                    name = f"amount:{one.id}:{tier.id}"
                    label = f"{speak(one.name, _)} · {speak(tier.name, _)}"
                    self.amounts[name] = (one.id, tier.id)
                    self.fields[name] = YuanField(label=label, initial=tier.monthly_fen)

        for name, setting in benefits[0].programme.settings.items():
            if len(setting.options) > 1:
                self.fields[f"setting:{name}"] = forms.ChoiceField(
                    label=speak(setting.label or setting.note, _),
                    help_text=speak(setting.note, _) if setting.label else "",
                    choices=[(json.dumps(one), _word(one)) for one in setting.options],
                    initial=json.dumps(setting.value),
                )

    def figures(self) -> dict[str, Any]:
        """Give the draft as the service takes it."""
        said = self.cleaned_data
        amounts: dict[str, dict[str, int]] = {}
        for name, (benefit, tier) in self.amounts.items():
            amounts.setdefault(benefit, {})[tier] = said[name]
        plain = {name: said[name] for name in ("document", "article", "url", "from_month")}
        settings = {
            name.removeprefix("setting:"): json.loads(value)
            for name, value in said.items()
            if name.startswith("setting:")
        }
        return {**plain, "amounts": amounts, "settings": settings}


def _word(option: Any) -> str:
    if isinstance(option, list):
        return " + ".join(str(WORDS.get(one, one)) for one in option)
    return str(WORDS.get(option, option))


@never_cache
@login_required
@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """List the programmes whose figures the viewer may draft, and the versions there are."""
    programmes = _programmes(request)
    rows = versions_visible_to(request.viewer).select_related("drafted_by", "published_by").order_by("-pk")[:50]
    cards = [(row, Month.of(row.from_month), programmes[row.programme][0].programme) for row in rows]
    return render(
        request,
        "subsidies/versions.html",
        {"cards": cards, "programmes": [(name, rows[0].programme) for name, rows in programmes.items()]},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, law: str) -> HttpResponse:
    """Draft other figures for a programme."""
    found = _programmes(request).get(law)
    if found is None:
        raise Http404
    form = DraftForm(request.POST or None, benefits=found)
    context = {"programme": found[0].programme}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "subsidies/version_draft.html", {"form": form, **context}, status=status)
    made: list[ProgrammeVersion] = []
    try:
        do_once(request, "subsidies.draft_version", lambda: _drafted(request, law, form, made))
    except Refusal as refusal:
        return refused_in_form(request, "subsidies/version_draft.html", form, refusal, **context)
    return redirect("subsidies:version", made[0].pk) if made else redirect("subsidies:versions")


@never_cache
@login_required
@require_safe
def version(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Show a version: what it changes, how far the trial is, what it would mean, and the next step."""
    found = get_object_or_404(
        versions_visible_to(request.viewer).select_related("drafted_by", "published_by", "taken_back_by"),
        pk=version_id,
    )
    benefits = _programmes(request)[found.programme]
    return page_or_part(
        request,
        "subsidies/version.html",
        part="version_live",
        version=found,
        programme=benefits[0].programme,
        month=Month.of(found.from_month),
        amounts=_amounts(found),
        readings=_readings(found),
        job=Job.objects.filter(pk=found.job).first() if found.job else None,
        sums=_sums(found, benefits),
        chart=_chart(found),
        mine=found.drafted_by_id == request.viewer.user_id,
        begun=Month.of(found.from_month) <= clock.this_month(),
    )


@login_required
@require_POST
def act(request: HttpRequest, version_id: UUID, name: str) -> HttpResponse:
    """Do one act on a version and go back to its page."""
    do, done = ACTS[name]
    do_once(request, f"subsidies.version.{name}", lambda: do(request.viewer, version_id=version_id))
    messages.success(request, done)
    return redirect("subsidies:version", version_id)


def _drafted(request: HttpRequest, programme: str, form: DraftForm, made: list[ProgrammeVersion]) -> ProgrammeVersion:
    made.append(draft_version(request.viewer, programme=programme, figures=form.figures()))
    return made[0]


def _programmes(request: HttpRequest) -> dict[str, list[Benefit]]:
    """Give the benefits of each programme the viewer may draft, as they are law today; 404 for everybody else."""
    regions = request.viewer.places("region", CITY_OFFICER)
    if not regions:
        raise Http404
    found: dict[str, list[Benefit]] = {}
    for one in law().current.values():
        if one.programme.region in regions:
            found.setdefault(one.programme.id, []).append(one)
    return found


def _amounts(found: ProgrammeVersion) -> list[tuple[str, int | None, int]]:
    """Give what a version changes: which tier, its fen as it was law when the draft was made, and its new fen."""
    known = law(known_at=found.drafted_at).current
    rows = []
    for row in found.changes.get("amounts", ()):
        one = known[row["benefit"]]
        tier = one.tier(row["tier"])
        rows.append((f"{speak(one.name, _)} · {speak(tier.name, _)}", tier.monthly_fen, row["monthly_fen"]))
    return rows


def _readings(found: ProgrammeVersion) -> list[tuple[str, str, str]]:
    """Give which readings a version changes: the note, the value it was law with, and the new one."""
    known = next(
        one.programme for one in law(known_at=found.drafted_at).current.values() if one.programme.id == found.programme
    )
    return [
        (speak(known.note(name), _), _word(known.setting(name)), _word(row["value"]))
        for name, row in found.changes.get("settings", {}).items()
    ]


def _sums(found: ProgrammeVersion, benefits: list[Benefit]) -> list[dict[str, Any]]:
    names = {one.id: speak(one.name, _) for one in benefits}
    rows = (found.impact or {}).get("rows", [])
    return [
        {**row, "benefit_name": names.get(row["benefit"], row["benefit"]), "in_month": Month.parse(row["month"])}
        for row in rows
    ]


def _chart(found: ProgrammeVersion) -> list[tuple[str, int, str]]:
    """Give what the first month would cost more or less, district by district."""
    impact = found.impact or {}
    if not impact.get("rows"):
        return []
    first, by_district = impact["months"][0], {}
    for row in impact["rows"]:
        if row["month"] == first:
            by_district[row["region_name"]] = by_district.get(row["region_name"], 0) + row["change_fen"]
    return [(name, abs(fen), f"{'+' if fen > 0 else ''}{yuan(fen)}") for name, fen in sorted(by_district.items())]
