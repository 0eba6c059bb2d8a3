"""Doors: a family's elders, those beside them, what was agreed to, who looked. Everything starts from what one may see."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from eldercare.audit.services import record_view
from eldercare.kernel import clock
from eldercare.people.access import consents_visible_to, elders_beside, elders_visible_to
from eldercare.people.api import serializers as shapes
from eldercare.people.models import Elder
from eldercare.people.selectors import circle_of, consent_rows, elder_cards, looks_at
from eldercare.people.services.circle import end_guardianship, invite_beside
from eldercare.people.services.consents import give_consent, revoke_consent
from eldercare.people.services.declare import declare_certificate, declare_facts
from eldercare.people.services.register import refusals_remembered, register_elder
from eldercare.ui.api.views import Door
from eldercare.ui.keyset import key_of

FILE = {200: shapes.ElderFileSerializer}


class EldersDoor(Door):
    @extend_schema(
        operation_id="elders_list",
        summary=_("我登记或照看的老人"),
        responses={200: shapes.ElderSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(elders_beside(self.viewer), self.listed)

    def listed(self, rows: list[Elder]) -> list[dict[str, Any]]:
        cards = elder_cards(Elder.objects.filter(pk__in=[row.pk for row in rows]), clock.today())
        by_id = {card.elder_id: card for card in cards}
        return shapes.ElderSerializer([shapes.listed(self.viewer, by_id[row.pk]) for row in rows], many=True).data

    @extend_schema(
        operation_id="elders_register",
        summary=_("登记一位老人：身份证号按 GB 11643 校验，户籍单独填写，代办要有同意"),
        request=shapes.RegisterBody,
        responses={201: shapes.ElderFileSerializer},
    )
    def post(self, request: Request) -> Response:
        body = self.read(shapes.RegisterBody)
        applicant = body.pop("applicant") or {"name": "", "id_number": ""}
        circumstances = body.pop("circumstances", None)

        def act() -> dict[str, Any]:
            elder = register_elder(
                self.viewer,
                **body,
                applicant_name=applicant["name"],
                applicant_id_number=applicant["id_number"],
                declared={"circumstances": circumstances} if circumstances else None,
            )
            return {**shapes.file_of(self.viewer, elder), "name": body["name"]}

        with refusals_remembered(self.viewer):
            return self.once("elders.register", act, status=201)


class OneElder(Door):
    """A door to one elder: somebody else's is not found."""

    def find(self, elders: QuerySet[Elder], elder_id: UUID) -> Elder:
        elder = elders.select_related("person").filter(pk=elder_id).first()
        if elder is None:
            raise Http404
        return elder


class ElderDoor(OneElder):
    @extend_schema(operation_id="elders_read", summary=_("一位老人的资料和申报的情况"), responses=FILE)
    def get(self, request: Request, elder_id: UUID) -> Response:
        elder = self.find(elders_visible_to(self.viewer), elder_id)
        record_view(self.viewer, elder.pk, "facts", "api")
        return Response(shapes.file_of(self.viewer, elder))

    @extend_schema(
        operation_id="elders_declare",
        summary=_("申报老人的情况；没有提到的保持原样"),
        request=shapes.FactsBody,
        responses=FILE,
    )
    def patch(self, request: Request, elder_id: UUID) -> Response:
        facts = self.read(shapes.FactsBody)
        certificate = facts.pop("certificate", None)

        def act() -> dict[str, Any]:
            declare_facts(self.viewer, elder_id=elder_id, facts=facts)
            if certificate:
                declare_certificate(self.viewer, elder_id=elder_id, certificate=certificate)
            return shapes.file_of(self.viewer, self.find(elders_visible_to(self.viewer), elder_id))

        return self.once("elders.declare", act)


class GuardianshipsDoor(OneElder):
    @extend_schema(
        operation_id="guardianships_list",
        summary=_("现在谁在照看这位老人"),
        responses={200: shapes.CircleSerializer},
    )
    def get(self, request: Request, elder_id: UUID) -> Response:
        elder = self.find(elders_beside(self.viewer), elder_id)
        record_view(self.viewer, elder.pk, "circle", "api")
        rows = circle_of(elder.pk, clock.today())
        return Response({"results": shapes.GuardianshipSerializer(rows, many=True).data})

    @extend_schema(
        operation_id="guardianships_invite",
        summary=_("邀请一位家人一起照看；对方用这个手机号或邮箱登录后接受"),
        request=shapes.InvitationBody,
        responses={201: shapes.InvitationSerializer},
    )
    def post(self, request: Request, elder_id: UUID) -> Response:
        body = self.read(shapes.InvitationBody)

        def act() -> dict[str, Any]:
            row = invite_beside(self.viewer, elder_id=elder_id, **body)
            return {"id": row.pk, "kind": row.kind, "expires_at": row.expires_at}

        return self.once("guardianships.invite", act, status=201)


class GuardianshipEndDoor(Door):
    @extend_schema(
        operation_id="guardianships_end",
        summary=_("结束照看，马上生效"),
        request=None,
        responses={200: shapes.DoneSerializer},
    )
    def post(self, request: Request, guardianship_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            end_guardianship(self.viewer, guardianship_id=guardianship_id)
            return {"id": guardianship_id, "ended": True}

        return self.once("guardianships.end", act)


class ConsentsDoor(OneElder):
    @extend_schema(
        operation_id="consents_list",
        summary=_("为这位老人同意过的每一件事"),
        responses={200: shapes.ConsentsSerializer},
    )
    def get(self, request: Request, elder_id: UUID) -> Response:
        elder = self.find(elders_beside(self.viewer), elder_id)
        record_view(self.viewer, elder.pk, "consents", "api")
        rows = consent_rows(consents_visible_to(self.viewer).filter(elder=elder), shapes.language())
        return Response({"results": shapes.ConsentSerializer(rows, many=True).data})

    @extend_schema(
        operation_id="consents_give",
        summary=_("同意一件事"),
        request=shapes.ConsentBody,
        responses={201: shapes.ConsentSerializer},
    )
    def post(self, request: Request, elder_id: UUID) -> Response:
        body = self.read(shapes.ConsentBody)

        def act() -> dict[str, Any]:
            given = give_consent(self.viewer, elder_id=elder_id, **body)
            (row,) = consent_rows(consents_visible_to(self.viewer).filter(pk=given.pk), shapes.language())
            return dict(shapes.ConsentSerializer(row).data)

        return self.once("consents.give", act, status=201)


class ConsentRevokeDoor(Door):
    @extend_schema(
        operation_id="consents_revoke",
        summary=_("撤回一项同意，马上生效"),
        request=None,
        responses={200: shapes.DoneSerializer},
    )
    def post(self, request: Request, consent_id: UUID) -> Response:
        def act() -> dict[str, Any]:
            revoke_consent(self.viewer, consent_id=consent_id)
            return {"id": consent_id, "ended": True}

        return self.once("consents.revoke", act)


class ViewsDoor(OneElder):
    @extend_schema(
        operation_id="views_list",
        summary=_("谁看过这位老人的资料，新的在前"),
        parameters=[OpenApiParameter("before", OpenApiTypes.UUID, description=_("上一页最后一条的编号"))],
        responses={200: shapes.LooksSerializer},
    )
    def get(self, request: Request, elder_id: UUID) -> Response:
        elder = self.find(elders_beside(self.viewer), elder_id)
        rows, key = looks_at(elder.pk, self.viewer, before=key_of(request))
        address = shapes.following(request.build_absolute_uri(), key)
        return Response({"results": [shapes.look(row) for row in rows], "next": address})
