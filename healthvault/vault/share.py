# SPDX-License-Identifier: Apache-2.0
"""Sharing: a grant, a share entry, and the bundle whose tip is that very entry.

The journal says what was shared before a byte of it leaves; a crash in between leaves a logged share without a
file. The bundle is checked by its writer: slice against the signed root, documents against their commitments.
Spec: docs/spec/bundle.md section 4.
"""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import DummyRecipient, Recipient, ScryptRecipient, X25519Recipient
from healthvault.bundle.container import ContainerWriter, document_member
from healthvault.bundle.disclosure import (
    FILE_NAME,
    MAX_MEMBER_BYTES,
    AudienceMember,
    DisclosedDocument,
    DisclosedGrant,
    DisclosedPart,
)
from healthvault.bundle.manifest import Manifest, sign_manifest
from healthvault.consent.grant import MAX_GRANTEES, Grant
from healthvault.consent.status import StatusProof
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.words import random_words
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.ids import bundle_id_text, grant_id_text
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.kinds import Share
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.ranges import ranges_of
from healthvault.ledger.secrets import commit_key, meta_key
from healthvault.ledger.state import StateOpening
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRow, DocumentRows, PartRow
from healthvault.storage.outputs import OutputFile
from healthvault.tlog.slice import Slice, build_slice, rebuild
from healthvault.vault.add import Observer
from healthvault.vault.contacts import chain_of, contact_row
from healthvault.vault.history import damaged
from healthvault.vault.projection import party_key
from healthvault.vault.read import find_document, stream_part
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView

__all__ = ["ShareRequest", "share"]

