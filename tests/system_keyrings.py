# SPDX-License-Identifier: Apache-2.0
"""Keyrings in memory, behind the public interface of the library, and under any class name. Tests nothing."""

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

__all__ = ["MemoryKeyring", "called"]


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets at the end of the test."""

    priority = -1  # type: ignore[assignment]  # never found by itself

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return what was set."""
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Set."""
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Delete what was set."""
        if self.items.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")


def called(name: str) -> MemoryKeyring:
    """Return one whose class has a name and module."""
    module, _, short = name.rpartition(".")
    kind = type(short, (MemoryKeyring,), {"__module__": module, "__qualname__": short})
    made: MemoryKeyring = kind()
    return made
