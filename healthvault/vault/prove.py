# SPDX-License-Identifier: Apache-2.0
"""Small proofs that the owner hands out beside bundles: status files, proof files, and a text for other tools.

A status or proof file is logged before it is written, so that later proofs can go through its size; it is for one
reader. The text about one document is logged nowhere: it holds nothing that a reader could be held to.
Spec: docs/spec/status-and-proof-files.md sections 2 and 3, docs/spec/tree.md section 7.
"""

import io
from dataclasses import dataclass

from healthvault.agefile.file import encrypt
from healthvault.bundle.statusfile import ProofFile, StatusFile, pad_payload
from healthvault.codec import MAX_INT, Value
from healthvault.consent.grant import parse_grant
from healthvault.consent.status import Status, StatusProof
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.kinds import StatusGiven
from healthvault.ledger.party import Party
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.tlog.checkpoint import open_checkpoint
from healthvault.tlog.proof import check_inclusion, inclusion_proof
from healthvault.tlog.prooftext import InclusionText, format_proof, parse_proof
from healthvault.vault.addressees import Addressee, addressees_of, age_recipients, grantees_again
from healthvault.vault.grants import grant_row
from healthvault.vault.proofs import event_seqs, proof_of, tip_opening
from healthvault.vault.read import find_document
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import ProofView
from healthvault.verify.delegation import gives_power_to_share

