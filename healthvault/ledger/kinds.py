# SPDX-License-Identifier: Apache-2.0
"""What the sealed part of an entry may say, apart from documents (`documents`) and grants (`consent.grant`).

Every sealed map has a `kind`. An unknown kind is shown as such and is never fatal. Unknown keys are kept and
ignored. Spec: docs/spec/journal.md section 3.
"""

from dataclasses import dataclass
from enum import Enum

from healthvault.codec import Fields, Value
from healthvault.ledger.party import Party, parse_party
from healthvault.ledger.ranges import Ranges, parse_ranges, ranges_to_value

__all__ = [
    "ContactDrop",
    "ContactPin",
    "Kind",
    "Owner",
    "ReceiptIn",
    "Share",
    "parse_contact_drop",
    "parse_contact_pin",
    "parse_owner",
    "parse_receipt_in",
    "parse_share",
]


class Kind(Enum):
    """The kinds of sealed map that this version writes or reads."""

    OWNER = "owner"
    DOC_ADD = "doc.add"
    DOC_REVISE = "doc.revise"
    DOC_ERASE = "doc.erase"
    CONTACT_PIN = "contact.pin"
    CONTACT_DROP = "contact.drop"
    GRANT = "grant"
    GRANT_REVOKE = "grant.revoke"
    SHARE = "share"
    RECEIPT_IN = "receipt.in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The owner's name, as she wants it on her card. Sealed in genesis; a later one renames."""

    name: str

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.OWNER.value, "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPin:
    """A contact whose card the owner accepted, under the owner's own name for them."""

    name: str
    card: bytes
    """The card's exact bytes."""
    is_witness: bool = False

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.CONTACT_PIN.value, "name": self.name, "card": self.card, "witness": self.is_witness}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDrop:
    """A contact no longer kept; `about` is the entry that pinned it last."""

    about: int

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.CONTACT_DROP.value, "about": self.about}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A bundle that was handed out: its tip is this very entry."""

    bundle_id: bytes
    size: int
    """Tree size of the bundle: this entry's number plus one."""
    slots: tuple[int, ...]
    """The status slots of the grants that it stands on."""
    seqs: Ranges
    """The documents' entries."""
    recipients: tuple[Party, ...]

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.SHARE.value,
            "bundle_id": self.bundle_id,
            "size": self.size,
            "k": list(self.slots),
            "seqs": ranges_to_value(self.seqs),
            "recipients": [party.to_value() for party in self.recipients],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIn:
    """A reader's receipt for a bundle, checked when it came in."""

    about: int
    """The `share` entry."""
    vault: bytes
    """The reader's vault id (32 bytes)."""
    receipt: bytes
    """The signed statement."""
    note: bytes
    """The bundle's checkpoint, with the vault's own line and the reader's cosignature."""
    card: bytes
    """The reader's card."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.RECEIPT_IN.value,
            "about": self.about,
            "vault": self.vault,
            "receipt": self.receipt,
            "note": self.note,
            "card": self.card,
        }


def parse_owner(sealed: Fields) -> Owner:
    """Parse an `owner` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "name", "must"}))
    return Owner(name=sealed.text("name"))


def parse_contact_pin(sealed: Fields) -> ContactPin:
    """Parse a `contact.pin` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "name", "card", "witness", "must"}))
    return ContactPin(name=sealed.text("name"), card=sealed.bin("card"), is_witness=sealed.flag("witness"))


def parse_contact_drop(sealed: Fields) -> ContactDrop:
    """Parse a `contact.drop` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "must"}))
    return ContactDrop(about=sealed.uint("about"))


def parse_share(sealed: Fields) -> Share:
    """Parse a `share` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(
        frozenset({"kind", "bundle_id", "size", "k", "seqs", "recipients", "accepted", "must"})
    )
    return Share(
        bundle_id=sealed.bin("bundle_id", 16),
        size=sealed.uint("size"),
        slots=tuple(sealed.uints("k")),
        seqs=parse_ranges(sealed, "seqs"),
        recipients=tuple(parse_party(item) for item in sealed.maps("recipients", 64)),
    )


def parse_receipt_in(sealed: Fields) -> ReceiptIn:
    """Parse a `receipt.in` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "vault", "receipt", "note", "card", "must"}))
    return ReceiptIn(
        about=sealed.uint("about"),
        vault=sealed.bin("vault", 32),
        receipt=sealed.bin("receipt"),
        note=sealed.bin("note"),
        card=sealed.bin("card"),
    )
