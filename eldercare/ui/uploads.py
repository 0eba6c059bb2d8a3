"""Files in and out. Uploaded ones are held in memory up to a limit and never on the disk: what is larger is read and thrown away.

A form that carried one keeps everything else it carried; the view is told that the file was larger than may be.
"""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import say
from eldercare.ui.errors import refused

View = Callable[..., HttpResponse]


class BoundedUpload(FileUploadHandler):
    """Keeps files in memory while all of them together stay within `most` bytes."""

    def __init__(self, request: HttpRequest | None = None, *, most: int) -> None:
        super().__init__(request)
        self.left = most
        self.kept: BytesIO | None = None
        self.seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept, self.seen = BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.seen += len(raw_data)
        self.left -= len(raw_data)
        if self.left < 0:
            self.kept = None
        if self.kept is not None:
            self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        content = self.kept or BytesIO()
        content.seek(0)
        file = InMemoryUploadedFile(
            content,
            self.field_name,
            self.file_name,
            self.content_type,
            self.seen,
            self.charset,
            self.content_type_extra,
        )
        file.is_whole = self.kept is not None
        return file


def content_of(file: UploadedFile) -> bytes | None:
    """Give a file's content; None when it was larger than may be."""
    return file.read() if getattr(file, "is_whole", True) else None


def bounded_upload(view: View) -> View:
    """Take uploads of at most settings.PAPER_MOST_BYTES into memory; what is absurdly large is not read at all (413).

    The form's proof of origin is checked inside, because checking it reads the form.
    """
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_absurd(request):
            return refused(request, never_read())
        request.upload_handlers = [BoundedUpload(request, most=settings.PAPER_MOST_BYTES)]
        return checked(request, *args, **kwargs)

    return bounded


def guarded_file(content: bytes, *, media_type: str, name: str, shown: bool) -> HttpResponse:
    """Write somebody's file as an answer that nobody keeps and in which nothing can act; `shown` in the page, else saved."""
    response = HttpResponse(content, content_type=media_type)
    how = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{how}; filename=\"file\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def is_absurd(request: HttpRequest) -> bool:
    """Tell whether a request announces more than is ever read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return announced.isdigit() and int(announced) > settings.UPLOAD_NEVER_READ_BYTES


def never_read() -> Refusal:
    """Say that a file is far too large, before it is read."""
    return Refusal(
        "too_big",
        say("这个文件太大了，最多 {most} MB。", most=settings.PAPER_MOST_BYTES // 1_000_000),
        next_step=say("请返回上一页，只传需要的几页，或者用手机拍成照片再传。之前保存的内容都还在。"),
        status=413,
    )
