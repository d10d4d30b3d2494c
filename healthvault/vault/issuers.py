# SPDX-License-Identifier: Apache-2.0
"""Issuers that the owner believes: files with their keys, kept as documents, and pins that say for whom.

Nothing is fetched: whoever brings a file answers for where it came from. Spec: docs/spec/issuers.md section 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from healthvault.agefile.source import read_fully
from healthvault.crypto.hashing import sha256
from healthvault.crypto.jose import check_detached
from healthvault.errors import FormatError, InvalidRequest, NotFound
from healthvault.ledger.documents import DocAdd, Part
from healthvault.ledger.ids import document_id_text
from healthvault.ledger.issuers import MAX_ISSUERS, IssuerDrop, IssuerPin
from healthvault.ledger.secrets import dedupe_tag
from healthvault.records.issuer_keys import (
    MAX_ISSUER_FILE_BYTES,
    Form,
    IssuerFile,
    RevocationList,
    Trust,
    is_issuer,
    parse_issuer_file,
)
from healthvault.records.kinds import Kind
from healthvault.records.provenance import Rung
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.storage.issuer_rows import PinRow
from healthvault.vault.card_cache import pins_in_force
from healthvault.vault.card_checks import CardChecker, believed, trust_of
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault

__all__ = [
    "DetachedSeal",
    "IssuerView",
    "PinnedFile",
    "add_issuers",
    "list_issuers",
    "read_issuer_file",
    "remove_issuer",
]

_MEDIA_TYPES = {
    Form.JWKS: "application/jwk-set+json",
    Form.DIRECTORY: "application/json",
    Form.REVOCATIONS: "application/json",
}
_KINDS = {
    Form.JWKS: Kind.ISSUER_KEYS,
    Form.DIRECTORY: Kind.ISSUER_KEYS,
    Form.REVOCATIONS: Kind.ISSUER_REVOCATIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachedSeal:
    """A signature beside a file, and the certificate (PEM) that the user trusts it by."""

    signature: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedFile:
    """What became of adding a file."""

    document: str
    """Id of the document that it is kept as."""
    form: Form
    issuers: tuple[str, ...]
    """For whom it is believed."""
    keys: int
    lists: int
    left_out: int
    """Keys, issuers and lists of it that cannot be used."""
    is_new: bool
    """False: it was believed for these already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerView:
    """An issuer that is believed."""

    iss: str
    name: str
    """As a directory calls it; untrusted, and empty without one."""
    kids: tuple[str, ...]
    lists: tuple[RevocationList, ...]
    """The list in force for each key that has one."""
    documents: tuple[str, ...]
    """Ids of the documents that say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A file as it was brought, what it says, and for whom it is to be believed."""

    name: str
    data: bytes
    said: IssuerFile
    wanted: tuple[str, ...]


def read_issuer_file(file: InputFile) -> tuple[bytes, IssuerFile]:
    """Return the bytes of a file about issuers, and what it says.

    Raises:
        FormatError: `bad_issuer_file`, `limit_exceeded`.
        InputError: `unreadable`, `not_a_file`.
    """
    with file.open() as source:
        data = read_fully(source, MAX_ISSUER_FILE_BYTES + 1)
    return data, parse_issuer_file(data)


