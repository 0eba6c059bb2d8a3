"""Is an uploaded file a readable PDF, JPEG or PNG, and nothing else besides? Pure; knows no elder and no condition.

Run as a process of its own (`python -m subsidies.rules.paper_file`): the file comes in, the finding goes out as a line of
JSON, followed by the content to keep. A file made to tire or trick a reader hits the limits of that process only.
"""

import io
import json
import resource
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
SECONDS = 10
MEMORY = 1536 * 1024 * 1024
MOST_PAGES = 60
MOST_PIXELS = 60_000_000
MOST_UNPACKED = 200 * 1024 * 1024
TAIL = 66_000  # where a zip's directory ends, seen from behind
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")
ACTIVE = ("/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA", "/ImportData", "/SubmitForm")
ACTIVE_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition")


class Unfit(Exception):
    """A file that can't be kept; `code` says why (services/papers.py has the sentences)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Finding:
    """What a file is. `code` empty: it is fit to be kept."""

    code: str = ""
    media_type: str = ""
    pages: int = 0


def inspect(content: bytes) -> tuple[Finding, bytes]:
    """Look at a file; give what it is and what to keep of it: a picture is drawn anew, without place or hidden parts.

    Raises Unfit: `empty`, `heic`, `unknown_type`, `two_in_one`, `unreadable`, `encrypted`, `active`, `too_many_pages`, `too_heavy`.
    """
    kind = _kind(content)
    if b"PK\x05\x06" in content[-TAIL:]:
        raise Unfit("two_in_one")
    if kind == PDF:
        return Finding(media_type=PDF, pages=_pdf_pages(content)), content
    return Finding(media_type=kind, pages=1), _drawn_anew(content, kind)


def _kind(content: bytes) -> str:
    if not content:
        raise Unfit("empty")
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    raise Unfit("heic" if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS else "unknown_type")


def _drawn_anew(content: bytes, kind: str) -> bytes:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses what is twice this
    name = "JPEG" if kind == JPEG else "PNG"
    try:
        with Image.open(io.BytesIO(content), formats=[name]) as picture:
            turned = ImageOps.exif_transpose(picture)
            flat = turned.convert("RGB") if kind == JPEG or turned.mode not in ("L", "LA", "RGB", "RGBA") else turned
    except Image.DecompressionBombError as error:
        raise Unfit("too_heavy") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Unfit("unreadable") from error
    kept = io.BytesIO()
    flat.info.clear()
    flat.save(kept, name, **({"quality": 90} if kind == JPEG else {}))
    return kept.getvalue()


def _pdf_pages(content: bytes) -> int:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Unfit("unreadable")
    if content[end + 5 :].strip(b"\r\n\t \x00") or _is_page_too(content[:1024]):
        raise Unfit("two_in_one")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Unfit("encrypted")
        pages = len(reader.pages)
        unpacked = 0
        for found in _objects(reader):
            if _is_active(found):
                raise Unfit("active")
            unpacked += _unpacked(found)
            if unpacked > MOST_UNPACKED:
                raise Unfit("too_heavy")
    except Unfit:
        raise
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError, OSError) as error:
        raise Unfit("unreadable") from error
    if pages == 0:
        raise Unfit("unreadable")
    if pages > MOST_PAGES:
        raise Unfit("too_many_pages")
    return pages


def _is_page_too(head: bytes) -> bool:
    return any(word in head.lower() for word in (b"<html", b"<script", b"<!doctype", b"<svg"))


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Give every object of a file once, also those packed into others."""
    numbers = {number for generation in reader.xref.values() for number in generation} | set(reader.xref_objStm)
    for number in sorted(numbers):
        yield IndirectObject(number, 0, reader).get_object()


def _is_active(found: Any, depth: int = 0) -> bool:
    """Tell whether an object would do something by itself, or hides a file; what it refers to is looked at in its turn."""
    if depth > 20:
        raise Unfit("too_heavy")
    if isinstance(found, DictionaryObject):
        names = {str(name) for name in found}
        if names & set(ACTIVE) or str(found.get("/S", "")) in ACTIVE_ACTIONS or found.get("/Type") == "/EmbeddedFile":
            return True
        return any(_is_active(part, depth + 1) for part in found.values() if not isinstance(part, IndirectObject))
    if isinstance(found, ArrayObject):
        return any(_is_active(part, depth + 1) for part in found if not isinstance(part, IndirectObject))
    return False


def _unpacked(found: Any) -> int:
    """Tell how many bytes a packed stream becomes, as far as the limit."""
    if not isinstance(found, StreamObject):
        return 0
    packed = found._data
    if "FlateDecode" not in str(found.get("/Filter", "")):
        return len(packed)
    opener, size = zlib.decompressobj(), 0
    waiting = packed
    try:
        while waiting and size <= MOST_UNPACKED:
            size += len(opener.decompress(waiting, 4_000_000))
            waiting = opener.unconsumed_tail
    except zlib.error:
        return len(packed)
    return size


def main() -> None:
    """Inspect what comes in by standard input, inside limits of time and memory that hold for this process only."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        finding, kept = inspect(sys.stdin.buffer.read())
    except Unfit as unfit:
        finding, kept = Finding(code=unfit.code), b""
    except (MemoryError, RecursionError):
        finding, kept = Finding(code="too_heavy"), b""
    sys.stdout.buffer.write(json.dumps(asdict(finding)).encode() + b"\n" + kept)


if __name__ == "__main__":
    main()
