"""Application forms, their papers, and what was asked, as pages and API show them. Every read is handed a queryset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from eldercare.kernel import clock
from eldercare.kernel.sentences import Sentence, restored
from eldercare.kernel.verdict import Answer
from eldercare.people.models import Elder
from eldercare.people.selectors import ElderCard, elder_card
from eldercare.regions.selectors import full_name
from subsidies.choices import AccountKind, ChangeState, CheckState
from subsidies.models import AccountChange, Application, Filing, Inquiry, Paper, PaperContent, PayoutAccount
from subsidies.models.inquiry import OPEN
from subsidies.rules.eligibility import BenefitAnswer
from subsidies.rules.facts import ElderInput
from subsidies.rules.papers import Asked, askable, papers
from subsidies.selectors.programmes import answers_for, applicable

INSTEAD = "instead"  # the choice for an allowance that has no programme here (因公致残、离休等)
STEPS = ("benefits", "facts", "account", "papers", "confirm")


@dataclass(frozen=True)
class PaperCard:
    """An uploaded paper and what it is."""

    paper: Paper
    kind: Asked


@dataclass(frozen=True)
class FormAccount:
    """The card a form names, as it may be shown."""

    kind: str
    masked: str
    number: str

    @property
    def label(self) -> str:
        return AccountKind(self.kind).label


@dataclass(frozen=True)
class FilingFile:
    """One form whole. `answers` are the rule's of today for everything that can be applied for."""

    filing: Filing
    elder: ElderCard
    facts: ElderInput
    answers: tuple[BenefitAnswer, ...]
    account: FormAccount | None
    papers: tuple[PaperCard, ...]
    applications: tuple[Application, ...]
    window_name: str

    @property
    def programmes(self) -> list[str]:
        return list(self.filing.contents.get("programmes", ()))

    @property
    def choices(self) -> dict[str, str]:
        return dict(self.filing.contents.get("choices", {}))

    @property
    def asked(self) -> list[BenefitAnswer]:
        """Give the answers of what is asked for, leaving out what another side of a choice was preferred to."""
        return [one for one in self.chosen_from if self.choices.get(one.programme, one.programme) == one.programme]

    @property
    def chosen_from(self) -> list[BenefitAnswer]:
        return [answer for answer in self.answers if answer.programme in self.programmes]

    @property
    def not_chosen(self) -> list[BenefitAnswer]:
        """Give the answers of what was given up for the other side of a choice."""
        return [answer for answer in self.chosen_from if answer not in self.asked]

    @property
    def undecided(self) -> list[BenefitAnswer]:
        """Give the answers that are one side of a choice not made yet."""
        return [one for one in self.chosen_from if is_choice(one) and one.programme not in self.choices]

    @property
    def next_step(self) -> str:
        """Give the first step that lacks something; `confirm` when nothing does."""
        if not self.programmes or self.undecided or not self.asked:
            return "benefits"
        return "confirm" if self.account else "account"


@dataclass(frozen=True)
class InquiryCard:
    """What was asked about an application, and the answer."""

    inquiry: Inquiry
    items: tuple[Asked, ...]
    note: str
    text: str
    papers: tuple[PaperCard, ...]
    overdue: bool


def is_choice(answer: BenefitAnswer) -> bool:
    """Tell whether a benefit is one side of a choice the family has to make."""
    return bool(answer.alternatives) and answer.answer is not Answer.NO


def filing_file(filings: QuerySet[Filing], filing_id: UUID) -> FilingFile | None:
    """Give one form whole, or None when the queryset does not hold it."""
    filing = filings.filter(pk=filing_id).first()
    if filing is None:
        return None
    today = clock.today()
    elder = Elder.objects.select_related("person").get(pk=filing.elder_id)
    facts, answers = answers_for(elder.pk, on=today, programmes=[one.id for one in applicable()], applied_on=today)
    return FilingFile(
        filing=filing,
        elder=elder_card(elder, today),
        facts=facts,
        answers=tuple(answers),
        account=_account(filing),
        papers=paper_cards(filing.papers.all()),
        applications=tuple(filing.applications.order_by("pk")),
        window_name=full_name(filing.window_id) if filing.window_id else "",
    )


