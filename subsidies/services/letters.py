"""Tells the family what happened to a benefit: short letters with the next step, never a health fact."""

from collections.abc import Sequence
from uuid import UUID

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence, say
from eldercare.people.choices import MAY_ACT
from eldercare.people.models import Elder
from eldercare.people.selectors import guardianships_in_force
from eldercare.people.services.letters import write_letter


def tell_family(elder_id: UUID, *, kind: str, subject: Sentence, body: Sentence) -> None:
    """Write to everybody who may act for the elder today; when there is nobody, to the elder."""
    beside = guardianships_in_force(clock.today()).filter(elder=elder_id, kind__in=MAY_ACT)
    persons = set(beside.values_list("guardian_id", flat=True))
    if not persons:
        persons = {Elder.objects.values_list("person_id", flat=True).get(pk=elder_id)}
    for person_id in sorted(persons):
        write_letter(to_person_id=person_id, kind=kind, subject=subject, body=body)


def listed(words: Sequence[Sentence]) -> Sentence:
    """Join words as a list in a sentence; there is at least one."""
    *before, joined = words
    for word in reversed(before):
        joined = say("{first}、{rest}", first=word, rest=joined)
    return joined
