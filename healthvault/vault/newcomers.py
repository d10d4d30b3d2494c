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
from healthvault.storage.inputs import InputFile, InputFolder, OpenInput
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
        """Return whose a file or folder is; None if it names nobody, cannot be read, or is in the vault already.

        Raises:
            InputError: `unreadable`, `not_a_file`.
        """
        files = (item,) if isinstance(item, InputFile) else item.files
        named = [subject for file in files for subject in self._named_in(file)]
        subjects = (
            named if len(files) == 1 else list(dict.fromkeys(named))
        )  # each picture of a study names its patient
        verdict = judged([match(self._owner, subject) for subject in subjects])
        if verdict is not None and verdict.result in REFUSED and len(files) == 1 and self._is_known(files[0]):
            return None
        return verdict

    def _named_in(self, item: InputFile) -> list[Subject]:
        with item.open() as source:
            return self._subjects(item, source)

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

    def _is_known(self, item: InputFile) -> bool:
        with item.open() as source:
            digest = file_digest(cast("io.BytesIO", source.file), "sha256").digest()
        tag = dedupe_tag(self._vault.keys.identity.dedupe_key, digest)
        return DocumentRows(self._vault.catalogue).with_content(tag) is not None


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
