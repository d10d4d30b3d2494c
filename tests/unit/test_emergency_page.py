# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.emergency.page, .limits and .symbols, by a real HTML parser and a real scanner."""

import base64
import hashlib
import io
import re
from dataclasses import replace

import html5lib
import pytest

from healthvault.emergency.card import split_card
from healthvault.emergency.limits import Protection, limits_of
from healthvault.emergency.page import Plain, Sealed, page_of
from healthvault.emergency.page_style import STYLE
from healthvault.emergency.sealed import pieces
from healthvault.emergency.sheet import Section
from healthvault.emergency.symbols import drawn
from tests.unit.test_emergency_card import card

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://127.0.0.1:9/x onerror=alert(1)>',
    "</style><style>*{display:none}",
    "\u202egnihtyna\u2066",
    "a\x00b\x1b[31mc",
    "&lt;b&gt; &amp;",
    "x" * 10_000,
    "Z\u0335\u0353" * 40,
)
CODE, SHARES = Protection(kind="code"), Protection(kind="shares", needed=2, count=3, set_word="academic")


def parsed(page: bytes):  # noqa: ANN201  a tree of html5lib has no type
    """Return the page as a strict parser of the standard reads it: one fault, and there is no page."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words(page: bytes) -> str:
    """Return what a reader sees, style left out."""
    tree = parsed(page)
    for style in tree.iter("style"):
        style.text = ""
    return " ".join(" ".join(tree.itertext()).split())


def plain(text: str = "Penicillin", **fields: object) -> bytes:
    """Return a page in clear."""
    one = card(2)
    one = replace(one, items=tuple(replace(item, text=text, detail=text) for item in one.items), **fields)
    return page_of(Plain(card=one, codes=()))


def sealed(protection: Protection) -> bytes:
    """Return a protected page around some text."""
    armour = "-----BEGIN\nAAAA\n-----END\n"
    return page_of(
        Sealed(id="e_x", as_of="2026-11-20", stale_after_months=6, armour=armour, protection=protection, codes=())
    )


def test_everything_that_is_to_be_known_is_there() -> None:
    """Items, days, sources, marks, empty sections, and whose it is."""
    text = words(page_of(Plain(card=card(1), codes=())))
    for said in (
        "Ana",
        "as of 2026-11-20",
        "Penicillin 0",
        "entered by the owner",
        "last confirmed 2026-11-20",
        "Asthma",
        "last confirmed 2026-01-01 old: ask",
        "taken by the owner from document d_aaaaaaaa",
        "Nothing was entered. That does not mean that there is none: ask.",
        "There is none: this page was made without one.",
    ):
        assert said in text, said
    assert text.index("Allergies") < text.index("Medication") < text.index("Conditions") < text.index("Directives")


def test_a_section_that_is_left_out_is_not_mentioned() -> None:
    """Never more than what is listed."""
    one = replace(card(1), sections=(Section.ALLERGY,))
    text = words(page_of(Plain(card=replace(one, items=one.items[:1]), codes=())))
    assert [] == [
        title for title in ("Conditions", "Medication", "Implants", "Blood", "Directives") if title in text
    ]


def test_a_withdrawn_document_is_marked() -> None:
    """Where an item came from it."""
    one = card(0)
    one = replace(one, items=(replace(one.items[0], source_status="retracted"),))
    assert "which is retracted since" in words(page_of(Plain(card=one, codes=())))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_only_text(hostile: str) -> None:
    """Nothing of it becomes markup, and what cannot be seen is shown by its number."""
    page = plain(hostile, name=hostile)
    tree = parsed(page)
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "a", "form", "iframe", "object", "link", "base", "input"}
    assert 1 == len(list(tree.iter("style")))
    seen = [element.text for element in tree.iter("bdi")]
    shown = "".join(char if char.isprintable() or char == " " else f"<U+{ord(char):04X}>" for char in hostile)
    assert {shown} == set(seen)


@pytest.mark.parametrize("page", [plain(), sealed(CODE), sealed(SHARES)])
def test_nothing_runs_and_nothing_is_fetched(page: bytes) -> None:
    """No attribute that leads anywhere or acts, and a policy that allows this one style and nothing else."""
    tree = parsed(page)
    names = {name for element in tree.iter() if isinstance(element.tag, str) for name in element.attrib}
    assert set() == {name for name in names if name.startswith("on") or name in {"src", "href", "style", "action"}}
    (policy,) = [meta.attrib["content"] for meta in tree.iter("meta") if "http-equiv" in meta.attrib]
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" == policy
    assert STYLE == next(tree.iter("style")).text
    assert not re.search(r"url\(|@import|https?:", page.decode())


@pytest.mark.parametrize("protection", [Protection(kind="none"), CODE, SHARES])
def test_every_limit_is_on_the_page(protection: Protection) -> None:
    """In full, and those that go with the protection."""
    page = plain() if protection.kind == "none" else sealed(protection)
    text = words(page)
    limits = limits_of(protection, as_of="2026-11-20", stale_after_months=6)
    assert [] == [limit for limit in limits if limit not in text]
    expected = {"none": 6, "code": 8, "shares": 8}
    assert expected[protection.kind] == len(limits)
    for said in (
        "Not an identification",
        "As of 2026-11-20",
        "cannot be recalled",
        "owner's own word",
        "no receipt",
    ):
        assert said in text
    assert ("can try codes without limit" in text) == (protection.kind == "code")


def test_a_protected_page_says_nothing_of_its_content() -> None:
    """Only how it opens: not even whose it is."""
    text = words(sealed(SHARES))
    assert "begin with the word academic" in text
    assert "2 of the 3 shares" in text
    assert not re.search("Ana|Penicillin|Allergies", text)


def test_a_scanner_reads_the_codes() -> None:
    """Each gives its text back, the largest and texts that are not ASCII too."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="no wheel of zxing-cpp for this machine")
    image = pytest.importorskip("PIL.Image", reason="no wheel of pillow for this machine")
    drawing = pytest.importorskip("PIL.ImageDraw", reason="no wheel of pillow for this machine")
    texts = [*split_card(card(40, "молоко")), *pieces("".join(f"{number:063}\n" for number in range(40)))]
    for text in texts:
        svg = drawn(text)
        size, runs = modules(svg)
        canvas = image.new("L", (size * 4, size * 4), 255)
        draw = drawing.Draw(canvas)
        for x, y, width in runs:
            draw.rectangle((x * 4, y * 4, (x + width) * 4 - 1, y * 4 + 3), fill=0)
        (found,) = zxingcpp.read_barcodes(io_image(image, canvas))
        assert text.encode() == found.bytes


