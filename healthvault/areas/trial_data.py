# SPDX-License-Identifier: Apache-2.0
"""The data of a trial as they stand in the vault, the lock of them, and what came out of their analysis.

Spec: docs/spec/trials.md sections 1.4 and 2.
"""

from collections.abc import Iterable

from healthvault.areas.trial_forms import Study, new_form, study_of
from healthvault.areas.trials import added_document, new_record
from healthvault.errors import InvalidRequest
from healthvault.ledger.documents import DocStatus
from healthvault.records.kinds import Kind
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.trials.lock import MAX_INPUTS, Input, Lock, Results
from healthvault.vault.forms import keep_form
from healthvault.vault.read import find_document
from healthvault.vault.vault import Vault

__all__ = ["data_in_force", "keep_results", "lock_trial", "versions_of"]


def data_in_force(vault: Vault, study: Study) -> list[DocumentRow]:
    """Return the data of a trial as they are now, by entry: of each document the version in force, if any."""
    table = DocumentRows(vault.catalogue)
    found: dict[int, DocumentRow] = {}
    for row in _named(vault, study):
        newest = row if row.status == DocStatus.CURRENT.value else table.replaced_by(row.seq)
        if newest is not None and newest.status == DocStatus.CURRENT.value:
            found[newest.seq] = newest
    return [found[seq] for seq in sorted(found)]


def versions_of(vault: Vault, study: Study) -> list[DocumentRow]:
    """Return the data of a trial and all older and newer versions of them that were not erased, by entry."""
    named = {row.seq: row for row in _named(vault, study)}
    table = DocumentRows(vault.catalogue)
    for seq in table.kept():
        row = table.at(seq)
        if row is not None and row.supersedes in named:  # rising: an older version is met before a newer one
            named[seq] = row
    older = [row.supersedes for row in named.values()]
    while older:
        row = None if (place := older.pop()) is None else table.at(place)
        if row is not None and row.seq not in named:
            named[row.seq] = row
            older.append(row.supersedes)
    return [named[seq] for seq in sorted(named) if named[seq].status != DocStatus.ERASED.value]


def lock_trial(vault: Vault, study: str, script: InputFile | None, *, now_ms: int) -> tuple[Study, Lock]:
    """Keep the list of the data in force, under one hash, and return it.

    Args:
        vault: Unlocked, writing.
        study: Its id.
        script: The program that will run on them.
        now_ms: The clock.

    Raises:
        NotFound: `not_registered`.
        InvalidRequest: `no_data`; `too_many`, over 2,000 documents; as `add_documents` for the script.
    """
    found = study_of(vault, study)
    rows = data_in_force(vault, found)
    if not rows:
        raise InvalidRequest("no_data", f"{study} has no data in force", hint=f"hv trial add {study} FILE...")
    if len(rows) > MAX_INPUTS:
        said = f"{len(rows)} documents; a lock names {MAX_INPUTS} at most"
        raise InvalidRequest("too_many", said, hint="keep the data in fewer, larger files")
    program = None if script is None else added_document(vault, script, now_ms=now_ms).id
    lock = Lock(
        record=new_record(),
        study=found.id,
        number=len(found.locks) + 1,
        protocol=(found.in_force or found.first).document.id,
        inputs=tuple(Input(document=row.id, size_bytes=row.size_bytes) for row in sorted(rows, key=_id)),
        script=program,
    )
    form = new_form(Kind.TRIAL_LOCK, found.id, lock.to_bytes(), number=lock.number)
    keep_form(vault, form, now_ms=now_ms)
    return study_of(vault, study), lock


def keep_results(vault: Vault, study: str, files: Iterable[InputFile], *, now_ms: int) -> tuple[Study, Results]:
    """Keep what came out of the analysis of the newest lock, and return the form that says so.

    Raises:
        NotFound: `not_registered`.
        InvalidRequest: `not_locked`; `too_many`, over 2,000 files; as `add_documents`.
    """
    chosen = list(files)
    if len(chosen) > MAX_INPUTS:
        said = f"{len(chosen)} files; results are {MAX_INPUTS} at most"
        raise InvalidRequest("too_many", said, hint="keep them in fewer, larger files")
    found = study_of(vault, study)
    if not found.locks:
        raise InvalidRequest("not_locked", f"the data of {study} are not locked", hint=f"hv trial lock {study}")
    ids = dict.fromkeys(added_document(vault, file, now_ms=now_ms).id for file in chosen)
    results = Results(record=new_record(), study=found.id, lock=found.locks[-1].document.id, documents=tuple(ids))
    form = new_form(Kind.TRIAL_RESULT, found.id, results.to_bytes(), number=len(found.results) + 1)
    keep_form(vault, form, now_ms=now_ms)
    return study_of(vault, study), results


def _named(vault: Vault, study: Study) -> list[DocumentRow]:
    """Return the documents that the trial's forms name as data."""
    table = DocumentRows(vault.catalogue)
    ids = dict.fromkeys(each for batch in study.batches for each in batch.form.documents)
    rows = (table.at(find_document(vault, each).entry) for each in ids)
    return [row for row in rows if row is not None]


def _id(row: DocumentRow) -> str:
    return row.id
