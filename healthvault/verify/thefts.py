# SPDX-License-Identifier: Apache-2.0
"""What a reader knows of stolen keys, in words: whose, which epoch, replaced at which entry, stolen since when.

Only what the root key signed counts: a compromise note, or a `rotate` event with that reason.
Spec: docs/spec/keys.md section 6.
"""

from collections.abc import Iterable

from healthvault.errors import IntegrityError
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.verify.pins import VaultPins

__all__ = ["known_chain", "thefts_declared", "with_stolen_keys"]


def with_stolen_keys(epoch: int, pins: VaultPins, name: str | None) -> IntegrityError:
    """Return the error that refuses what a stolen key signed: `key_revoked`.

    Args:
        epoch: Whose keys signed; the pins know it as compromised.
        pins: Those of its vault.
        name: The reader's own name for the owner.
    """
    owner = name or "the owner"
    return IntegrityError(
        "key_revoked",
        f"{owner} declared the keys that signed this stolen: epoch {epoch}{_circumstances(epoch, pins)}",
        hint=f"whoever has those keys may have made it: ask {owner} for a new one",
    )


def thefts_declared(chain: KeyChain, seqs: Iterable[int]) -> str:
    """Return what a verified file's own key events say of stolen keys; nothing if no theft was declared.

    Args:
        chain: The keys of the file.
        seqs: The entries that it shows, of documents and grants.
    """
    shown = tuple(seqs)
    said = ""
    for epoch, after in zip(chain.epochs, chain.epochs[1:], strict=False):
        if not epoch.was_compromised:
            continue
        said += f"; the keys of epoch {epoch.number} were declared stolen and replaced at entry {after.since_seq}"
        if epoch.compromised_since is None:
            continue
        said += f", in other hands from entry {epoch.compromised_since} on"
        doubtful = [seq for seq in shown if epoch.compromised_since <= seq < after.since_seq]
        if doubtful:
            said += f"; logged since then, and confirmed by the newer keys: {_entries(doubtful)}"
    return said


def known_chain(pins: VaultPins) -> KeyChain | None:
    """Return the key events that the reader knows of a vault; None if it was never met."""
    return walk(pins.events) if pins.events else None


def _circumstances(epoch: int, pins: VaultPins) -> str:
    """Say from the reader's own memory when the keys were replaced, and since when they were in other hands."""
    chain = known_chain(pins)
    if chain is not None and epoch < chain.newest.number:
        since = chain.epochs[epoch].compromised_since
        said = f", replaced at entry {chain.epochs[epoch + 1].since_seq}"
        return said if since is None else f"{said}, in other hands from entry {since} on"
    return "".join(f", replaced at entry {size}" for known, size, _ in pins.compromised if known == epoch)


def _entries(seqs: list[int]) -> str:
    return ("entry " if len(seqs) == 1 else "entries ") + ", ".join(map(str, seqs))
