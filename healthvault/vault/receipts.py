# SPDX-License-Identifier: Apache-2.0
"""Receipts on both sides: a reader's signed word on a bundle, and what its owner keeps of it.

    data = receipt_bytes(vault, verification, "verified", now_ms=…)     # the reader, who sends it back
    kept = keep_receipt(vault, file, now_ms=…)                           # the owner; None for another file

Spec: docs/spec/status-and-proof-files.md section 4.
"""

import secrets

from healthvault.agefile.file import decrypt
from healthvault.agefile.recipients import Recipient, X25519Recipient
from healthvault.bundle.card import make_card, open_card
from healthvault.bundle.receipt import (
    RECEIPT_KIND,
    Receipt,
    Statement,
    parse_receipt,
    parse_statement,
    sign_statement,
)
from healthvault.bundle.sidefile import read_side_file, write_side_file
from healthvault.bundle.view import cut_view
from healthvault.codec import Fields
from healthvault.crypto.signing import signing_key
from healthvault.errors import ConsentRefused, HealthVaultError, HistoryError, NotEstablished
from healthvault.ledger.ids import bundle_id_text, contact_id_text
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.kinds import ReceiptIn
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.inputs import InputFile
from healthvault.tlog.checkpoint import checkpoint_key, origin_of
from healthvault.tlog.cosignature import cosign
from healthvault.tlog.note import SignedNote, parse_note
from healthvault.vault.handed_out import share_of
from healthvault.vault.memory import pins_of
from healthvault.vault.proofs import own_view
from healthvault.vault.receive import openers_of
from healthvault.vault.status import owner_name
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import ReceiptView
from healthvault.verify.context import Opener, Verification
from healthvault.verify.pins import PinBook
from healthvault.verify.receipt import CheckedReceipt, HandedOut, OwnSide, verify_receipt
from healthvault.verify.thefts import with_stolen_keys

__all__ = ["keep_receipt", "receipt_bytes", "side_file_of", "why_no_receipt"]

_NOT_ACCEPTED = frozenset({"unconnected", "not_addressed"})  # 21, but nothing to put one's name to
_CLEARABLE = (NotEstablished, ConsentRefused)


def why_no_receipt(verification: Verification) -> HealthVaultError | None:
    """Return what forbids a receipt for a bundle: a fault, no connection to what was seen, another addressee.

    A cosignature says that the reader accepted this history as going on from the one that it knew.
    """
    for problem in verification.problems:
        if isinstance(problem, _CLEARABLE) and problem.code not in _NOT_ACCEPTED:
            continue
        return problem
    return None


def receipt_bytes(vault: Vault, verification: Verification, action: str, *, now_ms: int) -> bytes:
    """Return the age file of a receipt, for the bundle's owner and for its writer.

    Args:
        vault: The reader's, unlocked.
        verification: Of a bundle; nothing forbids a receipt.
        action: One of `bundle.receipt.ACTIONS`.
        now_ms: The clock.

    Raises:
        NotEstablished: `unconnected`, it was not verified as a whole.
        IntegrityError: `key_revoked`, the owner's newest keys are known as stolen.
        FormatError: `limit_exceeded`.
    """
    manifest, chain = verification.manifest, verification.chain
    if manifest is None or chain is None or verification.size is None or verification.root is None:
        raise NotEstablished("unconnected", "there is no bundle to give a receipt for")
    pins = verification.pins.of(chain.vault_id)
    if chain.newest.number in pins.compromised_epochs:
        raise with_stolen_keys(chain.newest.number, pins, verification.signer_name)
    statement = Statement(
        bundle_id=manifest.bundle_id,
        origin=manifest.origin,
        size=verification.size,
        root=verification.root,
        action=action,
        time_ms=now_ms // 1000 * 1000,
    )
    note = _cosigned(vault, manifest.note, chain, now_ms)
    own = vault.history.chain
    receipt = Receipt(
        view=cut_view(manifest.origin, note, manifest.slice, manifest.entries),
        statement=sign_statement(statement, origin_of(own.vault_id), vault.keys.sign_key),
        card=make_card(owner_name(vault), [entry.raw for entry in own.entries], vault.keys.sign_key),
    )
    return _encrypted(receipt, chain, own)


