"""Small files of every kind that can be handed in, and of those that can't."""

import io
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def blank(pages: int = 1) -> PdfWriter:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    return writer


def pdf(pages: int = 1) -> bytes:
    """A PDF of empty pages."""
    return written(blank(pages))


def pdf_with_a_program() -> bytes:
    """A PDF that runs a script when it is opened."""
    writer = blank()
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return written(writer)


def pdf_with_a_password() -> bytes:
    """A PDF that can't be opened without a password."""
    writer = blank()
    writer.encrypt("secret")
    return written(writer)


def pdf_with_an_attachment() -> bytes:
    """A PDF with another file inside."""
    writer = blank()
    writer.add_attachment("inside.txt", b"hidden")
    return written(writer)


def pdf_that_swells(megabytes: int = 300) -> bytes:
    """A small PDF one of whose streams unpacks to hundreds of megabytes."""
    writer = blank()
    stream = StreamObject()
    stream._data = zlib.compress(b"\0" * (megabytes * 1_000_000), 9)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer._add_object(stream)
    return written(writer)


def picture(kind: str = "JPEG", size: tuple[int, int] = (320, 240), **options) -> bytes:
    """A photograph of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, (40, 120, 110)).save(out, kind, **options)
    return out.getvalue()


def picture_with_a_place() -> bytes:
    """A photograph whose hidden part says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "39.9042N 116.4074E"
    return picture(exif=exif)
