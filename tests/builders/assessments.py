"""Agencies with two assessors, and assessments brought to a state by the real services."""

from dataclasses import dataclass
from itertools import count

from assessments.models import Agency, Assessment
from assessments.rules.instrument import instrument
from assessments.services.assign import assign
from assessments.services.conclude import conclude
from assessments.services.record import record
from assessments.services.request import request_assessment
from assessments.services.staffing import appoint_assessor, enter_agency
from eldercare.accounts.models import User
from eldercare.kernel.viewer import Viewer, system
from tests.builders.accounts import make_user, viewer_for
from tests.builders.regions import WUQING, regions

_sequence = count(1)

NO_CONDITIONS = {"coma": False, "dementia_or_psychiatric_diagnosis": False, "risk_events_30_days": 0}


@dataclass(frozen=True)
class Team:
    """An agency, its lead, and the two who go."""

    agency: Agency
    lead: User
    first: User
    second: User


def make_team(region: str = WUQING, *, name: str = "示例·津门评估中心") -> Team:
    """An agency in Tianjin with a lead and two assessors, one of them a nurse."""
    regions()
    agency = enter_agency(system("builder"), name=f"{name}{next(_sequence)}", region=region, is_demo=True)
    team = Team(agency, make_user("刘主任"), make_user("陈评估"), make_user("周评估"))
    appoint_assessor(system("builder"), agency_id=agency.pk, user_id=team.lead.pk, role="agency_lead")
    appoint_assessor(system("builder"), agency_id=agency.pk, user_id=team.first.pk, medical_background=True)
    appoint_assessor(system("builder"), agency_id=agency.pk, user_id=team.second.pk)
    return team


def assessor_id(team: Team, user: User) -> str:
    return str(team.agency.assessors.get(user=user).pk)


def answers_totalling(total: int) -> dict[str, int]:
    """Complete answers whose points add up to a total: the first items full, the rest nothing."""
    left, answers = total, {}
    for item in instrument().items:
        answers[item.code] = min(item.best, left)
        left -= answers[item.code]
    return answers


def make_requested(elder, family: Viewer, team: Team) -> Assessment:
    return request_assessment(family, elder_id=elder.pk, agency_id=team.agency.pk)


def make_assigned(elder, family: Viewer, team: Team) -> Assessment:
    assessment = make_requested(elder, family, team)
    return assign(
        viewer_for(team.lead),
        assessment_id=assessment.pk,
        first_assessor_id=assessor_id(team, team.first),
        second_assessor_id=assessor_id(team, team.second),
    )


def make_recorded(elder, family: Viewer, team: Team, *, total: int = 40, conditions: dict | None = None) -> Assessment:
    assessment = make_assigned(elder, family, team)
    return record(
        viewer_for(team.first),
        assessment_id=assessment.pk,
        answers=answers_totalling(total),
        conditions={**NO_CONDITIONS, **(conditions or {})},
    )


def make_concluded(elder, family: Viewer, team: Team, **facts) -> Assessment:
    """A result of today: level 3 by 40 points, unless told otherwise."""
    return conclude(viewer_for(team.second), assessment_id=make_recorded(elder, family, team, **facts).pk)
