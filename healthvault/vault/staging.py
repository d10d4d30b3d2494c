# SPDX-License-Identifier: Apache-2.0
"""Where documents wait while their bundle is verified: beside their folder, or in a pack without a name.

Spec: docs/spec/bundle.md section 6, steps 15 and 19.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from healthvault.agefile.source import Source
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, EVIDENCE_NAME, EvidenceMaker
from healthvault.codec import Fields
from healthvault.consent.grant import Grant
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import InvalidRequest
from healthvault.ledger.attested import Attested
from healthvault.ledger.documents import RECEIVED, DocAdd, DocStatus, Part, Received
from healthvault.ledger.ids import contact_id_text, document_id_text, grant_id_text
from healthvault.ledger.ranges import ranges_contain
from healthvault.ledger.secrets import dedupe_tag
from healthvault.records.categories import Category
from healthvault.storage.attestation_rows import AttestationRows
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.outputs import OutputFile, free_name, make_folder, safe_name, safe_paths, take_name
from healthvault.vault.attestations import MAX_ABOUT_ONE, is_new_about
from healthvault.vault.card_checks import CardChecker
from healthvault.vault.delegating import grants_held_under, makes_proxy
from healthvault.vault.history import damaged
from healthvault.vault.read import document_of
from healthvault.vault.sealed import open_sealed_part, parse_sealed
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, PartView
from healthvault.verify.context import Verification, VerifiedDocument
from healthvault.verify.verdicts import Result

__all__ = ["FolderSink", "ImportSink"]

STEP_BYTES = 1 << 20
FREE_BYTES = 1 << 20  # what must be left on the disk


class FolderSink:
    """Writes documents into a hidden folder, and moves them out once the verdicts allow it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = folder / f".hv-{random_bytes(6).hex()}.partial"
        self._staged: dict[int, list[tuple[DisclosedPart, Path]]] = {}
        self._count = 0
        self._made: tuple[Path, ...] = ()

    def __enter__(self) -> Self:
        try:
            self._made = tuple(path for path in (self._folder, *self._folder.parents) if not path.exists())
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._staging.mkdir(mode=0o700)
        except OSError as err:
            raise InvalidRequest("io_error", f"{self._folder}: {err.strerror}") from err
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)
        with suppress(OSError):  # what holds a document stays, and so does what it lies in
            for path in self._made:
                path.rmdir()

    def prepare(self, total_bytes: int) -> None:
        """Refuse what does not fit on the disk. Raises InvalidRequest: `too_large`."""
        free = shutil.disk_usage(self._folder).free
        if total_bytes + FREE_BYTES > free:
            raise InvalidRequest("too_large", f"the bundle holds {total_bytes} bytes, and {free} are free")

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Write a part, but not the evidence of where the sender had it from."""
        if part.claimed_media_type == EVIDENCE_MEDIA_TYPE:
            return
        path = self._staging / f"{self._count}"
        self._count += 1
        with OutputFile(path) as file:
            while data := stream.read(STEP_BYTES):
                file.write(data)
            file.publish()
        self._staged.setdefault(document.seq, []).append((part, path))

    def publish(self, verification: Verification) -> list[Document]:
        """Give the documents their names: one of several files is a folder of its own.

        Raises:
            InvalidRequest: `unsafe_output`, one of the names is taken: none of them is moved; `io_error`.
        """
        known = {document.seq: document for document in verification.documents}
        names: dict[int, str] = {}
        used: set[str] = set()
        for seq, parts in self._staged.items():
            wanted = safe_name(known[seq].title if len(parts) > 1 else parts[0][0].file, "document")
            names[seq] = free_name(wanted, used)
            used.add(names[seq].casefold())
        taken = [name for name in names.values() if os.path.lexists(self._folder / name)]
        if taken:
            raise InvalidRequest(
                "unsafe_output",
                f"{self._folder / taken[0]} is there already",
                hint="choose another folder with -o",
            )
        return [self._moved(known[seq], self._folder / name, verification) for seq, name in names.items()]

    def _moved(self, document: VerifiedDocument, target: Path, verification: Verification) -> Document:
        parts = self._staged[document.seq]
        opened = _opened(document, verification, target)
        if len(parts) == 1:
            take_name(parts[0][1], target)
            return opened
        own_names = [document.part_names.get(part.number, part.file) for part, _ in parts]
        views: list[PartView] = []
        for (part, path), name, inner in zip(parts, own_names, safe_paths(own_names, "document"), strict=True):
            make_folder((target / inner).parent)
            take_name(path, target / inner)
            views.append(
                PartView(
                    number=part.number,
                    name=name,
                    media_type=part.claimed_media_type,
                    size_bytes=part.size_bytes,
                    path=str(target / inner),
                )
            )
        return replace(opened, parts=tuple(views))


class ImportSink:
    """Seals documents into a transaction of the own vault; nothing counts before `finish`."""

    def __init__(
        self,
        vault: Vault,
        transaction: Transaction,
        verification: Verification,
        *,
        accepted: tuple[str, ...],
        acting: Grant | None = None,
    ) -> None:
        """Begin.

        Args:
            vault: Unlocked, writing.
            transaction: Takes the entries.
            verification: Of the bundle, without what was not accepted.
            accepted: The codes that were.
            acting: The owner's own grant under which the sender may add documents for her.
        """
        if verification.manifest is None or verification.chain is None:
            raise damaged("a bundle without a manifest cannot be imported")
        chain = verification.chain
        self._vault = vault
        self._transaction = transaction
        self._documents = {document.seq: document for document in verification.documents}
        self._attestations = verification.attestations
        self._evidence = EvidenceMaker(verification.manifest, (*chain.rotations, *chain.restarts))
        self._grants = tuple(zip(verification.manifest.grants, verification.grants, strict=True))
        self._sender = verification.signer_name or contact_id_text(chain.vault_id)
        self._received = Received(
            vault=chain.vault_id,
            bundle_id=verification.manifest.bundle_id,
            actions=_common_actions(verification),
            accepted=accepted,
        )
        self._acting = acting
        self._current: tuple[DisclosedDocument, Draft, list[Part]] | None = None
        self._outcomes: list[tuple[int, bool]] = []  # (entry, is it new)
        self._added: set[int] = set()
        """Entries of what the sender made and added as the owner's proxy."""

    def prepare(self, total_bytes: int) -> None:
        """Refuse what does not fit on the disk. Raises InvalidRequest: `too_large`."""
        free = shutil.disk_usage(self._vault.paths.root).free
        if total_bytes + FREE_BYTES > free:
            raise InvalidRequest("too_large", f"the bundle holds {total_bytes} bytes, and {free} are free")

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Seal a part into the entry of its document."""
        if self._current is None or self._current[0].seq != document.seq:
            self._close_document()
            self._current = (document, self._transaction.begin(), [])
        _, draft, parts = self._current
        name = self._documents[document.seq].part_names.get(part.number, part.file)
        parts.append(self._put(draft, stream, name, part.claimed_media_type))

    def finish(self) -> list[Document]:
        """Acknowledge everything and return the documents, duplicates named."""
        self._close_document()
        self._transaction.commit()
        cards = CardChecker(self._vault)
        documents = [(cards.checked(document_of(self._vault, seq)), is_new) for seq, is_new in self._outcomes]
        return [self._said(found) if is_new else _duplicate(found) for found, is_new in documents]

    def _said(self, found: Document) -> Document:
        acting = self._acting if found.entry in self._added else None
        return replace(found, proxy=grant_id_text(acting.grant_id)) if acting else found

    def _put(self, draft: Draft, stream: Source | bytes, name: str, media_type: str) -> Part:
        blob = self._transaction.put(draft, stream)
        tag = dedupe_tag(self._vault.keys.identity.dedupe_key, blob.digest)
        return Part(name=name, media_type=media_type, size_bytes=blob.size_bytes, dedupe=tag)

    def _close_document(self) -> None:
        if self._current is None:
            return
        row, draft, parts = self._current
        self._current = None
        known = DocumentRows(self._vault.catalogue).with_contents(
            part.dedupe for part in parts if part.media_type != EVIDENCE_MEDIA_TYPE
        )
        if known is not None and not self._is_wider(known, row):
            self._transaction.abandon()
            self._outcomes.append((known.seq, False))
            self._attest(known.seq, [raw for raw in self._along(row) if is_new_about(self._vault, known, raw)])
            return
        proof = self._evidence.make(
            row, tuple(grant for grant, terms in self._grants if ranges_contain(terms.records, row.seq))
        )
        evidence = self._put(draft, proof, EVIDENCE_NAME, EVIDENCE_MEDIA_TYPE)
        document = self._documents[row.seq]
        sealed = DocAdd(
            title=document.title,
            type=document.type,
            parts=(*parts, evidence),
            provenance=RECEIVED,
            date=document.date,
            author=document.author,
            source=self._sender,
            category=_own_category(document.category),
            sensitivity=document.sensitivity,
            supersedes=known.seq if known else None,
            evidence=len(parts),
            received=self._received_as(draft.seq, parts),
        )
        self._transaction.append(draft, sealed.to_map())
        self._outcomes.append((draft.seq, True))
        self._attest(draft.seq, self._along(row))

    def _along(self, row: DisclosedDocument) -> list[bytes]:
        """Return the attestations that came along about a document, but for those that are forged."""
        return [
            judged.raw
            for judged in self._attestations
            if judged.result is not Result.FAIL and row.seq in {seq for seq, _ in judged.places}
        ]

    def _attest(self, about: int, raws: list[bytes]) -> None:
        """Keep attestations with a document, as many as one may have."""
        room = MAX_ABOUT_ONE - len(AttestationRows(self._vault.catalogue).about(about))
        for raw in list(dict.fromkeys(raws))[: max(room, 0)]:
            draft = self._transaction.begin()
            self._transaction.append(draft, Attested(about=about, attestation=raw).to_map())

    def _is_wider(self, known: DocumentRow, row: DisclosedDocument) -> bool:
        """Tell whether a document that was received before came again, from the same vault, and may be used more.

        It is then kept anew, in the place of the older, with the proof of those terms.
        """
        if known.status != DocStatus.CURRENT.value or self._sender_of(known) != self._received.vault:
            return False
        listing = (terms for _, terms in self._grants if ranges_contain(terms.records, row.seq))
        powers = {grant.grant_id for grant in listing if makes_proxy(self._vault, grant)}
        return bool(
            set(self._received.actions) - set(known.actions or ())
            or powers - {grant.grant_id for grant in grants_held_under(self._vault, known)}
        )

    def _sender_of(self, known: DocumentRow) -> bytes | None:
        """Return the vault that a document came from; None for the owner's own."""
        entry = self._vault.history.entry(known.seq)
        sealed = open_sealed_part(entry, self._vault.keystore.read(known.seq))
        said = parse_sealed(Fields(sealed, f"entry {known.seq}"), known.seq) if sealed else None
        return said.received.vault if isinstance(said, DocAdd) and said.received else None

    def _received_as(self, seq: int, parts: list[Part]) -> Received:
        """Return how a document came: what the sender had from somebody else is not the sender's to add."""
        is_passed_on = any(part.media_type == EVIDENCE_MEDIA_TYPE for part in parts)
        if self._acting is None or is_passed_on:
            return self._received
        self._added.add(seq)
        return replace(self._received, proxy=self._acting.grant_id)


def _own_category(word: str | None) -> str | None:
    """Return the category of a received document here: what others registered is no registration of ours."""
    return None if word == Category.PROTOCOL.value else word


def _common_actions(verification: Verification) -> tuple[str, ...]:
    """Return what every grant of the bundle allows."""
    allowed = [set(grant.actions) for grant in verification.grants]
    return tuple(sorted(set.intersection(*allowed))) if allowed else ()


def _opened(document: VerifiedDocument, verification: Verification, path: Path) -> Document:
    return Document(
        id=document_id_text(document.leaf),
        entry=document.seq,
        title=document.title,
        name=path.name,
        kind=document.type,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        date=document.date,
        added_ms=verification.tip_ms or 0,
        tags=(),
        author=document.author,
        source=verification.signer_name,
        provenance=RECEIVED,
        status=document.row.claimed_status,
        path=str(path),
    )


def _duplicate(found: Document) -> Document:
    return replace(found, duplicate_of=found.id)
