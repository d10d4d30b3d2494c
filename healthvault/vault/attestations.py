# SPDX-License-Identifier: Apache-2.0
"""What others attest of the documents in this vault: taken in, shown, and passed on with them.

An attestation is judged whenever it is looked at, by what is known then: it counts only while its attester is a
contact and the keys are not known as stolen. Spec: docs/spec/bundle.md section 8.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from healthvault.bundle.attestation import Attestation, dearmour_attestation, parse_attestation
from healthvault.errors import (
    HealthVaultError,
    IntegrityError,
    InvalidRequest,
    NotEstablished,
    NotFound,
)
from healthvault.ledger.attested import Attested
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.ids import contact_id_text, document_id_text
from healthvault.storage.attestation_rows import AttestationRow, AttestationRows
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.vault.attested_rows import claimed
from healthvault.vault.memory import own_pins, pins_of
from healthvault.vault.origins import find_origin
from healthvault.vault.statements import attestation_text
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.verify.attestations import NOT_ABOUT, commitments_of
from healthvault.verify.attested import Attester, Attesters
from healthvault.verify.pins import PinBook

__all__ = [
    "MAX_ABOUT_ONE",
    "AttestationView",
    "attestations_along",
    "attested",
    "check_room_along",
    "is_new_about",
    "keep_attestation",
]

MAX_ABOUT_ONE = 64  # of one document: what is said of it has to be erased with it, at once
MAX_ALONG = 1024  # of one bundle: no reader looks at more
_UNKNOWN = "unknown_signer"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationView:
    """What somebody attests of a document here. Only if `is_verified` is it known that they do."""

    entry: int
    """Where it is kept."""
    document: str
    """Id."""
    attester: str | None
    """Contact id of the vault that it says it is by; None if it cannot be read."""
    name: str | None
    """The owner's own name for the attester; None if they are no contact, or not any more."""
    statement: str | None
    """One line; untrusted."""
    said_ms: int | None
    """By the attester's clock."""
    part: int | None
    """Which file of the document it is about, from 0."""
    is_verified: bool
    """A contact's key, not known as stolen, signed it, and it is about a file of this document."""
    code: str | None = None
    """Why it is not: `unknown_signer`, `key_revoked`, `bad_signature`, `not_about`, or of bytes that are none."""
    is_duplicate: bool = False
    """Set in the result of an import: it was kept before."""


def attested(vault: Vault, seq: int) -> tuple[AttestationView, ...]:
    """Return what is attested of the document of entry `seq`, oldest first, each judged now.

    Raises:
        VaultDamaged: `vault_damaged`, the pins or the evidence of the document cannot be read.
    """
    rows = AttestationRows(vault.catalogue).about(seq)
    document = DocumentRows(vault.catalogue).at(seq)
    if not rows or document is None:
        return ()
    subjects, attesters = _subjects(vault, document), _Known(vault)
    return tuple(_view(row, document, subjects, attesters) for row in rows)


def keep_attestation(
    vault: Vault, file: InputFile, accept: tuple[str, ...], *, now_ms: int
) -> AttestationView | None:
    """Check an attestation that came in a file and keep it as an entry; None if the file is another one.

    Args:
        vault: Unlocked, writing.
        file: A `.hva`.
        accept: Codes that the owner accepts: `unknown_signer`, and nobody then knows whether the signature holds.
        now_ms: The clock.

    Raises:
        InputError: `unreadable`, `not_a_file`.
        FormatError: as `dearmour_attestation` and `parse_attestation`.
        NotFound: `not_found`, it is about no document of this vault.
        InvalidRequest: `erased`, the document was; `too_many`; `io_error`.
        IntegrityError: `commitment_mismatch`, about another file than the entry has; `bad_signature`;
            `key_revoked`.
        NotEstablished: `unknown_signer`.
    """
    text = attestation_text(file)
    if text is None:
        return None
    signed = parse_attestation(dearmour_attestation(text))
    said = signed.unverified
    attesters = _Known(vault)
    try:
        attesters.of(said.vault).verified(signed)
    except NotEstablished as err:
        if err.code not in accept:
            raise NotEstablished(
                err.code, f"{file.shown}: nothing was written. {err.message}", hint=err.hint
            ) from err
    document = _document_of(vault, said)
    subjects = _subjects(vault, document)
    row = next((row for row in _about(vault, document.seq) if row.raw == signed.raw), None)
    is_duplicate = row is not None
    if row is None:
        _check_room(vault, document)
        with Transaction(vault, now_ms=now_ms) as transaction:
            draft = transaction.begin()
            transaction.append(draft, Attested(about=document.seq, attestation=signed.raw).to_map())
            transaction.commit()
        row = AttestationRow(seq=draft.seq, about=document.seq, raw=signed.raw)
    return _view(row, document, subjects, attesters, is_duplicate=is_duplicate)


