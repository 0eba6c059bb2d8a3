"""What a home says of itself: its plain facts, its hospitals, its care workers, its photos. The register's facts stay the register's."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sealed import blind_index
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from facilities.access import facilities_of
from facilities.models import CareWorker, Facility, HospitalAgreement, Photo
from facilities.rules.changes import stamped
from facilities.rules.credentials import read_certificate
from facilities.rules.pictures import MOST_PHOTOS, redrawn
from facilities.services.guards import found, manager_only

# What a home may say itself. Name, district, codes, licence and licensed beds are the register's: the district imports them.
OWN_FACTS = (
    *("alias", "phone", "contact_person", "address", "transport", "latitude", "longitude", "opened"),
    *(
        "has_clinic",
        "clinic_name",
        "medical_insurance",
        "one_card",
        "takes_dementia",
        "accepts_levels",
        "accepts_hukou",
    ),
    *("subsidy_payable", "care_workers", "certified_workers"),
)


def _my_home(viewer: Viewer, facility_id: UUID) -> Facility:
    home = lock_one(facilities_of(viewer).filter(pk=facility_id))
    return home or found(Facility.objects.none(), facility_id)


@transaction.atomic
def set_facts(viewer: Viewer, *, facility_id: UUID, facts: dict[str, Any]) -> list[str]:
    """Change a home's own facts; who said each and when is kept. Gives the facts that changed.

    Raises Refusal `not_found` (404), `half_a_place` (422): a latitude without a longitude.
    """
    home = _my_home(viewer, facility_id)
    changed = [name for name in OWN_FACTS if name in facts and facts[name] != getattr(home, name)]
    for name in changed:
        setattr(home, name, facts[name])
    if (home.latitude is None) != (home.longitude is None):
        sentence = say("经度和纬度要么都填，要么都不填。")
        raise Refusal("half_a_place", sentence, fields={"longitude": sentence})
    if not changed:
        return []
    if {"latitude", "longitude"} & set(changed):
        home.datum = "wgs84" if home.latitude is not None else ""
    as_of = clock.today().isoformat()
    home.provenance = stamped(home.provenance, changed, by="staff", source="", as_of=as_of)
    home.save(update_fields=[*changed, "datum", "provenance"])
    record(viewer, "home.facts_set", f"facility:{home.pk}", place=home.region_id, facts={"facts": changed})
    return changed


@transaction.atomic
def add_hospital(
    viewer: Viewer,
    *,
    facility_id: UUID,
    hospital: str,
    services: str = "",
    signed_on: date | None = None,
    valid_until: date | None = None,
) -> HospitalAgreement:
    """Name a hospital the home has an agreement with. Raises Refusal `named_already` (409), `ends_before_it_begins` (422)."""
    home = _my_home(viewer, facility_id)
    if signed_on and valid_until and valid_until < signed_on:
        sentence = say("有效期不能早于签订日。")
        raise Refusal("ends_before_it_begins", sentence, fields={"valid_until": sentence})
    try:
        with transaction.atomic():
            agreement = HospitalAgreement.objects.create(
                facility=home, hospital=hospital, services=services, signed_on=signed_on, valid_until=valid_until
            )
    except IntegrityError as error:
        sentence = say("这家医院已经在列。")
        raise Refusal("named_already", sentence, status=409, fields={"hospital": sentence}) from error
    record(viewer, "home.hospital_added", str(agreement), place=home.region_id)
    return agreement


@transaction.atomic
def remove_hospital(viewer: Viewer, *, facility_id: UUID, agreement_id: UUID) -> None:
    home = _my_home(viewer, facility_id)
    agreement = found(home.hospital_agreements.all(), agreement_id)
    record(viewer, "home.hospital_removed", str(agreement), place=home.region_id)
    agreement.delete()


@transaction.atomic
def add_care_worker(
    viewer: Viewer,
    *,
    facility_id: UUID,
    name: str,
    certificate_no: str = "",
    level: int | None = None,
    issued_on: date | None = None,
) -> CareWorker:
    """Put a care worker on the home's list; the level is read from the certificate's number where it tells it.

    Raises Refusal `manager_only` (403), `bad_certificate` (422), `counts_elsewhere` (409).
    """
    home = _my_home(viewer, facility_id)
    manager_only(viewer, home.pk)
    read = read_certificate(certificate_no) if certificate_no.strip() else None
    if read and not read.is_readable:
        raise Refusal("bad_certificate", read.why, fields={"certificate_no": read.why})
    if read and read.level and level and read.level != level:
        sentence = say("证书号里写的是{level}级，请核对。", level=read.level)
        raise Refusal("bad_certificate", sentence, fields={"level": sentence})
    try:
        with transaction.atomic():
            worker = CareWorker.objects.create(
                facility=home,
                name=name,
                certificate_no=read.number if read else None,
                certificate_index=blind_index(read.number) if read else None,
                level=(read and read.level) or level,
                issued_in=(read and read.province) or "",
                issued_on=issued_on,
                since=clock.today(),
            )
    except IntegrityError as error:
        sentence = say("这个证书号已经登记在岗，一张证书同时只算一家。")
        raise Refusal(
            "counts_elsewhere",
            sentence,
            next_step=say("请核对证书号；本人确已离开原单位的，请原单位先办离岗，或联系区民政局。"),
            status=409,
            fields={"certificate_no": sentence},
        ) from error
    record(viewer, "home.care_worker_added", str(worker), place=home.region_id)
    return worker


@transaction.atomic
def care_worker_left(viewer: Viewer, *, facility_id: UUID, worker_id: UUID) -> None:
    """Note that a care worker has left today; the certificate is free for the next home."""
    home = _my_home(viewer, facility_id)
    manager_only(viewer, home.pk)
    worker = found(home.care_team.filter(left_on__isnull=True), worker_id)
    worker.left_on = clock.today()
    worker.save(update_fields=["left_on"])
    record(viewer, "home.care_worker_left", str(worker), place=home.region_id)


@transaction.atomic
def add_photo(viewer: Viewer, *, facility_id: UUID, content: bytes, alt: str) -> Photo:
    """Show a photo, last in order. Raises Refusal `bad_photo` (422), `too_many_photos` (422), `alt_missing` (422)."""
    home = _my_home(viewer, facility_id)
    if not alt.strip():
        sentence = say("请用一句话写明照片上是什么，看不见的人靠它。")
        raise Refusal("alt_missing", sentence, fields={"alt": sentence})
    if home.photos.count() >= MOST_PHOTOS:
        sentence = say("最多 {most} 张照片。", most=MOST_PHOTOS)
        raise Refusal("too_many_photos", sentence, next_step=say("请先删去一张。"), fields={"photo": sentence})
    image, width, height = redrawn(content)
    last = home.photos.aggregate(last=Max("position"))["last"] or 0
    photo = Photo.objects.create(
        facility=home, position=last + 1, alt=alt.strip()[:120], image=image, width=width, height=height
    )
    record(viewer, "home.photo_added", str(photo), place=home.region_id)
    return photo


@transaction.atomic
def change_photo(viewer: Viewer, *, facility_id: UUID, photo_id: UUID, change: str) -> None:
    """Move a photo one place (`up`, `down`) or take it away (`remove`)."""
    home = _my_home(viewer, facility_id)
    photo = found(home.photos.defer("image"), photo_id)
    if change == "remove":
        record(viewer, "home.photo_removed", str(photo), place=home.region_id)
        photo.delete()
        return
    rows = home.photos.defer("image")
    up = change == "up"
    other = (
        rows.filter(position__lt=photo.position).order_by("-position").first()
        if up
        else rows.filter(position__gt=photo.position).order_by("position").first()
    )
    if other is not None:
        mine, theirs = photo.position, other.position
        home.photos.filter(pk=other.pk).update(position=mine)
        home.photos.filter(pk=photo.pk).update(position=theirs)
