"""Papers are taken in, looked into, sealed; taken out again before they are handed in. What they show people judge."""

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from eldercare.audit.services import record
from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say
from eldercare.kernel.viewer import Viewer
from subsidies.access import inquiries_visible_to, papers_visible_to
from subsidies.models import Filing, Inquiry, Paper, PaperContent
from subsidies.rules.papers import papers
from subsidies.services.filing import draft_to_fill
from subsidies.services.guards import family_only, locked, not_found
from subsidies.services.inquiries import refuse_if_closed

log = structlog.get_logger(__name__)

MOST_LETTERS = 120
LOOKED_INTO_WITHIN = 20  # seconds; the process itself may use less (rules/paper_file.py)
AGAIN = say("您填的其他内容都还在。请换一个文件再传一次。")
UNFIT: dict[str, tuple[Sentence, Sentence]] = {
    "empty": (say("这个文件是空的。"), AGAIN),
    "unknown_type": (say("只能传 PDF 文件或照片（JPEG、PNG）。"), say("请给材料拍一张照片再传，其他内容都还在。")),
    "heic": (
        say("这张照片是 HEIC 格式，有的电脑打不开。"),
        say("请在手机“设置—相机—格式”里选“兼容性最佳”再拍，或者截一张屏幕再传。其他内容都还在。"),
    ),
    "two_in_one": (say("这个文件里还夹着别的内容，为了安全不能收。"), AGAIN),
    "unreadable": (say("这个文件打不开，可能没有传完整。"), AGAIN),
    "encrypted": (say("这个 PDF 设了密码，工作人员打不开。"), say("请去掉密码，或者拍成照片再传。其他内容都还在。")),
    "active": (
        say("这个 PDF 里有程序、表单或附件，为了安全不能收。"),
        say("请“打印为 PDF”或者拍成照片再传。其他内容都还在。"),
    ),
    "too_many_pages": (say("这个 PDF 页数太多。"), say("请只传需要的几页。其他内容都还在。")),
    "too_heavy": (say("这个文件展开以后太大，为了安全不能收。"), AGAIN),
}


def add_to_form(viewer: Viewer, *, filing_id: UUID, kind: str, name: str, content: bytes | None) -> Paper:
    """Put a paper to a form that is being filled in. `content` None: it was larger than may be.

    Raises Refusal `not_found` (404), `not_a_draft` (409), `unknown_paper`, `too_big`, `too_many_papers`, `paper_here_already`
    (409), and what `rules/paper_file.py` finds unfit.
    """
    with transaction.atomic():
        draft_to_fill(viewer, filing_id)
    fit = _looked_into(kind, content)  # takes its time: nothing is locked meanwhile
    with transaction.atomic():
        filing = draft_to_fill(viewer, filing_id)
        return _keep(viewer, filing, fit, kind=kind, name=name, elder_id=filing.elder_id)


def add_to_answer(viewer: Viewer, *, inquiry_id: UUID, kind: str, name: str, content: bytes | None) -> Paper:
    """Put a paper to an answer that is not given yet. Raises Refusal as `add_to_form`, `may_not_act` (403), `not_asked` (409)."""
    with transaction.atomic():
        _answerable(viewer, inquiry_id)
    fit = _looked_into(kind, content)
    with transaction.atomic():
        inquiry = _answerable(viewer, inquiry_id)
        return _keep(viewer, inquiry, fit, kind=kind, name=name, elder_id=inquiry.application.elder_id)


@transaction.atomic
def remove_paper(viewer: Viewer, *, paper_id: UUID) -> None:
    """Take a paper out again, before it is handed in. Raises Refusal `not_found` (404), `not_a_draft` / `not_asked` (409)."""
    paper = papers_visible_to(viewer).filter(pk=paper_id).first()
    if paper is None:
        raise not_found()
    if paper.filing_id:
        draft_to_fill(viewer, paper.filing_id)
    else:
        _answerable(viewer, paper.inquiry_id)
    paper.delete()
    record(viewer, "subsidy.paper_removed", f"elder:{paper.elder_id}", facts={"kind": paper.kind})


def _answerable(viewer: Viewer, inquiry_id: UUID) -> Inquiry:
    inquiry = locked(inquiries_visible_to(viewer), inquiry_id)
    family_only(viewer, inquiry.application.elder_id)
    refuse_if_closed(inquiry)
    return inquiry


@dataclass(frozen=True)
class _Fit:
    """A file that was looked into and may be kept."""

    content: bytes
    media_type: str
    pages: int


def _looked_into(kind: str, content: bytes | None) -> _Fit:
    """Look into a file in a process of its own, with limits that hold for it alone."""
    if kind not in papers():
        sentence = say("请选择这是哪一种材料。")
        raise Refusal("unknown_paper", sentence, fields={"kind": sentence})
    if content is None or len(content) > settings.PAPER_MOST_BYTES:
        raise _unfit(
            "too_big",
            say("这个文件太大了，最多 {most} MB。", most=settings.PAPER_MOST_BYTES // 1_000_000),
            say("请只传需要的几页，或者用手机拍成照片再传。您填的其他内容都还在。"),
        )
    code, fit = _inspected(content)
    if fit is None:
        raise _unfit(code, *UNFIT.get(code, UNFIT["unreadable"]))
    return fit


def _inspected(content: bytes) -> tuple[str, _Fit | None]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "subsidies.rules.paper_file"],
            input=content,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": "/usr/bin:/bin"},
            timeout=LOOKED_INTO_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "too_heavy", None
    if done.returncode < 0:
        return "too_heavy", None  # stopped by its own limit
    if done.returncode > 0:
        log.warning("paper_not_read", ended=done.returncode)
        return "unreadable", None
    found, _, kept = done.stdout.partition(b"\n")
    finding = json.loads(found)
    if finding["code"]:
        return finding["code"], None
    return "", _Fit(kept, finding["media_type"], finding["pages"])


def _unfit(code: str, sentence: Sentence, next_step: Sentence) -> Refusal:
    return Refusal(code, sentence, next_step=next_step, fields={"file": sentence})


def _keep(viewer: Viewer, of: Filing | Inquiry, fit: _Fit, *, kind: str, name: str, elder_id: UUID) -> Paper:
    if of.papers.count() >= settings.PAPERS_MOST:
        raise _unfit(
            "too_many_papers",
            say("一次最多传 {most} 个文件。", most=settings.PAPERS_MOST),
            say("请先取出不需要的，再传新的。"),
        )
    digest = hashlib.sha256(fit.content).hexdigest()
    if of.papers.filter(kind=kind, digest=digest).exists():
        raise Refusal(
            "paper_here_already",
            say("这个文件已经传过了。"),
            next_step=say("它在下面的列表里，不用再传。"),
            status=409,
            fields={"file": say("这个文件已经传过了。")},
        )
    paper = Paper.objects.create(
        elder_id=elder_id,
        kind=kind,
        name=readable_name(name),
        media_type=fit.media_type,
        size=len(fit.content),
        pages=fit.pages,
        digest=digest,
        uploaded_by_id=viewer.user_id,
        **{"filing" if isinstance(of, Filing) else "inquiry": of},
    )
    PaperContent.objects.create(paper=paper, content=fit.content)
    record(viewer, "subsidy.paper_added", f"elder:{elder_id}", facts={"kind": kind, "bytes": paper.size})
    return paper


def readable_name(name: str) -> str:
    """Give a file's name without a path and without what cannot be printed.

    >>> readable_name("C:\\\\fake\\\\证.pdf")
    '证.pdf'
    """
    last = PurePath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[-MOST_LETTERS:] or "file"
