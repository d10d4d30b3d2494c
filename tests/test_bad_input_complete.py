# SPDX-License-Identifier: Apache-2.0
"""Row 52 of docs/spec/bad-input.md, `complete`: bundles that say how many documents of a category there are."""

from collections.abc import Callable

import pytest

from healthvault.bundle.completeness import open_inventories
from healthvault.errors import IntegrityError
from healthvault.tlog.tree import leaf_hash
from healthvault.verify.completeness import Completeness
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Draft, Scene, make_bundle
from tests.owners import Map, Owner
from tests.readers import Outcome, Reader
from tests.refusals import assert_accepted, assert_refused

ALLERGY = 0


def complete_scene() -> tuple[Scene, Draft]:
    """Return a bundle that shows two of three allergies, one of them of two files, and says so."""
    reader, owner = Reader(), Owner()
    docs = [owner.add(b"nuts", category="allergy"), owner.add(b"bees", b"photo", category="allergy")]
    owner.add(b"cats", category="allergy")
    owner.add(b"blood", category="lab")
    grant = owner.grant([reader.party], docs)
    draft = make_bundle(owner, reader, docs, [grant])
    lines = tuple(line for line in owner.inventories.take_changed()[1] if line.slot == ALLERGY)
    opened = open_inventories(owner.inventories, leaf_hash(owner.raws[-2]), {ALLERGY: lines}, frozenset(docs))
    draft.map["complete"] = opened.to_value()
    return Scene(owner=owner, reader=reader, docs=docs, grant=grant), draft


def read(change: Callable[[Map, Map], object]) -> Outcome:
    """Verify that bundle after a change to its manifest's map and the one row, rightly signed."""
    start, draft = complete_scene()
    change(draft.map, draft.map["complete"]["rows"][0])
    return start.read(draft.seal())


def test_row_52_an_honest_count() -> None:
    """Two of three are accepted as two of three."""
    outcome = read(lambda manifest, row: None)
    assert_accepted(outcome)
    counts = {"moved": 0, "superseded": 0, "retracted": 0, "erased": 0}
    expected = (Completeness(category="allergy", disclosed=2, total=3, **counts),)
    assert expected == outcome.verification.completeness


def test_row_52_a_document_without_a_part() -> None:
    """It is not disclosed as a whole, so it does not count."""
    start, draft = complete_scene()
    draft.map["docs"][1]["parts"].pop()
    draft.members.pop()
    outcome = start.read(draft.seal())
    assert_accepted(outcome)
    assert [(1, 3)] == [(one.disclosed, one.total) for one in outcome.verification.completeness]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("bad_state", lambda manifest, row: row.update(blind=bytes(16))),
        ("bad_state", lambda manifest, row: row.update(slot=3)),
        ("bad_state", lambda manifest, row: manifest["complete"]["commitments"].reverse()),
        ("bad_state", lambda manifest, row: row["in"][0].update(salt=bytes(32))),
        ("bad_proof", lambda manifest, row: row["in"].pop()),
        ("bad_proof", lambda manifest, row: row["in"][0].update(seq=row["in"][1]["seq"])),
        ("bad_proof", lambda manifest, row: row["lines"]["hashes"].append(bytes(32))),
        ("bad_proof", lambda manifest, row: row.update(lines=None)),
        (
            "bad_proof",
            lambda manifest, row: row.update(out=[{"i": 2, "kind": 2, "ref": 0, "salt": bytes(32)}]),
        ),
    ],
)
def test_row_52_a_wrong_count(code: str, change: Callable[[Map, Map], object]) -> None:
    """What leads to another state, or contradicts itself, fails inclusion; no number is said."""
    outcome = read(change)
    assert_refused(outcome, code, IntegrityError)
    assert Result.FAIL is outcome.results[Question.INCLUSION]
    assert () == outcome.verification.completeness


def test_row_52_a_count_where_a_document_is_false() -> None:
    """A bundle whose bytes are not those of the log says no number either."""
    start, draft = complete_scene()
    name, data = draft.members[0]
    draft.members[0] = (name, bytes(len(data)))
    outcome = start.read(draft.seal())
    assert_refused(outcome, "commitment_mismatch", IntegrityError)
    assert () == outcome.verification.completeness
