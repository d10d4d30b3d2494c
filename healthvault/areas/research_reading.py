# SPDX-License-Identifier: Apache-2.0
"""The researcher's side: an export is opened with the own keys, judged, and written out as lines of JSON.

Nothing of it is kept in the researcher's vault: a study has its own place for data. Spec: docs/spec/research.md
section 8.
"""

import io
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from healthvault.agefile.file import decrypt
from healthvault.agefile.source import read_fully
from healthvault.errors import (
    ConsentRefused,
    FormatError,
    HealthVaultError,
    NoMatchingIdentity,
    NotEstablished,
)
from healthvault.research.export import FIRST_LINE, MAX_PLAIN_BYTES
from healthvault.research.reading import Beside, Export, Reading, read_export
from healthvault.research.withdrawal import is_withdrawal
from healthvault.storage.inputs import InputFile
from healthvault.storage.outputs import OutputFile, make_folder
from healthvault.vault.openers import own_openers
from healthvault.vault.vault import Vault

__all__ = ["Given", "read_files", "refused", "write_records"]

MAX_FILE_BYTES = MAX_PLAIN_BYTES + (1 << 20)
RECORDS, STUDY = "records.ndjson", "study.json"
RECORD = "research_record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The files that a researcher names."""

    export: InputFile
    notices: tuple[InputFile, ...] = ()
    earlier: tuple[InputFile, ...] = ()


def read_files(vault: Vault, given: Given, *, now_ms: int) -> Reading:
    """Judge an export with what is given beside it.

    Args:
        vault: The researcher's, unlocked.
        given: The files.
        now_ms: The clock.

    Raises:
        InputError: `unreadable`, `not_a_file`.
    """
    data = {file: _read(file) for file in (given.export, *given.earlier)}
    beside = Beside(
        earlier=tuple(partial(_plain, vault, data[file]) for file in given.earlier),
        notices=tuple(_read(file) for file in given.notices),
    )
    today = datetime.fromtimestamp(now_ms // 1000, UTC).date()
    return read_export(partial(_plain, vault, data[given.export]), beside, today=today)


def refused(reading: Reading, accept: Sequence[str]) -> list[HealthVaultError]:
    """Return the problems that forbid to write anything: those that cannot be accepted, or were not."""
    return [
        problem
        for problem in reading.problems
        if not (isinstance(problem, NotEstablished | ConsentRefused) and problem.code in accept)
    ]


def write_records(export: Export, folder: Path) -> tuple[Path, Path]:
    """Write a verified export into a folder: a line a record, and what the study and its terms are.

    Raises:
        InvalidRequest: `unsafe_output`, a file is there already; `io_error`.
    """
    lines = [json.dumps({"type": RECORD, "schema": 1, **record.to_json()}) for record in export.records]
    texts: dict[str, Callable[[], str]] = {
        RECORDS: lambda: "".join(f"{line}\n" for line in lines),
        STUDY: lambda: json.dumps(study_of(export), indent=1) + "\n",
    }
    make_folder(folder)
    with ExitStack() as unless_done:
        files = {name: unless_done.enter_context(OutputFile(folder / name)) for name in texts}
        for name, file in files.items():
            file.write(texts[name]().encode())
        for file in files.values():
            file.publish()
    return folder / RECORDS, folder / STUDY


def study_of(export: Export) -> dict[str, object]:
    """Return what is beside the records, for programs: whose, under which terms, made how."""
    manifest = export.manifest
    return {
        "version": 1,
        "study": manifest.study,
        "pseudonym": export.pseudonym,
        "size": export.checkpoint.size,
        "root": export.checkpoint.root.hex(),
        "until": manifest.terms.until,
        "duo": [{"id": term.id, "label": term.label, "value": term.value} for term in manifest.terms.duo],
        "fields": list(manifest.fields),
        "digits": manifest.digits,
        "dates": "each day is moved by the same number of days, which is not told",
        "privacy": "pseudonymised, not anonymous",
    }


def _read(file: InputFile) -> bytes:
    with file.open() as source:
        return read_fully(source, MAX_FILE_BYTES + 1)


def _plain(vault: Vault, data: bytes) -> bytes:
    """Return the plaintext of an age file, whole.

    Raises:
        FormatError: `not_research`, `limit_exceeded`; what the age file raises.
    """
    if is_withdrawal(data):
        raise FormatError("not_research", "this is a notice of withdrawal, not an export", hint="name it second")
    if len(data) > MAX_FILE_BYTES:
        raise FormatError("limit_exceeded", "the export is too long")
    try:
        opened = decrypt(io.BytesIO(data), [opener.identity for opener in own_openers(vault)])
    except NoMatchingIdentity as err:
        raise NoMatchingIdentity(
            err.code, err.message, hint="only the researcher that it was made for can"
        ) from err
    start = read_fully(opened.reader, len(FIRST_LINE))
    if start != FIRST_LINE:
        raise FormatError("not_research", "this is no research export", hint="`hv verify` reads other files")
    return start + read_fully(opened.reader, MAX_PLAIN_BYTES + 1)
