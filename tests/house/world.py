"""A small world in which every row behind every door belongs to somebody, and everyone else is a stranger to it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from eldercare.accounts.models import Invitation, Post
from eldercare.kernel import clock
from eldercare.kernel.keys import digest, new_id
from eldercare.kernel.sealed import blind_index
from eldercare.people.models import Consent, GuardianInvitation
from facilities.choices import EmploymentState
from facilities.models import (
    BedConfirmation,
    BedReminder,
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
from facilities.services.board_link import link_text
from facilities.services.import_homes import begin_import, read_import
from subsidies.models import (
    AccountChange,
    Application,
    Break,
    Change,
    CrossCheckFlag,
    Document,
    FactList,
    Filing,
    Inquiry,
    Objection,
    Paper,
    PaperContent,
    Payment,
    Posting,
    ProgrammeVersion,
    Run,
    RunLine,
)
from tests.builders.accounts import make_officer, make_user, viewer_for
from tests.builders.assessments import make_concluded, make_team
from tests.builders.facilities import make_application as make_home_application
from tests.builders.facilities import make_bill, make_home, make_staff, make_stay
from tests.builders.recognition import agreements
from tests.builders.regions import BEIJING, CHAOYANG, HUJIALOU, TIANJIN, TONGZHOU, WUQING
from tests.builders.settlement import NURSING, make_account, make_entitlement, make_routing
from tests.builders.sheets import USUAL, xlsx
from tests.builders.subsidies import make_application, make_beijing_elder, make_family

OTHER_STREET = "110105005"
PAPER = {
    "elder": {"name": "王桂兰", "id_masked": "110****20"},
    "benefit": "失能老年人护理补贴",
    "programme": {"document": "示例", "title": "示例", "url": ""},
    "articles": [],
    "applied_on": "2026-07-01",
    "decided_on": "2026-07-20",
    "district": "北京市朝阳区",
    "street": "北京市朝阳区呼家楼街道",
    "stage": "district_decision",
    "outcome": "approve",
    "upholds": None,
    "replaces": None,
    "monthly_fen": 60_000,
    "first_month": "2026-07",
    "last_month": None,
    "back_pay_months": 0,
    "lines": [],
    "facts": [],
    "conditions": [],
    "reason": None,
    "remedy": "",
    "appeal_until": None,
}


@dataclass
class World:
    """The visitors by name (`visitor` is nobody) and, for each name in a route, the row that stands behind it."""

    users: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)


def build() -> World:
    """Make the world: one elder with everything a file can hold, and twelve kinds of visitors."""
    settings.DEMO = True
    agreements()
    team, other_team = make_team(), make_team()
    family, other_family, invited = make_family("李娜"), make_family("赵敏"), make_family("孙强")
    home, other_home = make_home(beds=1), make_home("示例·另一家", region="131082", beds=1)
    manager, other_manager = make_user("马院长"), make_user("别院长")
    make_staff(manager, home)
    make_staff(other_manager, other_home)
    users = {
        "visitor": None,
        "family": family,
        "other_family": other_family,
        "home": manager,
        "other_home": other_manager,
        "assessor": team.first,
        "other_assessor": other_team.first,
        "street": make_officer("street_officer", HUJIALOU),
        "other_street": make_officer("street_officer", OTHER_STREET),
        "district": make_officer("district_officer", CHAOYANG),
        "other_district": make_officer("district_officer", TONGZHOU),
        "homes_district": make_officer("district_officer", WUQING),
        "city": make_officer("city_officer", BEIJING),
        "other_city": make_officer("city_officer", TIANJIN),
        "auditor": make_officer("auditor", BEIJING),
    }
    world = World(users)
    rows = world.rows
    elder = make_beijing_elder(family, level=None)
    make_beijing_elder(other_family, level=None)
    rows["elder_id"] = elder
    rows["assessment_id"] = make_concluded(elder, viewer_for(family), team)
    rows["facility_id"] = home
    _money(rows, elder, family, home, users)
    _life(rows, elder, users)
    _papers(rows, elder, family, users)
    _people(rows, elder, family, invited)
    _homes(rows, elder, family, home, manager, invited, users)
    _posts(rows, users)
    return world


def _money(rows, elder, family, home, users) -> None:
    entitlement = make_entitlement(elder, first="2026-07", decider=users["district"])
    rows["entitlement_id"] = entitlement
    rows["subsidy:application_id"] = make_application(
        elder, family.person, programme="beijing/2019-160/seniority", applied_on=clock.today()
    )
    rows["document_id"] = Document.objects.create(
        decision=entitlement.decision,
        region_id=CHAOYANG,
        year=2026,
        serial=1,
        number="示例1号",
        content=PAPER,
        content_digest=digest(PAPER),
    )
    rows["posting_id"] = posting = Posting.objects.create(
        application=rows["subsidy:application_id"],
        shown_name="王*",
        place_id=HUJIALOU,
        monthly_fen=10_000,
        from_day=clock.today(),
        until=clock.today() + timedelta(days=7),
        by=users["street"],
    )
    rows["objection_id"] = Objection.objects.create(posting=posting, said="示例")
    rows["routing_id"] = make_routing(entitlement, home)
    run = Run.objects.create(
        programme=NURSING, region_id=CHAOYANG, benefit_month=date(2026, 7, 1), calculated_at=clock.now()
    )
    rows["line_id"] = line = RunLine.objects.create(
        run=run,
        entitlement=entitlement,
        elder=elder,
        benefit_month=run.benefit_month,
        cause="regular",
        amount_fen=60_000,
        explanation=[],
    )
    rows["run_id"] = run
    rows["payment_id"] = payment = Payment.objects.create(
        channel="sandbox",
        kind="credit",
        key=f"world:{run.pk}",
        run=run,
        run_line=line,
        elder=elder,
        account=entitlement.decision.application.account,
        amount_fen=60_000,
    )
    rows["break_id"] = Break.objects.create(
        break_class="ours_only", payment=payment, run=run, amount_fen=60_000, day=date(2026, 7, 1)
    )


def _life(rows, elder, users) -> None:
    """What became of the right: a move to another district, a flag, a list of facts, a draft of other figures."""
    entitlement = rows["entitlement_id"]
    rows["right:change_id"] = Change.objects.create(
        elder=elder,
        programme=entitlement.programme,
        decision=entitlement.decision,
        entitlement=entitlement,
        kind="moved",
        from_month=date(2026, 8, 1),
        before_fen=60_000,
        after_fen=60_000,
        payer_before=entitlement.payer_region,
        payer_after_id=TONGZHOU,
        reasons=[],
        facts={},
        verdict={},
        by="world",
    )
    rows["flag_id"] = CrossCheckFlag.objects.create(
        elder=elder,
        programme=entitlement.programme,
        district=entitlement.payer_region,
        kind="absent",
        evidence=["示例"],
        digest="0",
    )
    rows["list_id"] = FactList.objects.create(
        region=entitlement.payer_region, by=users["district"], file_name="名单.xlsx", rows=[], total=0, ready=0
    )
    rows["version_id"] = ProgrammeVersion.objects.create(
        programme="beijing/2019-160",
        document="示例",
        from_month=date(2100, 1, 1),
        changes={"valid_from": "2100-01-01", "recorded_on": "2026-01-01", "amounts": []},
        drafted_by=users["other_city"],
    )


def _papers(rows, elder, family, users) -> None:
    """A form that is being filled in, one that was sent with a paper, a question to the family, a card to be changed to."""
    application = rows["subsidy:application_id"]
    form = {"elder": elder, "applicant": family.person, "begun_by": family}
    rows["filing_id"] = Filing.objects.create(**form, contents={"programmes": [application.programme]})
    sent = Filing.objects.create(**form, state="discarded", contents={"programmes": [application.programme]})
    paper = {"name": "证.pdf", "media_type": "application/pdf", "size": 3, "digest": "0" * 64}
    rows["paper_id"] = Paper.objects.create(elder=elder, filing=sent, kind="certificate", uploaded_by=family, **paper)
    PaperContent.objects.create(paper=rows["paper_id"], content=b"%PD")
    Filing.objects.filter(pk=sent.pk).update(state="sent", sent_at=clock.now())
    Application.objects.filter(pk=application.pk).update(filing=sent)
    rows["inquiry_id"] = Inquiry.objects.create(
        application=application,
        asked={"items": ["certificate"], "note": ""},
        answer_by=clock.today() + timedelta(days=7),
        asked_by=users["street"],
    )
    rows["account:change_id"] = AccountChange.objects.create(elder=elder, account=make_account(elder), asked_by=family)


def _people(rows, elder, family, invited) -> None:
    rows["consent_id"] = Consent.objects.create(
        elder=elder, purpose="assessment_sharing", text_version="2026-01", given_by=family.person
    )
    rows["guardianship_id"] = elder.guardianships.get()
    rows["elder:invitation_id"] = GuardianInvitation.objects.create(
        elder=elder,
        kind="kin",
        address="13900009999",
        address_index=blind_index("13900009999"),
        invited_by=family.person,
        expires_at=clock.now() + timedelta(days=7),
    )


def _homes(rows, elder, family, home, manager, invited, users) -> None:
    stay = make_stay(home, elder, family.person, since=date(2026, 7, 1))
    rows["stay_id"] = stay
    rows["bill_id"] = make_bill(stay, date(2026, 7, 1))
    rows["home:application_id"] = application = make_home_application(home, elder, family.person)
    rows["offer_id"] = _offer(manager, application, home)
    rows["opening_id"] = application.offers.get().bed.openings.get()
    rows["slot_id"] = slot = VisitSlot.objects.create(
        facility=home, starts_at=clock.now() + timedelta(days=1), minutes=30
    )
    rows["visit_id"] = Visit.objects.create(slot=slot, facility=home, by_person=family.person, elder=elder)
    rows["contract_id"] = draw_up_contract(viewer_for(manager), stay_id=stay.pk, deposit_fen=0)
    rows["home:invitation_id"] = StaffInvitation.objects.create(
        facility=home,
        role="staff",
        address="13900009998",
        address_index=blind_index("13900009998"),
        invited_by=manager,
        expires_at=clock.now() + timedelta(days=7),
    )
    rows["employment_id"] = Employment.objects.create(
        user=invited, facility=home, role="manager", state=EmploymentState.CLAIMED, evidence="示例"
    )
    rows["import_id"] = begin_import(
        viewer_for(users["homes_district"]), file_name="a.xlsx", content=xlsx(USUAL, ["示例新院", None, "武清区"])
    )
    read_import(rows["import_id"].pk)
    rows["row_id"] = HospitalAgreement.objects.create(facility=home, hospital="示例医院")
    rows["photo_id"] = Photo.objects.create(facility=home, position=1, alt="示例", image=b"", width=1, height=1)
    rows["token_id"] = HomeToken.objects.create(
        facility=home, name="示例", token_digest=f"world:{new_id()}", made_by=manager
    )
    rows["confirmation_id"] = BedConfirmation.objects.create(facility=home, by="staff")
    rows["report_id"] = NumberReport.objects.create(facility=home, says="full", shown_free=1)
    reminder = BedReminder.objects.create(facility=home, stage="soon")
    rows["text"] = SimpleNamespace(pk=link_text(reminder))


def _offer(manager, application, home):
    from facilities.services.offer_bed import offer_bed

    bed = home.rooms.first().beds.first()
    return offer_bed(viewer_for(manager), application_id=application.pk, bed_id=bed.pk, from_day=clock.today())


def _posts(rows, users) -> None:
    rows["post_id"] = Post.objects.get(user=users["street"])
    rows["post:invitation_id"] = Invitation.objects.create(
        address="13900009997",
        address_index=blind_index("13900009997"),
        role="street_officer",
        region_id=HUJIALOU,
        invited_by=users["district"],
        expires_at=clock.now() + timedelta(days=7),
    )
