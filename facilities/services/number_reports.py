"""Anybody may say that a home's number of beds is wrong; the home hears of it and answers."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_name
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.choices import ReportAnswer
from facilities.models import Facility, NumberReport
from facilities.rules.settings import setting
from facilities.selectors.beds import Confirmation, Vacancy, confirmations, vacancies
from facilities.services.guards import found
from facilities.services.letters import tell_home

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@transaction.atomic
def report_number(viewer: Viewer, *, facility_id: UUID, says: str, note: str, client: str) -> NumberReport:
    """Keep what somebody found, beside what was shown. `client` is where it came from, kept as a digest.

    Raises Refusal `not_found` (404), `nothing_shown` (422) for a home that shows no number, `too_many_reports` (429).
    """
    home = found(Facility.objects.all(), facility_id)
    now = clock.now()
    index = blind_index(f"report:{client}")
    lock_name(f"report:{index}")
    lock_name(f"reports:{home.pk}")
    shown = vacancies([home.pk], now.date()).get(home.pk, Vacancy())
    if not shown.is_published:
        raise Refusal(
            "nothing_shown",
            say("这家机构没有公布空床数。"),
            next_step=say("请直接打电话问机构。"),
        )
    _throttle(home.pk, index, now)
    was_told = NumberReport.objects.filter(facility=home, answer="", reported_at__gt=now - DAY).exists()
    report = NumberReport.objects.create(
        facility=home,
        says=says,
        note=note.strip()[:200] or None,
        shown_free=shown.free,
        shown_as_of=confirmations([home.pk], now).get(home.pk, Confirmation()).as_of,
        client_index=index,
    )
    record(viewer, "number.reported", f"facility:{home.pk}", place=home.region_id, facts={"says": says})
    if not was_told:
        tell_home(
            home.pk,
            kind="beds.reported",
            subject=say("有人说“{home}”的空床数不对", home=home.name),
            body=say("请登录“床位”核对，改正后在“有人说不对”里答复。一直不答复，会算作不准，公布在机构页面上。"),
        )
    return report


@transaction.atomic
def answer_report(viewer: Viewer, *, facility_id: UUID, report_id: UUID, answer: str, reply: str = "") -> NumberReport:
    """Answer a report; where it came from is forgotten. Twice changes nothing.

    Raises `not_found` (404), `already_answered` (409) where somebody answered something else.
    """
    home = found(facilities_of(viewer), facility_id)
    rows = NumberReport.objects.filter(facility=home)
    found(rows, report_id)
    answered = rows.filter(pk=report_id, answer="").update(
        answer=ReportAnswer(answer), answered_at=clock.now(), reply=reply.strip()[:300], client_index=""
    )
    if answered:
        noun = f"number_report:{report_id}"
        record(viewer, "number.answered", noun, place=home.region_id, facts={"answer": answer})
    report = rows.get(pk=report_id)
    if report.answer != answer:
        raise Refusal(
            "already_answered",
            say("这一项已经处理过了，现在是“{state}”。", state=ReportAnswer(report.answer).label),
            next_step=say("请刷新页面查看最新情况。"),
            status=409,
        )
    return report


def _throttle(facility_id: UUID, index: str, now: datetime) -> None:
    rule = setting("number_reports", now.date())
    mine = NumberReport.objects.filter(client_index=index, reported_at__gt=now - DAY)
    here = NumberReport.objects.filter(facility=facility_id)
    over = (
        mine.count() >= rule["per_client_a_day"]
        or mine.filter(facility=facility_id).count() >= rule["per_client_and_home_a_day"]
        or here.filter(reported_at__gt=now - HOUR).count() >= rule["per_home_an_hour"]
    )
    if over:
        raise Refusal(
            "too_many_reports",
            say("刚才已经收到过类似的反映，机构正在核对。"),
            next_step=say("请明天再看；急着找床位，请直接打电话给机构。"),
            status=429,
            retry_after=int(HOUR.total_seconds()),
        )
