# SPDX-License-Identifier: Apache-2.0
"""Table tests of consent: a JSON document with questions, the answers expected, and maybe a world of its own.

Pure: takes decoded JSON, gives rows and grants. A key that is not known is an error, since a typing mistake
must not make a test pass. Form: docs/schemas/policy.json; days are of UTC, whatever the machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from healthvault.consent.conditions import Approvals, Condition
from healthvault.consent.decision import KnownGrant, Request, Subject
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.policy_fields import Item
from healthvault.consent.purposes import DEFAULT_ACTIONS, PURPOSES, purpose_code
from healthvault.consent.selectors import check_label, conditions_from_words, selector
from healthvault.consent.status import Status
from healthvault.crypto.hashing import sha256
from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.ranges import ranges_of

__all__ = ["Policy", "Row", "World", "parse_policy"]

CODE_WORD = "code"
_SCHEMA = 1
_WORLD = ("contacts", "documents", "grants")
_STATUSES = {"active": Status.ACTIVE, "revoked": Status.REVOKED, "superseded": Status.SUPERSEDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question with the answer that is expected."""

    number: int
    """From 1."""
    who: str
    what: str
    purpose: str | None
    """HL7 code."""
    action: str | None
    at_ms: int | None
    """None for now."""
    allowed: bool
    rule: str | None
    """None if any will do."""
    grant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Contacts, documents and grants of the file's own."""

    contacts: Mapping[str, Party]
    documents: Mapping[str, Subject]
    known_grants: tuple[KnownGrant, ...]
    names: Mapping[str, str]
    """The file's own id of a grant, by the whole id that a decision gives."""

    def request(self, row: Row) -> Request | None:
        """Return the request of a row; None if it names what the file does not have."""
        party, document = self.contacts.get(row.who), self.documents.get(row.what)
        if party is None or document is None or row.at_ms is None:
            return None
        actions = () if row.action is None else (row.action,)
        return Request(party=party, at_ms=row.at_ms, document=document, purpose=row.purpose, actions=actions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A parsed file."""

    rows: tuple[Row, ...]
    world: World | None
    """None if the questions are about a vault."""


def parse_policy(value: object) -> Policy:
    """Parse decoded JSON.

    Raises:
        InvalidRequest: `bad_policy`, saying where; `unknown_purpose`, `bad_selector`.
    """
    top = Item.of(value, "the file")
    top.choice("type", ("policy",))
    if top.number("schema", 0) != _SCHEMA:
        raise top.wrong("schema")
    default = _moment(top, "at")
    rows = tuple(_row(item, number, default) for number, item in enumerate(top.objects("tests"), 1))
    world = _world(top) if top.has(*_WORLD) else None
    for key in _WORLD:
        top.skip(key)
    top.finish()
    if not rows:
        raise top.wrong("tests")
    return Policy(rows=rows, world=world)


def _row(item: Item, number: int, default: int | None) -> Row:
    at_ms, purpose = _moment(item, "at"), item.text("purpose", None)
    row = Row(
        number=number,
        who=item.text("who"),
        what=item.text("what"),
        purpose=None if purpose is None else purpose_code(purpose),
        action=item.text("action", None),
        at_ms=default if at_ms is None else at_ms,
        allowed=item.choice("expect", ("allowed", "denied")) == "allowed",
        rule=item.text("rule", None),
        grant=item.text("grant", None),
    )
    item.finish()
    return row


def _world(top: Item) -> World:
    contacts = {name: Party(vault=sha256(name.encode()), name=name) for name in top.texts("contacts")}
    contacts[CODE_WORD] = CODE_BEARER
    documents = {}
    for seq, item in enumerate(top.objects("documents"), 1):
        documents[item.text("id")] = Subject(seq=seq, words=_words(item))
        item.finish()
    held = [
        (item.text("id"), _known_grant(item, seq, contacts, documents))
        for seq, item in enumerate(top.objects("grants"), len(documents) + 1)
    ]
    names = {grant_id_text(known.grant.grant_id): name for name, known in held}
    if len(names) != len(held):
        raise top.wrong("grants")
    return World(contacts=contacts, documents=documents, known_grants=tuple(one for _, one in held), names=names)


def _words(item: Item) -> DocumentWords:
    return DocumentWords(
        category=item.text("category", None) or "other",
        type=item.text("type", None) or "",
        tags=item.texts("tags"),
        sensitivity=item.texts("sensitivity"),
    )


def _known_grant(
    item: Item, seq: int, contacts: Mapping[str, Party], documents: Mapping[str, Subject]
) -> KnownGrant:
    begin, end = _moment(item, "from"), _moment(item, "until", is_end=True)
    grant = Grant(
        slot=0,
        grant_id=sha256(item.text("id").encode())[:16],
        grantees=tuple(item.looked_up("to", contacts)),
        records=ranges_of(subject.seq for subject in item.looked_up("records", documents)),
        actions=item.texts("actions") or DEFAULT_ACTIONS,
        purposes=tuple(purpose_code(word) for word in item.texts("purpose")) or (PURPOSES["treatment"],),
        not_before_ms=begin or 0,
        not_after_ms=_FOREVER_MS if end is None else end,
        conditions=_conditions(item, contacts),
    )
    made = KnownGrant(
        grant=grant,
        seq=seq,
        status=_STATUSES[item.choice("status", tuple(_STATUSES), "active")],
        shares=item.number("shares", 0),
        approved=frozenset(party.vault or b"" for party in item.looked_up("approved", contacts)),
    )
    item.finish()
    return made


def _conditions(item: Item, contacts: Mapping[str, Party]) -> tuple[Condition, ...]:
    most, needed = item.number("max_shares", None, least=1), item.number("needs", None, least=1)
    labels = map(check_label, item.texts("sensitivity"))
    made = conditions_from_words(map(selector, item.texts("deny")), labels, most)
    by = tuple(item.looked_up("approvers", contacts))
    if needed is None and not by:
        return made
    if needed is None or needed > len(by) or any(party.is_code for party in by):
        raise item.wrong("approvers")
    return (*made, Approvals(needed=needed, by=by))


_FOREVER_MS = 2**53 - 1


def _moment(item: Item, key: str, *, is_end: bool = False) -> int | None:
    """Return the ms of a day, or of an RFC 3339 time in UTC; `is_end`: a day is meant to its last millisecond."""
    text = item.text(key, None)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise item.wrong(key) from None
    if len(text) == len("2026-11-20"):
        moment = datetime.combine(moment, time.max if is_end else time.min)
    elif moment.tzinfo is None:
        raise item.wrong(key)
    ms = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    if ms < 0:
        raise item.wrong(key)
    return ms
