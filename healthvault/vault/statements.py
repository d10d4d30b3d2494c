# SPDX-License-Identifier: Apache-2.0
"""Signed texts that are no bundles, on the reader's side: told apart by their first line, read as a whole.

Spec: docs/spec/erasure.md, docs/spec/keys.md section 6, docs/spec/views.md.
"""

from healthvault.bundle.attestation import BEGIN_ATTESTATION
from healthvault.bundle.attestation import MAX_TEXT_BYTES as MAX_ATTESTATION_TEXT_BYTES
from healthvault.bundle.erasure import BEGIN_CERTIFICATE, MAX_TEXT_BYTES
from healthvault.bundle.view import BEGIN_FORK_PROOF, BEGIN_VIEW, MAX_VIEW_TEXT_BYTES
from healthvault.storage.inputs import InputFile
from healthvault.tlog.compromise import is_compromise_note
from healthvault.tlog.note import MAX_NOTE_BYTES

__all__ = ["attestation_text", "certificate_text", "compromise_note", "fork_proof_file_text", "view_file_text"]

_BLANK_BYTES = 1024  # a mail program may have put blank lines before the first


def certificate_text(file: InputFile) -> bytes | None:
    """Return the unverified text of an erasure certificate, None if the file is something else.

    Raises:
        InputError: `unreadable`, `not_a_file`.
    """
    return _text(file, BEGIN_CERTIFICATE, MAX_TEXT_BYTES)


def attestation_text(file: InputFile) -> bytes | None:
    """Return the unverified text of an attestation, None if it is something else. Raises as `certificate_text`."""
    return _text(file, BEGIN_ATTESTATION, MAX_ATTESTATION_TEXT_BYTES)


def view_file_text(file: InputFile) -> bytes | None:
    """Return the unverified text of a view, None if the file is something else. Raises as `certificate_text`."""
    return _text(file, BEGIN_VIEW, MAX_VIEW_TEXT_BYTES)


def fork_proof_file_text(file: InputFile) -> bytes | None:
    """Return the unverified text of a fork proof, None if it is something else. Raises as `certificate_text`."""
    return _text(file, BEGIN_FORK_PROOF, MAX_VIEW_TEXT_BYTES)


def compromise_note(file: InputFile) -> bytes | None:
    """Return the unverified bytes of a compromise note, None if the file is something else.

    Raises:
        InputError: `unreadable`, `not_a_file`.
    """
    with file.open() as source:
        note = source.read(MAX_NOTE_BYTES + 1)
    return note if is_compromise_note(note) else None


def _text(file: InputFile, first_line: str, limit_bytes: int) -> bytes | None:
    with file.open() as source:
        start = source.read(_BLANK_BYTES)
        if not start.lstrip().startswith(first_line.encode()):
            return None
        return start + source.read(limit_bytes + 1)
