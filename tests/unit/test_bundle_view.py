# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.view."""

from dataclasses import replace

import pytest

from healthvault.bundle.armour import armour
from healthvault.bundle.view import (
    ForkProof,
    cut_view,
    fork_proof_bytes,
    fork_proof_text,
    parse_fork_proof,
    parse_fork_proof_text,
    parse_view_text,
    view_text,
)
from healthvault.codec import Value, pack
from healthvault.errors import FormatError
from healthvault.tlog.slice import Slice, build_slice
from healthvault.verify.forks import verify_view
from tests.refusals import code_of
from tests.views import filled, history_view

OWNER = filled(5)


def test_a_view_comes_back_as_it_was() -> None:
    """Bytes to text and back."""
    view = history_view(OWNER, marks=[3])
    assert view == parse_view_text(view_text(view))


def test_a_fork_proof_comes_back_as_it_was() -> None:
    """As text and as bytes."""
    proof = ForkProof(views=(history_view(OWNER), history_view(OWNER, 3)))
    assert proof == parse_fork_proof_text(fork_proof_text(proof))
    assert proof == parse_fork_proof(fork_proof_bytes(proof))


def test_a_view_is_cut_out_of_a_file_without_its_entries() -> None:
    """Only key events are left, and the roots of all older sizes; leaves that the file hides are no matter."""
    proof = build_slice(OWNER.tree, 6, [0, 2, 4, 5], [2, 5])
    shown = tuple(OWNER.raws[seq] for seq in (0, 2, 5))
    view = cut_view(OWNER.origin, OWNER.note(), proof, shown, {4: OWNER.tree.node(0, 4)})
    assert (OWNER.raws[0],) == view.events
    assert () == view.slice.leaves
    assert {2: OWNER.root_at(2), 5: OWNER.root_at(5)} == verify_view(view).mark_roots


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"v": 2}, "unsupported"),
        ({"kind": "views"}, "unsupported"),
        ({"must": ["new"]}, "unsupported"),
        ({"events": [1]}, "bad_schema"),
        ({"note": "text"}, "bad_schema"),
        ({"slice": None}, "bad_schema"),
    ],
)
def test_another_form_is_refused(change: dict[str, Value], code: str) -> None:
    """Versions, kinds, types."""
    raw = pack({**history_view(OWNER).to_map(), **change})
    assert code == code_of(lambda: parse_view_text(armour(raw, "VIEW").encode()))


def test_a_view_has_no_leaves() -> None:
    """They would show entries; and a proof of none is all that is needed."""
    view = replace(history_view(OWNER), slice=build_slice(OWNER.tree, 6, [3], []))
    assert "bad_schema" == code_of(lambda: parse_view_text(view_text(view)))


def test_sizes_are_bounded() -> None:
    """More than 4,096 marks; a proof of one view or of three."""
    marks = tuple(range(1, 4098))
    many = replace(history_view(OWNER), slice=Slice(size=5000, leaves=(), marks=marks, hashes=()))
    assert "limit_exceeded" == code_of(lambda: parse_view_text(view_text(many)))
    one = pack({"v": 1, "kind": "fork-proof", "views": [history_view(OWNER).to_map()]})
    assert "bad_schema" == code_of(lambda: parse_fork_proof(one))


def test_only_its_own_text_form_is_read() -> None:
    """A view is no fork proof, and neither is a card."""
    with pytest.raises(FormatError, match="not the text of a fork proof"):
        parse_fork_proof_text(view_text(history_view(OWNER)))
    assert "bad_encoding" == code_of(lambda: parse_view_text(b"-----BEGIN HEALTHVAULT VIEW-----\n"))
