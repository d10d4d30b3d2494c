# SPDX-License-Identifier: Apache-2.0
"""What an entry did, and which documents, people and grants it names: one line a kind, by keys of its sealed map.

The index and `hv audit` read the same table, so what is found is what is shown. An unknown kind names nothing.
Spec: docs/spec/journal.md section 3.1.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from healthvault.bundle.card import open_card
from healthvault.codec import Fields
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.kinds import Kind
from healthvault.ledger.party import Party, parse_party
from healthvault.ledger.ranges import Ranges, parse_ranges, ranges_of
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.trail_rows import Named
from healthvault.vault.attested_rows import claimed

__all__ = ["UNKNOWN", "Mentions", "action_of", "kinds_of", "mentions_of", "sources_of", "to_be_indexed"]

UNKNOWN = "unknown"
MAX_PARTIES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """What one sealed map names by itself."""

    documents: Ranges = ()
    """Entries of documents."""
    parties: tuple[Party, ...] = ()
    slots: tuple[int, ...] = ()
    """Status slots of the grants under which it happened."""
    about: int | None = None
    """An earlier entry whose documents, people and grants are meant, where none are named."""
    means_grants: bool = False
    """The documents and people of the grants in `slots` are meant, where none are named."""


_Reader = Callable[[Mentions, Fields, int], Mentions]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How one kind is read."""

    action: str
    """What it did, in a word."""
    reads: tuple[_Reader, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    """Another word where a key is there: the first that is."""


def _own(said: Mentions, _sealed: Fields, seq: int) -> Mentions:
    return replace(said, documents=((seq, 1),))


def _document(key: str) -> _Reader:
    """Read a key that holds the entry of one document; without the key there is none."""

    def read(said: Mentions, sealed: Fields, _seq: int) -> Mentions:
        here = (sealed.uint(key),) if sealed.has(key) else ()
        named = [first + step for first, count in said.documents for step in range(count)]
        return replace(said, documents=ranges_of([*named, *here]))

    return read


def _documents(key: str) -> _Reader:
    """Read a key that holds ranges of documents."""
    return lambda said, sealed, _: replace(said, documents=parse_ranges(sealed, key))


def _entries(key: str) -> _Reader:
    """Read a key that holds a list of documents' entries."""
    return lambda said, sealed, _: replace(said, documents=ranges_of(sealed.uints(key)))


def _about(key: str) -> _Reader:
    """Read a key that holds an earlier entry which is no document."""
    return lambda said, sealed, _: replace(said, about=sealed.uint(key))


def _parties(key: str) -> _Reader:
    """Read a key that holds a list of parties."""
    return lambda said, sealed, _: replace(said, parties=tuple(map(parse_party, sealed.maps(key, MAX_PARTIES))))


def _vault(key: str) -> _Reader:
    """Read a key that holds a vault id."""
    return lambda said, sealed, _: replace(said, parties=(Party(vault=sealed.bin(key, 32)),))


def _vaults(key: str) -> _Reader:
    """Read a key that holds a list of vault ids."""
    return lambda said, sealed, _: replace(
        said, parties=tuple(Party(vault=vault) for vault in sealed.bins(key, 32, MAX_PARTIES))
    )


def _slot(key: str, *, means_grants: bool = False) -> _Reader:
    """Read a key that holds one status slot, or nil."""
    return lambda said, sealed, _: replace(
        said, slots=(sealed.uint(key),) if sealed.has(key) else (), means_grants=means_grants
    )


def _slots(key: str) -> _Reader:
    """Read a key that holds a list of status slots."""
    return lambda said, sealed, _: replace(said, slots=tuple(sealed.uints(key)))


def _sender(said: Mentions, sealed: Fields, _seq: int) -> Mentions:
    if not sealed.has("received"):
        return said
    received = Fields(sealed.map["received"], "received")
    return replace(said, parties=(Party(vault=received.bin("vault", 32)),))


def _pinned(said: Mentions, sealed: Fields, _seq: int) -> Mentions:
    vault_id = open_card(sealed.bin("card")).chain.vault_id
    return replace(said, parties=(Party(vault=vault_id, name=sealed.text("name")),))


def _attester(said: Mentions, sealed: Fields, _seq: int) -> Mentions:
    attestation = claimed(sealed.bin("attestation"))
    return said if attestation is None else replace(said, parties=(Party(vault=attestation.vault),))


_RULES = {
    Kind.OWNER.value: _Rule(action="name"),
    Kind.DOC_ADD.value: _Rule(
        action="add",
        reads=(_own, _document("supersedes"), _sender),
        instead=(("received", "import"), ("supersedes", "amend")),
    ),
    Kind.DOC_REVISE.value: _Rule(action="amend", reads=(_document("about"),), instead=(("status", "retract"),)),
    Kind.DOC_ERASE.value: _Rule(action="erase", reads=(_entries("victims"),)),
    Kind.CONTACT_PIN.value: _Rule(action="pin", reads=(_pinned,)),
    Kind.CONTACT_DROP.value: _Rule(action="unpin", reads=(_about("about"),)),
    Kind.GRANT.value: _Rule(action="grant", reads=(_documents("records"), _parties("grantees"), _slot("k"))),
    Kind.GRANT_REVOKE.value: _Rule(action="revoke", reads=(_about("about"), _slot("k"))),
    Kind.SHARE.value: _Rule(action="share", reads=(_documents("seqs"), _parties("recipients"), _slots("k"))),
    Kind.ROLE_DEFINE.value: _Rule(action="role"),
    Kind.ROLE_BIND.value: _Rule(action="bind", reads=(_vault("vault"),)),
    Kind.ROLE_UNBIND.value: _Rule(action="unbind", reads=(_vault("vault"),)),
    Kind.STANDING.value: _Rule(action="standing", reads=(_vaults("vaults"),)),
    Kind.STANDING_END.value: _Rule(action="standing-end", reads=(_about("about"),)),
    "note": _Rule(action="note", reads=(_document("about"),)),
    Kind.ATTEST.value: _Rule(action="attest", reads=(_document("about"), _attester)),
    Kind.ATTEST_OUT.value: _Rule(action="attest-out", reads=(_document("about"), _vault("owner"))),
    Kind.STATUS.value: _Rule(action="status", reads=(_parties("recipients"), _slot("k", means_grants=True))),
    "receipt.in": _Rule(action="receipt", reads=(_about("about"), _vault("vault"))),
    Kind.ANCHOR.value: _Rule(action="anchor"),
    Kind.APPROVAL.value: _Rule(action="approve", reads=(_about("about"), _vault("vault"))),
    Kind.ISSUER_PIN.value: _Rule(action="trust", reads=(_document("about"),)),
    Kind.ISSUER_DROP.value: _Rule(action="distrust", reads=(_about("about"),)),
    Kind.EMERGENCY.value: _Rule(action="emergency", reads=(_document("sheet"),)),
    Kind.ID_ADD.value: _Rule(action="describe", reads=(_document("from"),)),
    Kind.ID_DROP.value: _Rule(action="undescribe", reads=(_about("about"),)),
    Kind.ID_LINK.value: _Rule(action="link", reads=(_document("about"),)),
    Kind.ID_UNLINK.value: _Rule(action="unlink", reads=(_about("about"),)),
}


def action_of(sealed: Fields) -> str:
    """Return in a word what an entry did; `unknown` for a kind that this table does not have."""
    rule = _RULES.get(sealed.text("kind"))
    if rule is None:
        return UNKNOWN
    return next((action for key, action in rule.instead if sealed.has(key)), rule.action)


def kinds_of(actions: Container[str]) -> tuple[str, ...]:
    """Return the kinds of which every entry is one of these actions."""
    return tuple(kind for kind, rule in _RULES.items() if rule.action in actions)


def mentions_of(sealed: Fields, seq: int) -> Mentions:
    """Return what the sealed map of entry `seq` names; nothing for an unknown kind, or one of another form."""
    said = Mentions()
    try:
        for read in rule.reads if (rule := _RULES.get(sealed.text("kind"))) else ():
            said = read(said, sealed, seq)
    except (FormatError, IntegrityError):
        return Mentions()  # only of kinds that no parser has checked: they are never an error
    return said if said.about is None or said.about < seq else replace(said, about=None)


def sources_of(said: Mentions, consents: ConsentRows) -> tuple[int, ...]:
    """Return the earlier entries that are meant where an entry names nothing itself."""
    if not said.means_grants:
        return () if said.about is None else (said.about,)
    rows = map(consents.grant_in_slot, said.slots)
    return tuple(row.seq for row in rows if row is not None)


def to_be_indexed(said: Mentions, consents: ConsentRows) -> Named:
    """Return the rows of the index for what an entry names."""
    sources = sources_of(said, consents)
    return Named(
        documents=said.documents,
        parties=tuple((party.key, party.name) for party in said.parties),
        documents_of=() if said.documents else sources,
        parties_of=() if said.parties else sources,
    )
