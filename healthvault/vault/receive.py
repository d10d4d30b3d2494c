# SPDX-License-Identifier: Apache-2.0
"""The reader's side: verify a bundle, open it into a folder, or keep it in the own vault.

Opening and keeping verify first: nothing gets its name, or an entry, before every step has passed or the user
has accepted each open code by name. Spec: docs/spec/bundle.md sections 5 to 7.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from healthvault.agefile.recipients import ScryptIdentity
from healthvault.agefile.source import read_fully
from healthvault.errors import AnswerNeeded, ConsentRefused, HealthVaultError, InvalidRequest, NotEstablished
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.party import CODE_BEARER
from healthvault.records.issuer_keys import IssuerFile
from healthvault.storage.consent_rows import ConsentRows, ContactRow
from healthvault.storage.inputs import InputFile
from healthvault.tlog.checkpoint import origin_of
from healthvault.tlog.cosignature import witness_key
from healthvault.tlog.note import NoteKey
from healthvault.vault.addressees import code_of
from healthvault.vault.card_checks import trust_of
from healthvault.vault.contacts import chain_of
from healthvault.vault.delegating import acting_grant
from healthvault.vault.memory import own_pins, pin_file, read_pins, store_pins, with_card
from healthvault.vault.openers import own_openers
from healthvault.vault.staging import FolderSink, ImportSink
from healthvault.vault.statements import (
    attestation_text,
    certificate_text,
    compromise_note,
    fork_proof_file_text,
    view_file_text,
)
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import Document
from healthvault.verify.attestations import verify_attestation
from healthvault.verify.bundle import verify_bundle
from healthvault.verify.compromise import verify_note
from healthvault.verify.context import Context, NothingTaken, Opener, Sink, StatusInput, Verification
from healthvault.verify.erasure import verify_certificate
from healthvault.verify.pins import PinBook
from healthvault.verify.proofs import verify_fork_proof, verify_view_file

__all__ = [
    "CLEARABLE",
    "VerifyOptions",
    "import_bundle",
    "open_bundle",
    "openers_of",
    "read_bundle",
    "unaccepted",
    "verify_file",
    "verify_through",
]

_TEXTS: tuple[tuple[Callable[[InputFile], bytes | None], Callable[[bytes, Context], Verification]], ...] = (
    (attestation_text, verify_attestation),
    (certificate_text, verify_certificate),
    (compromise_note, verify_note),
    (view_file_text, verify_view_file),
    (fork_proof_file_text, verify_fork_proof),
)
MAX_STATUS_FILE_BYTES = 5 << 20  # more than the longest: what is longer is refused for its plaintext
CLEARABLE = (NotEstablished, ConsentRefused)  # what a user may accept by name: exits 21 and 22


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """What the user asks of a bundle."""

    purpose: str | None = None
    """HL7 code."""
    max_age_ms: int | None = None
    witnesses: int = 0
    """How many witnesses that she knows must have seen the history."""
    accept: tuple[str, ...] = ()
    """Codes that she accepts."""
    code: str | None = field(default=None, repr=False)
    """The code of the bundle, as typed."""
    statuses: tuple[InputFile, ...] = ()
    """Status files beside it."""
    issuers: tuple[IssuerFile, ...] = ()
    """Files about issuers that are believed for this run."""


def verify_file(
    vault: Vault | None,
    place: Place,
    file: InputFile,
    options: VerifyOptions,
    *,
    now_ms: int,
    actions: tuple[str, ...] = (),
) -> Verification:
    """Verify a file of another vault, of whatever kind, and remember what it showed.

    Args:
        vault: Unlocked; None for somebody who has no vault: a bundle then needs a code.
        place: Where this reader's memory is.
        file: A bundle, status or proof file, erasure certificate, compromise note, view, fork proof, attestation.
        options: What is asked of it.
        now_ms: The clock.
        actions: What the reader is about to do with the documents of a bundle: `view`.

    Raises:
        InputError: `unreadable`, `not_a_file`.
        AnswerNeeded: `code_needed`, there is neither a vault nor a code.
        VaultDamaged, VaultBusy, InvalidRequest: the memory cannot be read or written.
    """
    reading = _Reading(file=file, options=options, now_ms=now_ms, actions=actions)
    for find, judge in _TEXTS:
        text = find(file)
        if text is not None:
            return _judged(vault, place, reading, (), partial(judge, text))
    return _verify(vault, place, reading, NothingTaken())


def verify_through(
    vault: Vault | None, place: Place, file: InputFile, sink: Sink, options: VerifyOptions, *, now_ms: int
) -> Verification:
    """Verify a bundle while a sink reads its documents, and remember what it showed.

    What the sink has taken is worth what the verdicts say; without them nothing.

    Raises:
        As `verify_file`.
    """
    return _verify(vault, place, _Reading(file=file, options=options, now_ms=now_ms, actions=("view",)), sink)


def open_bundle(
    vault: Vault | None, place: Place, file: InputFile, folder: Path, options: VerifyOptions, *, now_ms: int
) -> tuple[Verification, list[Document]]:
    """Verify a bundle and write its documents into a folder, if the verdicts allow it.

    Raises:
        As `verify_file`; InvalidRequest: `unsafe_output`, `too_large`, `io_error`.
    """
    reading = _Reading(file=file, options=options, now_ms=now_ms, actions=("view",))
    with FolderSink(folder) as sink:
        verification = _verify(vault, place, reading, sink)
        if unaccepted(verification, options.accept):
            return verification, []
        return verification, sink.publish(verification)


def read_bundle(
    vault: Vault | None, place: Place, file: InputFile, options: VerifyOptions, sink: Sink, *, now_ms: int
) -> Verification:
    """Verify a bundle, and let a sink of the caller's read its documents to view them in memory.

    What the sink took is worth something only if the verdicts say so. Raises as `verify_file`.
    """
    return _verify(vault, place, _Reading(file=file, options=options, now_ms=now_ms, actions=("view",)), sink)


def import_bundle(
    vault: Vault, file: InputFile, options: VerifyOptions, *, now_ms: int
) -> tuple[Verification, list[Document]]:
    """Verify a bundle and keep its documents, marked as received, each with the proof of where it came from.

    The file is read twice, first to decide and then to keep; the second reading verifies all of it again.

    Raises:
        As `verify_file`; InvalidRequest: `file_changed`, `io_error`.
    """
    reading = _Reading(file=file, options=options, now_ms=now_ms, actions=("keep",))
    first = _verify(vault, vault.place, reading, NothingTaken())
    if unaccepted(first, options.accept) or first.manifest is None:
        return first, []
    with Transaction(vault, now_ms=now_ms) as transaction:
        sender = first.chain.vault_id if first.chain else b""
        acting = acting_grant(vault, sender, now_ms=now_ms)
        sink = ImportSink(vault, transaction, first, accepted=options.accept, acting=acting)
        second = _verify(vault, vault.place, reading, sink)
        if second.bundle_id != first.bundle_id or unaccepted(second, options.accept):
            raise InvalidRequest(
                "file_changed", f"{file.shown}: it changed while it was read", hint="import it again"
            )
        return second, sink.finish()


def unaccepted(verification: Verification, accept: tuple[str, ...]) -> list[HealthVaultError]:
    """Return the problems that forbid to act on a bundle: those that cannot be accepted, or were not."""
    return [
        problem
        for problem in verification.problems
        if not (isinstance(problem, CLEARABLE) and problem.code in accept)
    ]


def openers_of(vault: Vault | None, code: str | None) -> tuple[Opener, ...]:
    """Return what opens a file: its code if one is given, else the reader's keys of all epochs, newest first.

    Raises:
        AnswerNeeded: `code_needed`, there is neither a vault nor a code.
    """
    if code is not None:
        passphrase = code_of(code).encode()
        return (Opener(identity=ScryptIdentity(passphrase=passphrase), party=CODE_BEARER),)
    if vault is None:
        raise AnswerNeeded(
            "code_needed",
            "there is no vault here and no code was given",
            hint="--code if the sender told you one, or `hv init` first",
        )
    return own_openers(vault)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What is read, for what, and when."""

    file: InputFile
    options: VerifyOptions
    now_ms: int
    actions: tuple[str, ...] = ()


