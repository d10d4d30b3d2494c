# SPDX-License-Identifier: Apache-2.0
"""Views of a vault in memory, as its bundles would give them. Not a test."""

from collections.abc import Iterable

from healthvault.bundle.view import HistoryView
from healthvault.tlog.slice import build_slice
from healthvault.verify.forks import verify_view
from healthvault.verify.view import View
from tests.owners import Owner


def history_view(
    owner: Owner, size: int | None = None, marks: Iterable[int] = (), note: bytes = b""
) -> HistoryView:
    """Return what a file of this size shows, with these older sizes besides those that every slice has."""
    size = owner.size if size is None else size
    changes = {seq for seq in (*owner.rotations, *owner.restarts) if seq < size}
    return HistoryView(
        origin=owner.origin,
        events=tuple(owner.raws[seq] for seq in owner.event_seqs if seq < size),
        note=owner.note(size, owner.epochs[owner._epoch_at(size)].sign),
        slice=build_slice(owner.tree, size, (), {*marks, *changes} - {size}),
    )


def shown(owner: Owner, size: int | None = None, marks: Iterable[int] = ()) -> View:
    """Return what such a file proves."""
    return verify_view(history_view(owner, size, marks))


def filled(count: int) -> Owner:
    """Return a vault with so many entries after genesis."""
    owner = Owner()
    for _ in range(count):
        owner.append({"kind": "x.test"})
    return owner
