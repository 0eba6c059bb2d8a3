"""Other figures for a programme: one officer drafts them and sees what they would mean, another publishes them (S5).

What is published is an amendment as the rules read it, kept here with its document; it may be taken back until its first
month begins. Nothing applies to anybody before it is published.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from eldercare.audit.choices import JobState
from eldercare.audit.models import Job
from eldercare.audit.services import advance, finish, record, start_job
from eldercare.kernel import clock
from eldercare.kernel.after_commit import ring
from eldercare.kernel.days import Month
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from eldercare.regions.selectors import full_names
from subsidies.access import CITY_OFFICER, versions_visible_to
from subsidies.choices import VersionState
from subsidies.models import Entitlement, ProgrammeVersion
from subsidies.rules.programme import Catalogue, ProgrammeProblem, benefits
from subsidies.rules.settlement import spoken
from subsidies.rules.whatif import Difference, Subject, differences, totals, touched
from subsidies.selectors.facts import inputs_of
from subsidies.selectors.law import amendment, law
from subsidies.services.guards import not_found

KIND = "subsidies.what_if"
LOST_AFTER = timedelta(minutes=2)
MONTHS_SHOWN = 3
CHUNK = 200


@transaction.atomic
def draft_version(viewer: Viewer, *, programme: str, figures: Mapping[str, Any]) -> ProgrammeVersion:
    """Draft other figures: `{"document", "article", "url", "from_month": Month, "amounts": {benefit: {tier: fen}},
    "settings": {name: value}}`. Only what differs from the law of today is kept.

    Refusals: `not_found` (404), `month_begun`, `nothing_changed`, `programme_problem` naming each wrong field.
    """
    if not _may_draft(viewer, programme):
        raise not_found()
    month: Month = figures["from_month"]
    _not_begun(month)
    changes = _amendment(programme, figures)
    draft = ProgrammeVersion(
        programme=programme,
        document=figures["document"],
        article=figures["article"],
        from_month=month.first_day,
        changes=changes,
        drafted_by_id=viewer.user_id,
    )
    _under(draft)
    draft.save(force_insert=True)
    facts = {"programme": programme, "month": str(month)}
    record(viewer, "programme_version.drafted", str(draft), place=_region(programme), facts=facts)
    return draft


@transaction.atomic
def try_version(viewer: Viewer, *, version_id: UUID) -> ProgrammeVersion:
    """Begin to work out what a draft would mean; its page shows how far that is. Refusals: `not_found`, `not_a_draft`."""
    draft = _locked(viewer, version_id, VersionState.DRAFT)
    job = start_job(viewer, KIND, total=_subjects_of(draft).count())
    draft.job, draft.impact = job.pk, None
    draft.save(update_fields=["job", "impact"])
    ring(import_string("subsidies.tasks.try_version"), str(draft.pk))
    return draft


def work_out(version_id: UUID | str) -> None:
    """Compare every right a draft touches, before and after, in chunks; keep the sums by district and month."""
    draft = ProgrammeVersion.objects.filter(pk=version_id, state=VersionState.DRAFT, impact__isnull=True).first()
    if draft is None or draft.job is None:
        return
    first = Month.of(draft.from_month)
    months = [first.plus(number) for number in range(MONTHS_SHOWN)]
    before, after = law(), _under(draft)
    found: list[Difference] = []
    done = 0
    for subjects in _chunks(draft):
        found += differences(subjects, months, before=before, after=after)
        done += len(subjects)
        advance(draft.job, done)
    ProgrammeVersion.objects.filter(pk=draft.pk, job=draft.job).update(impact=_impact(found, months, done))
    finish(draft.job, elders=done)


def sweep_trials() -> int:
    """Work out the drafts whose worker was lost; gives how many."""
    lost = Job.objects.filter(kind=KIND, state=JobState.RUNNING, touched_at__lt=Now() - LOST_AFTER)
    drafts = ProgrammeVersion.objects.filter(job__in=lost.values("pk"), impact__isnull=True, state=VersionState.DRAFT)
    ids = list(drafts.values_list("pk", flat=True))
    for version_id in ids:
        work_out(version_id)
    return len(ids)


@transaction.atomic
def publish_version(viewer: Viewer, *, version_id: UUID) -> ProgrammeVersion:
    """A second officer makes a draft law, after its meaning was worked out.

    Refusals: `not_found` (404), `not_a_draft` (409), `publisher_is_drafter` (403), `not_tried`, `month_begun`,
    `month_taken` (409: another version is published for that month).
    """
    draft = _locked(viewer, version_id, VersionState.DRAFT)
    if draft.drafted_by_id == viewer.user_id:
        raise Refusal(
            "publisher_is_drafter",
            say("这份调整是您起草的，要由另一位经办人员发布。"),
            next_step=say("请让同级的另一位同事登录后发布。"),
            status=403,
        )
    if draft.impact is None:
        raise Refusal(
            "not_tried",
            say("还没有算出这份调整影响多少人、多少钱，不能发布。"),
            next_step=say("请先点“测算影响”，看过结果再发布。"),
        )
    _not_begun(Month.of(draft.from_month))
    _under(draft)
    draft.state, draft.published_by_id, draft.published_at = VersionState.PUBLISHED, viewer.user_id, clock.now()
    try:
        with transaction.atomic():
            draft.save(update_fields=["state", "published_by", "published_at"])
    except IntegrityError as error:
        raise Refusal(
            "month_taken",
            say("这个月已经发布过一份调整。"),
            next_step=say("请先撤回那一份，或者换一个生效月份。"),
            status=409,
        ) from error
    record(viewer, "programme_version.published", str(draft), place=_region(draft.programme))
    ring(import_string("subsidies.tasks.follow_facts"))
    return draft


@transaction.atomic
def take_back_version(viewer: Viewer, *, version_id: UUID) -> ProgrammeVersion:
    """Undo a publication before its first month. Refusals: `not_found` (404), `not_published` (409), `month_begun`."""
    version = _locked(viewer, version_id, VersionState.PUBLISHED)
    _not_begun(Month.of(version.from_month))
    version.state, version.taken_back_by_id, version.taken_back_at = (
        VersionState.TAKEN_BACK,
        viewer.user_id,
        clock.now(),
    )
    version.save(update_fields=["state", "taken_back_by", "taken_back_at"])
    record(viewer, "programme_version.taken_back", str(version), place=_region(version.programme))
    ring(import_string("subsidies.tasks.follow_facts"))
    return version


@transaction.atomic
def leave_version(viewer: Viewer, *, version_id: UUID) -> ProgrammeVersion:
    """Give a draft up. Refusals: `not_found` (404), `not_a_draft` (409)."""
    draft = _locked(viewer, version_id, VersionState.DRAFT)
    draft.state = VersionState.LEFT
    draft.save(update_fields=["state"])
    record(viewer, "programme_version.left", str(draft), place=_region(draft.programme))
    return draft


def _may_draft(viewer: Viewer, programme: str) -> bool:
    return any(
        one.programme.id == programme and viewer.has(CITY_OFFICER, "region", one.programme.region)
        for one in benefits().values()
    )


def _region(programme: str) -> str:
    return next(one.programme.region or "" for one in benefits().values() if one.programme.id == programme)


def _not_begun(month: Month) -> None:
    if month <= clock.this_month():
        sentence = say("{month}已经开始，调整要从以后的月份起。", month=spoken(month))
        raise Refusal(
            "month_begun",
            sentence,
            next_step=say("请选择下个月或更晚的月份；已经发出的月份按更正办理。"),
            fields={"from_month": sentence},
        )


def _amendment(programme: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    current = law().current
    amounts = [
        {"benefit": name, "tier": tier, "monthly_fen": fen, "article": figures["article"] or "—"}
        for name, tiers in figures["amounts"].items()
        for tier, fen in tiers.items()
        if current[name].tier(tier).monthly_fen != fen
    ]
    first = next(one for one in current.values() if one.programme.id == programme)
    settings = {
        name: {"value": value} for name, value in figures["settings"].items() if first.programme.setting(name) != value
    }
    if not amounts and not settings:
        raise Refusal(
            "nothing_changed",
            say("所有数字都和现行标准相同，没有什么可以测算。"),
            next_step=say("请改动至少一项。"),
        )
    return {
        "amends": programme,
        "document": figures["document"],
        "url": figures["url"],
        "source": str(say("经办人员录入，另一人复核发布")),
        "confidence": "H",
        "valid_from": figures["from_month"].first_day.isoformat(),
        "recorded_on": clock.today().isoformat(),
        **({"amounts": amounts} if amounts else {}),
        **({"settings": settings} if settings else {}),
    }


def _under(version: ProgrammeVersion) -> Catalogue:
    """Give the law with a version on top. Raises Refusal `programme_problem` naming what the programmes can't take."""
    try:
        return law().with_amendment(amendment(version), "draft")
    except ProgrammeProblem as problem:
        fields = {str(where): sentence for _file, where, sentence in problem.problems}
        raise Refusal(
            "programme_problem",
            next(iter(fields.values()), say("这份调整和现行办法对不上。")),
            next_step=say("请改正后再保存。"),
            fields=fields,
        ) from problem


