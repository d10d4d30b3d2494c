# SPDX-License-Identifier: Apache-2.0
"""What a reader brings to a verification, and what comes out of it: values only.

Spec: docs/spec/bundle.md section 6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from healthvault.agefile.recipients import Identity
from healthvault.agefile.source import Source
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.bundle.erasure import ErasedDocument, Trace
from healthvault.bundle.manifest import Manifest
from healthvault.consent.grant import Grant
from healthvault.errors import HealthVaultError
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.party import Party
from healthvault.records.cards import CardDocument
from healthvault.records.issuer_keys import NO_TRUST, Trust
from healthvault.tlog.note import NoteKey
from healthvault.verify.attested import JudgedAttestation
from healthvault.verify.completeness import Completeness
from healthvault.verify.pins import KnownStatus, PinBook, VaultPins
from healthvault.verify.verdicts import Verdict
from healthvault.verify.view import View
from healthvault.verify.witnesses import Sighting

__all__ = [
    "CLOCK_SLACK_MS",
    "Context",
    "Declared",
    "Delegation",
    "Erasure",
    "Forked",
    "NothingTaken",
    "Opener",
    "ShownStatus",
    "Sink",
    "StatusInput",
    "Verification",
    "VerifiedDocument",
]

CLOCK_SLACK_MS = 10 * 60 * 1000  # how far ahead of our clock somebody else's may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """One of our secrets, and whom a bundle that it opens is addressed to."""

    identity: Identity
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusInput:
    """A status file beside a bundle, not opened yet."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything besides the file that a verification depends on."""

    openers: tuple[Opener, ...]
    pins: PinBook
    now_ms: int
    contacts: Mapping[bytes, str] = field(default_factory=dict)
    """Vault ids pinned by the user, and her names for them."""
    witnesses: tuple[NoteKey, ...] = ()
    """Cosignature keys of contacts that she trusts as witnesses."""
    witnesses_needed: int = 0
    """How many of them must have seen the history."""
    actions: tuple[str, ...] = ()
    """What the reader is about to do: `view` or `keep`."""
    purpose: str | None = None
    """HL7 code to judge the grant by."""
    max_age_ms: int | None = None
    """How old the status of the grant may be."""
    statuses: tuple[StatusInput, ...] = ()
    """Status files beside the bundle."""
    issuers: Trust = NO_TRUST
    """Keys of issuers of health cards that she pinned, or named for this run."""
    own: VaultPins | None = None
    """Key events of the reader's own vault: what it attested itself is known too."""


class Sink(Protocol):
    """Takes the documents while they are verified; must keep them back until the verification has passed."""

    def prepare(self, total_bytes: int) -> None:
        """Refuse early what cannot be taken. Raises InvalidRequest `too_large`."""

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Read the part's bytes; what is left unread is read and checked after."""


class NothingTaken:
    """The sink of `hv verify`: everything is read and checked, nothing is kept."""

    def prepare(self, total_bytes: int) -> None:
        """Accept any size."""

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Leave all of it to be read by the verifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDocument:
    """A document of the bundle. Title, type and media type are the sender's word unless `is_disclosed`."""

    seq: int
    leaf: bytes
    """Leaf hash of its entry (32 bytes)."""
    title: str
    type: str
    media_type: str
    size_bytes: int
    is_disclosed: bool
    row: DisclosedDocument
    entered_ms: int
    """When it was entered, by the owner's clock."""
    date: str | None = None
    author: str | None = None
    part_names: Mapping[int, str] = field(default_factory=dict)
    """Of a document of several files: each part's own name, as far as it is said."""
    supersedes: int | None = None
    """Entry of the document that it replaces. Disclosed only."""
    category: str | None = None
    """Disclosed only; None where it is not, and where nothing better than `other` is known."""
    sensitivity: tuple[str, ...] = ()
    cards: CardDocument | None = None
    """What was found out about its health cards; None for a document without, or that could not be checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """In whose name, and under which grant of theirs, something was shared."""

    owner: bytes
    """Vault id (32 bytes)."""
    grant_id: bytes
    """Of the owner's grant to the signer (16 bytes)."""
    shown: KnownStatus
    """What the evidence shows of its status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What an erasure certificate says: that the log calls the documents erased. What was reached is her word."""

    seq: int
    """The `doc.erase` entry."""
    reason: str | None
    """A code of the owner's."""
    erased_ms: int
    """Its time, by the owner's clock."""
    certified_ms: int
    documents: tuple[ErasedDocument, ...]
    reached: tuple[Trace, ...]
    unreached: tuple[Trace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a compromise note declares: that the keys of an epoch are in other hands."""

    epoch: int
    was_known: bool
    """The same note, or what it says, was taken in before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """What a fork proof proves: two histories of one vault."""

    at: int
    """The smallest size, or the number of a key event, at which they are seen to differ."""
    sizes: tuple[int, int]
    """How many entries each shows."""
    roots: tuple[bytes | None, bytes | None]
    """What each shows at size `at` (32 bytes); None where only key events differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatus:
    """What a status file shows of a grant, and whether that counts."""

    name: str
    """Of the file beside a bundle; empty if it is read alone."""
    grant_id: bytes
    status: int
    """1 active, 2 revoked, 3 superseded, 4 erased."""
    size: int
    time_ms: int | None
    """Time of its tip, by the owner's clock; None where nothing is proved."""
    counts: bool
    """It is the newest word on its grant."""
    detail: str
    """Why not, if it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The outcome: verdicts, and what may be said of the bundle. Fields are None where a step was not reached."""

    verdicts: tuple[Verdict, ...]
    pins: PinBook
    """To be stored before anything is shown; unchanged unless the bundle earned a place in it."""
    kind: str = "bundle"
    """`bundle`, `erasure`, `compromise`, `status`, `proof`, `view`, `fork-proof` or `attestation`."""
    manifest: Manifest | None = None
    bundle_id: bytes | None = None
    chain: KeyChain | None = None
    signer_name: str | None = None
    """The reader's own name for the signer; None if she is not pinned."""
    size: int | None = None
    root: bytes | None = None
    view: View | None = None
    """The history that a bundle shows, with its roots at older sizes."""
    tip_ms: int | None = None
    """Time of the tip, by the owner's clock."""
    grants: tuple[Grant, ...] = ()
    statuses: tuple[KnownStatus, ...] = ()
    """The newest word on each of them that is proved, from this file or another."""
    status_files: tuple[ShownStatus, ...] = ()
    """Status files beside the bundle, or the file itself if it is one."""
    delegations: tuple[Delegation, ...] = ()
    """In whose names the signer shared; proved."""
    documents: tuple[VerifiedDocument, ...] = ()
    attestations: tuple[JudgedAttestation, ...] = ()
    """Those that came along, each judged by itself; the file itself if it is one."""
    sightings: tuple[Sighting, ...] = ()
    """What witnesses that the reader knows saw of this history, and when."""
    completeness: tuple[Completeness, ...] = ()
    """What it proves of whole categories; empty where it says nothing, or not every byte is as it was written."""
    message: str = ""
    judged_ms: int = 0
    """The time that it was judged by."""
    seen_before_ms: int | None = None
    erasure: Erasure | None = None
    """What an erasure certificate says; None for another file."""
    declared: Declared | None = None
    """What a compromise note declares; None for another file. `size` and `root` are those at which it closes."""

    forked: Forked | None = None
    """What a fork proof proves; None for another file, and for one that proves nothing."""

    @property
    def problems(self) -> tuple[HealthVaultError, ...]:
        """Every problem of every verdict, in order."""
        return tuple(problem for verdict in self.verdicts for problem in verdict.problems)
