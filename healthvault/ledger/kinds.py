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
    "Anchor",
    "Approved",
    "ContactDrop",
    "ContactPin",
    "EmergencyPage",
    "Kind",
    "Owner",
    "ReceiptIn",
    "Share",
    "StatusGiven",
    "parse_anchor",
    "parse_approved",
    "parse_contact_drop",
    "parse_contact_pin",
    "parse_emergency_page",
    "parse_owner",
    "parse_receipt_in",
    "parse_share",
    "parse_status_given",
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
    EMERGENCY = "emergency"
    STATUS = "status"
    ANCHOR = "anchor"
    APPROVAL = "approval"
    ATTEST = "attest"
    ATTEST_OUT = "attest.out"
    ROLE_DEFINE = "role.define"
    ROLE_BIND = "role.bind"
    ROLE_UNBIND = "role.unbind"
    STANDING = "standing"
    STANDING_END = "standing.end"
    ISSUER_PIN = "issuer.pin"
    ISSUER_DROP = "issuer.drop"
    ID_ADD = "id.add"
    ID_DROP = "id.drop"
    ID_LINK = "id.link"
    ID_UNLINK = "id.unlink"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyPage:
    """An emergency page that is about to be written: what it speaks of, and what stands before a reader."""

    page_id: bytes
    sheet: int
    """Entry of the sheet that it shows."""
    sections: tuple[str, ...]
    """What it speaks of, whether there is anything to say or not."""
    protection: str
    """`none`, `code` or `shares`."""
    needed: int | None = None
    count: int | None = None

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        shares: dict[str, Value] = {"needed": self.needed, "count": self.count} if self.needed is not None else {}
        return {
            "kind": Kind.EMERGENCY.value,
            "page_id": self.page_id,
            "sheet": self.sheet,
            "sections": list(self.sections),
            "protection": self.protection,
            **shares,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusGiven:
    """A status or proof file that was handed out: its checkpoint ends with this very entry."""

    slot: int | None
    """The status slot that it speaks of; None for a proof file."""
    size: int
    """Tree size of the file: this entry's number plus one."""
    recipients: tuple[Party, ...]

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.STATUS.value,
            "k": self.slot,
            "size": self.size,
            "recipients": [party.to_value() for party in self.recipients],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A timestamp of somebody else over a checkpoint, checked when it was taken in."""

    size: int
    root: bytes
    tsr: bytes
    """The RFC 3161 response, at most 32 KiB."""
    time_ms: int
    """The time that it states."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.ANCHOR.value,
            "size": self.size,
            "root": self.root,
            "tsr": self.tsr,
            "time": self.time_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """That somebody who was asked approved a grant: their own signed statement, checked when it came in."""

    about: int
    """Entry of the grant."""
    vault: bytes
    """Vault id of who approved (32 bytes)."""
    approval: bytes
    """The statement with its signature."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.APPROVAL.value,
            "about": self.about,
            "vault": self.vault,
            "approval": self.approval,
        }


def parse_approved(sealed: Fields) -> Approved:
    """Parse an `approval` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "vault", "approval", "must"}))
    return Approved(about=sealed.uint("about"), vault=sealed.bin("vault", 32), approval=sealed.bin("approval"))


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


def parse_emergency_page(sealed: Fields) -> EmergencyPage:
    """Parse an `emergency` map. Raises FormatError `bad_schema`, `unsupported`."""
    known = {"kind", "page_id", "sheet", "sections", "protection", "needed", "count", "must"}
    sealed.refuse_unknown_must(frozenset(known))
    return EmergencyPage(
        page_id=sealed.bin("page_id", 16),
        sheet=sealed.uint("sheet"),
        sections=tuple(sealed.texts("sections")),
        protection=sealed.text("protection"),
        needed=sealed.uint("needed") if sealed.has("needed") else None,
        count=sealed.uint("count") if sealed.has("count") else None,
    )


def parse_status_given(sealed: Fields) -> StatusGiven:
    """Parse a `status` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "k", "size", "recipients", "must"}))
    return StatusGiven(
        slot=sealed.uint("k") if sealed.has("k") else None,
        size=sealed.uint("size"),
        recipients=tuple(parse_party(item) for item in sealed.maps("recipients", 64)),
    )


def parse_anchor(sealed: Fields) -> Anchor:
    """Parse an `anchor` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "size", "root", "tsr", "time", "must"}))
    return Anchor(
        size=sealed.uint("size"),
        root=sealed.bin("root", 32),
        tsr=sealed.bin("tsr"),
        time_ms=sealed.uint("time"),
    )
