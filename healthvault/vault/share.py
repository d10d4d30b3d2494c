# SPDX-License-Identifier: Apache-2.0
"""Sharing: a share entry, under a grant that is new or stands already, and the bundle whose tip it is.

The journal says what was shared before a byte of it leaves; a crash in between leaves a logged share without a
file. The bundle is checked by its writer: slice against the signed root, documents against their commitments.
Spec: docs/spec/bundle.md section 3.1.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from healthvault.agefile.file import encrypt
from healthvault.bundle.container import ContainerWriter, document_member
from healthvault.bundle.disclosure import DisclosedGrant
from healthvault.bundle.manifest import Manifest, sign_manifest
from healthvault.crypto.words import random_words
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.ids import bundle_id_text, grant_id_text
from healthvault.ledger.secrets import meta_key
from healthvault.storage.outputs import OutputFile
from healthvault.vault.add import Observer
from healthvault.vault.addressees import (
    CODE_WORDS,
    age_recipients,
    audience_of,
    grantees_again,
)
from healthvault.vault.approvals import asked_of, grant_not_ended
from healthvault.vault.attestations import attestations_along, check_room_along
from healthvault.vault.counting import check_committed
from healthvault.vault.disclosing import MemberFile, check_sizes, disclose
from healthvault.vault.grants import append_grant, check_terms, grant_row
from healthvault.vault.handing import (
    NO_LETTER,
    Letter,
    Logged,
    Parcel,
    UnderGrant,
    check_letter,
    log_share,
    logging_under,
    parcel_under,
)
from healthvault.vault.inventories import inventories_of
from healthvault.vault.proofs import event_seqs, proof_of
from healthvault.vault.read import stream_part
from healthvault.vault.terms import Terms
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView
from healthvault.vault.witnessing import witnessed_rows

__all__ = ["share", "share_request", "share_under"]


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
    check_letter(vault, checked.terms.conditions, rows, letter)
    parcel = Parcel(rows=rows, addressees=checked.addressees, letter=letter)

    def log() -> Logged:
        with Transaction(vault, now_ms=now_ms) as transaction:
            grant, draft = append_grant(transaction, checked.terms, rows, checked.parties, now_ms)
            return log_share(transaction, parcel, grant, draft.seq, meta_key(draft.secret))

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
        As `parcel_under` and `share`.
    """
    parcel, grant, seq = parcel_under(vault, wish, letter, now_ms=now_ms)
    return _hand_out(vault, parcel, logging_under(vault, parcel, grant, seq, now_ms), out, now_ms, observer)


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
    parcel = Parcel(rows=(), addressees=grantees_again(vault, asked), letter=NO_LETTER)
    return _hand_out(vault, parcel, logging_under(vault, parcel, grant, row.seq, now_ms), out, now_ms, None)


def _hand_out(
    vault: Vault,
    parcel: Parcel,
    log: Callable[[], Logged],
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


def _manifest(vault: Vault, parcel: Parcel, logged: Logged, now_ms: int) -> tuple[Manifest, list[MemberFile]]:
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
        slice=proof_of(
            vault,
            seqs,
            tuple(addressee.party for addressee in parcel.addressees),
            also={*witnessed, *parcel.letter.sizes},
        ),
        state=logged.opening,
        grants=(grant,),
        docs=tuple(docs),
        witnessed=tuple(witnessed.values()),
        attestations=attestations_along(vault, parcel.rows) if parcel.letter.with_attestations else (),
        message=parcel.letter.message,
        complete=inventories_of(vault, parcel.letter.complete, parcel.rows),
    )
    return manifest, members
