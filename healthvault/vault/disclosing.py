# SPDX-License-Identifier: Apache-2.0
"""Which documents may leave, and what a bundle discloses of them: openings of commitments, never a secret.

Spec: docs/spec/bundle.md sections 3 and 3.1.
"""

import re
from collections.abc import Iterable, Sequence

from healthvault.bundle.disclosure import FILE_NAME, MAX_MEMBER_BYTES, DisclosedDocument, DisclosedPart
from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.consent.exclusion import DocumentWords
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.documents import DocStatus, parse_doc_add
from healthvault.ledger.meta import open_meta
from healthvault.ledger.secrets import commit_key, meta_key
from healthvault.storage.document_rows import DocumentRow, DocumentRows, PartRow
from healthvault.vault.history import damaged
from healthvault.vault.read import find_document
from healthvault.vault.vault import Vault
from healthvault.verify.documents import disclosed_words

__all__ = ["MemberFile", "check_sizes", "disclose", "first_words", "rows_to_share"]

MemberFile = tuple[DocumentRow, PartRow, DisclosedPart]


def rows_to_share(vault: Vault, ids: Iterable[str], accept: Sequence[str]) -> list[DocumentRow]:
    """Return the documents with these ids, each once, rising, if they may leave.

    Args:
        vault: Unlocked.
        ids: Of documents, or their unique beginnings.
        accept: Codes of refusals that the user overrides.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `nothing_to_share`; `erased`; `retracted`, unless accepted.
        ConsentRefused: `action_not_granted`, one was received without leave to pass it on, unless accepted.
    """
    table = DocumentRows(vault.catalogue)
    seqs = sorted({find_document(vault, asked).entry for asked in ids})
    rows = [row for seq in seqs if (row := table.at(seq)) is not None]
    if not rows:
        raise InvalidRequest("nothing_to_share", "no document was chosen")
    for row in rows:
        _check_may_leave(row, accept)
    return rows


def check_sizes(vault: Vault, rows: Iterable[DocumentRow]) -> None:
    """Refuse what no bundle can hold, before the journal says that it was shared.

    Raises:
        InvalidRequest: `too_large`.
    """
    table = DocumentRows(vault.catalogue)
    if any(part.size_bytes > MAX_MEMBER_BYTES for row in rows for part in table.parts(row.seq)):
        raise InvalidRequest("too_large", "a file over 8 GiB does not fit into a bundle")


def disclose(
    vault: Vault, rows: Iterable[DocumentRow], *, with_metadata: bool
) -> tuple[list[DisclosedDocument], list[MemberFile]]:
    """Return what the manifest says of each document, and the files in the order in which they are written.

    Raises:
        VaultDamaged: `vault_damaged`, the secret of an entry is missing.
    """
    table = DocumentRows(vault.catalogue)
    docs: list[DisclosedDocument] = []
    files: list[MemberFile] = []
    for row in rows:
        secret = vault.keystore.read(row.seq)
        if secret is None:
            raise damaged(f"the secret of entry {row.seq} is missing")
        disclosed = [(row, part, _disclosed_part(row, part, secret)) for part in table.parts(row.seq)]
        files += disclosed
        docs.append(
            DisclosedDocument(
                seq=row.seq,
                claimed_status=row.status,
                claimed_type=row.type,
                parts=tuple(part for _, _, part in disclosed),
                meta=meta_key(secret) if with_metadata else None,
            )
        )
    return docs, files


def first_words(vault: Vault, seq: int) -> DocumentWords:
    """Return what a document said of itself when it was added: what its reader sees if that is disclosed.

    Raises:
        VaultDamaged: `vault_damaged`, its entry cannot be read.
    """
    secret = vault.keystore.read(seq)
    if secret is None:
        raise damaged(f"the secret of entry {seq} is missing")
    return disclosed_words(parse_doc_add(open_meta(meta_key(secret), vault.history.entry(seq))))


def _check_may_leave(row: DocumentRow, accept: Sequence[str]) -> None:
    if row.status == DocStatus.ERASED.value:
        raise InvalidRequest("erased", f"{row.id} was erased")
    if row.status == DocStatus.RETRACTED.value and "retracted" not in accept:
        hint = "leave it out; or, so that its reader sees that it is retracted, --accept retracted"
        raise InvalidRequest("retracted", f"{row.id} was entered in error", hint=hint)
    held_back = row.actions is not None and "forward" not in row.actions
    if held_back and "action_not_granted" not in accept:
        raise ConsentRefused(
            "action_not_granted",
            f"{row.id} was received without leave to pass it on",
            hint="ask its owner, or take it on yourself with --accept action_not_granted",
        )


def _disclosed_part(row: DocumentRow, part: PartRow, secret: bytes) -> DisclosedPart:
    is_first = part.number == 0  # it speaks for the document, a further file for itself
    return DisclosedPart(
        number=part.number,
        size_bytes=part.size_bytes,
        file=_container_name(part.name),
        commit_key=commit_key(secret, part.number),
        claimed_title=row.title if is_first or part.media_type == EVIDENCE_MEDIA_TYPE else part.name,
        claimed_media_type=part.media_type,
    )


def _container_name(name: str) -> str:
    """Return a name of the form that a container allows, with the suffix kept so that it opens with a click."""
    stem, dot, suffix = name.rpartition(".")
    suffix = re.sub(r"[^A-Za-z0-9]", "", suffix)[:12] if dot and stem else ""
    stem = re.sub(r"[^A-Za-z0-9._-]", "_", stem if suffix else name).lstrip("._-")[: 59 - len(suffix)]
    made = f"{stem or 'document'}.{suffix}" if suffix else stem or "document"
    return made if FILE_NAME.match(made) else "document"
