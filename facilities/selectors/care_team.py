"""How many care workers a home has by level of certificate, and whether another region counts them. Names nobody."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.kernel.sentences import Sentence
from eldercare.recognition.rules.claims import Claim
from eldercare.recognition.rules.engine import recognise
from eldercare.recognition.selectors import agreements_between
from eldercare.regions.rules.codes import province_of
from facilities.choices import SkillLevel
from facilities.models import CareWorker


@dataclass(frozen=True)
class Skilled:
    """One level (None: without a certificate of level), how many, and of those how many from another region count here."""

    label: str
    count: int
    recognised: int = 0
    because: Sentence | None = None


def care_team_of(facility_id: UUID, region_code: str, on: date) -> tuple[Skilled, ...]:
    """Count a home's present care workers, highest level first. Certificates of other regions go through the engine."""
    here = province_of(region_code)
    rows = CareWorker.objects.filter(facility=facility_id, left_on__isnull=True)
    counts: Counter[int | None] = Counter()
    away: Counter[int | None] = Counter()
    why: dict[int | None, Sentence] = {}
    for worker in rows.only("level", "issued_in", "issued_on", "certificate_no"):
        counts[worker.level] += 1
        if worker.issued_in and worker.issued_in != here:
            answer = recognise(_claim(worker, here), agreements_between("training", worker.issued_in, here), on=on)
            if answer.is_yes:
                away[worker.level] += 1
            if answer.verdict.reasons:
                why[worker.level] = answer.verdict.reasons[-1].text
    levels = sorted(counts, key=lambda level: level or 9)
    return tuple(
        Skilled(SkillLevel(level).label if level else "", counts[level], away[level], why.get(level))
        for level in levels
    )


def _claim(worker: CareWorker, used_in: str) -> Claim:
    return Claim(
        kind="training",
        issued_in=worker.issued_in,
        used_in=used_in,
        level=worker.level,
        issued_on=worker.issued_on,
        facts={"certificate_no": worker.certificate_no},
    )