__all__ = ["ForReader", "prove_document", "prove_history", "prove_status", "reader_of_status"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForReader:
    """Whom a small file is for."""

    addressee: Addressee
    code: str | None = None
    """What opens it, if it is for whoever has a code."""

    @property
    def name(self) -> str:
        """The owner's name for them."""
        return "whoever has the code" if self.addressee.party.is_code else self.addressee.party.name


def reader_of_status(vault: Vault, prefix: str, to: str | None) -> Addressee:
    """Return for whom a status file of a grant is: the one whom it names, or the one of them that is asked for.

    Of a proxy's grant also any contact: what the proxy shares in the owner's name reaches others.

    Raises:
        NotFound: `not_found`, `ambiguous`, the grant or a contact; `not_found`, the grantee is none now.
        InvalidRequest: `which_reader`, it names several.
        ConsentRefused: `not_grantee`, it does not name them.
        IntegrityError: `key_revoked`, a contact declared the keys on their card stolen.
    """
    row = grant_row(vault, prefix)
    grant = parse_grant(row.terms, row.seq)
    grantees = grant.grantees
    chosen = grantees if to is None else tuple(party for party in grantees if _is_called(vault, party, to))
    if not chosen and to is not None and gives_power_to_share(grant):
        return addressees_of(vault, (to,))[0]  # they may have got something from the proxy
    if not chosen:
        raise ConsentRefused(
            "not_grantee", f"the grant does not name {to!r}", hint="`hv grants` says whom it names"
        )
    if len(chosen) > 1:
        hint = "--to NAME, and a file for each of them; `hv grants` says whom it names"
        raise InvalidRequest("which_reader", f"the grant names {len(chosen)} people", hint=hint)
    return grantees_again(vault, chosen)[0]


def prove_status(vault: Vault, prefix: str, reader: ForReader, *, now_ms: int) -> tuple[bytes, ProofView]:
    """Log and return the file that says what a grant's status is now.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `io_error`.
        VaultDamaged: `vault_damaged`.
    """
    row = grant_row(vault, prefix)
    grant = parse_grant(row.terms, row.seq)
    party = reader.addressee.party
    base = _first_size(vault, row, party)
    status = _log(vault, party, grant.slot, now_ms)
    if status is None:
        raise AssertionError("a slot that was asked for has a status")
    history = vault.history
    seqs = sorted({*(seq for seq in event_seqs(vault) if seq >= base), history.size - 1})
    file = StatusFile(
        origin=history.checkpoint.origin,
        note=history.note,
        entries=tuple(history.entry(seq).raw for seq in seqs),
        slice=proof_of(vault, seqs, (party,), also={base} if base else ()),
        grant_id=grant.grant_id,
        slot=status.slot,
        status=int(status.status),
        since_seq=status.since_seq,
        salt=status.salt,
        path=status.path,
        state=tip_opening(vault),
    )
    data = _sealed(file.to_map(), reader)
    return data, ProofView(
        kind="status",
        size=history.size,
        root=history.checkpoint.root,
        size_bytes=len(data),
        reader=reader.name,
        grant=grant_id_text(grant.grant_id),
        status=Status(status.status).name.lower(),
    )


def prove_history(vault: Vault, size: int, reader: ForReader, *, now_ms: int) -> tuple[bytes, ProofView]:
    """Log and return the file that shows that the vault of today continues the one of a size.

    Raises:
        InvalidRequest: `bad_size`, it never had that many entries; `io_error`.
        VaultDamaged: `vault_damaged`.
    """
    history = vault.history
    if not 0 < size <= history.size:
        raise InvalidRequest("bad_size", f"the vault has {history.size} entries", hint="`hv log` numbers them")
    party = reader.addressee.party
    _log(vault, party, None, now_ms)
    history = vault.history
    seqs = sorted(seq for seq in event_seqs(vault) if seq >= size)
    file = ProofFile(
        origin=history.checkpoint.origin,
        note=history.note,
        entries=tuple(history.entry(seq).raw for seq in seqs),
        slice=proof_of(vault, seqs, (party,), also={size}),
    )
    data = _sealed(file.to_map(), reader)
    return data, ProofView(
        kind="proof",
        size=history.size,
        root=history.checkpoint.root,
        size_bytes=len(data),
        reader=reader.name,
        since=size,
    )


def prove_document(vault: Vault, prefix: str) -> tuple[bytes, ProofView]:
    """Return the text by which other tools can check that a document's entry stands in the newest tree.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        VaultDamaged: `vault_damaged`.
        IntegrityError, FormatError: the tree cache does not lead to the signed root; nothing is returned.
    """
    document, history = find_document(vault, prefix), vault.history
    size, seq, leaf = history.size, document.entry, history.entry(document.entry).leaf
    proof_of(vault, {seq}, ())  # mends a tree cache that does not lead to the signed root
    text = format_proof(
        InclusionText(index=seq, hashes=inclusion_proof(history.tree, seq, size), note=history.note)
    )
    read = parse_proof(text)
    key = history.chain.newest.keys.sign_pk
    checkpoint = open_checkpoint(read.note, history.checkpoint.origin, key)
    check_inclusion(leaf, read.index, checkpoint.size, read.hashes, checkpoint.root)
    return text, ProofView(
        kind="inclusion",
        size=size,
        root=history.checkpoint.root,
        size_bytes=len(text),
        document=document.id,
        entry=seq,
        leaf=leaf,
    )


def _log(vault: Vault, party: Party, slot: int | None, now_ms: int) -> StatusProof | None:
    """Append the entry that says what is handed out, and return what the slot says after it."""
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        given = StatusGiven(slot=slot, size=draft.seq + 1, recipients=(party,))
        transaction.append(draft, given.to_map())
        transaction.commit()
        return None if slot is None else transaction.slots.prove(slot, vault.keys.identity.state_key)


def _first_size(vault: Vault, row: GrantRow, party: Party) -> int:
    """Return the size of the first bundle of a grant that somebody was handed, 0 if there is none.

    They know every key event below it, so these are left out of the file.
    """
    rows = ConsentRows(vault.catalogue)
    under = {share.seq + 1 for share in rows.shares() if row.slot in share.slots}
    return min(under & {*rows.sizes_handed_to((party.key,), MAX_INT)}, default=0)


def _sealed(content: dict[str, Value], reader: ForReader) -> bytes:
    out = io.BytesIO()
    stream = encrypt(out.write, age_recipients([reader.addressee], reader.code))
    stream.write(pad_payload(content))
    stream.finish()
    return out.getvalue()


def _is_called(vault: Vault, party: Party, to: str) -> bool:
    contact = next((row for row in ConsentRows(vault.catalogue).contacts() if row.vault == party.vault), None)
    return to in {party.name, contact.name if contact else party.name}