def paper_cards(rows: QuerySet[Paper]) -> tuple[PaperCard, ...]:
    """Give papers in the order they came, in one query; none is opened."""
    return tuple(PaperCard(row, papers()[row.kind]) for row in rows.order_by("pk"))


@dataclass(frozen=True)
class HandedIn:
    """What came with one application: its papers, the questions and answers, the choice made, how it was filled in."""

    papers: tuple[PaperCard, ...]
    asked: tuple[InquiryCard, ...]
    options: tuple[tuple[Sentence, int | None, bool], ...]
    window_name: str


def handed_in(application: Application) -> HandedIn:
    """Give what came with one application. `options`: each side of a choice, its amount, and whether it was chosen."""
    filing, chosen = application.filing, application.chosen or {}
    return HandedIn(
        papers=paper_cards(filing.papers.all()) if filing else (),
        asked=tuple(inquiry_cards([application])),
        options=tuple(
            (restored(one["name"]), one["monthly_fen"], (one["programme"] or INSTEAD) == chosen["chosen"])
            for one in chosen.get("options", ())
        ),
        window_name=full_name(filing.window_id) if filing and filing.window_id else "",
    )


def content_of_paper(paper: Paper) -> bytes:
    """Open one paper. Whoever calls this remembers the look."""
    return PaperContent.objects.get(pk=paper.pk).content


def inquiry_cards(applications: Sequence[Application] | QuerySet[Application]) -> list[InquiryCard]:
    """Give what was asked about applications, the newest first, in two queries."""
    rows = Inquiry.objects.filter(application__in=applications).order_by("-pk")
    today = clock.today()
    return [_inquiry(row, today) for row in rows.prefetch_related(Prefetch("papers", Paper.objects.order_by("pk")))]


def open_inquiries(applications: QuerySet[Application]) -> list[InquiryCard]:
    """Give what the family is being waited for, the most urgent first."""
    rows = Inquiry.objects.filter(OPEN, application__in=applications).order_by("answer_by", "pk")
    today = clock.today()
    return [_inquiry(row, today) for row in rows.prefetch_related("papers")]


def accounts_of(elder_id: UUID) -> list[PayoutAccount]:
    """Give the cards an elder may be paid to, the newest first; those the bank refused and those not in force yet are left out."""
    not_yet = AccountChange.objects.exclude(state=ChangeState.EFFECTIVE).filter(elder=elder_id).values("account")
    rows = PayoutAccount.objects.filter(elder=elder_id).exclude(check_state=CheckState.FAILED)
    return list(rows.exclude(pk__in=not_yet).order_by("-recorded_at", "-pk"))


def waiting_change(changes: QuerySet[AccountChange]) -> AccountChange | None:
    """Give the change of account that waits for the bank."""
    return changes.filter(state=ChangeState.WAITING).select_related("account").first()


def _account(filing: Filing) -> FormAccount | None:
    named: dict[str, Any] = filing.contents.get("account") or {}
    if "known" in named:
        kept = PayoutAccount.objects.filter(pk=named["known"], elder=filing.elder_id).first()
        return FormAccount(kept.kind, kept.masked, kept.number) if kept else None
    if named:
        return FormAccount(named["kind"], f"**** {named['number'][-4:]}", named["number"])
    return None


def _inquiry(row: Inquiry, today: date) -> InquiryCard:
    answer: dict[str, Any] = row.answer or {}
    return InquiryCard(
        inquiry=row,
        items=tuple(askable()[item] for item in row.asked["items"] if item in askable()),
        note=row.asked.get("note", ""),
        text=answer.get("text", ""),
        papers=tuple(PaperCard(paper, papers()[paper.kind]) for paper in row.papers.all()),
        overdue=row.is_open and row.answer_by < today,
    )
