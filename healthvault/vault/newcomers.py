# SPDX-License-Identifier: Apache-2.0
"""Whose files these are that are about to be added: looked at before anything is stored, if the owner can be told.

A file that cannot be read is no suspect: it is stored, and looked at again by whoever needs its contents.
Spec: docs/spec/identity.md section 8.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from typing import cast

from healthvault.errors import FormatError, InvalidRequest
from healthvault.identity.matching import Judged, Owner, Result, judged, match
from healthvault.ledger.secrets import dedupe_tag
from healthvault.records.describe import describe
from healthvault.records.kinds import Kind
from healthvault.records.reading import has_reader
from healthvault.records.statements import Subject
from healthvault.sandbox.reader import ReaderFailed, Sandbox
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import DIRECTORY, InputFile, InputFolder, OpenInput
from healthvault.vault.person import owner_of
from healthvault.vault.vault import Vault

__all__ = ["REFUSED", "Newcomers", "judging", "refusal_of"]

MOST_BYTES = 16 << 20  # of one file that are read for its subjects
ENOUGH_BYTES = 1 << 20  # of a larger file no more is read once the owner was found in it
_NAMES_NOBODY = frozenset({Kind.TEXT.value, Kind.CSV.value, Kind.EPCIS.value, Kind.CDISC.value, Kind.FIT.value})
MOST_SUBJECTS = 4096  # that are looked at in one file
REFUSED = {Result.OTHER: "other_person", Result.CONFLICT: "identity_conflict"}
"""The code under which a file is not stored, by the verdict on it."""
_SAID = {Result.OTHER: "it is about somebody else", Result.CONFLICT: "it contradicts itself about being yours"}


class Newcomers:
    """Judges files one after the other, each in the process that reads."""

    def __init__(self, vault: Vault, owner: Owner, sandbox: Sandbox) -> None:
        self._vault = vault
        self._owner = owner
        self._sandbox = sandbox

    def judge(self, item: InputFile | InputFolder) -> Judged | None:
        """Return whose a file is; None if it names nobody, cannot be read, or is in the vault already.

        Of a folder that is to be one document its files are looked at; of a CD its list, if that names somebody.

        Raises:
            InputError: `unreadable`, `not_a_file`.
        """
        verdict = judged([match(self._owner, subject) for subject in self._named(item)])
        if verdict is not None and verdict.result in REFUSED and self._is_known(item):
            return None
        return verdict

    def _named(self, item: InputFile | InputFolder) -> list[Subject]:
        if isinstance(item, InputFile):
            with item.open() as source:
                return self._subjects(item, source)
        found: list[Subject] = []
        for file in sorted(item.files, key=lambda each: each.name.lower() != DIRECTORY):
            found += self._named(file)
            if len(found) >= MOST_SUBJECTS or (found and file.name.lower() == DIRECTORY):
                break
        return found

    def _subjects(self, item: InputFile, source: OpenInput) -> list[Subject]:
        found: list[Subject] = []
        try:
            kind = describe(source.file, name=item.name, size_bytes=source.size_bytes).kind
            if not has_reader(kind) or kind in _NAMES_NOBODY:
                return []
            source.file.seek(0)
            for subject in self._stated(item, source, kind):
                found.append(subject)
                is_found = source.size_bytes > ENOUGH_BYTES and match(self._owner, subject).result is Result.SAME
                if is_found or len(found) == MOST_SUBJECTS:
                    break
        except (ReaderFailed, FormatError, OSError):
            return found if source.size_bytes > MOST_BYTES else []  # a large one was stopped, by this limit
        return found

    def _stated(self, item: InputFile, source: OpenInput, kind: str) -> Iterator[Subject]:
        stated = self._sandbox.statements(
            source.file,
            name=item.name,
            size_bytes=source.size_bytes,
            kind=kind,
            wanted=("subject",),
            most_bytes=MOST_BYTES if source.size_bytes > MOST_BYTES else None,
        )
        for statement in stated:
            if isinstance(statement, Subject):
                yield statement

    def _is_known(self, item: InputFile | InputFolder) -> bool:
        rows = DocumentRows(self._vault.catalogue)
        if isinstance(item, InputFile):
            return rows.with_content(self._tag(item)) is not None
        return rows.with_contents(map(self._tag, item.files)) is not None

    def _tag(self, item: InputFile) -> bytes:
        with item.open() as source:
            digest = file_digest(cast("io.BytesIO", source.file), "sha256").digest()
        return dedupe_tag(self._vault.keys.identity.dedupe_key, digest)


@contextmanager
def judging(vault: Vault) -> Iterator[Newcomers | None]:
    """Judge files by what the owner says of herself; None if that tells her from nobody. Starts nothing yet."""
    owner = owner_of(vault)
    if not owner.is_telling:
        yield None
        return
    with Sandbox() as sandbox:
        yield Newcomers(vault, owner, sandbox)


def refusal_of(verdict: Judged, shown: str) -> InvalidRequest | None:
    """Return why a file is not stored; None if it is. The message names no value of the file.

    Args:
        verdict: From `judge`.
        shown: How to call the file.
    """
    code = REFUSED.get(verdict.result)
    if code is None:
        return None
    many = f" (of {verdict.subjects} persons, none is you)" if verdict.subjects > 1 else ""
    reasons = ", ".join(reason.words for reason in verdict.reasons)
    return InvalidRequest(
        code,
        f"{shown}: not stored, {_SAID[verdict.result]}{many}: {reasons}",
        hint=f"to store it all the same, and leave it out of your views: --accept {code}",
    )
