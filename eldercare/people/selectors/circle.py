"""Who stands beside an elder, who is invited to, what was agreed to. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from eldercare.kernel import clock
from eldercare.kernel.sealed import blind_indexes
from eldercare.kernel.viewer import Grant
from eldercare.people.models import Consent, GuardianInvitation, Guardianship, Person
from eldercare.people.rules.consent_text import text_of
from eldercare.people.rules.masks import mask_address, mask_name


@dataclass(frozen=True)
class ConsentRow:
    """A consent with the words that were agreed to, in the reader's language."""

    consent_id: UUID
    purpose: str
    purpose_label: str
    title: str
    paragraphs: list[str]
    given_by: str
    given_at: datetime
    revoked_at: datetime | None
    about: str


@dataclass(frozen=True)
class BesideRow:
    """Somebody beside an elder today."""

    guardianship_id: UUID
    person_id: UUID
    name: str
    kind: str
    kind_label: str
    valid_from: date


@dataclass(frozen=True)
class InvitationRow:
    """An invitation that waits: of whom, to what, until when."""

    invitation_id: UUID
    elder_name_masked: str
    address_masked: str
    kind_label: str
    expires_at: datetime


def guardian_grants(user_id: UUID, person_id: UUID | None, on: date) -> set[Grant]:
    """Give what a person is to which elders on a day; a revoked consent carries nothing."""
    if person_id is None:
        return set()
    rows = guardianships_in_force(on).filter(guardian=person_id).values_list("kind", "elder_id")
    return {Grant(kind, "elder", str(elder_id)) for kind, elder_id in rows}


def guardianships_in_force(on: date) -> QuerySet[Guardianship]:
    """Give the guardianships that hold on a day."""
    ends_later = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    return Guardianship.objects.filter(ends_later, valid_from__lte=on, consent__revoked_at__isnull=True)


def circle_of(elder_id: UUID, on: date) -> list[BesideRow]:
    """Give who stands beside an elder on a day, the first one first; in one query."""
    rows = guardianships_in_force(on).filter(elder=elder_id).select_related("guardian").order_by("valid_from", "pk")
    return [
        BesideRow(row.pk, row.guardian_id, row.guardian.name, row.kind, row.get_kind_display(), row.valid_from)
        for row in rows
    ]


def open_invitations(person: Person) -> QuerySet[GuardianInvitation]:
    """Give the invitations that wait for a person's proven addresses."""
    indexes = [index for text in (person.phone, person.email) if text for index in blind_indexes(text)]
    return still_open(GuardianInvitation.objects.filter(address_index__in=indexes))


def still_open(invitations: QuerySet[GuardianInvitation]) -> QuerySet[GuardianInvitation]:
    """Keep the invitations that wait."""
    return invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now())


def invitations_to(person_id: UUID) -> list[InvitationRow]:
    """Give the invitations that wait for a person."""
    return _rows(open_invitations(Person.objects.get(pk=person_id)))


def invitations_of(elder_id: UUID) -> list[InvitationRow]:
    """Give the invitations to join beside an elder that wait."""
    return _rows(still_open(GuardianInvitation.objects.filter(elder=elder_id)))


def consent_rows(consents: QuerySet[Consent], language: str) -> list[ConsentRow]:
    """Give consents with their words, newest first; in one query."""
    rows = consents.select_related("given_by").order_by("-pk")
    return [_consent_row(row, language) for row in rows]


def _consent_row(row: Consent, language: str) -> ConsentRow:
    text = text_of(row.purpose, row.text_version)
    return ConsentRow(
        consent_id=row.pk,
        purpose=row.purpose,
        purpose_label=row.get_purpose_display(),
        title=text.title_in(language),
        paragraphs=text.paragraphs_in(language),
        given_by=row.given_by.name,
        given_at=row.given_at,
        revoked_at=row.revoked_at,
        about=row.about,
    )


def _rows(invitations: QuerySet[GuardianInvitation]) -> list[InvitationRow]:
    return [
        InvitationRow(
            invitation_id=row.pk,
            elder_name_masked=mask_name(row.elder.person.name),
            address_masked=mask_address(row.address),
            kind_label=row.get_kind_display(),
            expires_at=row.expires_at,
        )
        for row in invitations.select_related("elder__person").order_by("-pk")
    ]
