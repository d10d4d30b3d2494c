# SPDX-License-Identifier: Apache-2.0
"""The verification of a receipt, by the owner of the vault that it is about.

A receipt proves that the holder of the reader's keys says so. It is refused by name if it is about another bundle
or history, by somebody whom the bundle was not for, or known already.
Spec: docs/spec/status-and-proof-files.md section 4.1.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from healthvault.bundle.card import Card, open_card
from healthvault.bundle.receipt import Receipt, Statement, open_statement
from healthvault.errors import FormatError, HistoryError, IntegrityError
from healthvault.ledger.ids import bundle_id_text, contact_id_text
from healthvault.ledger.party import Party
from healthvault.tlog.checkpoint import checkpoint_key, origin_of
from healthvault.tlog.cosignature import MAX_AHEAD_MS, check_cosignature, witness_key
from healthvault.tlog.note import SignedNote, parse_note
from healthvault.verify.compare import Relation, compare
from healthvault.verify.forks import verify_view
from healthvault.verify.pins import PinBook
from healthvault.verify.thefts import with_stolen_keys
from healthvault.verify.view import View

__all__ = ["MAX_CARD_BYTES", "CheckedReceipt", "HandedOut", "OwnSide", "verify_receipt"]

MAX_CARD_BYTES = 48 * 1024  # it is kept in an entry


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """A bundle that the owner handed out."""

    seq: int
    """The `share` entry; the bundle's size is one more."""
    recipients: tuple[Party, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSide:
    """What the owner brings to it."""

    view: View
    """Her own history, with its root at every size that the receipt's view shows."""
    shares: Mapping[bytes, HandedOut]
    """By bundle id (16 bytes)."""
    kept: Collection[tuple[int, bytes, str]]
    """Share entry, reader's vault and action of each receipt that is kept already."""
    pins: PinBook
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReceipt:
    """A receipt that holds."""

    share_seq: int
    reader: Card
    statement: Statement
    note: bytes
    """The checkpoint with the vault's own line, then the reader's cosignature."""
    cosigned_ms: int


def verify_receipt(receipt: Receipt, own: OwnSide) -> CheckedReceipt:
    """Check a receipt against the own journal.

    Raises:
        FormatError: `bad_card`, `bad_note`, `limit_exceeded`; `bad_receipt`, it is about another vault, bundle or
            size, by somebody whom the bundle was not for, from the future, or kept already.
        IntegrityError: `bad_card`, `wrong_vault`, `bad_key`, `bad_signature`, `bad_proof`; `key_revoked`, the
            reader declared the keys stolen.
        HistoryError: `fork`, `rollback`, `events_old`: the reader was shown another history than the own one.
        NotEstablished: `history_restarted`, it is about a part that a restart gave up.
    """
    reader = _reader(receipt.card, own)
    if reader.chain.vault_id == own.view.chain.vault_id:
        raise _bad("it is your own")
    name = origin_of(reader.chain.vault_id)
    said = open_statement(receipt.statement, name, reader.chain.newest.keys.sign_pk)
    if said.origin != origin_of(own.view.chain.vault_id) or receipt.view.origin != said.origin:
        raise _bad("it is about a bundle of another vault")
    shown = verify_view(receipt.view)
    if (shown.size, shown.root) != (said.size, said.root):
        raise _bad("it speaks of another history than it shows")
    _check_history(shown, own.view)
    share = _share(said, reader, own)
    note, cosigned_ms = _cosigned(parse_note(receipt.view.note), shown, reader)
    if max(said.time_ms, cosigned_ms) > own.now_ms + MAX_AHEAD_MS:
        raise _bad("its time lies in the future, by your clock or by the reader's")
    if (share.seq, reader.chain.vault_id, said.action) in own.kept:
        raise _bad(f"{_id_of(reader)} said that of {bundle_id_text(said.bundle_id)} before, and it is kept")
    return CheckedReceipt(
        share_seq=share.seq, reader=reader, statement=said, note=note.to_bytes(), cosigned_ms=cosigned_ms
    )


def _reader(raw: bytes, own: OwnSide) -> Card:
    if len(raw) > MAX_CARD_BYTES:
        raise FormatError("limit_exceeded", "the reader's card is too long to be kept")
    reader = open_card(raw)
    pins, epoch = own.pins.of(reader.chain.vault_id), reader.chain.newest.number
    if epoch in pins.compromised_epochs:
        raise with_stolen_keys(epoch, pins, _id_of(reader))
    return reader


def _check_history(shown: View, own: View) -> None:
    """Check that what the reader was shown is the past of the own vault."""
    found = compare(shown, own)
    if found.relation is Relation.CANNOT_TELL and shown.size > own.size:
        raise HistoryError("rollback", f"your keys signed {shown.size} entries, and this vault has {own.size}")
    if found.relation not in {Relation.EXTENDS, Relation.SAME} and found.problem is not None:
        raise found.problem


def _share(said: Statement, reader: Card, own: OwnSide) -> HandedOut:
    share = own.shares.get(said.bundle_id)
    if share is None or share.seq + 1 != said.size:
        raise _bad("you handed out no bundle with this id and size")
    vaults = {party.vault for party in share.recipients if not party.is_code}
    if reader.chain.vault_id not in vaults and not any(party.is_code for party in share.recipients):
        raise _bad(f"{bundle_id_text(said.bundle_id)} was not for {_id_of(reader)}")
    return share


def _cosigned(note: SignedNote, shown: View, reader: Card) -> tuple[SignedNote, int]:
    """Return the note with the two lines that count, and the time (ms) of the reader's."""
    vault = checkpoint_key(origin_of(shown.chain.vault_id), shown.chain.newest.keys.sign_pk)
    witness = witness_key(origin_of(reader.chain.vault_id), reader.chain.newest.keys.witness_pk)
    own_line = next(line for line in note.signatures if line.is_by(vault))
    lines = [line for line in note.signatures if line.is_by(witness)]
    if len(lines) != 1:
        raise IntegrityError("bad_signature", "the receipt has not exactly one cosignature of its reader")
    time_ms = check_cosignature(note.text, lines[0], witness) * 1000
    return SignedNote(text=note.text, signatures=(own_line, lines[0])), time_ms


def _id_of(reader: Card) -> str:
    return contact_id_text(reader.chain.vault_id)


def _bad(why: str) -> FormatError:
    return FormatError("bad_receipt", f"the receipt is refused: {why}")