def side_file_of(file: InputFile, openers: tuple[Opener, ...]) -> Fields | None:
    """Return the unverified map in a small age file; None for any other file, and for one that does not open.

    Raises:
        InputError: `unreadable`, `not_a_file`.
        FormatError, IntegrityError: as `read_side_file`.
    """
    with file.open() as source:
        try:
            opened = decrypt(source, [opener.identity for opener in openers])
        except HealthVaultError:
            return None  # who reads it as a bundle says why
        return read_side_file(opened.reader)


def keep_receipt(vault: Vault, file: InputFile, *, now_ms: int) -> ReceiptView | None:
    """Check a receipt and keep it as an entry; None if the file is no receipt.

    Args:
        vault: The owner's, writing.
        file: What came back from a reader.
        now_ms: The clock.

    Raises:
        As `side_file_of` and `verify_receipt`.
        HistoryError: `fork`, `rollback`: the reader saw another history of this vault than this one.
    """
    fields = side_file_of(file, openers_of(vault, None))
    if fields is None or fields.text("kind") != RECEIPT_KIND:
        return None
    receipt = parse_receipt(fields)
    checked = _checked(vault, receipt, now_ms)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        entry = ReceiptIn(
            about=checked.share_seq,
            vault=checked.reader.chain.vault_id,
            receipt=receipt.statement,
            note=checked.note,
            card=receipt.card,
        )
        transaction.append(draft, entry.to_map())
        transaction.commit()
    return ReceiptView(
        entry=draft.seq,
        bundle=bundle_id_text(checked.statement.bundle_id),
        reader=contact_id_text(checked.reader.chain.vault_id),
        name=_name_of(vault, checked),
        action=checked.statement.action,
        said_ms=checked.statement.time_ms,
        cosigned_ms=checked.cosigned_ms,
    )


def _checked(vault: Vault, receipt: Receipt, now_ms: int) -> CheckedReceipt:
    own = OwnSide(
        view=own_view(vault, {receipt.view.slice.size, *receipt.view.slice.marks}),
        shares=_shares(vault, receipt),
        kept=[(row.share_seq, row.vault, row.action) for row in ConsentRows(vault.catalogue).receipts()],
        pins=PinBook(vaults=(pins_of(vault, open_card(receipt.card).chain.vault_id),)),
        now_ms=now_ms,
    )
    try:
        return verify_receipt(receipt, own)
    except HistoryError as err:
        hint = "an older copy of this vault was put back, or another copy is in use: find out before you go on"
        raise HistoryError(
            err.code, f"the reader saw another history of your vault: {err.message}", hint=hint
        ) from err


def _shares(vault: Vault, receipt: Receipt) -> dict[bytes, HandedOut]:
    """Return the share that the receipt names, if there is one."""
    wanted = bundle_id_text(parse_statement(receipt.statement).bundle_id)
    rows = [row for row in ConsentRows(vault.catalogue).shares() if row.id == wanted]
    shares = [(row.seq, share_of(vault, row.seq)) for row in rows]
    return {share.bundle_id: HandedOut(seq=seq, recipients=share.recipients) for seq, share in shares}


def _cosigned(vault: Vault, raw: bytes, chain: KeyChain, now_ms: int) -> bytes:
    """Return the checkpoint with the line of the vault's newest key and the reader's cosignature, and no other."""
    note = parse_note(raw)
    key = checkpoint_key(origin_of(chain.vault_id), chain.newest.keys.sign_pk)
    witness = signing_key(vault.keys.identity.witness_seed)
    line = cosign(note.text, origin_of(vault.history.chain.vault_id), witness, now_ms // 1000)
    signed = tuple(found for found in note.signatures if found.is_by(key))
    return SignedNote(text=note.text, signatures=(*signed[:1], line)).to_bytes()


def _encrypted(receipt: Receipt, owner: KeyChain, own: KeyChain) -> bytes:
    recipients: list[Recipient] = [
        X25519Recipient(public=chain.newest.keys.recipient_pk) for chain in (owner, own)
    ]
    secrets.SystemRandom().shuffle(recipients)
    written = bytearray()
    write_side_file(written.extend, receipt.to_map(), recipients)
    return bytes(written)


def _name_of(vault: Vault, checked: CheckedReceipt) -> str:
    """Return the owner's own name for the reader, else what the reader's card says."""
    reader = checked.reader.chain.vault_id
    known = [row.name for row in ConsentRows(vault.catalogue).contacts() if row.vault == reader]
    return known[0] if known else checked.reader.name