def is_new_about(vault: Vault, document: DocumentRow, raw: bytes) -> bool:
    """Tell whether an attestation is about a file of a document that is here already, and not kept yet."""
    said = claimed(raw)
    if said is None or any(row.raw == raw for row in _about(vault, document.seq)):
        return False
    return (said.leaf, said.commit) in _subjects(vault, document)


def check_room_along(vault: Vault, rows: Sequence[DocumentRow]) -> None:
    """Refuse more attestations than a bundle's reader looks at, before the journal says that it was shared.

    Raises:
        InvalidRequest: `too_many`.
    """
    if sum(len(_about(vault, row.seq)) for row in rows) > MAX_ALONG:
        hint = "share fewer documents at a time, or --no-attestations"
        raise InvalidRequest("too_many", f"more than {MAX_ALONG} attestations", hint=hint)


def attestations_along(vault: Vault, rows: Iterable[DocumentRow]) -> tuple[bytes, ...]:
    """Return the attestations that go along with documents, each once: those that hold, and those of strangers.

    What does not hold would only be held against the sender. Raises as `attested`.
    """
    along: dict[bytes, None] = {}
    for row in rows:
        kept = {item.seq: item.raw for item in _about(vault, row.seq)}
        shown = attested(vault, row.seq) if kept else ()
        along |= {
            kept[view.entry]: None
            for view in shown
            if view.part is not None and (view.is_verified or view.code == _UNKNOWN)
        }
    return tuple(along)


class _Known:
    """The attesters whom the owner knows; their pins are looked up when they are met."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._contacts = {row.vault: row.name for row in ConsentRows(vault.catalogue).contacts()}
        self._met: dict[bytes, Attester] = {}

    def of(self, vault_id: bytes) -> Attester:
        """Return what is known of a vault (id of 32 bytes)."""
        if vault_id not in self._met:
            pins = PinBook(vaults=(pins_of(self._vault, vault_id),))
            self._met[vault_id] = Attesters(self._contacts, pins, own_pins(self._vault)).of(vault_id)
        return self._met[vault_id]


def _view(
    row: AttestationRow,
    document: DocumentRow,
    subjects: Mapping[tuple[bytes, bytes], int],
    attesters: _Known,
    *,
    is_duplicate: bool = False,
) -> AttestationView:
    said, name, code = claimed(row.raw), None, None
    part = subjects.get((said.leaf, said.commit)) if said else None
    try:
        signed = parse_attestation(row.raw)
        attester = attesters.of(signed.unverified.vault)
        name = attester.name
        attester.verified(signed)
        code = NOT_ABOUT if part is None else None
    except HealthVaultError as err:
        code = err.code
    return AttestationView(
        entry=row.seq,
        document=document.id,
        attester=contact_id_text(said.vault) if said else None,
        name=name,
        statement=said.statement if said else None,
        said_ms=said.time_ms if said else None,
        part=part,
        is_verified=code is None,
        code=code,
        is_duplicate=is_duplicate,
    )


def _document_of(vault: Vault, said: Attestation) -> DocumentRow:
    """Return the document of this vault that an attestation names by its entry's leaf hash."""
    id_text = document_id_text(said.leaf)
    rows = [row for row in DocumentRows(vault.catalogue).with_prefix(id_text) if row.id == id_text]
    found = [row for row in rows if vault.history.entry(row.seq).leaf == said.leaf]
    if not found:
        hint = "whoever owns the document takes it in; others get it with a bundle"
        raise NotFound("not_found", "the attestation is about no document of this vault", hint=hint)
    if found[0].status == DocStatus.ERASED.value:
        raise InvalidRequest("erased", f"{id_text}, which the attestation is about, was erased")
    if said.commit not in vault.history.entry(found[0].seq).header.commits:
        raise IntegrityError(
            "commitment_mismatch", f"the attestation is about other bytes than those of {id_text}"
        )
    return found[0]


def _subjects(vault: Vault, document: DocumentRow) -> dict[tuple[bytes, bytes], int]:
    """Return by leaf hash and commitment the files of a document, as logged here and where it came from."""
    entry, origin = vault.history.entry(document.seq), find_origin(vault, document)
    before = () if origin is None else commitments_of(origin.evidence, origin.entries)
    own = ((entry.leaf, commit) for commit in entry.header.commits)
    found: dict[tuple[bytes, bytes], int] = {}
    for keys in (own, before):
        found |= {key: number for number, key in enumerate(keys)}
    return found


def _check_room(vault: Vault, document: DocumentRow) -> None:
    if len(_about(vault, document.seq)) >= MAX_ABOUT_ONE:
        raise InvalidRequest("too_many", f"{document.id} has {MAX_ABOUT_ONE} attestations, and no more are kept")


def _about(vault: Vault, seq: int) -> tuple[AttestationRow, ...]:
    return AttestationRows(vault.catalogue).about(seq)
