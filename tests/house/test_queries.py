"""No page and no list asks the database more often because there are more rows: every door is asked with few and with many."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from eldercare.kernel import clock
from eldercare.kernel.keys import new_id
from eldercare.kernel.sealed import blind_index
from facilities.choices import EmploymentState
from facilities.models import (
    BedClaim,
    BedConfirmation,
    CareWorker,
    Employment,
    HomeToken,
    HospitalAgreement,
    NumberReport,
    Photo,
    StaffInvitation,
    Visit,
    VisitSlot,
)
from facilities.services import draw_up_contract
from facilities.services.import_homes import begin_import, read_import
from facilities.services.relist import relist
from tests.builders.accounts import make_user, sign_in, viewer_for
from tests.builders.facilities import (
    make_application,
    make_bed,
    make_bill,
    make_home,
    make_rating,
    make_staff,
    make_stay,
)
from tests.builders.sheets import USUAL, xlsx
from tests.builders.subsidies import make_beijing_elder, make_family
from tests.house import world
from tests.house.knock import address
from tests.house.test_doors import TABLE, listed

FEW, MANY = 2, 6
# The lists of a directory and its homes. Not among them: pages about one elder, one right, one payment.
LISTS = ("homes", "compare", "home/", "desk/directory", "desk/home-claims", "desk/stale-beds", "desk/passed-over")
LISTS += ("applications", "visits", "bills", "contracts", "board-link", "open-data")
API_LISTS = ("facilities", "applications", "offers", "visits", "transfers", "contracts", "stays", "bills", "open-data")


def doors_of_lists() -> list[tuple[str, str]]:
    """Give (route, who gets through) for every door of a directory and its homes that answers a GET."""
    begins = (*LISTS, *(f"api/v1/{name}" for name in API_LISTS))
    doors = [("", "visitor")]
    for (method, route), (through, _refused) in listed(TABLE.read_text("utf-8")).items():
        if method == "GET" and route.startswith(begins):
            names = {"everyone": "visitor", "signed_in": "home" if route.startswith("home") else "family"}
            doors.append((route, names.get(through) or through.split()[0]))
    return doors


def counted(client: Client, url: str) -> int:
    """Count what a request asks, to the last piece of what it answers; what it writes is undone."""
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        answer = client.get(url)
        assert answer.status_code == (422 if url.endswith("/vacancy") else 200), f"{url}: {answer.status_code}"
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return sum("SAVEPOINT" not in one["sql"] for one in asked.captured_queries)


def grow(town: world.World, numbers: range) -> None:
    """Give the home, its district and the family more of everything of which the world has one."""
    rows, users = town.rows, town.users
    home, family, manager = rows["facility_id"], users["family"], users["home"]
    for number in numbers:
        elder, guest = make_beijing_elder(family, level=None), make_family(f"客人{number}")
        stay = make_stay(home, elder, family.person, since=date(2026, 7, 1))
        make_bill(stay, date(2026, 7, 1))
        draw_up_contract(viewer_for(manager), stay_id=stay.pk, deposit_fen=0)
        waiting = make_beijing_elder(family, level=None)
        make_application(home, waiting, family.person)
        free = make_bed(home)
        if number % 2:
            BedClaim.objects.create(bed=free, kind="blocked", days=DateRange(date(2026, 7, 1), None))
        slot = VisitSlot.objects.create(facility=home, starts_at=clock.now() + timedelta(days=2 + number), minutes=30)
        Visit.objects.create(slot=slot, facility=home, by_person=guest.person)
        Visit.objects.create(slot=slot, facility=home, by_person=family.person, elder=elder, state="cancelled")
        _beside(home, manager, number)
        other = make_home(f"示例第{number}院", beds=2)
        make_rating(other)
        BedConfirmation.objects.create(facility=other, by="staff")
        make_staff(manager, other)
        viewer = viewer_for(users["homes_district"])
        batch = begin_import(viewer, file_name="b.xlsx", content=xlsx(USUAL, *_lines(number)))
        read_import(batch.pk)
    relist()


def _beside(home, manager, number: int) -> None:
    make_rating(home, 1 + number % 5)
    HospitalAgreement.objects.create(facility=home, hospital=f"示例第{number}医院")
    CareWorker.objects.create(facility=home, name=f"某{number}", since=date(2026, 1, 1))
    Photo.objects.create(facility=home, position=2 + number, alt="示例", image=b"", width=1, height=1)
    HomeToken.objects.create(facility=home, name=f"示例{number}", token_digest=f"queries:{new_id()}", made_by=manager)
    BedConfirmation.objects.create(facility=home, by="staff")
    NumberReport.objects.create(facility=home, says="full", shown_free=1)
    worker = make_user(f"员工{number}")
    make_staff(worker, home, role="staff")
    asked = make_user(f"来人{number}")
    Employment.objects.create(user=asked, facility=home, role="staff", state=EmploymentState.CLAIMED, evidence="示例")
    StaffInvitation.objects.create(
        facility=home,
        role="staff",
        address=f"1380000{number:04}",
        address_index=blind_index(f"1380000{number:04}"),
        invited_by=manager,
        expires_at=clock.now() + timedelta(days=7),
    )


def _lines(number: int) -> list[list]:
    return [[f"示例新{number}{line}院", None, "武清区", None, line, None] for line in range(3 + number)]


def more_than_before(few: dict[str, int], many: dict[str, int]) -> list[str]:
    return [f"{door}: {few[door]} → {count} queries" for door, count in many.items() if count > few[door]]


@pytest.mark.slow
@pytest.mark.django_db
def test_no_list_asks_more_when_there_is_more():
    town = world.build()
    grow(town, range(FEW))
    clients = {name: sign_in(Client(), user) if user else Client() for name, user in town.users.items()}

    def counts() -> dict[str, int]:
        return {route: counted(clients[who], address(route, town.rows)) for route, who in doors_of_lists()}

    counts()  # what a process remembers from its first request is no row's doing
    few = counts()
    grow(town, range(FEW, MANY))
    assert more_than_before(few, counts()) == []


def test_the_count_bites():
    ask: Callable[[int], dict[str, int]] = lambda rows: {"homes": 3 + rows, "board": 5}  # noqa: E731
    assert more_than_before(ask(1), ask(1)) == []
    assert more_than_before(ask(1), ask(9)) == ["homes: 4 → 12 queries"]
