# SPDX-License-Identifier: Apache-2.0
"""Who made it: steps 4 to 8 and 16 of the verification.

Spec: docs/spec/bundle.md section 6.
"""

from healthvault.bundle.manifest import MANIFEST_LABEL, Manifest, SignedManifest
from healthvault.crypto.signing import check_signature
from healthvault.errors import FormatError, IntegrityError, NotEstablished
from healthvault.ledger.entry import Entry, parse_entry
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of
from healthvault.verify.pins import VaultPins
from healthvault.verify.thefts import with_stolen_keys
from healthvault.verify.verdicts import Question, Report
from healthvault.verify.view import View

__all__ = [
    "check_compromise",
    "judge_signer",
    "open_note",
    "verify_chain",
    "verify_entries",
    "verify_manifest",
]


def verify_chain(origin: str, entries: tuple[bytes, ...]) -> KeyChain:
    """Step 4: return the keys that the root key of the origin's vault named.

    Args:
        origin: As the file names it.
        entries: Unverified bytes of all its entries; the key events among them are walked.

    Raises:
        FormatError: an entry is malformed.
        IntegrityError: `wrong_vault`, `bad_key`.
    """
    signed = (parse_entry(raw) for raw in entries)
    chain = walk(entry.unverified.raw for entry in signed if entry.header.event is not None)
    if origin_of(chain.vault_id) != origin:
        raise IntegrityError("wrong_vault", "the bundle's origin is not the vault of its key events")
    return chain


def verify_manifest(signed: SignedManifest, chain: KeyChain) -> Manifest:
    """Step 5: return the manifest once the newest key's signature over it holds.

    Raises:
        IntegrityError: `bad_key`, it names another epoch; `bad_signature`.
    """
    if signed.unverified.signer != chain.newest.number:
        raise IntegrityError("bad_key", "the manifest is not signed by the newest epoch")
    check_signature(chain.newest.keys.sign_pk, MANIFEST_LABEL, signed.body, signed.signature)
    return signed.unverified


def check_compromise(digest: bytes, view: View | None, chain: KeyChain, pins: VaultPins, name: str | None) -> None:
    """Step 6: refuse an epoch known as compromised, unless this very bundle and tree were accepted before.

    Args:
        digest: Of the bundle's signed manifest.
        view: What it shows of the tree; None if that did not hold.
        chain: Its keys.
        pins: Those of its vault.
        name: The reader's own name for the owner.

    Raises:
        IntegrityError: `key_revoked`.
    """
    epoch = chain.newest.number
    if epoch not in pins.compromised_epochs:
        return
    if pins.first_seen_ms(digest) is None or view is None or not pins.has_seen(view.size, view.root):
        raise with_stolen_keys(epoch, pins, name)


def judge_signer(report: Report, name: str | None, thefts: str) -> None:
    """Step 16: say who signed, and what the file's own key events say of stolen keys.

    Args:
        report: Gets `unknown_signer` if nobody vouched for the vault.
        name: The reader's own name for the owner; None if she is not pinned.
        thefts: See `thefts_declared`.
    """
    if name is None:
        hint = "compare the fingerprint words by voice, then `hv contact add`"
        said = f"signed, but the signer is not among your contacts{thefts}"
        report.problem(Question.AUTHORSHIP, NotEstablished("unknown_signer", said, hint=hint))
    report.passed(Question.AUTHORSHIP, f"signed by {name}{thefts}")


def verify_entries(raws: tuple[bytes, ...], chain: KeyChain) -> dict[int, Entry]:
    """Step 7: return the disclosed entries by their number, each signed by the epoch in force at its place.

    Raises:
        FormatError: an entry is malformed.
        IntegrityError: `bad_key`, `bad_signature`, `wrong_vault`; `bad_proof`, an entry stands twice or out
            of order.
    """
    entries = {entry.seq: entry for entry in chain.entries}
    last = -1
    for raw in raws:
        signed = parse_entry(raw)
        seq = signed.header.seq
        if seq <= last:
            raise IntegrityError("bad_proof", "the disclosed entries are not in rising order")
        last = seq
        if seq not in entries:
            entries[seq] = chain.verify(signed)
    return entries


def open_note(note: bytes, chain: KeyChain) -> Checkpoint:
    """Step 8: return the checkpoint once the newest key's signature on its note holds.

    Raises:
        FormatError: `bad_note`.
        IntegrityError: `bad_signature`.
    """
    checkpoint = open_checkpoint(note, origin_of(chain.vault_id), chain.newest.keys.sign_pk)
    if checkpoint.size == 0:
        raise FormatError("bad_note", "a bundle's checkpoint covers no entry")
    return checkpoint
