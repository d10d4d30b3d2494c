# SPDX-License-Identifier: Apache-2.0
"""Pictures: the codes in them, when and with what they were taken, and their size. No words are recognised.

The text of a code is read as a text file is, so that a card, a link or a package's code is recognised as such;
the parts of a card in several codes are joined first. Pillow opens pictures up to a number of pixels, `zxing-cpp`
finds the codes. Spec: docs/spec/contents.md section 3.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.errors import InvalidRequest
from healthvault.records.card_file import QR_SIGN
from healthvault.records.extras import STUMBLES, extra
from healthvault.records.plain_text import encodable
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Left, Passage, Statement, Tally

if TYPE_CHECKING:
    from types import ModuleType

    from PIL.Image import Image

__all__ = ["read_image"]

MAX_PIXELS = 50_000_000
MAX_CLEAR_PIXELS = 16_000_000  # of one that can be seen through: it is painted on white first
MAX_FRAMES = 50  # of a fax in TIFF, say
MAX_CODES = 500
SEPARATOR = "\x1d"
SHOWN_SEPARATOR = "␝"
MAX_CODE_CHARS = 8000  # the largest symbol holds fewer
_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "JPEG2000", "AVIF", "MPO")
_TAKEN = {
    0x9003: "taken", 0x0132: "changed", 0x9011: "offset from UTC", 0x010E: "description", 0x010F: "made by",
    0x0110: "model", 0x013B: "artist",
}  # fmt: skip
"""Tags of EXIF; a place on earth is not among them."""
_EXIF_FOLDER = 0x8769
_PART = re.compile(r"shc:/(\d{1,3})/(\d{1,3})/(\d+)")


def read_image(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a picture states. Raises InvalidRequest: `extra_missing`; `too_large`, it has too many pixels."""
    library = extra("scan", "PIL.Image")
    scanner = extra("scan", "zxingcpp")
    probe.stream.seek(0)
    try:
        image: Image = library.open(probe.stream, formats=_FORMATS)
        width, height = image.size
    except library.DecompressionBombError as err:
        raise InvalidRequest("too_large", "a picture of more pixels than are looked at") from err
    except (library.UnidentifiedImageError, SyntaxError, *STUMBLES):
        yield Left(place="picture", reason="a form of pictures that is not known here, or a damaged one")
        return
    yield Passage(words=f"{width} x {height}", place="size")
    yield from _exif(image)
    if width * height > MAX_PIXELS:
        raise InvalidRequest("too_large", "a picture of more pixels than are looked at")
    codes: list[tuple[str, str]] = []
    yield from _frames(image, scanner, codes)
    yield from (Tally(sort=sort, count=count) for sort, count in Counter(sort for sort, _ in codes).items())
    for number, text in enumerate(_joined([text for _, text in codes]), 1):
        if SEPARATOR in text:  # the end of a field in a code on a pack, which is no end of a line
            yield Passage(words=encodable(text.replace(SEPARATOR, SHOWN_SEPARATOR)), place=f"code {number}")
        data = text.encode("utf-8", "replace")
        yield from inside(io.BytesIO(data), name="code.txt", size_bytes=len(data), place=f"code {number}")


def _frames(image: "Image", scanner: "ModuleType", codes: list[tuple[str, str]]) -> Iterator[Statement]:
    """Look for codes in each picture of a file; what cannot be looked at is yielded."""
    for number in range(MAX_FRAMES):
        try:
            if number:
                image.seek(number)
            if image.width * image.height > MAX_PIXELS:
                yield Left(place=f"picture {number + 1}", reason="more pixels than are looked at")
                continue
            found = scanner.read_barcodes(_grey(image), text_mode=scanner.TextMode.Plain)
        except EOFError:
            return
        except (SyntaxError, *STUMBLES):
            yield Left(place=f"picture {number + 1}", reason="it is damaged")
            return
        codes += [(_sort(code), code.text[:MAX_CODE_CHARS]) for code in found][: MAX_CODES - len(codes)]
        if len(codes) >= MAX_CODES:
            return


def _grey(image: "Image") -> "Image":
    """Return a picture without colour, on white where it can be seen through."""
    is_clear = image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info
    if not is_clear or image.width * image.height > MAX_CLEAR_PIXELS:
        return image.convert("L")
    colours = image.convert("RGBA")
    white = colours.copy()
    white.paste((255, 255, 255, 255), (0, 0, *image.size))
    white.alpha_composite(colours)
    return white.convert("L")


def _sort(code: object) -> str:
    """Return the name of a code's symbology, e.g. `QRCode`."""
    return str(getattr(code, "format", "code")).rpartition(".")[2]


def _joined(texts: list[str]) -> list[str]:
    """Return the texts of codes, each once; those that are parts of one card as one text, in their order."""
    parts: dict[int, dict[int, str]] = {}
    whole: dict[str, None] = {}
    for text in texts:
        if match := _PART.fullmatch(text):
            number, count = int(match[1]), int(match[2])
            parts.setdefault(count, {})[number] = match[3]
        else:
            whole[text] = None
    for count, digits in parts.items():
        if set(digits) == set(range(1, count + 1)):
            whole[QR_SIGN + "".join(digits[number] for number in range(1, count + 1))] = None
        else:
            whole |= {f"{QR_SIGN}{number}/{count}/{part}": None for number, part in digits.items()}
    return list(whole)


def _exif(image: "Image") -> Iterator[Passage]:
    try:
        exif = image.getexif()
        said = {**exif, **exif.get_ifd(_EXIF_FOLDER)}
    except (SyntaxError, *STUMBLES):
        return
    for tag, place in _TAKEN.items():
        words = " ".join(str(said.get(tag, "")).replace("\0", " ").split())
        if words:
            yield Passage(words=encodable(words[:MAX_CODE_CHARS]), place=f"EXIF {place}")
