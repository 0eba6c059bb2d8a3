"""Giving a consent, and taking it back. Taken back it carries nothing from that moment; what rests on it must ask."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from eldercare.audit.services import record
from eldercare.kernel import clock
from eldercare.kernel.locks import lock_one
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import consents_visible_to, may_act_for
from eldercare.people.choices import Purpose
from eldercare.people.models import Consent, Guardianship
from eldercare.people.rules.consent_text import current_text
from eldercare.people.services.the_file import elder_to_act_for, may_not_act, not_found


@transaction.atomic
def give_consent(viewer: Viewer, *, elder_id: UUID, purpose: str, text_version: str, about: str = "") -> Consent:
    """Agree to one purpose for an elder, in the words of a version; `about` names what for (`facility:<id>`).

    Raises Refusal `not_found` (404), `may_not_act` (403), `consent_text_outdated`.
    """
    elder = elder_to_act_for(viewer, elder_id)
    if text_version != current_text(purpose, clock.today()).version:
        raise Refusal(
            "consent_text_outdated",
            say("同意书的文字刚刚更新过。"),
            next_step=say("请刷新页面，读一遍再勾选。"),
            fields={"text_version": say("不是现在使用的版本。")},
        )
    consent = Consent.objects.create(
        elder=elder, purpose=purpose, text_version=text_version, about=about, given_by_id=viewer.person_id
    )
    record(viewer, "consent.given", f"consent:{consent.pk}", facts={"elder": str(elder.pk), "purpose": purpose})
    return consent


@transaction.atomic
def revoke_consent(viewer: Viewer, *, consent_id: UUID) -> Consent:
    """Take a consent back; whoever stood beside the elder on its strength stops at once. Twice changes nothing.

    Raises Refusal `not_found` (404), `may_not_act` (403), `revoked_at_the_window` for the consent the file itself rests on.
    """
    consent = lock_one(consents_visible_to(viewer).filter(pk=consent_id))
    if consent is None:
        raise not_found()
    if not may_act_for(viewer, consent.elder_id):
        raise may_not_act()
    if consent.purpose == Purpose.REGISTRATION:
        raise Refusal(
            "revoked_at_the_window",
            say("停止保管资料会关闭整份档案，不能在网上办。"),
            next_step=say("请带身份证到户籍所在街道的养老服务窗口办理。"),
        )
    if consent.revoked_at is None:
        _revoke(viewer, consent)
    return consent


def _revoke(viewer: Viewer, consent: Consent) -> None:
    # A clock set back in a demonstration must not put the end before the beginning.
    Consent.objects.filter(pk=consent.pk).update(
        revoked_at=Greatest(F("given_at"), clock.ClockNow()), revoked_by=viewer.reference
    )
    consent.refresh_from_db()
    live = Q(valid_until__isnull=True) | Q(valid_until__gt=clock.today())
    Guardianship.objects.filter(live, consent=consent).update(valid_until=Greatest(F("valid_from"), clock.today()))
    facts = {"elder": str(consent.elder_id), "purpose": consent.purpose}
    record(viewer, "consent.revoked", f"consent:{consent.pk}", facts=facts)
