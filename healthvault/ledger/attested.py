# SPDX-License-Identifier: Apache-2.0
"""Sealed maps about attestations: one that came in about a document of this vault, and one that this vault gave.

Only their place here; what an attestation says and who signed it is `bundle.attestation`.
Spec: docs/spec/journal.md section 3.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value
from healthvault.ledger.kinds import Kind

__all__ = ["Attested", "AttestedOut", "parse_attested", "parse_attested_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What somebody else attests of a document of this vault."""

    about: int
    """The document's entry here; erasing the document erases this too."""
    attestation: bytes
    """The signed bytes as they came. Whether they hold is judged whenever they are shown."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.ATTEST.value, "about": self.about, "attestation": self.attestation}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedOut:
    """What this vault attested of a document of somebody else."""

    owner: bytes
    """Vault id of the document's owner (32 bytes)."""
    attestation: bytes
    about: int | None = None
    """Entry of the copy in this vault; None if there is none."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        sealed: dict[str, Value] = {
            "kind": Kind.ATTEST_OUT.value,
            "owner": self.owner,
            "attestation": self.attestation,
        }
        return sealed if self.about is None else {**sealed, "about": self.about}


def parse_attested(sealed: Fields, seq: int) -> Attested:
    """Parse the `attest` map of entry `seq`. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "attestation", "must"}))
    return Attested(about=_earlier(sealed, seq), attestation=sealed.bin("attestation"))


def parse_attested_out(sealed: Fields, seq: int) -> AttestedOut:
    """Parse the `attest.out` map of entry `seq`. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "owner", "attestation", "must"}))
    return AttestedOut(
        owner=sealed.bin("owner", 32),
        attestation=sealed.bin("attestation"),
        about=_earlier(sealed, seq) if sealed.has("about") else None,
    )


def _earlier(sealed: Fields, seq: int) -> int:
    if sealed.uint("about") >= seq:
        raise sealed.wrong("about")
    return sealed.uint("about")
