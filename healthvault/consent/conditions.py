# SPDX-License-Identifier: Apache-2.0
"""The further conditions of a grant: data, fixed when it is signed, each of a kind with its own keys.

They only narrow, but for `sensitive`, without which no labelled document is allowed at all. A kind that this
version does not know, or with a key that matters and that it does not know, is kept as it stands and denies.
Spec: docs/spec/grants.md section 1.4.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from healthvault.codec import Fields, Value, pack, unpack
from healthvault.ledger.party import Party, parse_party

__all__ = [
    "MAX_APPROVERS",
    "MAX_DELEGATIONS",
    "POWERS",
    "POWER_ADD",
    "POWER_SHARE",
    "Approvals",
    "Condition",
    "Delegated",
    "Deny",
    "MaxShares",
    "Proxy",
    "Sensitive",
    "UnknownCondition",
    "parse_condition",
]

MAX_APPROVERS = 16
MAX_DELEGATIONS = 1024
POWER_SHARE = "share"  # what a proxy may do: share the owner's documents onward
POWER_ADD = "add"  # add documents to the owner's vault
POWERS = (POWER_SHARE, POWER_ADD)
_NO_FIELDS = pack({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """Documents that match any one of these words are excluded, whatever else the grant says."""

    categories: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        words = {
            "categories": self.categories,
            "types": self.types,
            "tags": self.tags,
            "sensitivity": self.sensitivity,
        }
        return {"kind": "deny", **{key: list(found) for key, found in words.items() if found}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """The labels that are allowed; a document with another one is denied."""

    allow: tuple[str, ...]

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        return {"kind": "sensitive", "allow": list(self.allow)}


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxShares:
    """How many times documents may be shared under the grant, 1 or more."""

    count: int

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        return {"kind": "max-shares", "count": self.count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """So many of these have to approve before anything is shared."""

    needed: int
    """1 to the number of `by`."""
    by: tuple[Party, ...]
    """1 to 16, each with a vault of its own."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        return {"kind": "approvals", "needed": self.needed, "by": [party.to_value() for party in self.by]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The grantee may act for the owner, within these powers: docs/spec/proxies.md."""

    powers: tuple[str, ...]
    """Of `POWERS`; another one gives nothing."""
    purposes: tuple[str, ...]
    """HL7 codes that the proxy may share onward for."""
    actions: tuple[str, ...]
    """What those may do with whom the proxy shares."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        return {
            "kind": "proxy",
            "powers": list(self.powers),
            "purpose": list(self.purposes),
            "actions": list(self.actions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """The grant is given for somebody else: it holds for what that vault's own grants to a proxy cover."""

    vault: bytes
    """Vault id (32 bytes) of the owner."""
    grants: tuple[bytes, ...]
    """Ids of the owner's grants to who signs this one (16 bytes each); each document is in one of them."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        return {"kind": "delegated", "vault": self.vault, "grants": list(self.grants)}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCondition:
    """A condition that this version cannot judge: it denies."""

    kind: str
    fields: bytes = _NO_FIELDS
    """The other keys of its map, packed."""

    def to_map(self) -> dict[str, Value]:
        """Return the map that stands in the grant."""
        return {**cast("dict[str, Value]", unpack(self.fields)), "kind": self.kind}


Condition: TypeAlias = Deny | Sensitive | MaxShares | Approvals | Proxy | Delegated | UnknownCondition


def parse_condition(item: Fields) -> Condition:
    """Parse one item of a grant's `conditions`.

    Raises:
        FormatError: `bad_schema`, it has no kind, or one of a known kind is of another form.
    """
    kind = item.text("kind")
    known = _PARSERS.get(kind)
    if known is None:
        return _unknown(kind, item)
    keys, parse = known
    matters = item.texts("must") if item.has("must") else []
    if not keys.issuperset(matters):
        return _unknown(kind, item)
    return parse(item)


def _unknown(kind: str, item: Fields) -> UnknownCondition:
    rest = {key: value for key, value in item.map.items() if key != "kind"}
    return UnknownCondition(kind=kind, fields=pack(rest))


def _deny(item: Fields) -> Deny:
    def words(key: str) -> tuple[str, ...]:
        return tuple(item.texts(key)) if item.has(key) else ()

    return Deny(
        categories=words("categories"), types=words("types"), tags=words("tags"), sensitivity=words("sensitivity")
    )


def _sensitive(item: Fields) -> Sensitive:
    return Sensitive(allow=tuple(item.texts("allow")))


def _max_shares(item: Fields) -> MaxShares:
    count = item.uint("count")
    if count < 1:
        raise item.wrong("count")
    return MaxShares(count=count)


def _approvals(item: Fields) -> Approvals:
    by = tuple(parse_party(party) for party in item.maps("by", MAX_APPROVERS))
    vaults = {party.vault for party in by if party.vault is not None}
    if not by or len(vaults) != len(by):
        raise item.wrong("by")
    needed = item.uint("needed", maximum=len(by))
    if needed < 1:
        raise item.wrong("needed")
    return Approvals(needed=needed, by=by)


def _proxy(item: Fields) -> Proxy:
    found = {key: tuple(item.texts(key)) for key in ("powers", "purpose", "actions")}
    for key, words in found.items():
        if not words or len(set(words)) != len(words):
            raise item.wrong(key)
    return Proxy(powers=found["powers"], purposes=found["purpose"], actions=found["actions"])


def _delegated(item: Fields) -> Delegated:
    grants = tuple(item.bins("grants", 16, MAX_DELEGATIONS))
    if not grants or len(set(grants)) != len(grants):
        raise item.wrong("grants")
    return Delegated(vault=item.bin("vault", 32), grants=grants)


_PARSERS: dict[str, tuple[frozenset[str], Callable[[Fields], Condition]]] = {
    "deny": (frozenset({"kind", "must", "categories", "types", "tags", "sensitivity"}), _deny),
    "sensitive": (frozenset({"kind", "must", "allow"}), _sensitive),
    "max-shares": (frozenset({"kind", "must", "count"}), _max_shares),
    "approvals": (frozenset({"kind", "must", "needed", "by"}), _approvals),
    "proxy": (frozenset({"kind", "must", "powers", "purpose", "actions"}), _proxy),
    "delegated": (frozenset({"kind", "must", "vault", "grants"}), _delegated),
}
