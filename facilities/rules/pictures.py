"""Draws a sent picture anew: only what is really a picture comes through, and without place, camera or anything hidden."""

import io
import warnings

from PIL import Image, ImageOps

from eldercare.kernel.refusal import Refusal
from eldercare.kernel.sentences import Sentence, say

MOST_PHOTOS = 12
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
KINDS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPE = "image/jpeg"


def redrawn(content: bytes) -> tuple[bytes, int, int]:
    """Give the picture as JPEG of at most 1600 pixels a side, with its width and height. Raises Refusal `bad_photo` (422)."""
    if not content or len(content) > MOST_BYTES:
        raise _bad(say("照片应小于 {most} MB。", most=MOST_BYTES // 1024 // 1024))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            sent = Image.open(io.BytesIO(content), formats=KINDS)
            if sent.width * sent.height > MOST_PIXELS:
                raise _bad(say("照片尺寸太大。"))
            picture: Image.Image = ImageOps.exif_transpose(sent)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            file = io.BytesIO()
            picture.convert("RGB").save(file, "JPEG", quality=82, optimize=True)
    except Refusal:
        raise
    except Exception as error:  # whatever a broken or hostile file makes the library raise
        raise _bad(say("这不是能读的照片。")) from error
    return file.getvalue(), picture.width, picture.height


def _bad(sentence: Sentence) -> Refusal:
    return Refusal("bad_photo", sentence, next_step=say("请选 JPG、PNG 或 WebP 照片。"), fields={"photo": sentence})
