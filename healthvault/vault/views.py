# SPDX-License-Identifier: Apache-2.0
"""Frozen results of the use cases: what the terminal shows. Texts in them are untrusted and unescaped."""

from dataclasses import dataclass, field

from healthvault.identity.matching import Judged
from healthvault.records.cards import CardDocument
from healthvault.storage.attempts import FailedUnlocks
from healthvault.storage.inputs import Failure

__all__ = [
    "AnchorView",
    "BackupView",
    "BundleView",
    "CheckReport",
    "ContactView",
    "Copy",
    "Document",
    "DrillReport",
    "Failure",
    "Finding",
    "GrantView",
    "IdentityView",
    "Interval",
    "KeyEventView",
    "KeySlotView",
    "LogEntry",
    "PartView",
    "ProofView",
    "ReceiptView",
    "Story",
    "VaultStatus",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One file of a document."""

    number: int
    name: str
    """Its own name, or its path in the folder that the document is made of."""
    media_type: str
    size_bytes: int
    path: str | None = None
    """Where it was written, if it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as the catalogue knows it."""

    id: str
    entry: int
    title: str
    name: str
    """The file's own name."""
    kind: str
    media_type: str
    size_bytes: int
    date: str | None
    added_ms: int
    tags: tuple[str, ...]
    author: str | None
    source: str | None
    provenance: str
    """A value of `records.provenance.Rung`; empty of an erased one."""
    status: str
    category: str = "other"
    """What it is about: a value of `records.categories.Category`, or a word that this version does not know."""
    sensitivity: tuple[str, ...] = ()
    duplicate_of: str | None = None
    """Set in the result of an add: the id of the document that holds these very bytes already."""
    path: str | None = None
    """Set in the result of an open: where the document was written."""
    parts: tuple[PartView, ...] = ()
    """Set where they were asked for, and where several were written: its files."""
    is_received: bool = False
    """It came in a bundle."""
    cards: CardDocument | None = None
    """Of a document of health cards: what is known of them with the issuers that are pinned."""
    proxy: str | None = None
    """Set in the result of an import: the owner's grant under which the sender added it as her proxy."""
    identity: Judged | None = None
    """Set in the result of an add: whose it is, if that was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultStatus:
    """The vault at a glance; name and documents are None while it is locked."""

    id: str
    path: str
    name: str | None
    fingerprint: str
    words: tuple[str, ...]
    entries: int
    documents: int | None
    checkpoint_size: int
    checkpoint_root: bytes
    unlocked: bool
    made_ms: int
    """The time of its first entry."""
    last_drill_ms: int | None
    """When the recovery words were last tried on this machine."""
    failures: FailedUnlocks | None
    """Failed attempts to unlock it on this machine since somebody was told; None where that is not known."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityView:
    """The owner's public side."""

    name: str
    vault: str
    fingerprint: str
    words: tuple[str, ...]
    recipient: str
    """The age recipient, age1…."""
    card: str
    """The card's text form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A pinned contact."""

    id: str
    name: str
    claimed_name: str
    """The name on the card: the contact's own claim."""
    vault: str
    fingerprint: str
    words: tuple[str, ...]
    recipient: str
    pinned_ms: int
    is_witness: bool = False
    """Their cosignatures count, and later readers see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """A grant and what became of it."""

    id: str
    entry: int
    contact: str
    """The grantees' names, or `whoever has the code`."""
    records: tuple[str, ...]
    """Ids of the documents."""
    purposes: tuple[str, ...]
    """Plain words."""
    actions: tuple[str, ...]
    not_before_ms: int
    not_after_ms: int
    status: str
    """`active`, `expired`, `not_yet`, `revoked` or `superseded`."""
    conditions: tuple[str, ...] = ()
    """Further conditions, in the words in which they are typed."""
    role: str | None = None
    """The role that its terms were made from."""
    standing: str | None = None
    """Id of the standing rule that made it."""
    bundles: tuple[str, ...] = ()
    """Ids of the bundles that were handed out under it: copies that stay readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleView:
    """A bundle that was written."""

    id: str
    path: str
    grant: str
    documents: tuple[str, ...]
    size_bytes: int
    code: str | None = field(default=None, repr=False)
    """The generated code, shown once."""
    marks: int = 0
    """How many older sizes of the log it lets its readers check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """When an entry was made, as far as clocks of others bound it; None where nobody else's word does."""

    not_before_ms: int | None = None
    """The newest time that a contact had signed before the entry was made."""
    not_after_ms: int | None = None
    """The earliest time at which a contact had seen it."""


UNBOUNDED = Interval()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One journal entry as the history shows it."""

    index: int
    kind: str
    """`sealed` while locked, `erased` after an erasure."""
    time_ms: int
    id: str | None
    """Of the document, grant, bundle or contact that it is about."""
    signer: int
    detail: str = ""
    interval: Interval = UNBOUNDED
    """When it was made, as far as others bound it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What became of a document."""

    replaces: str | None
    """Id of the older version."""
    replaced_by: str | None
    """Id of the newest version that stands."""
    entries: tuple[LogEntry, ...]
    interval: Interval
    """When it was entered, as far as others bound it."""
    """Every entry about it, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySlotView:
    """A way into the vault."""

    id: int
    kind: str
    memory_kib: int
    """Argon2id memory for a passphrase, 0 for the other kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEventView:
    """A change of what speaks for the vault."""

    kind: str
    """`rotate`, `root` or `restart`."""
    entry: int
    epoch: int
    """The owner epoch in force after it."""
    reason: str | None = None
    """Of a rotation: `planned`, `lost` or `compromised`."""
    since: int | None = None
    """Of a theft: the first entry that was made when somebody else may have had the keys."""
    lost_entries: int | None = None
    """Of a restart: how many entries this machine had seen."""
    erased_again: tuple[str, ...] = ()
    """Of a restart: ids of documents that the old copy had brought back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that an audit found."""

    severity: str
    """`error` or `warning`."""
    where: str
    """The file, relative to the vault's folder, then the entry, object or slot in it."""
    code: str
    message: str
    hint: str = ""
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """Everything that an audit looked at and found."""

    entries: int
    documents: int | None
    """None while locked."""
    stored_bytes: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupView:
    """A backup that was made, or one that this machine knows of."""

    path: str
    entries: int
    behind: int
    """How many entries the vault has more."""
    is_clean: bool
    """Whether nothing that the vault has erased is left in it."""
    time_ms: int
    """Of the last run that ended well."""
    copied_bytes: int | None = None
    """Set in the result of a run: what was written."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """What a trial of a backup did and found."""

    check: CheckReport
    """The audit of what was restored, every document decrypted."""
    opened: tuple[str, ...]
    """Ids of the documents that were then read from it, byte for byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A receipt that was checked and kept."""

    entry: int
    bundle: str
    reader: str
    """Id of the reader's vault, as a contact's."""
    name: str
    """The owner's name for the reader; of a stranger (a bundle with a code) the reader's own."""
    action: str
    """`verified`, `opened`, `imported` or `deleted`: the reader's word."""
    said_ms: int
    """When that was, by the reader's clock."""
    cosigned_ms: int
    """When the reader signed the history, by the reader's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Where a bundle is: what its recipient said, or that nothing is known."""

    bundle: str
    entry: int
    """The `share` entry."""
    shared_ms: int
    """The owner's clock."""
    recipient: str
    """The owner's name for the recipient; `whoever has the code`."""
    vault: str | None
    """Id of the recipient's vault; None for whoever has the code."""
    state: str
    """`unknown`, `verified`, `opened`, `imported` or `attested_deleted`."""
    grants: tuple[str, ...]
    documents: tuple[str, ...]
    said: tuple[ReceiptView, ...]
    """All that the recipient said, in the order in which it came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """A small proof that was made; what its kind does not have is None."""

    kind: str
    """`status`, `proof` or `inclusion`."""
    size: int
    """Of the tree."""
    root: bytes
    size_bytes: int
    reader: str | None = None
    """Whom it is for."""
    grant: str | None = None
    status: str | None = None
    """Of the grant."""
    since: int | None = None
    """The size that is continued."""
    document: str | None = None
    entry: int | None = None
    leaf: bytes | None = None
    """Leaf hash of the document's entry (32 bytes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorView:
    """An outside clock's word on a checkpoint, or the request for one: then without entry and times."""

    size: int
    root: bytes
    time_ms: int | None = None
    """The authority's: everything below the size was there by then."""
    entry: int | None = None
    logged_ms: int | None = None
    """The owner's clock when it was taken in."""
