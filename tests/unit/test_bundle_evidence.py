# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.evidence: one document's proof, cut out of a bundle without its neighbours."""

import pytest

from healthvault.bundle.evidence import EvidenceMaker, grants_of, parse_evidence
from healthvault.bundle.manifest import Manifest, parse_manifest
from healthvault.codec import LARGE_ITEMS, pack, unpack
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import parse_entry
from healthvault.tlog.slice import rebuild
from tests.bundles import Scene, make_bundle, scene
from tests.owners import Map, merge, without


def bundle() -> tuple[Scene, Manifest]:
    """Return a bundle of three documents, of a vault whose keys changed."""
    start = scene()
    start.owner.rotate()
    start.owner.restart()
    draft = make_bundle(start.owner, start.reader, start.docs, [start.grant], marks=[2], has_meta=True)
    return start, parse_manifest(draft.signed()).unverified


def evidence_of(number: int = 0) -> tuple[Scene, Manifest, Map]:
    """Return the evidence of one of the documents."""
    start, manifest = bundle()
    maker = EvidenceMaker(manifest, (*start.owner.rotations, *start.owner.restarts))
    return start, manifest, unpack(maker.make(manifest.docs[number], manifest.grants), max_items=LARGE_ITEMS)


def test_evidence_comes_back() -> None:
    """What it says of entry, files, state and checkpoint is the bundle's."""
    start, manifest, made = evidence_of(1)
    evidence = parse_evidence(pack(made))
    assert (manifest.origin, manifest.note, manifest.state) == (evidence.origin, evidence.note, evidence.state)
    assert start.docs[1] == evidence.seq
    rows = [(part.number, part.size_bytes, part.commit_key) for part in manifest.docs[1].parts]
    assert rows == list(evidence.parts)
    assert manifest.grants == grants_of(evidence)
    assert start.grant == made["grants"][0]["seq"]
    assert manifest.docs[1].meta == made["meta"]


def test_evidence_leads_to_the_signed_root() -> None:
    """Over its own entries only, through every change of keys."""
    start, manifest, made = evidence_of()
    evidence = parse_evidence(pack(made))
    leaves = {entry.header.seq: entry.unverified.leaf for entry in map(parse_entry, evidence.entries)}
    rebuilt = rebuild(evidence.slice, leaves)
    size = manifest.slice.size
    assert start.owner.root_at(size) == rebuilt.root
    assert {*start.owner.rotations, *start.owner.restarts} == rebuilt.mark_roots.keys()
    assert sorted({*start.owner.event_seqs, start.docs[0], start.grant, size - 1}) == list(leaves)


def test_evidence_holds_nothing_of_its_neighbours() -> None:
    """Neither their entries nor their leaf hashes nor their openings."""
    start, manifest, made = evidence_of()
    raw = pack(made)
    for row in manifest.docs[1:]:
        leaf = parse_entry(start.owner.raws[row.seq]).unverified.leaf
        assert start.owner.raws[row.seq] not in raw
        assert row.parts[0].commit_key not in raw
        assert leaf not in made["slice"]["hashes"]


def test_metadata_that_was_not_disclosed() -> None:
    """Stays out."""
    start = scene()
    manifest = parse_manifest(start.draft().signed()).unverified
    made = unpack(EvidenceMaker(manifest, ()).make(manifest.docs[0], ()), max_items=LARGE_ITEMS)
    assert "meta" not in made
    assert [] == made["grants"]


@pytest.mark.parametrize("key", ["v", "origin", "note", "entries", "slice", "state", "seq", "parts"])
def test_every_key_is_needed(key: str) -> None:
    """Missing, nil or of another type: no evidence."""
    _, _, made = evidence_of()
    for change in (without(key), merge(**{key: None}), merge(**{key: True})):
        with pytest.raises(FormatError) as caught:
            parse_evidence(pack(change(made)))
        assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"v": 2}, "unsupported"),
        ({"must": ["later"]}, "unsupported"),
        ({"entries": ["text"]}, "bad_schema"),
        ({"meta": bytes(31)}, "bad_schema"),
        ({"parts": [{"j": 0, "size": 1, "commit_key": b"c" * 31}]}, "bad_schema"),
        ({"slice": {"size": 4, "leaves": [1, 1], "marks": [], "hashes": []}}, "bad_proof"),
    ],
)
def test_wrong_values_are_refused(values: Map, code: str) -> None:
    """With the code of what is wrong."""
    _, _, made = evidence_of()
    with pytest.raises((FormatError, IntegrityError)) as caught:
        parse_evidence(pack(merge(**values)(made)))
    assert code == caught.value.code


def test_other_bytes_are_refused() -> None:
    """What is not canonical is no evidence."""
    with pytest.raises(FormatError) as caught:
        parse_evidence(b"\xc1")
    assert "bad_encoding" == caught.value.code
