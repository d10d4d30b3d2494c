# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.xml_walk."""

import pytest

from healthvault.records import xml_walk
from healthvault.records.xml_walk import MAX_DEPTH, Enough, split_name, walk_xml


class Log:
    """Takes events and keeps them as text."""

    def __init__(self, stop_at: str = "") -> None:
        self.events: list[str] = []
        self.stop_at = stop_at

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep a start."""
        self.events.append(f"<{name}{attributes or ''}")
        if name == self.stop_at:
            raise Enough

    def end(self, name: str) -> None:
        """Keep an end."""
        self.events.append(f">{name}")

    def text(self, text: str) -> None:
        """Keep a text."""
        self.events.append(text)


def test_events_come_in_order() -> None:
    """Names carry their namespace; a document may come in pieces."""
    log = Log()
    assert walk_xml([b'<a xmlns="n" x="1">t', b"<b>&amp;</b></a>"], log)
    assert ["<n a{'x': '1'}", "t", "<n b", "&", ">n b", ">n a"] == log.events
    assert ("n", "a") == split_name("n a")
    assert ("", "a") == split_name("a")


def test_a_reader_can_have_enough() -> None:
    """What comes after is not even parsed."""
    assert walk_xml([b"<a><b/><<<"], Log(stop_at="b"))


BOMB = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        b'<!DOCTYPE a [<!ENTITY % p "x">]><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>',
        b'<!DOCTYPE a PUBLIC "p" "http://example.org/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ATTLIST a x CDATA "default">]><a/>',
        b"<a>" * (MAX_DEPTH + 1),
        b"<a>&x;</a>",
        b"<a><b></a>",
        b"<a/><b/>",
        b"<p:a/>",
        b"<",
        b"",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="shift_jis"?><a/>',
        b'<?xml version="1.0" encoding="hex"?><a/>',
    ],
)
def test_what_could_expand_or_is_broken_ends_the_walk(document: bytes) -> None:
    """Entities, external identifiers, defaults, depth and any fault end it; no entity ever becomes text."""
    log = Log()
    assert not walk_xml([document], log)
    assert not any("xx" in event or "root:" in event for event in log.events)


def test_a_plain_dtd_passes() -> None:
    """Declarations of elements and attributes without defaults are harmless, and Apple Health needs them."""
    dtd = b"<!DOCTYPE a [<!ELEMENT a EMPTY><!ATTLIST a x CDATA #REQUIRED y CDATA #IMPLIED>]>"
    assert walk_xml([dtd + b'<a x="1"/>'], Log())


def test_elements_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of very many elements is left."""
    monkeypatch.setattr(xml_walk, "MAX_ELEMENTS", 10)
    assert not walk_xml([b"<a>" + b"<b/>" * 10 + b"</a>"], Log())
    assert walk_xml([b"<a>" + b"<b/>" * 9 + b"</a>"], Log())
