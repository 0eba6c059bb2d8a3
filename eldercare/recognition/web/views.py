"""The page of the five recognitions: what they mean, the register of agreements, and a check of one's own case."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from eldercare.kernel import clock
from eldercare.recognition.choices import Kind
from eldercare.recognition.selectors import check, register
from eldercare.recognition.web.forms import FORMS
from eldercare.ui.htmx import page_or_part

MEANINGS = {
    Kind.POLICY: _("家里老人在户籍地享受的补贴，住到外地养老院后还能不能继续用。"),
    Kind.FACILITY_SUBSIDY: _("外地养老院收住本地老人，能不能同样得到扶持。补贴给养老院，不影响您付的价格。"),
    Kind.RATING: _("养老院在当地评上的等级，在另外两地是不是同样算数。"),
    Kind.ASSESSMENT: _("老人在一地做过的能力评估，换个地方申请补贴或入住时不用重做。"),
    Kind.TRAINING: _("护理员在一地取得的技能证书，到另外两地工作同样算数。"),
}

SURENESS = {"H": _("官方文本或可靠报道"), "M": _("部分文本或转载，待核实")}


@require_http_methods(["GET", "HEAD", "POST"])
def recognition(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST is a question and keeps nothing (health facts never stand in a URL)."""
    kind = request.GET.get("kind", Kind.ASSESSMENT)
    form_class = FORMS.get(kind, FORMS[Kind.ASSESSMENT])
    today = clock.today()
    form = form_class(request.POST or None, initial={"on": today, "issued_in": "120000", "used_in": "110000"})
    answer = check(form.claim(), form.cleaned_data["on"]) if form.is_bound and form.is_valid() else None
    return page_or_part(
        request,
        "recognition/page.html",
        part="check",
        status=422 if form.is_bound and not form.is_valid() else 200,
        form=form,
        kind=form_class.kind,
        tabs=[
            (Kind(name).label, f"{reverse('recognition:page')}?kind={name}#check", name == form_class.kind)
            for name in FORMS
        ],
        answer=answer,
        meanings=[(Kind(name).label, text) for name, text in MEANINGS.items()],
        register=[(Kind(entry.fact.kind).label, entry, _sureness(entry.fact.confidence)) for entry in register(today)],
    )


def _sureness(confidence: str) -> object:
    return SURENESS.get(confidence, _("未经核实"))
