# SPDX-License-Identifier: Apache-2.0
"""The page: one HTML file that a browser or a sheet of paper shows, with nothing in it that runs or is fetched.

All that comes from people or documents is escaped, and a character that cannot be seen is shown by its number. The
only style is the one whose digest the page's own policy names. Pure. Spec: docs/spec/emergency.md section 4.
"""

import base64
import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from healthvault.emergency.card import CURRENT, Card, CardItem
from healthvault.emergency.limits import Protection, limits_of
from healthvault.emergency.page_style import STYLE
from healthvault.emergency.sheet import OWNER, Section
from healthvault.emergency.symbols import drawn

__all__ = ["Plain", "Sealed", "page_of"]

TITLES = {
    Section.ALLERGY: "Allergies",
    Section.MEDICATION: "Medication",
    Section.CONDITION: "Conditions",
    Section.IMPLANT: "Implants",
    Section.BLOOD_GROUP: "Blood group",
    Section.CONTACT: "Emergency contacts",
    Section.DIRECTIVE: "Directives",
}
_KINDS = {
    Section.ALLERGY: ' class="wide alarm"',
    Section.MEDICATION: ' class="wide"',
    Section.DIRECTIVE: ' class="wide"',
}
_SHOWN_ID_CHARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A page that says everything to whoever holds it."""

    card: Card
    codes: Sequence[str]
    """Text of each QR code; none where none can be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A page that says nothing without its code or shares; not even whose it is."""

    id: str
    as_of: str
    stale_after_months: int
    armour: str
    protection: Protection
    codes: Sequence[str]


def page_of(page: Plain | Sealed) -> bytes:
    """Return the HTML of a page."""
    if isinstance(page, Plain):
        card, protection = page.card, Protection(kind="none")
        name, id_text, as_of, months = card.name, card.id, card.as_of, card.stale_after_months
        body, how, rest = _sections(card), _how_plain(page.codes), ""
    else:
        name, id_text, as_of, months = None, page.id, page.as_of, page.stale_after_months
        protection, body, how = page.protection, _sealed_notice(page), _how_sealed(page)
        rest = f"<pre>{escape(page.armour)}</pre>\n"
    limits = _list(limits_of(protection, as_of=as_of, stale_after_months=months))
    return (
        f"{_head(STYLE)}<body>\n{_header(name, as_of)}<main>\n{body}</main>\n"
        f'<div class="codes">\n{_figures(page.codes)}<div class="how">\n{how}</div>\n</div>\n{rest}'
        f'<div class="limits">\n<h2>What this page cannot tell you</h2>\n<ul>\n{limits}</ul>\n</div>\n'
        f"<footer>Page {_seen(id_text)} · made with healthvault · nothing here runs or goes online</footer>\n"
        "</body>\n</html>\n"
    ).encode()


def _head(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>Emergency card</title>\n<style>{style}</style>\n</head>\n"
    )


def _header(name: str | None, as_of: str) -> str:
    whose = f"<h1><bdi>{_seen(name)}</bdi></h1>" if name else "<h1>Medical information</h1>"
    return (
        f'<header>\n<div><p class="kind">Emergency card</p>{whose}</div>\n'
        f'<p class="asof">as of<strong><time>{_seen(as_of)}</time></strong></p>\n</header>\n'
    )


def _sections(card: Card) -> str:
    return "".join(
        _section(section, [item for item in card.items if item.section is section]) for section in card.sections
    )


def _section(section: Section, items: Sequence[CardItem]) -> str:
    kind = _KINDS.get(section, "")
    empty = '<p class="empty">Nothing was entered. That does not mean that there is none: ask.</p>\n'
    listed = f'<ul class="items">\n{"".join(map(_item, items))}</ul>\n' if items else empty
    return f"<section{kind}>\n<h2>{TITLES[section]}</h2>\n{listed}</section>\n"


def _item(item: CardItem) -> str:
    detail = f'<span class="detail"><bdi>{_seen(item.detail)}</bdi></span>' if item.detail else ""
    old, mark = (' class="old"', ' <span class="mark">old: ask</span>') if item.is_stale else ("", "")
    return (
        f"<li{old}>"
        f'<span class="text"><bdi>{_seen(item.text)}</bdi></span>{detail}'
        f'<span class="source">{_source(item)}</span>'
        f'<span class="when">last confirmed <time>{_seen(item.confirmed)}</time>{mark}</span></li>\n'
    )


def _source(item: CardItem) -> str:
    if item.source == OWNER:
        return "entered by the owner"
    taken = f"taken by the owner from document {_seen(item.source[:_SHOWN_ID_CHARS])}"
    if item.source_status == CURRENT:
        return taken
    return f'{taken} <span class="mark">which is {_seen(item.source_status)} since</span>'


def _sealed_notice(page: Sealed) -> str:
    by = "seven words" if page.protection.kind == "code" else "shares that several people hold"
    return (
        f'<p class="sealed">This card is encrypted. It opens with {by}. Nothing that it holds can be read here,'
        " not even whose it is.</p>\n"
    )


def _how_plain(codes: Sequence[str]) -> str:
    if not codes:
        return "<h2>QR code</h2>\n<p>There is none: this page was made without one.</p>\n"
    if len(codes) == 1:
        return (
            "<h2>QR code</h2>\n<p>It holds the same items as text (JSON). Any phone that reads QR codes shows it,"
            " offline.</p>\n"
        )
    return (
        f"<h2>{len(codes)} QR codes</h2>\n<p>Together they hold the same items as text (JSON), which did not fit"
        f" into one. Each is whole by itself and says which part of {len(codes)} it is."
        " Any phone that reads QR codes shows them, offline.</p>\n"
    )


def _how_sealed(page: Sealed) -> str:
    protection, count = page.protection, len(page.codes)
    scan = {
        0: "Type or copy the text below into a file: there is no QR code on this page.",
        1: "Scan the QR code and save its text as a file, or copy the text below.",
    }.get(count, f"Scan the {count} QR codes in order and save their texts one after another as one file.")
    if protection.kind == "code":
        ask = "Ask the owner, or whom she told it, for the code of seven words."
        run = "Run <b>hv emergency open FILE --code</b>, or <b>age -d FILE</b> with the words joined by hyphens."
    else:
        ask = (
            f"Bring together {protection.needed} of the {protection.count} shares, each of 33 words. All of this"
            f" page begin with the word <b>{_seen(protection.set_word)}</b>."
        )
        run = (
            "Run <b>hv emergency open FILE --share-file SHARE…</b>, once for each share. Without hv: any SLIP-39"
            " program gives 64 hexadecimal digits, which are the passphrase for <b>age -d FILE</b>."
        )
    return f"<h2>How to open it</h2>\n<ol>\n<li>{scan}</li>\n<li>{ask}</li>\n<li>{run}</li>\n</ol>\n"


def _figures(codes: Sequence[str]) -> str:
    count = len(codes)
    captions = (
        f"<figcaption>{number} of {count}</figcaption>" if count > 1 else "" for number in range(1, count + 1)
    )
    return "".join(f"<figure>{drawn(text)}{said}</figure>\n" for text, said in zip(codes, captions, strict=True))


def _list(sentences: Iterable[str]) -> str:
    return "".join(f"<li>{escape(sentence)}</li>\n" for sentence in sentences)


def _seen(text: str) -> str:
    """Return untrusted text for HTML, in which every character can be seen and none acts."""
    return escape(text if text.isprintable() else "".join(map(_visible, text)))


def _visible(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    return f"<U+{ord(char):04X}>"
