# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.documents: step 15, while the documents stream by."""

import io
from collections.abc import Callable

import pytest

from healthvault.bundle.container import ContainerReader
from healthvault.bundle.disclosure import DisclosedDocument
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, MAX_EVIDENCE_BYTES
from healthvault.bundle.manifest import parse_manifest
from healthvault.errors import HealthVaultError, InvalidRequest
from healthvault.ledger.entry import parse_entry
from healthvault.verify.context import NothingTaken, VerifiedDocument
from healthvault.verify.documents import Members, describe, read_members
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import Hooks, Map, merge
from tests.readers import Keeper


def code_of(step: Callable[[], object]) -> str:
    """Return the code with which a step fails."""
    with pytest.raises(HealthVaultError) as caught:
        step()
    return caught.value.code


def read(draft: Draft, sink: Keeper | NothingTaken | None = None) -> Members:
    """Read the members of a bundle."""
    manifest = parse_manifest(draft.signed()).unverified
    entries = {entry.seq: entry for entry in (parse_entry(raw).unverified for raw in manifest.entries)}
    container = ContainerReader(io.BytesIO(draft.container()))
    container.manifest()
    return read_members(container, manifest, entries, sink or Keeper())


def described(draft: Draft) -> VerifiedDocument:
    """Describe the first document of a bundle."""
    manifest = parse_manifest(draft.signed()).unverified
    entries = {entry.seq: entry for entry in (parse_entry(raw).unverified for raw in manifest.entries)}
    return describe(manifest.docs[0], entries)


def whole(start: Scene, **options: bool) -> Draft:
    """Return a bundle of all documents."""
    return make_bundle(start.owner, start.reader, start.docs, [start.grant], **options)


def test_documents_pass_to_the_sink() -> None:
    """In their order, all parts, after the sum of their sizes was told."""
    start, sink = scene(), Keeper()
    assert Members() == read(whole(start), sink)
    assert [data for seq in start.docs for data in start.owner.files[seq]] == sink.taken
    assert sum(map(len, sink.taken)) == sink.prepared_bytes
    assert Members() == read(whole(start), NothingTaken())


def test_a_sink_may_refuse() -> None:
    """Its reason is no verdict on the bundle."""

    class Full(Keeper):
        def prepare(self, total_bytes: int) -> None:
            raise InvalidRequest("too_large", f"{total_bytes} bytes")

    start = scene()
    assert "too_large" == code_of(lambda: read(whole(start), Full()))


def change_part(**values: object) -> Callable[[Draft], None]:
    """Return a change of the first part's row."""
    return lambda draft: draft.map["docs"][0]["parts"][0].update(values)


def other_bytes(data: bytes) -> Callable[[Draft], None]:
    """Return a change of the first document's bytes."""

    def change(draft: Draft) -> None:
        draft.members[0] = (draft.members[0][0], data)

    return change


def swap_members(draft: Draft) -> None:
    """Put the bytes of one part into another."""
    (first, one), (second, two), *rest = draft.members
    draft.map["docs"][0]["parts"][0]["size"], draft.map["docs"][1]["parts"][0]["size"] = len(two), len(one)
    draft.members[:] = [(first, two), (second, one), *rest]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (change_part(j=1), "bad_schema"),
        (change_part(commit_key=b"c" * 32), "commitment_mismatch"),
        (change_part(size=16), "bad_container"),
        (change_part(file="other.txt"), "bad_container"),
        (other_bytes(b"Ferritin 42 ug/L\n"), "commitment_mismatch"),
        (other_bytes(b"Ferritin 41 ug/L"), "bad_container"),
        (swap_members, "commitment_mismatch"),
        (lambda draft: draft.map["docs"][0].update(seq=0), "bad_schema"),
        (lambda draft: draft.map["docs"][-1].update(seq=900), "bad_proof"),
        (lambda draft: draft.members.pop(), "bad_container"),
        (lambda draft: draft.members.append(("docs/000005-x", b"")), "bad_container"),
        (lambda draft: draft.map["docs"].pop(), "bad_container"),
    ],
)
def test_what_is_not_committed_to(change: Callable[[Draft], None], code: str) -> None:
    """Other bytes, sizes, openings, names, places or numbers of members."""
    draft = whole(scene())
    change(draft)
    assert code == code_of(lambda: read(draft))


def test_a_size_that_lies() -> None:
    """Row and member agree on other bytes: the commitment is over the size too."""
    draft = whole(scene())
    change_part(size=18)(draft)
    other_bytes(b"Ferritin 41 ug/L\n\0")(draft)
    assert "commitment_mismatch" == code_of(lambda: read(draft))


def test_parts_of_one_document_do_not_change_places() -> None:
    """Part 0 is blob 0."""
    start = scene()
    draft = whole(start)
    rows = draft.map["docs"][1]["parts"]
    rows[0]["j"], rows[1]["j"] = 1, 0
    assert "commitment_mismatch" == code_of(lambda: read(draft))


