# SPDX-License-Identifier: Apache-2.0
"""The keyring of the operating system: where the secret of an `os-keyring` slot is kept, with its end.

Never the master key or a passphrase: 32 random bytes that open one slot, so that removing the slot ends them. Only
the keyrings that systems come with are used; what keeps secrets in a plain file, or nowhere, is refused by name.

The only home of the library `keyring`, which is an optional extra and slow to load: it is imported when used.
Spec: docs/spec/keys.md section 2.6.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from healthvault.errors import InvalidRequest, WrongKey
from healthvault.ledger.ids import base32, contact_id_text, from_base32

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["SECRET_BYTES", "StoredSecret", "SystemKeyring", "concrete_backend", "system_keyring"]

SERVICE = "healthvault"
SECRET_BYTES = 32
_ACCEPTED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
    }
)
_CHAINER = "keyring.backends.chainer.ChainerBackend"
_NOWHERE = "keyring.backends.fail.Keyring"
_ITEM = re.compile(r"HEALTHVAULT-UNLOCK-1 (?P<end>0|[1-9][0-9]{0,17}) (?P<secret>[a-z2-7]{52})", re.ASCII)
_BENEATH = (  # what back ends let through from the libraries beneath them
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus.exceptions", "DBusException"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret:
    """What opens a slot, and until when it may be used."""

    secret: bytes = field(repr=False)
    """32 bytes."""
    ends_ms: int | None
    """None: no end."""

    def is_over(self, now_ms: int) -> bool:
        """Tell whether its time is over. The system keyring does not enforce it; whoever asks does."""
        return self.ends_ms is not None and self.ends_ms <= now_ms


class SystemKeyring:
    """The items of healthvault in the keyring of this user on this system, one for each slot."""

    def __init__(self, backend: "KeyringBackend") -> None:
        self._backend = backend

    def store(self, vault_id: bytes, salt: bytes, stored: StoredSecret) -> None:
        """Keep the secret of the slot with a salt. Raises InvalidRequest: `no_system_keyring`."""
        with _translated():
            self._backend.set_password(SERVICE, _name(vault_id, salt), _to_text(stored))

    def find(self, vault_id: bytes, salt: bytes) -> StoredSecret | None:
        """Return the secret of the slot with a salt, or None.

        Raises:
            InvalidRequest: `no_system_keyring`, it is locked or cannot be reached.
            WrongKey: `wrong_key`, the item is not one that `store` makes.
        """
        with _translated():
            text = self._backend.get_password(SERVICE, _name(vault_id, salt))
        return None if text is None else _from_text(text)

    def forget(self, vault_id: bytes, salt: bytes) -> None:
        """Delete the item of a slot, if there is one. Raises InvalidRequest: `no_system_keyring`."""
        name = _name(vault_id, salt)
        with _translated():
            if self._backend.get_password(SERVICE, name) is not None:
                self._backend.delete_password(SERVICE, name)


def system_keyring() -> SystemKeyring:
    """Return the keyring of this system, as the library finds it or as its user chose it.

    Raises:
        InvalidRequest: `extra_missing`; `no_system_keyring`, there is none here, or none of a system's own.
    """
    try:
        import keyring  # noqa: PLC0415  an extra, and 80 ms
    except ImportError as err:
        raise InvalidRequest(
            "extra_missing",
            "this system's keyring needs an extra that is not installed",
            hint="pip install 'healthvault[keyring]'",
        ) from err
    with _translated():
        backend = keyring.get_keyring()
    return SystemKeyring(concrete_backend(backend))


def concrete_backend(backend: "KeyringBackend") -> "KeyringBackend":
    """Return the system's own keyring behind what the library found: itself, or the first of a chain.

    Raises:
        InvalidRequest: `no_system_keyring`.
    """
    inner: list[KeyringBackend] = (
        list(getattr(backend, "backends", ())) if _path(backend) == _CHAINER else [backend]
    )
    accepted = next((each for each in inner if _path(each) in _ACCEPTED), None)
    if accepted is None:
        found = ", ".join(map(_path, inner)) or "an empty chain"
        why = f"none is running here ({found})" if found == _NOWHERE else f"{found} is not the keyring of a system"
        raise _none(why, _INSTEAD)
    return accepted


_INSTEAD = "use --key-file FILE (`hv key add --new-key-file FILE` makes one), or --passphrase-command"


def _path(backend: "KeyringBackend") -> str:
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def _name(vault_id: bytes, salt: bytes) -> str:
    return f"{contact_id_text(vault_id)}/{salt.hex()}"


def _to_text(stored: StoredSecret) -> str:
    return f"HEALTHVAULT-UNLOCK-1 {stored.ends_ms or 0} {base32(stored.secret)}"


def _from_text(text: str) -> StoredSecret:
    match = _ITEM.fullmatch(text)
    secret = from_base32(match["secret"]) if match else None
    if match is None or secret is None:
        raise WrongKey(
            "wrong_key", "what this system's keyring holds is not a secret of hv", hint="`hv lock` removes it"
        )
    return StoredSecret(secret=secret, ends_ms=int(match["end"]) or None)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the library, and of what it stands on, into ours."""
    try:
        yield
    except _failures() as err:
        raise _none(f"{type(err).__name__}: {err}", _INSTEAD) from err


def _failures() -> tuple[type[Exception], ...]:
    from keyring.errors import KeyringError  # noqa: PLC0415  see above

    loaded = [getattr(sys.modules.get(module), name, None) for module, name in _BENEATH]
    beneath = [kind for kind in loaded if isinstance(kind, type) and issubclass(kind, Exception)]
    return (KeyringError, OSError, RuntimeError, ImportError, AttributeError, *beneath)


def _none(why: str, hint: str) -> InvalidRequest:
    return InvalidRequest("no_system_keyring", f"this system's keyring cannot be used: {why}", hint=hint)
