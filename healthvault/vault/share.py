# SPDX-License-Identifier: Apache-2.0
"""Sharing: a share entry, under a grant that is new or stands already, and the bundle whose tip it is.

The journal says what was shared before a byte of it leaves; a crash in between leaves a logged share without a
file. The bundle is checked by its writer: slice against the signed root, documents against their commitments.
Spec: docs/spec/bundle.md section 3.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from healthvault.agefile.file import encrypt
from healthvault.bundle.container import ContainerWriter, document_member
from healthvault.bundle.disclosure import DisclosedGrant
from healthvault.bundle.manifest import Manifest, sign_manifest
from healthvault.consent.conditions import Condition
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.status import StatusProof
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.words import random_words
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.ids import bundle_id_text, grant_id_text
from healthvault.ledger.kinds import Share
from healthvault.ledger.ranges import ranges_contain, ranges_of
from healthvault.ledger.secrets import meta_key
from healthvault.ledger.state import StateOpening
from healthvault.storage.document_rows import DocumentRow
from healthvault.storage.outputs import OutputFile
from healthvault.vault.add import Observer
from healthvault.vault.addressees import (
    CODE_WORDS,
    Addressee,
    age_recipients,
    audience_of,
    grantees_again,
)
from healthvault.vault.approvals import asked_of, grant_not_ended
from healthvault.vault.attestations import attestations_along, check_room_along
from healthvault.vault.counting import check_committed, check_named
from healthvault.vault.deciding import check_included, words_of
from healthvault.vault.delegating import check_delegated
from healthvault.vault.disclosing import MemberFile, check_sizes, disclose, first_words, rows_to_share
from healthvault.vault.grants import append_grant, check_terms, documents_of, grant_row, terms_in_force
from healthvault.vault.handed_out import meta_of
from healthvault.vault.inventories import inventories_of
from healthvault.vault.proofs import event_seqs, proof_of
from healthvault.vault.read import stream_part
from healthvault.vault.roles import check_role_still
from healthvault.vault.terms import Terms
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView
from healthvault.vault.witnessing import witnessed_rows

__all__ = ["Letter", "UnderGrant", "share", "share_request", "share_under"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes along with the documents."""

    message: str = ""
    with_metadata: bool = False
    """Disclose the sealed description too: tags, file name, source."""
    complete: tuple[str, ...] = ()
    """Categories of which to say how many documents there are, shared or not."""
    with_attestations: bool = True
    """What others attest of the documents goes along."""