def test_some_parts_may_stay_at_home() -> None:
    """A bundle need not hold all of a document."""
    start = scene()
    draft = make_bundle(start.owner, start.reader, start.docs[1:2], [start.grant])
    del draft.map["docs"][0]["parts"][0]
    draft.members[:] = [("docs/000001-part1.txt", b"second")]
    sink = Keeper()
    read(draft, sink)
    assert [b"second"] == sink.taken


def test_extras_are_checked_too() -> None:
    """By their SHA-256; they are not documents."""
    start, sink = scene(), Keeper()
    draft = start.draft(extras={"README.txt": b"read me"})
    read(draft, sink)
    assert [b"Ferritin 41 ug/L\n"] == sink.taken
    draft.members[0] = (draft.members[0][0], b"reed me")
    assert "commitment_mismatch" == code_of(lambda: read(draft))
    draft.members[0], draft.members[1] = draft.members[1], draft.members[0]
    assert "bad_container" == code_of(lambda: read(draft))


def test_a_claimed_description() -> None:
    """The sender's word, where the sealed part stays sealed."""
    start = scene()
    draft = start.draft()
    draft.map["docs"][0]["type"] = "fhir-bundle"
    draft.map["docs"][0]["parts"][0].update(title="Claimed", media_type="text/x")
    found = described(draft)
    assert ("Claimed", "fhir-bundle", "text/x", False) == (
        found.title, found.type, found.media_type, found.is_disclosed
    )  # fmt: skip
    assert (start.docs[0], 17, None, None) == (found.seq, found.size_bytes, found.date, found.author)


def test_a_sealed_description() -> None:
    """It opens, and the claims are ignored."""
    draft = scene().draft(has_meta=True)
    draft.map["docs"][0]["type"] = "fhir-bundle"
    draft.map["docs"][0]["parts"][0].update(title="Claimed", media_type="text/x")
    found = described(draft)
    assert ("Ferritin", "text", "text/plain", True, "2026-11-20") == (
        found.title, found.type, found.media_type, found.is_disclosed, found.date
    )  # fmt: skip


def changed_parts(**values: object) -> Callable[[Map], Map]:
    """Return a change of the only part in a sealed map."""
    return lambda sealed: {**sealed, "parts": [{**sealed["parts"][0], **values}]}


@pytest.mark.parametrize(
    ("hooks", "code"),
    [
        (Hooks(sealed=merge(kind="note")), "bad_schema"),
        (Hooks(sealed=merge(parts=[])), "bad_schema"),
        (Hooks(sealed=merge(title=1)), "bad_schema"),
        (Hooks(sealed=lambda sealed: {**sealed, "parts": sealed["parts"] * 2}), "bad_schema"),
        (Hooks(sealed=changed_parts(size=16)), "commitment_mismatch"),
        (Hooks(sealed=changed_parts(coding=1)), "unsupported"),
        (Hooks(sealed=changed_parts(dedupe=b"")), "bad_schema"),
        (Hooks(enc=lambda enc: enc[:-1] + bytes([enc[-1] ^ 1])), "tampered"),
        (Hooks(plain=lambda plain: plain[:-1] + b"\1"), "tampered"),
    ],
)
def test_a_wrong_sealed_description(hooks: Hooks, code: str) -> None:
    """Of another kind, of other parts, or not what was sealed."""
    start = scene()
    start.docs = [start.owner.add(b"new", hooks=hooks)]
    draft = make_bundle(start.owner, start.reader, start.docs, [start.grant], has_meta=True)
    assert code == code_of(lambda: described(draft))


def test_another_key_for_the_description() -> None:
    """One that the entry does not commit to; or an entry that is not there."""
    draft = scene().draft(has_meta=True)
    draft.map["docs"][0]["meta"] = b"m" * 32
    assert "commitment_mismatch" == code_of(lambda: described(draft))
    draft.map["docs"][0]["seq"] = 900
    assert "bad_proof" == code_of(lambda: described(draft))


def test_evidence_is_kept_for_later() -> None:
    """A part of that type, with sizes and digests of the other parts; not one that is too large."""
    start = scene()
    draft = make_bundle(start.owner, start.reader, start.docs[1:2], [start.grant])
    draft.map["docs"][0]["parts"][1]["media_type"] = EVIDENCE_MEDIA_TYPE
    (found,) = read(draft).evidence
    assert (start.docs[1], b"second", 1, 5) == (found.seq, found.raw, len(found.contents), found.contents[0][0])
    row = parse_manifest(draft.signed()).unverified.docs[0]
    assert isinstance(row, DisclosedDocument)
    assert 4 << 20 == MAX_EVIDENCE_BYTES
