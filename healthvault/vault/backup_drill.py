# SPDX-License-Identifier: Apache-2.0
"""The trial of a backup: what was restored beside is audited as a whole, and some documents are read.

Neither asks nor tells this machine's memory of the vault, if it is given another.
Spec: docs/spec/backup.md section 9.
"""

import secrets

from healthvault.ledger.documents import DocStatus
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.add import Observer
from healthvault.vault.audit import AuditOptions, check_vault
from healthvault.vault.read import Filter, list_documents, stream_document
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place
from healthvault.vault.views import Document, DrillReport

__all__ = ["drill"]

OPENED_DOCUMENTS = 3


def drill(place: Place, secret: Secret | None, *, now_ms: int, observer: Observer | None = None) -> DrillReport:
    """Try a vault that was restored for this, and will be thrown away.

    Args:
        place: Where it is; its state folder must be as new as it is.
        secret: Opens the vault as it was when it was backed up.
        now_ms: The clock.
        observer: Is told how it gets on.

    Raises:
        VaultDamaged: `vault_damaged`, it cannot be opened, or a document not be read.
        AnswerNeeded: `locked`, there is no secret.
        WrongKey: the secret opens nothing.
        InvalidRequest: `unsupported`, `io_error`.
    """
    report = check_vault(place, secret, AuditOptions(deep=True), observer=observer)
    return DrillReport(check=report, opened=_read_some(place, secret, now_ms) if report.is_clean else ())


def _read_some(place: Place, secret: Secret | None, now_ms: int) -> tuple[str, ...]:
    with open_vault(place, secret, now_ms=now_ms) as vault:
        found = [item for item in list_documents(vault, Filter()) if item.status != DocStatus.ERASED.value]
        chosen: list[Document] = secrets.SystemRandom().sample(found, min(OPENED_DOCUMENTS, len(found)))
        for document in chosen:
            for part in DocumentRows(vault.catalogue).parts(document.entry):
                stream_document(vault, document, len, part=part.number)
        return tuple(document.id for document in chosen)