NO_LETTER = Letter()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderGrant:
    """What to share with the grantees of a grant that stands."""

    grant: str
    """Its id, or the unique beginning of it."""
    records: tuple[str, ...] = ()
    """Ids of documents; none for all that it names and that are neither erased nor retracted."""
    accept: tuple[str, ...] = ()
    """Codes of refusals that the user overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcel:
    """What goes to whom."""

    rows: Sequence[DocumentRow]
    addressees: Sequence[Addressee]
    letter: Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Logged:
    """What the journal says of the share, with the openings that the bundle discloses."""

    bundle_id: bytes
    grant: Grant
    grant_seq: int
    grant_meta: bytes
    opening: StateOpening
    status: StatusProof


def share(
    vault: Vault,
    terms: Terms,
    out: Path,
    *,
    now_ms: int,
    letter: Letter = NO_LETTER,
    observer: Observer | None = None,
) -> BundleView:
    """Log a grant and a share, then write the bundle of all its documents to `out`.

    Raises:
        InvalidRequest: `nothing_to_prove`, `unsafe_output`, `bad_text`, `too_large`, `io_error`.
        ConsentRefused: `approval_missing`, for now.
        As `check_terms`.
    """
    if terms.needed:
        hint = "`hv grant --request FILE` asks for approval; then `hv share --grant`"
        raise ConsentRefused("approval_missing", "nobody has approved the new grant yet", hint=hint)
    checked = check_terms(vault, terms, now_ms=now_ms)
    rows = checked.rows
    _check_included(vault, checked.terms.conditions, rows, letter)
    parcel = _Parcel(rows=rows, addressees=checked.addressees, letter=letter)

    def log() -> _Logged:
        with Transaction(vault, now_ms=now_ms) as transaction:
            grant, draft = append_grant(transaction, checked.terms, rows, checked.parties, now_ms)
            return _log_share(transaction, parcel, grant, draft.seq, meta_key(draft.secret))

    return _hand_out(vault, parcel, log, out, now_ms, observer)


def share_under(
    vault: Vault,
    wish: UnderGrant,
    out: Path,
    *,
    now_ms: int,
    letter: Letter = NO_LETTER,
    observer: Observer | None = None,
) -> BundleView:
    """Log a share under a grant that holds, for its grantees, then write the bundle to `out`.

    Raises:
        ConsentRefused: `grant_revoked`, `grant_superseded`, `grant_not_yet`, `grant_expired`, `condition_unknown`,
            `shares_used_up`, `approval_missing`; `out_of_scope`, a document or category that it does not name;
            `denied_by_rule`, `sensitivity_not_named`, one that its conditions keep out; `role_unbound`,
            `outside_role`, the role that it was made from says no today; what `check_delegated` raises.
        As `share`.
    """
    row, grant = terms_in_force(vault, wish.grant, now_ms=now_ms)
    records = wish.records or tuple(document.id for document in documents_of(vault, grant))
    rows = rows_to_share(vault, records, wish.accept)
    _check_scope(grant, rows)
    check_role_still(vault, grant, rows, now_ms=now_ms)
    _check_included(vault, grant.conditions, rows, letter)
    check_named(vault, grant, letter.complete)
    check_delegated(vault, grant, rows, now_ms=now_ms)
    parcel = _Parcel(rows=rows, addressees=grantees_again(vault, grant.grantees), letter=letter)
    return _hand_out(vault, parcel, _log_under(vault, parcel, grant, row.seq, now_ms), out, now_ms, observer)


def share_request(vault: Vault, prefix: str, out: Path, *, now_ms: int) -> BundleView:
    """Write a bundle without documents that shows a grant's terms to those whose approval it needs.

    Raises:
        NotFound: `not_found`, `ambiguous`, the grant; an approver is no longer among the contacts.
        InvalidRequest: `no_approvers`, it needs none; `unsafe_output`, `io_error`.
        ConsentRefused: `grant_revoked`, `grant_superseded`.
    """
    row = grant_row(vault, prefix)
    grant = grant_not_ended(row)
    asked = asked_of(grant)
    if not asked:
        raise InvalidRequest("no_approvers", f"{row.id} needs no approval")
    parcel = _Parcel(rows=(), addressees=grantees_again(vault, asked), letter=NO_LETTER)
    return _hand_out(vault, parcel, _log_under(vault, parcel, grant, row.seq, now_ms), out, now_ms, None)


def _log_under(vault: Vault, parcel: _Parcel, grant: Grant, seq: int, now_ms: int) -> Callable[[], _Logged]:
    """Return what logs a share under the grant of entry `seq`."""
    key = meta_of(vault, seq)

    def log() -> _Logged:
        with Transaction(vault, now_ms=now_ms) as transaction:
            return _log_share(transaction, parcel, grant, seq, key)

    return log


def _check_included(
    vault: Vault, conditions: tuple[Condition, ...], rows: Sequence[DocumentRow], letter: Letter
) -> None:
    """Check the documents as described now and as their reader will see them, and the categories told of."""
    check_included(conditions, ((row.id, words_of(row)) for row in rows))
    if letter.with_metadata:
        check_included(conditions, ((row.id, first_words(vault, row.seq)) for row in rows))
    check_included(conditions, ((f"category {word}", DocumentWords(category=word)) for word in letter.complete))


def _check_scope(grant: Grant, rows: Sequence[DocumentRow]) -> None:
    outside = [row.id for row in rows if not ranges_contain(grant.records, row.seq)]
    if outside:
        hint = "share it without --grant, under a new one"
        raise ConsentRefused("out_of_scope", f"the grant does not name {outside[0]}", hint=hint)


def _log_share(
    transaction: Transaction, parcel: _Parcel, grant: Grant, grant_seq: int, grant_meta: bytes
) -> _Logged:
    tip, bundle_id = transaction.begin(), random_bytes(16)
    entry = Share(
        bundle_id=bundle_id,
        size=tip.seq + 1,
        slots=(grant.slot,),
        seqs=ranges_of(row.seq for row in parcel.rows),
        recipients=tuple(addressee.party for addressee in parcel.addressees),
    )
    transaction.append(tip, entry.to_map())
    opening = transaction.opening()
    status = transaction.status_tree.prove(transaction.slots, grant.slot)
    transaction.commit()
    return _Logged(
        bundle_id=bundle_id,
        grant=grant,
        grant_seq=grant_seq,
        grant_meta=grant_meta,
        opening=opening,
        status=status,
    )


def _hand_out(
    vault: Vault,
    parcel: _Parcel,
    log: Callable[[], _Logged],
    out: Path,
    now_ms: int,
    observer: Observer | None,
) -> BundleView:
    """Log the share once the file can be written, then write it; it gets its name when it is whole."""
    check_sizes(vault, parcel.rows)
    if parcel.letter.with_attestations:
        check_room_along(vault, parcel.rows)
    _check_text(parcel.letter.message)
    check_committed(vault, parcel.letter.complete)
    code = None if audience_of(parcel.addressees) else "-".join(random_words(CODE_WORDS))
    with OutputFile(out) as file:
        logged = log()
        manifest, members = _manifest(vault, parcel, logged, now_ms)
        stream = encrypt(file.write, age_recipients(parcel.addressees, code))
        _write(vault, stream.write, manifest, members, observer)
        stream.finish()
        file.publish()
    return BundleView(
        id=bundle_id_text(logged.bundle_id),
        path=str(out),
        grant=grant_id_text(logged.grant.grant_id),
        documents=tuple(row.id for row in parcel.rows),
        size_bytes=file.size_bytes,
        code=code,
        marks=len(manifest.slice.marks),
    )


def _check_text(message: str) -> None:
    if message.encode("utf-8", "replace").decode() != message:
        raise InvalidRequest("bad_text", "the message is not valid text")


def _write(
    vault: Vault,
    write: Callable[[bytes], object],
    manifest: Manifest,
    members: Sequence[MemberFile],
    observer: Observer | None,
) -> None:
    body = sign_manifest(manifest, vault.keys.sign_key)
    container = ContainerWriter(write)
    container.begin("manifest", len(body))
    container.write(body)
    for number, (row, part, disclosed) in enumerate(members, 1):
        container.begin(document_member(number, disclosed.file), part.size_bytes)
        stream_part(vault, part, container.write, expected_id=row.id)
        if observer:
            observer.advance(part.size_bytes, row.title)
    container.finish()


def _manifest(vault: Vault, parcel: _Parcel, logged: _Logged, now_ms: int) -> tuple[Manifest, list[MemberFile]]:
    history = vault.history
    seqs = {*event_seqs(vault), *(row.seq for row in parcel.rows), logged.grant_seq, history.size - 1}
    witnessed = witnessed_rows(vault, [row.seq for row in parcel.rows])
    docs, members = disclose(vault, parcel.rows, with_metadata=parcel.letter.with_metadata)
    grant = DisclosedGrant(
        seq=logged.grant_seq,
        meta=logged.grant_meta,
        slot=logged.status.slot,
        since_seq=logged.status.since_seq,
        salt=logged.status.salt,
        path=logged.status.path,
    )
    manifest = Manifest(
        bundle_id=logged.bundle_id,
        origin=history.checkpoint.origin,
        created_ms=now_ms,
        signer=history.chain.newest.number,
        audience=audience_of(parcel.addressees),
        note=history.note,
        entries=tuple(history.entry(seq).raw for seq in sorted(seqs)),
        slice=proof_of(vault, seqs, tuple(addressee.party for addressee in parcel.addressees), also=witnessed),
        state=logged.opening,
        grants=(grant,),
        docs=tuple(docs),
        witnessed=tuple(witnessed.values()),
        attestations=attestations_along(vault, parcel.rows) if parcel.letter.with_attestations else (),
        message=parcel.letter.message,
        complete=inventories_of(vault, parcel.letter.complete, parcel.rows),
    )
    return manifest, members