def _verify(vault: Vault | None, place: Place, reading: _Reading, sink: Sink) -> Verification:
    openers = openers_of(vault, reading.options.code)
    statuses = tuple(map(_status_input, reading.options.statuses))
    with reading.file.open() as source:
        return _judged(
            vault,
            place,
            reading,
            openers,
            lambda context: verify_bundle(source, replace(context, statuses=statuses), sink),
        )


def _status_input(file: InputFile) -> StatusInput:
    with file.open() as source:
        return StatusInput(name=file.shown, data=read_fully(source, MAX_STATUS_FILE_BYTES))


def _judged(
    vault: Vault | None,
    place: Place,
    reading: _Reading,
    openers: tuple[Opener, ...],
    judge: Callable[[Context], Verification],
) -> Verification:
    """Judge a file by what is remembered, and remember what it showed."""
    memory = pin_file(vault, place)
    with memory.lock():
        context = _context(vault, read_pins(memory), reading, openers)
        verification = judge(context)
        known = {pins.vault: pins for pins in context.pins.vaults}
        for pins in verification.pins.vaults:
            if pins != known.get(pins.vault):
                store_pins(memory, pins)
    return verification


def _context(vault: Vault | None, pins: PinBook, reading: _Reading, openers: tuple[Opener, ...]) -> Context:
    contacts = ConsentRows(vault.catalogue).contacts() if vault else ()
    chains = {row.vault: chain_of(row) for row in contacts}
    for vault_id, chain in chains.items():
        pins = pins.updated(with_card(pins.of(vault_id), chain))
    return Context(
        openers=openers,
        pins=pins,
        now_ms=reading.now_ms,
        contacts={row.vault: row.name for row in contacts},
        witnesses=_witnesses(contacts, chains, pins),
        witnesses_needed=reading.options.witnesses,
        actions=reading.actions,
        purpose=reading.options.purpose,
        max_age_ms=reading.options.max_age_ms,
        issuers=trust_of(vault, given=reading.options.issuers),
        own=own_pins(vault) if vault else None,
    )


def _witnesses(
    contacts: tuple[ContactRow, ...], chains: dict[bytes, KeyChain], pins: PinBook
) -> tuple[NoteKey, ...]:
    return tuple(
        witness_key(origin_of(row.vault), epoch.keys.witness_pk)
        for row in contacts
        if row.is_witness
        for epoch in chains[row.vault].epochs
        if epoch.number not in pins.of(row.vault).compromised_epochs
    )
