# SPDX-License-Identifier: Apache-2.0
"""Anchors: an outside clock's word that everything below a checkpoint was there by then.

Files in, files out. The times of entries are the owner's own claim; only what somebody else signed bounds them,
and from above only: nothing says that an entry is no older. Spec: docs/spec/anchors.md.
"""

from healthvault.crypto.hashing import sha256
from healthvault.crypto.timestamps import check_timestamp, stamped_digest, timestamp_request
from healthvault.errors import FormatError, IntegrityError, InvalidRequest
from healthvault.ledger.kinds import Anchor, Kind, parse_anchor
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import meta_key
from healthvault.storage.consent_rows import ConsentRows
from healthvault.tlog.checkpoint import Checkpoint
from healthvault.vault.history import damaged, refusal
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import AnchorView

__all__ = ["add_anchor", "list_anchors", "request_anchor"]

MAX_RESPONSE_BYTES = 32 * 1024
MAX_SIZES = 4096  # how many of the newest checkpoints a response is looked for among


def request_anchor(vault: Vault) -> tuple[bytes, AnchorView]:
    """Return the request for a timestamp over the newest checkpoint. Raises InvalidRequest: `extra_missing`."""
    checkpoint = vault.history.checkpoint
    return timestamp_request(_text(vault, checkpoint.size)), AnchorView(size=checkpoint.size, root=checkpoint.root)


def add_anchor(vault: Vault, response: bytes, roots: bytes, *, now_ms: int) -> AnchorView:
    """Check the response of an authority, and log it.

    Args:
        vault: Open for writing.
        response: Unverified bytes.
        roots: The authority's certificates that the owner trusts, as PEM.
        now_ms: The clock.

    Raises:
        FormatError: `bad_timestamp`, `bad_certificate`.
        IntegrityError: `bad_timestamp`: also over something else than one of the newest checkpoints.
        InvalidRequest: `too_large`, over 32 KiB; `extra_missing`, `io_error`.
    """
    if len(response) > MAX_RESPONSE_BYTES:
        raise InvalidRequest("too_large", "the response is longer than 32 KiB")
    size = _stamped_size(vault, stamped_digest(response))
    time_ms = check_timestamp(response, _text(vault, size), roots)
    anchor = Anchor(size=size, root=vault.history.tree.root(size), tsr=response, time_ms=time_ms)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, anchor.to_map())
        transaction.commit()
    return _view(anchor, draft.seq, now_ms)


def list_anchors(vault: Vault) -> tuple[AnchorView, ...]:
    """Return all anchors, the newest first. Raises VaultDamaged: `vault_damaged`."""
    seqs = ConsentRows(vault.catalogue).entries_of(Kind.ANCHOR.value)
    return tuple(_read(vault, seq) for seq in reversed(seqs))


def _stamped_size(vault: Vault, digest: bytes) -> int:
    newest = vault.history.size
    for size in range(newest, max(0, newest - MAX_SIZES), -1):
        if sha256(_text(vault, size)) == digest:
            return size
    said = f"the timestamp is over none of the {MAX_SIZES} newest checkpoints of this vault"
    raise IntegrityError("bad_timestamp", said, hint="take the response to a request of this vault")


def _text(vault: Vault, size: int) -> bytes:
    """Return the text of the checkpoint of a size, which is what a timestamp is over: no signature is in it."""
    root = vault.history.tree.root(size)
    return Checkpoint(origin=vault.history.checkpoint.origin, size=size, root=root).to_text().encode()


def _read(vault: Vault, seq: int) -> AnchorView:
    entry, secret = vault.history.entry(seq), vault.keystore.read(seq)
    if secret is None:
        raise damaged(f"the secret of entry {seq} is missing")
    try:
        anchor = parse_anchor(open_meta(meta_key(secret), entry))
    except (FormatError, IntegrityError) as err:
        raise refusal(err, f"journal entry {seq}") from err
    return _view(anchor, seq, entry.header.ts_ms)


def _view(anchor: Anchor, seq: int, logged_ms: int) -> AnchorView:
    return AnchorView(size=anchor.size, root=anchor.root, time_ms=anchor.time_ms, entry=seq, logged_ms=logged_ms)
