# SPDX-License-Identifier: Apache-2.0
"""Somebody named in a grant or a share: a vault, a bare age key, or whoever holds a code.

Spec: docs/spec/grants.md section 1.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value

__all__ = ["CODE_BEARER", "Party", "parse_party"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A grantee or recipient. A vault is matched by its id, so that new keys do not end its grants."""

    vault: bytes | None = None
    """Vault id (32 bytes)."""
    recipient_pk: bytes | None = None
    """X25519 key (32 bytes)."""
    name: str = ""
    """The owner's own name for them."""
    is_code: bool = False
    """Whoever holds the code of the bundle."""

    def to_value(self) -> Value:
        """Return the map that stands in the entry."""
        if self.is_code:
            return {"code": True}
        return {"vault": self.vault, "recipient_pk": self.recipient_pk, "name": self.name}

    @property
    def key(self) -> bytes:
        """The bytes by which an index keeps them: vault id, bare key (32 bytes each), or `code`."""
        return self.vault or self.recipient_pk or b"code"

    def covers(self, other: "Party") -> bool:
        """Tell whether this grantee is the given opener."""
        if self.is_code or other.is_code:
            return self.is_code and other.is_code
        if self.vault is not None:
            return self.vault == other.vault
        return self.recipient_pk == other.recipient_pk


CODE_BEARER = Party(is_code=True)


def parse_party(party: Fields) -> Party:
    """Parse a map that `to_value` made. Raises FormatError `bad_schema`."""
    if party.has("code"):
        if not party.flag("code"):
            raise party.wrong("code")
        return CODE_BEARER
    vault = party.bin("vault", 32) if party.has("vault") else None
    recipient_pk = party.bin("recipient_pk", 32) if party.has("recipient_pk") else None
    if vault is None and recipient_pk is None:
        raise party.wrong("vault")
    return Party(vault=vault, recipient_pk=recipient_pk, name=party.text("name"))
