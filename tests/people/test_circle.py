"""Who stands beside an elder: invited, accepted by who proves the address, ended at once; consents given and taken back."""

from datetime import date, timedelta

import pytest

from eldercare.kernel import clock
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import restored
from eldercare.people.models import GuardianInvitation, Letter
from eldercare.people.services.circle import (
    accept_beside,
    appoint_guardian,
    end_guardianship,
    invite_beside,
    withdraw_invitation,
)
from eldercare.people.services.consents import give_consent, revoke_consent
from tests.builders.accounts import make_user, viewer_for
from tests.builders.people import id_number, make_elder, make_person, stand_beside

pytestmark = pytest.mark.django_db
BROTHER = "13700000001"


@pytest.fixture
def daughter():
    return make_user("李娜")


@pytest.fixture
def elder(daughter):
    return make_elder(guardian=make_registered(daughter))


def make_registered(user):
    """Give the user's person a birth date: a grown-up."""
    user.person.birth_date = "1975-04-02"
    user.person.id_number, user.person.id_number_index = "test", f"index-{user.pk}"
    user.person.save()
    return user.person


def invited(daughter, elder, kind="kin", address=BROTHER):
    return invite_beside(viewer_for(daughter), elder_id=elder.pk, address=address, kind=kind)


def refusal_of(act, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        act(*args, **kwargs)
    return caught.value


def test_who_is_invited_and_proves_the_address_joins(daughter, elder):
    invitation = invited(daughter, elder)
    brother = make_user("李强", address=BROTHER)
    accept_beside(
        viewer_for(brother),
        invitation_id=invitation.pk,
        applicant_name="李强",
        applicant_id_number=id_number(date(1978, 8, 8)),
    )
    assert viewer_for(brother).has("kin", "elder", elder.pk)
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None


def test_the_letter_names_the_elder_masked_and_carries_no_secret(daughter, elder):
    invitation = invited(daughter, elder)
    letter = Letter.objects.get(kind="elder.invitation")
    body = str(restored(letter.body))
    assert letter.address == BROTHER
    assert "王**" in body and "王桂兰" not in body and str(invitation.pk) not in body


def test_somebody_with_another_address_finds_no_invitation(daughter, elder):
    invitation = invited(daughter, elder)
    stranger = make_user("陌生人")
    assert refusal_of(accept_beside, viewer_for(stranger), invitation_id=invitation.pk).status == 404


def test_an_invitation_lapses_and_can_be_withdrawn(daughter, elder):
    brother = make_user("李强", address=BROTHER)
    late = invited(daughter, elder)
    GuardianInvitation.objects.filter(pk=late.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert refusal_of(accept_beside, viewer_for(brother), invitation_id=late.pk).status == 404
    again = invited(daughter, elder)
    withdraw_invitation(viewer_for(daughter), invitation_id=again.pk)
    assert refusal_of(accept_beside, viewer_for(brother), invitation_id=again.pk).status == 404


def test_inviting_the_same_address_again_replaces_the_first_invitation(daughter, elder):
    first, second = invited(daughter, elder), invited(daughter, elder, kind="agent")
    first.refresh_from_db()
    assert first.withdrawn_at is not None and second.withdrawn_at is None


def test_a_minor_cannot_join(daughter, elder):
    invitation = invited(daughter, elder)
    boy = make_user("李小宝", address=BROTHER)
    born = clock.today() - timedelta(days=16 * 365)
    typed = {"applicant_name": "李小宝", "applicant_id_number": id_number(born)}
    refusal = refusal_of(accept_beside, viewer_for(boy), invitation_id=invitation.pk, **typed)
    assert refusal.code == "guardian_under_age"
    assert viewer_for(boy).grants == frozenset()


def test_kin_may_look_and_not_invite(daughter, elder):
    uncle = make_user("王叔")
    stand_beside(elder, make_registered(uncle), "kin")
    refusal = refusal_of(invite_beside, viewer_for(uncle), elder_id=elder.pk, address=BROTHER, kind="kin")
    assert (refusal.code, refusal.status) == ("may_not_act", 403)


def test_another_family_s_elder_is_not_found(elder):
    stranger = viewer_for(make_user("陌生人"))
    assert refusal_of(invite_beside, stranger, elder_id=elder.pk, address=BROTHER, kind="kin").status == 404
    given = {"purpose": "assessment_sharing", "text_version": "2026-01"}
    assert refusal_of(give_consent, stranger, elder_id=elder.pk, **given).status == 404


def test_a_person_without_a_proven_age_is_not_appointed(daughter, elder):
    nameless = make_person("某人", born=None)
    refusal = refusal_of(appoint_guardian, viewer_for(daughter), elder_id=elder.pk, guardian=nameless, kind="agent")
    assert refusal.code == "guardian_under_age"


def test_nobody_is_appointed_twice(daughter, elder):
    brother = make_registered(make_user("李强"))
    appoint_guardian(viewer_for(daughter), elder_id=elder.pk, guardian=brother, kind="agent")
    refusal = refusal_of(appoint_guardian, viewer_for(daughter), elder_id=elder.pk, guardian=brother, kind="kin")
    assert refusal.code == "already_beside"


def test_a_guardianship_with_an_end_is_over_on_that_day(daughter, elder):
    son = make_user("李强")
    tomorrow = clock.today() + timedelta(days=1)
    viewer = viewer_for(daughter)
    appoint_guardian(viewer, elder_id=elder.pk, guardian=make_registered(son), kind="agent", until=tomorrow)
    assert viewer_for(son).has("agent", "elder", elder.pk)
    elder.guardianships.filter(guardian=son.person).update(valid_from=clock.today(), valid_until=clock.today())
    assert not viewer_for(son).has("agent", "elder", elder.pk)


def test_ending_a_guardianship_ends_it_at_once(daughter, elder):
    uncle = make_user("王叔")
    row = stand_beside(elder, make_registered(uncle), "kin")
    end_guardianship(viewer_for(daughter), guardianship_id=row.pk)
    assert viewer_for(uncle).grants == frozenset()


def test_anybody_may_step_down_themselves(elder):
    uncle = make_user("王叔")
    row = stand_beside(elder, make_registered(uncle), "kin")
    end_guardianship(viewer_for(uncle), guardianship_id=row.pk)
    assert viewer_for(uncle).grants == frozenset()


def test_a_revoked_consent_takes_the_agent_s_rights_at_once(daughter, elder):
    consent = elder.guardianships.get().consent
    revoke_consent(viewer_for(daughter), consent_id=consent.pk)
    assert viewer_for(daughter).grants == frozenset()
    consent.refresh_from_db()
    assert consent.revoked_by == f"user:{daughter.pk}"


def test_revoking_twice_changes_nothing(daughter, elder):
    given = give_consent(
        viewer_for(daughter),
        elder_id=elder.pk,
        purpose="assessment_sharing",
        text_version="2026-01",
        about="facility:1",
    )
    first = revoke_consent(viewer_for(daughter), consent_id=given.pk).revoked_at
    assert revoke_consent(viewer_for(daughter), consent_id=given.pk).revoked_at == first


def test_the_consent_the_file_rests_on_is_revoked_at_the_window():
    user = make_user()
    elder = make_elder(guardian=user.person, kind="self")
    consent = elder.guardianships.get().consent
    assert refusal_of(revoke_consent, viewer_for(user), consent_id=consent.pk).code == "revoked_at_the_window"
