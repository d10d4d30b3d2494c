# SPDX-License-Identifier: Apache-2.0
"""The running text of resources: no tag of it is kept, and each passage has a place."""

from healthvault.records.fhir_text import narrative_text, passages_of
from tests.fhir_files import Json, observation


def told(resource: Json, place: str = "entry[0]") -> list[tuple[str, str]]:
    """Return place and words of the passages of a resource."""
    return [(passage.place, passage.words) for passage in passages_of(resource, place)]


def div(text: str) -> Json:
    """Return a narrative."""
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'}


def test_narratives_lose_their_tags() -> None:
    """A line for each block, the words of a cell apart, and characters instead of entities."""
    text = div("<p>Anna <b>B</b>ell &amp; x&lt;y</p><table><tr><td>1</td><td>2 &#233;</td></tr></table><br/>  end")
    assert ["Anna Bell & x<y", "1 2 é", "end"] == [words for _, words in told({"text": text})]
    assert [("text", "x")] == told({"text": div("x")}, "")


def test_broken_markup_is_only_text() -> None:
    """What opens and never closes costs no more than its length."""
    assert "a <b c" == narrative_text("a <b c").strip()
    assert len(narrative_text("<" * 1_000_000)) == 1_000_000
    assert len(narrative_text("<p" * 3_000_000)) <= 1 << 20


def test_sections_and_notes_have_places() -> None:
    """Titles and texts of sections, in sections too, and notes."""
    inner = {"title": "Inner", "text": div("deep")}
    letter = {"section": [{"title": "One", "text": div("first"), "section": [inner]}, {"title": "Two"}]}
    assert [
        ("entry[0].section[0]", "One"),
        ("entry[0].section[0]", "first"),
        ("entry[0].section[0].section[0]", "Inner"),
        ("entry[0].section[0].section[0]", "deep"),
        ("entry[0].section[1]", "Two"),
    ] == told(letter)
    noted = observation(note=[{"text": "a"}, {"text": "b"}], comments="c")
    assert [("entry[0].note[0]", "a"), ("entry[0].note[1]", "b"), ("entry[0].comments[0]", "c")] == told(noted)


def test_sections_end_at_a_depth() -> None:
    """Sections within sections are read to a depth."""
    section: Json = {"title": "last"}
    for _ in range(20):
        section = {"title": "outer", "section": [section]}
    assert 5 == len(told({"section": [section]}))