def add_issuers(
    vault: Vault, file: InputFile, issuers: Sequence[str], *, now_ms: int, seal: DetachedSeal | None = None
) -> PinnedFile:
    """Keep a file about issuers as a document, and believe it.

    Args:
        vault: Unlocked, writing.
        file: A JWKS, a snapshot of a directory, or a card revocation list.
        issuers: For whom: needed for a JWKS; for a list where its key is not that of exactly one pinned issuer; of
            a directory only these.
        now_ms: The clock.
        seal: A signature over the file that has to hold.

    Raises:
        FormatError: `bad_issuer_file`, `limit_exceeded`; `bad_certificate`.
        IntegrityError: `bad_signature`, of the seal.
        InputError: `unreadable`, `not_a_file`.
        InvalidRequest: `bad_issuer`, an address is not in its form; `issuer_needed`, none is given; `list_old`,
            the list is not newer than the one in force; `io_error`.
        NotFound: `not_found`, the directory has no such issuer.
    """
    data, said = read_issuer_file(file)
    if seal is not None:
        check_detached(data, seal.signature, seal.certificate)
    trust = trust_of(vault)
    wanted = _wanted(said, issuers, trust)
    believing = said.of(wanted or said.names)
    known = DocumentRows(vault.catalogue).with_content(_tag(vault, data))
    is_pinned = known is not None and any(
        pin.document == known.seq and set(pin.issuers) == set(wanted) and not pin.dropped
        for pin in pins_in_force(vault)
    )
    if not is_pinned:
        _check_newer(believing, trust)
        given = _Given(name=file.name, data=data, said=said, wanted=wanted)
        known = _pin(vault, given, known, now_ms)
        CardChecker(vault).check_all()
    return PinnedFile(
        document=known.id if known is not None else "",
        form=said.form,
        issuers=wanted or tuple(said.names),
        keys=len(believing.keys),
        lists=len(believing.lists),
        left_out=said.left_out,
        is_new=not is_pinned,
    )


def issuers_for_a_run(given: Sequence[tuple[str | None, InputFile]]) -> tuple[IssuerFile, ...]:
    """Return what files about issuers say, each with the address that it is named with, for one run.

    Raises:
        FormatError: `bad_issuer_file`, `limit_exceeded`.
        InputError: `unreadable`, `not_a_file`.
        InvalidRequest: `bad_issuer`, `issuer_needed`.
        NotFound: `not_found`.
    """
    believing: list[IssuerFile] = []
    read = [(iss, read_issuer_file(file)[1]) for iss, file in given]
    for iss, said in sorted(read, key=lambda each: each[1].form is Form.REVOCATIONS):
        wanted = _wanted(said, [iss] if iss else [], Trust(believing))
        believing.append(said.of(wanted or said.names))
    return tuple(believing)


def list_issuers(vault: Vault) -> tuple[IssuerView, ...]:
    """Return the issuers that are believed, by address.

    Raises:
        FormatError, VaultDamaged: as `card_checks.believed`.
    """
    files = [(pin, believed(vault, pin)) for pin in pins_in_force(vault)]
    trust = Trust(file for _, file in files)
    documents: dict[str, dict[str, None]] = {}
    for pin, file in files:
        id_text = _id_of(vault, pin)
        for iss in {*(iss for iss, _ in file.keys), *(iss for iss, _ in file.lists)}:
            documents.setdefault(iss, {})[id_text] = None
    return tuple(
        IssuerView(
            iss=iss,
            name=trust.names.get(iss, ""),
            kids=tuple(sorted(trust.issuers.get(iss, {}))),
            lists=tuple(held for (of, _), held in sorted(trust.lists.items()) if of == iss),
            documents=tuple(found),
        )
        for iss, found in sorted(documents.items())
    )


def remove_issuer(vault: Vault, which: str, *, now_ms: int) -> tuple[str, ...]:
    """Believe an issuer, or a whole file, no longer; the documents stay.

    Args:
        vault: Unlocked, writing.
        which: The address of an issuer, or the id of a document (or its beginning, with `d_`).
        now_ms: The clock.

    Returns:
        The ids of the documents that were believed for it.

    Raises:
        NotFound: `not_found`, nothing is pinned by this name.
        InvalidRequest: `io_error`.
    """
    drops = [(pin, drop) for pin in pins_in_force(vault) if (drop := _drop(vault, pin, which)) is not None]
    if not drops:
        hint = "`hv issuer list` shows what is pinned"
        raise NotFound("not_found", f"nothing is pinned for {which!r}", hint=hint)
    with Transaction(vault, now_ms=now_ms) as transaction:
        for _, drop in drops:
            transaction.append(transaction.begin(), drop.to_map())
        transaction.commit()
    CardChecker(vault).check_all()
    return tuple(dict.fromkeys(_id_of(vault, pin) for pin, _ in drops))