CODE_WORDS = 7  # 77 bits: the file faces offline guessing for ever
MAX_MARKS = 1024
SLOW_CLOCK_MS = 10 * 60 * 1000  # a reader whose clock is slow is not turned away


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRequest:
    """What to share with whom, for what, until when."""

    records: tuple[str, ...]
    """Ids of documents, or their unique beginnings."""
    to: tuple[str, ...] = ()
    """Names or ids of contacts; empty for a code."""
    purposes: tuple[str, ...]
    """HL7 codes."""
    actions: tuple[str, ...]
    not_before_ms: int | None = None
    not_after_ms: int
    recheck_after_ms: int | None = None
    message: str = ""
    with_metadata: bool = False
    """Disclose the sealed description too: tags, file name, source."""
    accept: tuple[str, ...] = ()
    """Codes of refusals that the user overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Addressee:
    """A recipient as the grant, the manifest and the age header name them."""

    party: Party
    chain: KeyChain | None


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
    vault: Vault, request: ShareRequest, out: Path, *, now_ms: int, observer: Observer | None = None
) -> BundleView:
    """Log a grant and a share, then write the bundle to `out`.

    Raises:
        NotFound: `not_found`, `ambiguous`, a document or contact.
        InvalidRequest: `nothing_to_share`, `erased`, `too_many`, `unsafe_output`, `bad_expiry`, `too_large`,
            `io_error`.
        ConsentRefused: `action_not_granted`, a received document may not be passed on.
    """
    rows = _documents(vault, request)
    addressees = _addressees(vault, request.to)
    code = None if request.to else "-".join(random_words(CODE_WORDS))
    _check_dates(request, now_ms)
    _check_fits(vault, rows, request)
    with OutputFile(out) as file:
        logged = _log(vault, request, rows, addressees, now_ms)
        manifest, parts = _manifest(vault, request, rows, addressees, logged, now_ms)
        body = sign_manifest(manifest, vault.keys.sign_key)
        stream = encrypt(file.write, _age_recipients(addressees, code))
        container = ContainerWriter(stream.write)
        container.begin("manifest", len(body))
        container.write(body)
        for number, (row, part, disclosed) in enumerate(parts, 1):
            container.begin(document_member(number, disclosed.file), part.size_bytes)
            stream_part(vault, part, container.write, expected_id=row.id)
            if observer:
                observer.advance(part.size_bytes, row.title)
        container.finish()
        stream.finish()
        file.publish()
    return BundleView(
        id=bundle_id_text(logged.bundle_id),
        path=str(out),
        grant=grant_id_text(logged.grant.grant_id),
        documents=tuple(row.id for row in rows),
        size_bytes=file.size_bytes,
        code=code,
        marks=len(manifest.slice.marks),
    )


def _documents(vault: Vault, request: ShareRequest) -> list[DocumentRow]:
    table = DocumentRows(vault.catalogue)
    seqs = sorted({find_document(vault, record).entry for record in request.records})
    rows = [row for seq in seqs if (row := table.at(seq)) is not None]
    if not rows:
        raise InvalidRequest("nothing_to_share", "no document was chosen")
    for row in rows:
        if row.status == "erased":
            raise InvalidRequest("erased", f"{row.id} was erased")
        held_back = row.actions is not None and "forward" not in row.actions
        if held_back and "action_not_granted" not in request.accept:
            raise ConsentRefused(
                "action_not_granted",
                f"{row.id} was received without leave to pass it on",
                hint="ask its owner, or take it on yourself with --accept action_not_granted",
            )
    return rows


def _addressees(vault: Vault, names: tuple[str, ...]) -> list[_Addressee]:
    if not names:
        return [_Addressee(party=CODE_BEARER, chain=None)]
    found = {row.vault: row for row in (contact_row(vault, name) for name in names)}
    if len(found) > MAX_GRANTEES:
        raise InvalidRequest(
            "too_many", f"a grant names at most {MAX_GRANTEES} contacts", hint="share several times"
        )
    addressees: list[_Addressee] = []
    for row in found.values():
        chain = chain_of(row)
        party = Party(vault=row.vault, recipient_pk=chain.newest.keys.recipient_pk, name=row.name)
        addressees.append(_Addressee(party=party, chain=chain))
    return addressees


def _check_dates(request: ShareRequest, now_ms: int) -> None:
    if request.not_after_ms <= max(now_ms, request.not_before_ms or 0):
        raise InvalidRequest("bad_expiry", "the share would have expired before it begins", hint="--until 90d")


def _check_fits(vault: Vault, rows: list[DocumentRow], request: ShareRequest) -> None:
    """Refuse what no bundle can hold, before the journal says that it was shared."""
    table = DocumentRows(vault.catalogue)
    if any(part.size_bytes > MAX_MEMBER_BYTES for row in rows for part in table.parts(row.seq)):
        raise InvalidRequest("too_large", "a file over 8 GiB does not fit into a bundle")
    if (
        not request.message.isprintable()
        and request.message.encode("utf-8", "replace").decode() != request.message
    ):
        raise InvalidRequest("bad_text", "the message is not valid text")


def _log(
    vault: Vault, request: ShareRequest, rows: list[DocumentRow], addressees: list[_Addressee], now_ms: int
) -> _Logged:
    parties = tuple(addressee.party for addressee in addressees)
    seqs = ranges_of(row.seq for row in rows)
    bundle_id = random_bytes(16)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        slot, slots = transaction.slots.place_new(draft.seq)
        not_before_ms = request.not_before_ms if request.not_before_ms is not None else now_ms - SLOW_CLOCK_MS
        grant = Grant(
            slot=slot,
            grant_id=random_bytes(16),
            grantees=parties,
            records=seqs,
            actions=request.actions,
            purposes=request.purposes,
            not_before_ms=not_before_ms,
            not_after_ms=request.not_after_ms,
            recheck_after_ms=request.recheck_after_ms,
        )
        transaction.append(draft, grant.to_map(), slots=slots)
        tip = transaction.begin()
        entry = Share(bundle_id=bundle_id, size=tip.seq + 1, slots=(slot,), seqs=seqs, recipients=parties)
        transaction.append(tip, entry.to_map())
        opening = transaction.opening()
        transaction.commit()
    return _Logged(
        bundle_id=bundle_id,
        grant=grant,
        grant_seq=draft.seq,
        grant_meta=meta_key(draft.secret),
        opening=opening,
        status=slots.prove(slot, vault.keys.identity.state_key),
    )


def _manifest(
    vault: Vault,
    request: ShareRequest,
    rows: list[DocumentRow],
    addressees: list[_Addressee],
    logged: _Logged,
    now_ms: int,
) -> tuple[Manifest, list[tuple[DocumentRow, PartRow, DisclosedPart]]]:
    history = vault.history
    seqs = {entry.seq for entry in history.chain.entries}
    seqs.update(row.seq for row in rows)
    seqs.update((logged.grant_seq, history.size - 1))
    docs, parts = _disclose(vault, rows, with_metadata=request.with_metadata)
    manifest = Manifest(
        bundle_id=logged.bundle_id,
        origin=history.checkpoint.origin,
        created_ms=now_ms,
        signer=history.chain.newest.number,
        audience=_audience(addressees),
        note=history.note,
        entries=tuple(history.entry(seq).raw for seq in sorted(seqs)),
        slice=_slice(vault, seqs, addressees),
        state=logged.opening,
        grants=(
            DisclosedGrant(
                seq=logged.grant_seq,
                meta=logged.grant_meta,
                slot=logged.status.slot,
                since_seq=logged.status.since_seq,
                salt=logged.status.salt,
                path=logged.status.path,
            ),
        ),
        docs=tuple(docs),
        message=request.message,
    )
    return manifest, parts


def _slice(vault: Vault, seqs: set[int], addressees: list[_Addressee]) -> Slice:
    """Make the proof, with every size that its readers may have seen as a mark, and check it."""
    history = vault.history
    rows = ConsentRows(vault.catalogue)
    if any(addressee.party.is_code for addressee in addressees):
        handed = rows.sizes_handed(MAX_MARKS)  # whoever gets the code may have seen any of them
    else:
        parties = [CODE_BEARER, *(addressee.party for addressee in addressees)]
        handed = rows.sizes_handed_to(map(party_key, parties), MAX_MARKS)
    marks = {*handed, *history.chain.rotations, *history.chain.restarts} - {history.size}
    leaves = {seq: history.entry(seq).leaf for seq in seqs}
    for _ in range(2):
        proof = build_slice(history.tree, history.size, seqs, marks)
        if rebuild(proof, leaves).root == history.checkpoint.root:
            return proof
        history.renew_tree()  # the signed root does not vouch for what lies below a full tile
    raise damaged("the tree cache does not lead to the signed root; nothing was written")


def _disclose(
    vault: Vault, rows: list[DocumentRow], *, with_metadata: bool
) -> tuple[list[DisclosedDocument], list[tuple[DocumentRow, PartRow, DisclosedPart]]]:
    table = DocumentRows(vault.catalogue)
    docs: list[DisclosedDocument] = []
    parts: list[tuple[DocumentRow, PartRow, DisclosedPart]] = []
    for row in rows:
        secret = vault.keystore.read(row.seq)
        if secret is None:
            raise damaged(f"the secret of entry {row.seq} is missing")
        disclosed = [(row, part, _disclosed_part(row, part, secret)) for part in table.parts(row.seq)]
        parts += disclosed
        docs.append(
            DisclosedDocument(
                seq=row.seq,
                claimed_status=row.status,
                claimed_type=row.type,
                parts=tuple(part for _, _, part in disclosed),
                meta=meta_key(secret) if with_metadata else None,
            )
        )
    return docs, parts


def _disclosed_part(row: DocumentRow, part: PartRow, secret: bytes) -> DisclosedPart:
    return DisclosedPart(
        number=part.number,
        size_bytes=part.size_bytes,
        file=_container_name(part.name),
        commit_key=commit_key(secret, part.number),
        claimed_title=row.title,
        claimed_media_type=part.media_type,
    )


def _container_name(name: str) -> str:
    """Return a name of the form that a container allows, with the suffix kept so that it opens with a click."""
    stem, dot, suffix = name.rpartition(".")
    suffix = re.sub(r"[^A-Za-z0-9]", "", suffix)[:12] if dot and stem else ""
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", stem if suffix else name).lstrip("._-")[: 59 - len(suffix)]
    made = f"{stem or 'document'}.{suffix}" if suffix else stem or "document"
    return made if FILE_NAME.match(made) else "document"


def _audience(addressees: list[_Addressee]) -> tuple[AudienceMember, ...] | None:
    members = tuple(
        AudienceMember(recipient_pk=keys.recipient_pk, vault=addressee.party.vault, sign_pk=keys.sign_pk)
        for addressee in addressees
        if addressee.chain is not None
        for keys in (addressee.chain.newest.keys,)
    )
    return members or None


def _age_recipients(addressees: list[_Addressee], code: str | None) -> list[Recipient]:
    """Return one stanza for each addressee, padded with dummies to a power of two and shuffled."""
    if code is not None:
        return [ScryptRecipient(passphrase=code.encode())]
    recipients: list[Recipient] = [
        X25519Recipient(public=addressee.chain.newest.keys.recipient_pk)
        for addressee in addressees
        if addressee.chain is not None
    ]
    wanted = 1 << (len(recipients) - 1).bit_length()
    recipients += [DummyRecipient() for _ in range(wanted - len(recipients))]
    secrets.SystemRandom().shuffle(recipients)
    return recipients
