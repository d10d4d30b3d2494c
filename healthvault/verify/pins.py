# SPDX-License-Identifier: Apache-2.0
"""What a reader remembers of other vaults: sizes and roots, key events, bundles, compromised epochs.

A firm pin comes from a bundle addressed to the reader; soft ones from forwarded bundles and from marks.
Pins only grow. Spec: docs/spec/bundle.md section 5.
"""

from dataclasses import dataclass, replace

from healthvault.codec import Fields, Value, positional

__all__ = ["KnownStatus", "PinBook", "SeenSize", "VaultPins", "parse_pin_book"]

_VERSION = 1
_ACTIVE, _ERASED = 1, 4  # docs/spec/grants.md section 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSize:
    """A tree size whose root is known, and how many restarts the history had when it was learned."""

    size: int
    root: bytes
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStatus:
    """The newest word on a grant: as of which entry, by the owner's clock when, and what its slot said."""

    grant_id: bytes
    """16 bytes."""
    status: int
    """1 active, 2 revoked, 3 superseded, 4 erased."""
    size: int
    """Tree size that it is from."""
    slot: int
    """Of the grant."""
    seq: int
    """The grant's own entry."""
    time_ms: int
    """Time of the tip of that size."""

    def to_value(self) -> Value:
        """Return the row that is sealed on disk."""
        return [self.grant_id, self.status, self.size, self.slot, self.seq, self.time_ms]


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPins:
    """Everything remembered of one vault."""

    vault: bytes
    events: tuple[bytes, ...] = ()
    """Entries of the key events seen, in order."""
    sizes: tuple[SeenSize, ...] = ()
    firm: int | None = None
    compromised: tuple[tuple[int, int, bytes], ...] = ()
    """Epoch, size and root at which it was closed as compromised."""
    bundles: tuple[tuple[bytes, int], ...] = ()
    """Digests of the signed manifests accepted (32 bytes) and when first seen (ms)."""
    grants: tuple[KnownStatus, ...] = ()
    """The newest known status of each grant met."""
    evidence: tuple[bytes, ...] = ()
    """Signed notes that contradict each other."""
    compromised_by_card: frozenset[int] = frozenset()
    """Epochs that the pinned card's key events name as compromised; not stored, the card is."""

    @property
    def compromised_epochs(self) -> frozenset[int]:
        """The epochs known as compromised."""
        return self.compromised_by_card | {epoch for epoch, _, _ in self.compromised}

    def has_seen(self, size: int, root: bytes) -> bool:
        """Tell whether this very tree was accepted before."""
        return any((seen.size, seen.root) == (size, root) for seen in self.sizes)

    def first_seen_ms(self, digest: bytes) -> int | None:
        """Return when the bundle with a manifest of this digest was accepted before."""
        return next((seen for known, seen in self.bundles if known == digest), None)

    def newest_status(self, grant_id: bytes) -> KnownStatus | None:
        """Return the newest word on a grant."""
        return next((known for known in self.grants if known.grant_id == grant_id), None)

    def with_status(self, shown: KnownStatus) -> "VaultPins":
        """Return the pins with a word on a grant, if it is newer; one that has ended is never active again."""
        known = self.newest_status(shown.grant_id)
        if known is not None and (known.status != _ACTIVE or shown.size <= known.size):
            return self
        others = tuple(row for row in self.grants if row.grant_id != shown.grant_id)
        return replace(self, grants=(*others, shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class PinBook:
    """The pins of all vaults that a reader has met."""

    vaults: tuple[VaultPins, ...] = ()

    def of(self, vault: bytes) -> VaultPins:
        """Return the pins of a vault, empty if it was never met."""
        return next((pins for pins in self.vaults if pins.vault == vault), VaultPins(vault=vault))

    def updated(self, pins: VaultPins) -> "PinBook":
        """Return the book with one vault's pins replaced."""
        others = tuple(old for old in self.vaults if old.vault != pins.vault)
        return replace(self, vaults=(*others, pins))

    def to_map(self) -> dict[str, Value]:
        """Return the map that is sealed on disk."""
        return {"v": _VERSION, "vaults": [_to_value(pins) for pins in self.vaults]}


def parse_pin_book(book: Fields) -> PinBook:
    """Parse a map that `to_map` made. Raises FormatError `bad_schema`."""
    if book.uint("v") != _VERSION:
        raise book.wrong("v")
    return PinBook(vaults=tuple(_parse_pins(item) for item in book.maps("vaults")))


def _to_value(pins: VaultPins) -> Value:
    return {
        "vault": pins.vault,
        "events": list(pins.events),
        "sizes": [[seen.size, seen.root, seen.restarts] for seen in pins.sizes],
        "firm": pins.firm,
        "compromised": [list(item) for item in pins.compromised],
        "bundles": [list(item) for item in pins.bundles],
        "grants": [row.to_value() for row in pins.grants],
        "evidence": list(pins.evidence),
    }


def _parse_pins(row: Fields) -> VaultPins:
    return VaultPins(
        vault=row.bin("vault", 32),
        events=tuple(row.bins("events")),
        sizes=tuple(_parse_size(item) for item in row.array("sizes")),
        firm=row.uint("firm") if row.has("firm") else None,
        compromised=tuple(_parse_compromised(item) for item in row.array("compromised")),
        bundles=tuple(_parse_bundle(item) for item in row.array("bundles")),
        grants=tuple(_parse_grant(item) for item in row.array("grants")),
        evidence=tuple(row.bins("evidence")),
    )


def _parse_size(value: Value) -> SeenSize:
    item = positional(value, ("size", "root", "restarts"), "pinned size")
    return SeenSize(size=item.uint("size"), root=item.bin("root", 32), restarts=item.uint("restarts"))


def _parse_compromised(value: Value) -> tuple[int, int, bytes]:
    item = positional(value, ("epoch", "size", "root"), "compromised epoch")
    return item.uint("epoch"), item.uint("size"), item.bin("root", 32)


def _parse_bundle(value: Value) -> tuple[bytes, int]:
    item = positional(value, ("digest", "first_seen_ms"), "pinned bundle")
    return item.bin("digest"), item.uint("first_seen_ms")


def _parse_grant(value: Value) -> KnownStatus:
    item = positional(value, ("grant_id", "status", "size", "slot", "seq", "time_ms"), "pinned grant")
    return KnownStatus(
        grant_id=item.bin("grant_id", 16),
        status=item.uint("status", _ERASED),
        size=item.uint("size"),
        slot=item.uint("slot"),
        seq=item.uint("seq"),
        time_ms=item.uint("time_ms"),
    )