def modules(svg: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return how many modules a drawing has in a row, and its dark runs: column, row, length."""
    scale = float(re.search(r"scale\(([0-9.]+)\)", svg)[1])
    size = round(float(re.search(r'viewBox="0 0 ([0-9.]+)', svg)[1]) / scale)
    path, x, y, runs = re.search(r' d="([^"]+)"', svg)[1], 0.0, 0.0, []
    for command, first, second in re.findall(r"([Mmh])(-?[0-9.]+)(?:[ ,]?(-?[0-9.]+))?", path):
        if command == "h":
            runs.append((int(x), int(y), int(first)))
            x += int(first)
        else:
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
    return size, runs


def io_image(image, canvas):  # noqa: ANN001, ANN201  pillow is no dependency of the types
    """Return an image as it comes out of a file."""
    data = io.BytesIO()
    canvas.save(data, "PNG")
    return image.open(data)


def test_a_page_with_a_code_parses_too() -> None:
    """The drawing is well-formed HTML."""
    page = page_of(Plain(card=card(), codes=split_card(card())))
    assert 1 == len([one for one in parsed(page).iter() if str(one.tag).endswith("svg")])
    assert "Any phone that reads QR codes" in words(page)
    two = page_of(Plain(card=card(30), codes=split_card(card(30))))
    assert "2 QR codes" in words(two)