def _wanted(said: IssuerFile, issuers: Sequence[str], trust: Trust) -> tuple[str, ...]:
    """Return for whom a file is to be believed; of a directory none means all."""
    wanted = tuple(dict.fromkeys(issuers))
    bad = next((iss for iss in wanted if not is_issuer(iss)), None)
    if bad is not None or len(wanted) > MAX_ISSUERS:
        hint = f"https, no spaces, no slash at the end, at most {MAX_ISSUERS} of them"
        raise InvalidRequest("bad_issuer", f"{bad or 'so many'!r} cannot be the address of an issuer", hint=hint)
    if said.form is Form.DIRECTORY:
        missing = next((iss for iss in wanted if iss not in said.names), None)
        if missing is not None:
            raise NotFound("not_found", f"the directory has no issuer {missing}")
        return wanted
    if not wanted and said.form is Form.REVOCATIONS:
        wanted = trust.owners(said.lists[0][1].kid)
    if len(wanted) != 1 and not issuers:
        which = "no one issuer that is pinned has its key" if said.lists else "a JWKS does not say whose it is"
        raise InvalidRequest("issuer_needed", which, hint="say --iss URL, the `iss` of its cards")
    return wanted


def _check_newer(believing: IssuerFile, trust: Trust) -> None:
    """Check that a list is newer than the one in force; of those of a directory the highest counts anyway."""
    if believing.form is not Form.REVOCATIONS:
        return
    for iss, found in believing.lists:
        held = trust.lists.get((iss, found.kid))
        if held is not None and found.ctr <= held.ctr:
            raise InvalidRequest(
                "list_old",
                f"this is list {found.ctr} of that key, and list {held.ctr} is in force",
                hint="an older list never takes the place of a newer one",
            )


def _pin(vault: Vault, given: _Given, known: DocumentRow | None, now_ms: int) -> DocumentRow | None:
    with Transaction(vault, now_ms=now_ms) as transaction:
        if known is None:
            draft = transaction.begin()
            transaction.append(draft, _document(vault, transaction, draft, given).to_map())
            seq = draft.seq
        else:
            seq = known.seq
        pin = IssuerPin(about=seq, form=given.said.form.value, issuers=given.wanted)
        transaction.append(transaction.begin(), pin.to_map())
        transaction.commit()
    return DocumentRows(vault.catalogue).at(seq)


def _document(vault: Vault, transaction: Transaction, draft: Draft, given: _Given) -> DocAdd:
    form, blob = given.said.form, transaction.put(draft, given.data)
    tag = dedupe_tag(vault.keys.identity.dedupe_key, blob.digest)
    part = Part(name=given.name, media_type=_MEDIA_TYPES[form], size_bytes=blob.size_bytes, dedupe=tag)
    title = {
        Form.JWKS: "Keys of an issuer",
        Form.DIRECTORY: f"Keys of {len(given.said.names)} issuers",
        Form.REVOCATIONS: "List of revoked cards",
    }[form]
    return DocAdd(title=title, type=_KINDS[form].value, parts=(part,), provenance=Rung.PATIENT.value, tags=())


def _tag(vault: Vault, data: bytes) -> bytes:
    return dedupe_tag(vault.keys.identity.dedupe_key, sha256(data))


def _drop(vault: Vault, pin: PinRow, which: str) -> IssuerDrop | None:
    """Return what ends a pin as far as somebody asks for it; None if it is not meant."""
    if which.startswith("d_"):
        return IssuerDrop(about=pin.seq) if len(which) >= 6 and _id_of(vault, pin).startswith(which) else None
    if pin.issuers:
        left = [iss for iss in pin.issuers if iss not in {which, *pin.dropped}]
        if which not in pin.issuers or which in pin.dropped:
            return None
        return IssuerDrop(about=pin.seq, issuers=(which,) if left else ())
    try:
        is_named = which in believed(vault, pin).names
    except FormatError:
        return None
    return IssuerDrop(about=pin.seq, issuers=(which,)) if is_named else None


def _id_of(vault: Vault, pin: PinRow) -> str:
    row = DocumentRows(vault.catalogue).at(pin.document)
    return row.id if row is not None else document_id_text(vault.history.entry(pin.document).leaf)
