"""Decided rights, accounts and routings as rows, and the clock set to a day: for tests that begin at the money."""

from datetime import date, datetime, time
from itertools import count

from django.db import connection

from eldercare.audit.models import ClockOffset
from eldercare.kernel.clock import CHINA
from eldercare.kernel.days import Month
from eldercare.kernel.sealed import blind_index
from eldercare.people.choices import Purpose
from eldercare.people.models import Consent, Elder
from subsidies.choices import AccountKind, ApplicationState, DecisionOutcome, RoutingState, Stage
from subsidies.models import Application, Decision, Entitlement, PayoutAccount, Routing
from tests.builders.accounts import make_officer, viewer_for
from tests.builders.people import make_elder, make_person
from tests.builders.regions import CHAOYANG, HUJIALOU, regions

NURSING = "beijing/2019-160/nursing"
_sequence = count(1)


def set_day(day: date) -> None:
    """Put the one clock to ten in the morning of a day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (real,) = cursor.fetchone()
    offset = datetime.combine(day, time(10), CHINA) - real
    ClockOffset.objects.update_or_create(pk=1, defaults={"offset": offset})


def make_account(elder: Elder) -> PayoutAccount:
    number = f"6210{next(_sequence):012d}"
    return PayoutAccount.objects.create(
        elder=elder, kind=AccountKind.ELDER_CARD, number=number, number_index=blind_index(number)
    )


def make_entitlement(
    elder: Elder | None = None,
    *,
    first: str = "2026-07",
    last: str | None = None,
    monthly_fen: int = 60_000,
    programme: str = NURSING,
    street: str = HUJIALOU,
    decider=None,
) -> Entitlement:
    """A decided right with the application, account and decision it rests on; the elder too, when none is given."""
    regions()
    elder = elder or make_elder(hukou=street)
    application = Application.objects.create(
        programme=programme,
        elder=elder,
        applied_on=Month.parse(first).first_day,
        applied_by=make_person(born=None),
        street_id=street,
        district_id=street[:6],
        account=make_account(elder),
        state=ApplicationState.APPROVED,
        facts={},
        verdict={},
    )
    decision = Decision.objects.create(
        application=application,
        stage=Stage.DISTRICT_DECISION,
        outcome=DecisionOutcome.APPROVE,
        facts={},
        verdict={},
        by=decider or make_officer("district_officer", street[:6]),
    )
    return Entitlement.objects.create(
        elder=elder,
        programme=programme,
        payer_region_id=street[:6],
        tier="first",
        monthly_fen=monthly_fen,
        first_month=Month.parse(first).first_day,
        last_month=Month.parse(last).first_day if last else None,
        decision=decision,
    )


def make_routing(entitlement: Entitlement, home, *, first: str = "2026-07", until: str | None = None) -> Routing:
    """A standing consent that the credits pay a home from a month on; with `until`, revoked."""
    consent = Consent.objects.create(
        elder_id=entitlement.elder_id,
        purpose=Purpose.SUBSIDY_ROUTING,
        text_version="2026-01",
        given_by=make_person(born=None),
    )
    return Routing.objects.create(
        entitlement=entitlement,
        elder_id=entitlement.elder_id,
        facility=home,
        consent=consent,
        from_month=Month.parse(first).first_day,
        until_month=Month.parse(until).first_day if until else None,
        state=RoutingState.REVOKED if until else RoutingState.ACTIVE,
    )


def district_pair(code: str = CHAOYANG):
    """Two officers of one district, as viewers with their second factor."""
    return tuple(viewer_for(make_officer("district_officer", code, name)) for name in ("张提请", "李复核"))
