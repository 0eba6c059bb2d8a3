"""Bodies and answers of the people floor's doors. What is unknown is null; numbers of persons are masked."""

from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from rest_framework import serializers

from eldercare.kernel import clock
from eldercare.kernel.viewer import Viewer
from eldercare.people.access import may_act_for, role_beside
from eldercare.people.choices import CIRCUMSTANCE_NAMES, Purpose, Relation, Role
from eldercare.people.models import Elder
from eldercare.people.selectors import ElderCard, ElderFacts, elder_card, elder_facts
from eldercare.regions.rules.codes import district_of
from eldercare.ui.api.fields import FenField, StrictSerializer

MAYBE: dict[str, Any] = {"required": False, "allow_null": True, "default": None}
ONE_TO_SEVEN = {"min_value": 1, "max_value": 7}
ONE_TO_FOUR = {"min_value": 1, "max_value": 4}


class DeclaredCircumstancesBody(StrictSerializer):
    """Each true, false, or null for unknown; what is left out stays as it was declared."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: serializers.BooleanField(required=False, allow_null=True) for name in CIRCUMSTANCE_NAMES}


class ComponentBody(StrictSerializer):
    category = serializers.IntegerField(min_value=1, max_value=6)
    level = serializers.IntegerField(**ONE_TO_FOUR)


class DeclaredCertificateBody(StrictSerializer):
    """A disability certificate; `components` null means unknown."""

    category = serializers.IntegerField(**ONE_TO_SEVEN)
    level = serializers.IntegerField(**ONE_TO_FOUR, **MAYBE)
    number = serializers.CharField(max_length=40, **MAYBE)
    components = ComponentBody(many=True, **MAYBE)

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` is a word of the language and can't be declared as an attribute.
        return {**super().get_fields(), "from": serializers.DateField(**MAYBE)}


class FactsBody(StrictSerializer):
    circumstances = DeclaredCircumstancesBody(required=False)
    own_monthly_income_fen = FenField(required=False, allow_null=True)
    residence_region = serializers.RegexField(r"^[0-9]{6}([0-9]{3})?$", required=False, allow_null=True)
    certificate = DeclaredCertificateBody(**MAYBE)


class ApplicantBody(StrictSerializer):
    """Whoever registers, when that is not the elder: once."""

    name = serializers.CharField(max_length=60)
    id_number = serializers.CharField(max_length=60)


class RegisterBody(StrictSerializer):
    name = serializers.CharField(max_length=60)
    id_number = serializers.CharField(max_length=60)
    hukou_region = serializers.CharField(max_length=9)
    hukou_since = serializers.DateField(**MAYBE)
    relation = serializers.ChoiceField(choices=Relation.choices)
    consent_text_version = serializers.CharField(max_length=24)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    applicant = ApplicantBody(**MAYBE)
    circumstances = DeclaredCircumstancesBody(required=False)
    certificate = DeclaredCertificateBody(**MAYBE)


class ConsentBody(StrictSerializer):
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    text_version = serializers.CharField(max_length=24)


class InvitationBody(StrictSerializer):
    address = serializers.CharField(max_length=254)
    kind = serializers.ChoiceField(choices=[(Role.AGENT, Role.AGENT.label), (Role.KIN, Role.KIN.label)])


class HukouSerializer(serializers.Serializer):
    region = serializers.CharField()
    until = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), "from": serializers.DateField(allow_null=True)}


class CertificateSerializer(serializers.Serializer):
    category = serializers.IntegerField()
    level = serializers.IntegerField(allow_null=True)
    components = ComponentBody(many=True, allow_null=True)
    until = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), "from": serializers.DateField(allow_null=True)}


class ElderSerializer(serializers.Serializer):
    """An elder in a list."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    id_number_masked = serializers.CharField()
    birth_date = serializers.DateField()
    sex = serializers.CharField()
    hukou_region = serializers.CharField(allow_null=True)
    hukou_district = serializers.CharField(allow_null=True)
    my_role = serializers.CharField()


class ElderFileSerializer(ElderSerializer):
    """An elder with what is declared; circumstances are true, false, null or spells."""

    hukou = HukouSerializer(many=True)
    circumstances = serializers.DictField(child=serializers.JSONField(allow_null=True))
    certificates = CertificateSerializer(many=True)
    own_monthly_income_fen = serializers.IntegerField(allow_null=True)
    residence_region = serializers.CharField(allow_null=True)
    died_on = serializers.DateField(allow_null=True)
    may_act = serializers.BooleanField()


class GuardianshipSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="guardianship_id")
    name = serializers.CharField()
    kind = serializers.CharField()
    kind_name = serializers.CharField(source="kind_label")
    since = serializers.DateField(source="valid_from")


class InvitationSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    expires_at = serializers.DateTimeField()


class ConsentSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="consent_id")
    purpose = serializers.CharField()
    title = serializers.CharField()
    paragraphs = serializers.ListField(child=serializers.CharField())
    given_by = serializers.CharField()
    given_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    about = serializers.CharField(allow_blank=True)


class LookSerializer(serializers.Serializer):
    """A look at the file: by whom in words, at what."""

    at = serializers.DateTimeField()
    by = serializers.ListField(child=serializers.CharField())
    part = serializers.CharField()
    own = serializers.BooleanField()


class CircleSerializer(serializers.Serializer):
    results = GuardianshipSerializer(many=True)


class ConsentsSerializer(serializers.Serializer):
    results = ConsentSerializer(many=True)


class LooksSerializer(serializers.Serializer):
    results = LookSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class DoneSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    ended = serializers.BooleanField()


def listed(viewer: Viewer, card: ElderCard) -> dict[str, Any]:
    """Give an elder as a list shows them: the name whole to those beside, masked to officers."""
    role = role_beside(viewer, card.elder_id)
    return {
        "id": card.elder_id,
        "name": card.name if role else card.name_masked,
        "id_number_masked": card.id_masked,
        "birth_date": card.birth_date,
        "sex": card.sex,
        "hukou_region": card.hukou_code,
        "hukou_district": district_of(card.hukou_code) if card.hukou_code else None,
        "my_role": role,
    }


def file_of(viewer: Viewer, elder: Elder) -> dict[str, Any]:
    """Give an elder with what is declared."""
    today = clock.today()
    facts: ElderFacts = elder_facts(elder.pk, today)
    return {
        **listed(viewer, elder_card(elder, today)),
        "hukou": [{"region": code, "from": start, "until": until} for code, start, until in facts.hukou],
        "circumstances": facts.circumstances,
        "certificates": list(facts.certificates),
        "own_monthly_income_fen": facts.own_monthly_income_fen,
        "residence_region": facts.residence_region,
        "died_on": facts.died_on,
        "may_act": may_act_for(viewer, elder),
    }


def look(row: Any) -> dict[str, Any]:
    """Give a look in the reader's words."""
    return {"at": row.at, "by": [str(word) for word in row.by], "part": str(row.part), "own": row.own}


def language() -> str:
    return get_language() or "zh"


def following(address: str, key: UUID | str | None) -> str | None:
    """Give the address of the next page."""
    return f"{address.split('?')[0]}?before={key}" if key else None