def _locked(viewer: Viewer, version_id: UUID, state: VersionState) -> ProgrammeVersion:
    version = lock_one(versions_visible_to(viewer).filter(pk=version_id))
    if version is None:
        raise not_found()
    if version.state != state:
        code = "not_a_draft" if state == VersionState.DRAFT else "not_published"
        words: Sentence = say("{state}", state=say(str(VersionState(version.state).label)))
        raise Refusal(
            code,
            say("这份调整现在的状态是“{state}”，不能再做这一步。", state=words),
            next_step=say("请刷新页面，看看别的同事是否已经办过。"),
            status=409,
        )
    return version


def _subjects_of(version: ProgrammeVersion):
    names = touched(amendment(version), law())
    rows = Entitlement.objects.filter(programme__in=names).exclude(last_month__lt=version.from_month)
    return rows.select_related("decision__application").order_by("pk")


def _chunks(version: ProgrammeVersion) -> Iterator[list[Subject]]:
    rows = _subjects_of(version).iterator(chunk_size=CHUNK)
    on: date = clock.today()
    while chunk := list(islice(rows, CHUNK)):
        elders = inputs_of({row.elder_id for row in chunk}, on, _region(version.programme))
        yield [
            Subject(
                key=str(row.elder_id),
                benefit=row.programme,
                elder=elders[row.elder_id],
                region=row.payer_region_id,
            )
            for row in chunk
        ]


def _impact(found: list[Difference], months: list[Month], looked_at: int) -> dict[str, Any]:
    sums = totals(found)
    names = full_names({one.region for one in sums if one.region})
    return {
        "months": [str(month) for month in months],
        "looked_at": looked_at,
        "elders": len({one.key for one in found}),
        "rows": [
            {
                "region": one.region or "",
                "region_name": names.get(one.region or "", one.region or ""),
                "month": str(one.month),
                "benefit": one.benefit,
                "elders": one.elders,
                "gain": one.gain,
                "lose": one.lose,
                "undecided": one.undecided,
                "change_fen": one.change_fen,
            }
            for one in sums
        ],
    }
