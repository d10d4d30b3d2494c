# SPDX-License-Identifier: Apache-2.0
"""The exception tree: one root, a class for each family of exit code, a stable `code` on each instance.

A class says what kind of trouble it is (and so which exit code, see `cli/exits.py`); `code` says which
condition exactly, as listed in docs/reference/codes.md, and never changes; `message` says what and where;
`hint` says what to do next. Neither ever holds a secret or plaintext of a document.

This module imports nothing of ours.
"""

__all__ = [
    "AnswerNeeded",
    "ConsentRefused",
    "FormatError",
    "HealthVaultError",
    "HistoryError",
    "IntegrityError",
    "InvalidRequest",
    "NoMatchingIdentity",
    "NotEstablished",
    "NotFound",
    "PartlyDone",
    "VaultBusy",
    "VaultDamaged",
    "VaultNotFound",
    "WrongKey",
]


class HealthVaultError(Exception):
    """Root of every error that healthvault raises on purpose."""

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class InvalidRequest(HealthVaultError):
    """The request cannot be carried out as it stands, and nothing was changed."""


class PartlyDone(HealthVaultError):
    """Some inputs failed, each named where it failed; the others are done."""


class AnswerNeeded(HealthVaultError):
    """A secret or a confirmation is needed and there is no terminal to ask on."""


class NotFound(HealthVaultError):
    """No object has this id, or several have."""


class VaultNotFound(HealthVaultError):
    """There is no vault at this place."""


class VaultBusy(HealthVaultError):
    """Another process is writing to the vault."""


class WrongKey(HealthVaultError):
    """The passphrase, key file or recovery phrase does not open the vault."""


class VaultDamaged(HealthVaultError):
    """The vault itself is damaged, rolled back or forked."""


class FormatError(HealthVaultError):
    """Bytes are not of the format that they should be."""


class IntegrityError(HealthVaultError):
    """Bytes are of the format, but a tag, digest, chain, proof or signature does not hold."""


class NotEstablished(HealthVaultError):
    """Nothing is wrong, but something that was asked for could not be established."""


class ConsentRefused(HealthVaultError):
    """No grant covers what was asked."""


class HistoryError(HealthVaultError):
    """What is shown contradicts what was seen before: a rollback or a fork."""


class NoMatchingIdentity(HealthVaultError):
    """None of our keys opens the file."""
