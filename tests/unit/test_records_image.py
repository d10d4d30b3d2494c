# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.image."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import pytest
import segno
from PIL import Image

from healthvault.errors import InvalidRequest
from healthvault.records import image as module
from healthvault.records.image import read_image
from healthvault.records.probe import Probe
from healthvault.records.reading import Placed
from tests.media import png, reasons, said, tallies, words

zxingcpp = pytest.importorskip("zxingcpp", reason="no wheel of zxing-cpp here")


def codes(*texts: str) -> Image.Image:
    """Return a picture of QR codes, one below the other."""
    pictures = []
    for text in texts:
        out = io.BytesIO()
        segno.make_qr(text, error="l").save(out, kind="png", scale=4, border=6)
        pictures.append(Image.open(out).convert("L"))
    whole = Image.new("L", (max(each.width for each in pictures), sum(each.height for each in pictures)), 255)
    top = 0
    for each in pictures:
        whole.paste(each, (0, top))
        top += each.height
    return whole


def texts_in(data: bytes) -> list[str]:
    """Return the texts that a picture hands to the readers of texts."""
    found: list[str] = []

    def inside(inner: BinaryIO, /, *, name: str, size_bytes: int, place: str) -> Iterator[Placed]:
        found.append(inner.read().decode())
        assert (name, size_bytes, f"code {len(found)}") == ("code.txt", len(found[-1].encode()), place)
        yield from ()

    list(read_image(Probe(io.BytesIO(data), name="1.png", size_bytes=len(data)), inside))
    return found


def test_the_text_of_a_code_is_read() -> None:
    """As a text file would be, and the code is counted."""
    statements = said(png(codes("allergic to nuts")), "1.png")
    assert "allergic to nuts" == words(statements)["code 1/line 1"]
    assert [1] == list(tallies(statements).values())


def test_several_codes() -> None:
    """Each once, whatever their order."""
    assert {"one", "two"} == set(texts_in(png(codes("one", "two", "one"))))


def test_parts_of_a_card_are_joined() -> None:
    """In the order of their numbers; without one of them each is handed on as it is."""
    parts = ["shc:/2/3/5678", "shc:/1/3/5676", "shc:/3/3/1234"]
    assert ["shc:/567656781234"] == texts_in(png(codes(*parts)))
    assert set(parts[:2]) == set(texts_in(png(codes(*parts[:2]))))


def test_codes_of_packages_keep_their_separators() -> None:
    """The character between two fields is there, for who understands them."""
    text = "0100300010123455" + "10A123\x1d2111"
    code = zxingcpp.create_barcode(text.encode(), zxingcpp.BarcodeFormat.DataMatrix)
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=6, add_quiet_zones=True))
    assert [text] == texts_in(png(picture))


def test_pictures_that_can_be_seen_through() -> None:
    """Black on nothing is black on white."""
    black = codes("clear").point(lambda value: 255 - value)
    clear = Image.new("RGBA", black.size, (0, 0, 0, 0))
    clear.putalpha(black)
    assert ["clear"] == texts_in(png(clear))


def test_no_code() -> None:
    """Nothing is found, and nothing fails."""
    assert {"size": "30 x 20"} == words(said(png(Image.new("RGB", (30, 20), "red")), "1.png"))


def test_when_it_was_taken() -> None:
    """EXIF's dates and device; not where on earth."""
    exif = Image.Exif()
    exif[0x0110] = "Camera"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 08:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    found = words(said(out.getvalue(), "1.jpg"))
    assert {"size": "8 x 8", "EXIF model": "Camera", "EXIF taken": "2026:11:20 08:00:00"} == found


def test_several_pictures_in_a_file() -> None:
    """Each page of a fax is looked at."""
    pages, out = [codes("page one"), codes("page two")], io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    assert ["page one", "page two"] == texts_in(out.getvalue())


def bomb(side: int) -> bytes:
    """Return a PNG that claims to be so wide and high, of a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8000, 12_000, 60_000])
def test_bombs(side: int) -> None:
    """A picture of too many pixels is never unpacked."""
    with pytest.raises(InvalidRequest) as caught:
        said(bomb(side), "1.png")
    assert "too_large" == caught.value.code


@pytest.mark.parametrize("keep", [9, 30, 60, 120])
def test_cut_pictures(keep: int) -> None:
    """They are left, with a reason."""
    assert reasons(said(png(codes("cut"))[:keep], "1.png"))


def test_unknown_forms() -> None:
    """A kind of picture that cannot be opened here is left."""
    assert ["picture"] == list(reasons(said(b"\0\0\0\x18ftypheic" + bytes(20), "1.heic")))


def test_not_too_many_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall of codes is read up to a number."""
    monkeypatch.setattr(module, "MAX_CODES", 2)
    assert 2 == len(texts_in(png(codes("1", "2", "3"))))
