# SPDX-License-Identifier: Apache-2.0
"""The way of packs, out of documents of the vault and files: which they are, and who answers for each.

A document is signed by a contact whose log is proved to have held it, when it came in a bundle of theirs, or who
attests it. A file is signed by nobody. Spec: docs/spec/supply.md section 4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from healthvault.errors import FormatError, InvalidRequest, NotFound
from healthvault.gs1.recalls import Answer, is_about
from healthvault.gs1.trade_items import TradeItem
from healthvault.ledger.documents import DocStatus
from healthvault.packs.verdicts import KnownList
from healthvault.records.kinds import Kind
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.supply.custody import Trace, packs_in, traces_of
from healthvault.supply.document import MAX_BYTES, EpcisDocument, parse_epcis
from healthvault.supply.findings import Finding, Name
from healthvault.supply.keys import Pack, pack_of, product_of_lot
from healthvault.supply.told import Chain, Origin, chain_of
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.vault.attestations import attested
from healthvault.vault.origins import find_origin
from healthvault.vault.read import Filter, document_bytes, find_document, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Supplied", "chain_of_supplied", "chosen_packs", "files_supplied", "read_whole", "vault_supplied"]

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """A document to be read, with who answers for it."""

    origin: Origin
    content: bytes
    """*Unverified* in what it says, whoever signed it."""


def files_supplied(files: Sequence[InputFile]) -> Iterator[Supplied]:
    """Yield files: nobody answers for them.

    Raises:
        InputError: `unreadable`, `not_a_file`.
        FormatError: `too_large`.
    """
    for file in files:
        yield Supplied(origin=Origin(document=file.shown), content=read_whole(file, MAX_BYTES))


def read_whole(file: InputFile, limit_bytes: int) -> bytes:
    """Return the bytes of a file. Raises InputError: `unreadable`, …; FormatError: `too_large`."""
    pieces: list[bytes] = []
    left = limit_bytes
    with file.open() as source:
        while piece := source.read(_READ_BYTES):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise FormatError("too_large", f"{file.shown}: more than {limit_bytes >> 20} MiB")
    return b"".join(pieces)


def vault_supplied(vault: Vault, ids: Sequence[str]) -> Iterator[Supplied]:
    """Yield documents of the vault by their ids, or all in force that are of kind `epcis`.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `too_large`, `erased`.
        VaultDamaged: `vault_damaged`.
    """
    named: Iterator[Document] = (find_document(vault, each) for each in ids)
    every = (each for each in list_documents(vault, Filter(kind=Kind.EPCIS.value)) if _is_in_force(each))
    rows = DocumentRows(vault.catalogue)
    contacts = {row.vault: row.name for row in ConsentRows(vault.catalogue).contacts()}
    for document in named if ids else every:
        row = rows.at(document.entry)
        signers = () if row is None else tuple(_signers(vault, row, contacts))
        yield Supplied(
            origin=Origin(document=document.id, signers=signers), content=document_bytes(vault, document)
        )


def chain_of_supplied(supplied: Sequence[Supplied]) -> Chain:
    """Return the events of documents put together: of all of them, or, if one cannot be read, none.

    Raises:
        FormatError: as `parse_epcis`, with the document.
        InvalidRequest: `nothing_to_trace`.
    """
    if not supplied:
        hint = "name EPCIS files, or `hv add` them, or `hv import` a bundle with them"
        raise InvalidRequest("nothing_to_trace", "there is no EPCIS document", hint=hint)
    return chain_of((each.origin, _parsed(each)) for each in supplied)


def chosen_packs(chain: Chain, codes: Sequence[str], lists: Sequence[KnownList] = ()) -> Iterator[Trace]:
    """Yield the way of each pack that a code names, or of every pack in the documents.

    Args:
        chain: What the documents tell.
        codes: Of packs, as typed.
        lists: Of recalls, that the owner keeps.

    Raises:
        InvalidRequest: `not_a_pack`.
        NotFound: `not_found`, no event is about a pack that was named.
    """
    packs = [_named(chain, code) for code in codes] or [Pack(key=key) for key in packs_in(chain)]
    for trace in traces_of(chain, packs):
        found = tuple(_on_lists(trace, lists))
        yield replace(trace, findings=(*trace.findings, *found)) if found else trace


def _named(chain: Chain, code: str) -> Pack:
    pack = pack_of(code)
    if pack is None:
        hint = "as (01)GTIN(21)SERIAL, urn:epc:id:sgtin:…, or https://id.gs1.org/01/GTIN/21/SERIAL"
        raise InvalidRequest("not_a_pack", "a code names no pack, or a check digit is wrong", hint=hint)
    everything = (*chain.events, *chain.undated, *chain.voided)
    if not any(pack.key in told.touched for told in everything):
        hint = "leave out --pack to see all packs"
        raise NotFound("not_found", "no event is about a pack that was named", hint=hint)
    return pack


def _on_lists(trace: Trace, lists: Sequence[KnownList]) -> Iterator[Finding]:
    """Yield the lines of recall lists that reach a pack, or may."""
    product = product_of_lot(trace.pack.partition("/21/")[0])
    if product is None:
        return
    item = TradeItem(gtin=product[0], lot=trace.lot, serial=trace.serial, expiry=_day(trace.expiry))
    for one in lists:
        for recall in one.recalls:
            answer = is_about(recall, item)
            if answer is Answer.NO:
                continue
            name = Name.RECALLED_LOT if answer is Answer.YES else Name.LOT_UNKNOWN
            words = {Answer.YES: "recalled by a list", Answer.UNKNOWN: "a list recalls what may be this pack"}
            detail = ": ".join(filter(None, (words[answer], recall.reason)))
            yield Finding(name=name, detail=detail, document=one.document, place=recall.place or None)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def _parsed(supplied: Supplied) -> EpcisDocument:
    try:
        return parse_epcis(supplied.content)
    except FormatError as err:
        hint = "nothing of it counts; leave it out, or ask whoever gave it for a better one"
        raise FormatError(err.code, f"{supplied.origin.document}: {err.message}", hint=hint) from err


def _is_in_force(document: Document) -> bool:
    return document.status == DocStatus.CURRENT.value


def _signers(vault: Vault, row: DocumentRow, contacts: dict[bytes, str]) -> Iterator[tuple[str, str]]:
    """Yield the contacts who answer for a document, each with how."""
    proved = find_origin(vault, row)
    name = None if proved is None else contacts.get(vault_id_of(proved.evidence.origin))
    if name is not None:
        yield name, "bundle"
    for view in attested(vault, row.seq):
        if view.is_verified and view.part == 0 and view.name is not None:
            yield view.name, "attested"
