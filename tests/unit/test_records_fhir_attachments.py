# SPDX-License-Identifier: Apache-2.0
"""Documents that resources carry, each read as what it is, and none at the cost of the resource."""

import base64
import io
import json
from collections.abc import Iterator

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records import reading
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.statements import Item, Left, Passage, Statement, Tally
from tests.fhir_files import Json, bundle, left_of, observation, statements_of

NOTE = base64.b64encode(b"Ferritin low\nPlease call\n").decode()


def words_of(resource: Json) -> list[tuple[str, str]]:
    """Return place and words of the passages."""
    return [(each.place, each.words) for each in statements_of(resource) if isinstance(each, Passage)]


def pointer(**attachment: object) -> Json:
    """Return a DocumentReference."""
    return {"resourceType": "DocumentReference", "content": [{"attachment": attachment}]}


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        (pointer(contentType="text/plain", data=NOTE), "content[0]/line 1"),
        (pointer(contentType="text/plain; charset=utf-8", data=NOTE[:10] + "\n" + NOTE[10:]), "content[0]/line 1"),
        ({"resourceType": "Binary", "contentType": "text/plain", "data": NOTE}, "data/line 1"),
        ({"resourceType": "Binary", "contentType": "text/plain", "content": NOTE}, "data/line 1"),
        ({"resourceType": "DiagnosticReport", "presentedForm": [{"data": NOTE}]}, "presentedForm[0]/line 1"),
        (
            {"resourceType": "Communication", "payload": [{"contentAttachment": {"data": NOTE}}]},
            "payload[0]/line 1",
        ),
    ],
)
def test_notes_are_read(resource: Json, place: str) -> None:
    """A text in base64 is searched line by line, at its place within the resource."""
    assert (place, "Ferritin low") == words_of(resource)[0]
    assert (f"entry[0].{place}", "Ferritin low") == words_of(bundle(resource))[0]


def test_resources_within_attachments_are_read() -> None:
    """A FHIR resource as an attachment has its own places, and the numbers of its subjects go on."""
    own = {"resourceType": "Patient", "id": "q"}
    inner = json.dumps(bundle(own, observation(subject={"reference": "Patient/q"}))).encode()
    outer = bundle({"resourceType": "Patient", "id": "p"}, pointer(data=base64.b64encode(inner).decode()))
    (item,) = [each for each in statements_of(outer) if isinstance(each, Item) and each.type == "Observation"]
    assert ("entry[1].content[0]/entry[1]", 1) == (item.place, item.subject)


def test_what_is_elsewhere_is_not_fetched() -> None:
    """An address is left, unless the resource is in the same document."""
    away = pointer(url="https://a.example/Binary/1", title="x")
    assert [("content[0]", "the attachment is elsewhere, and was not fetched")] == left_of(away)
    here = {"fullUrl": "https://a.example/Binary/1", "resource": {"resourceType": "Binary", "data": NOTE}}
    assert [] == left_of(bundle(away, here))
    assert [] == left_of(pointer(title="x"))


@pytest.mark.parametrize("data", ["%%%", "QQ", "Q"])
def test_what_is_no_base64_is_left(data: str) -> None:
    """Broken base64 costs none of the rest."""
    statements = statements_of(bundle(pointer(data=data), observation()))
    assert Left(place="entry[0].content[0]", reason="no base64") in statements
    assert Tally(sort="Observation", count=1) in statements


def test_a_reader_that_stumbles_costs_its_attachment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resources before and after are stated."""

    def stumbles(_probe: Probe, _inside: reading.Inside) -> Iterator[Statement]:
        yield Passage(words="before", place="x")
        raise ValueError("broken")

    monkeypatch.setattr(reading, "_loaded", lambda name: stumbles if "plain" in name else loaded(name))
    statements = statements_of(bundle(pointer(contentType="text/plain", data=NOTE), observation()))
    assert Left(place="entry[0].content[0]", reason="its reader stumbled (ValueError)") in statements
    assert Tally(sort="Observation", count=1) in statements
    assert Passage(words="before", place="entry[0].content[0]/x") in statements


loaded = reading._loaded


def test_a_missing_extra_is_told_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else is stated first; then the document says what would read the rest."""

    def missing(_probe: Probe, _inside: reading.Inside) -> Iterator[Statement]:
        raise InvalidRequest("extra_missing", "pdf", hint="pip install")
        yield

    monkeypatch.setattr(reading, "_loaded", lambda name: missing if "plain" in name else loaded(name))
    data = bundle(pointer(contentType="text/plain", data=NOTE), observation())
    content = json.dumps(data).encode()
    found = reading.read(io.BytesIO(content), name="x.json", size_bytes=len(content))
    seen: list[Statement] = []
    with pytest.raises(InvalidRequest, match="pdf") as failure:
        collect(found, seen)
    assert "extra_missing" == failure.value.code
    assert Tally(sort="Observation", count=1) in seen


def collect(found: Iterator[Statement], seen: list[Statement]) -> None:
    """Keep what is stated, also before a failure."""
    for each in found:
        seen.append(each)  # noqa: PERF402


def test_what_is_packed_too_deep_is_left() -> None:
    """A resource in a resource in a resource … ends at the limit of reading."""
    data = NOTE
    for _ in range(6):
        inner = pointer(contentType="application/fhir+json", data=data)
        data = base64.b64encode(json.dumps(inner).encode()).decode()
    assert any("too_large" in reason for _, reason in left_of(inner))


def test_kinds_are_told_by_content() -> None:
    """A name is only a help: an attachment of a kind that nobody reads says nothing."""
    picture = pointer(contentType="text/plain", data=base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 40).decode())
    if not reading.has_reader(Kind.IMAGE.value):
        assert [] == words_of(picture)
