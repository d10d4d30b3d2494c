# SPDX-License-Identifier: Apache-2.0
"""Status and proof files of a vault in memory, for tests: plain maps, open to change until sealed. Not a test."""

from collections.abc import Sequence

from healthvault.bundle.statusfile import ProofFile, StatusFile, pad_payload
from healthvault.tlog.slice import build_slice
from healthvault.verify.context import StatusInput
from tests.bundles import sealed_bytes
from tests.owners import Map, Owner
from tests.readers import Reader


def status_map(
    owner: Owner, grant: int, *, since: int | None = None, base: int = 0, marks: Sequence[int] = ()
) -> Map:
    """Append a `status` entry and return the map of the status file whose tip it is.

    Args:
        owner: Whose.
        grant: The grant's entry.
        since: What is written there; by default what is true.
        base: Key events from here on are in it.
        marks: Older sizes.
    """
    owner.append({"kind": "status", "k": owner.grant_slots[grant], "recipients": [], "size": owner.size + 1})
    proof = owner.slots.prove(owner.grant_slots[grant], owner.state_key)
    seqs = sorted({*(seq for seq in owner.event_seqs if seq >= base), owner.size - 1})
    sealed = owner.sealed[grant]
    file = StatusFile(
        origin=owner.origin,
        note=owner.note(),
        entries=tuple(owner.raws[seq] for seq in seqs),
        slice=build_slice(owner.tree, owner.size, seqs, _marks(owner, marks)),
        grant_id=sealed["grant_id"],
        slot=proof.slot,
        status=int(proof.status),
        since_seq=proof.since_seq if since is None else since,
        salt=proof.salt,
        path=proof.path,
        state=owner.opening(),
    )
    return file.to_map()


def proof_map(owner: Owner, size: int, *, marks: Sequence[int] = ()) -> Map:
    """Append a `status` entry and return the map of a proof file that goes on from a size."""
    owner.append({"kind": "status", "k": None, "recipients": [], "size": owner.size + 1})
    seqs = [seq for seq in owner.event_seqs if seq >= size]
    return ProofFile(
        origin=owner.origin,
        note=owner.note(),
        entries=tuple(owner.raws[seq] for seq in seqs),
        slice=build_slice(owner.tree, owner.size, seqs, _marks(owner, (size, *marks))),
    ).to_map()


def sealed_map(content: Map, reader: Reader) -> bytes:
    """Return the file of a map for a reader."""
    return sealed_bytes(pad_payload(content), [reader.recipient])


def beside(content: Map, reader: Reader, name: str = "new.hvs") -> tuple[StatusInput, ...]:
    """Return the file of a map as it is handed to the verification of a bundle."""
    return (StatusInput(name=name, data=sealed_map(content, reader)),)


def _marks(owner: Owner, marks: Sequence[int]) -> set[int]:
    return {*marks, *owner.rotations, *owner.restarts} - {owner.size}
