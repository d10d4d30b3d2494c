# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about people and consent: contacts, grants, shares, and the history.

Spec: docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from healthvault.codec import Fields, Value, pack, unpack
from healthvault.storage.catalogue import Catalogue

__all__ = ["ApprovalRow", "ConsentRows", "ContactRow", "GrantRow", "HistoryRow", "ReceiptRow", "ShareRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A pinned contact."""

    vault: bytes
    seq: int
    name: str
    card: bytes
    is_witness: bool
    pinned_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A grant: its sealed terms as they stand in its entry, and the status of its slot."""

    seq: int
    id: str
    slot: int
    terms: Fields
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """That somebody approved a grant, as the journal holds it: checked when it came in, to be checked again."""

    seq: int
    about: int
    """The grant's entry."""
    vault: bytes
    """Who approved (32 bytes)."""
    raw: bytes
    """The signed statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """A bundle that was handed out."""

    seq: int
    id: str
    slots: tuple[int, ...]
    recipients: str
    has_documents: bool = True
    """Not so where only a grant was shown, for approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """What a reader said about a bundle, and when somebody else's clock saw the history."""

    seq: int
    share_seq: int
    vault: bytes
    """The reader."""
    name: str
    """The reader's own name for themselves."""
    action: str
    said_ms: int
    """When it was done, by the reader's clock."""
    cosigned_ms: int
    """When the reader saw the checkpoint, by the reader's clock."""
    size: int
    """Of the checkpoint."""
    note: bytes
    """The checkpoint with the vault's own line and the reader's cosignature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """What an entry was, for the log."""

    seq: int
    kind: str
    time_ms: int
    id: str | None
    signer: int
    detail: str = ""
    """What it did, in a few words."""


class ConsentRows:
    """Contacts, grants, shares and history in an open catalogue. Changes stand inside a `change`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def pin_contact(self, row: ContactRow) -> None:
        """Keep a contact, or its newer card."""
        self._db.execute(
            "insert or replace into contact values (?,?,?,?,?,?)",
            (row.vault, row.seq, row.name, row.card, row.is_witness, row.pinned_ms),
        )

    def drop_contact(self, seq: int) -> None:
        """Forget the contact that entry `seq` pinned."""
        self._db.execute("delete from contact where seq = ?", (seq,))

    def contacts(self) -> tuple[ContactRow, ...]:
        """Return all contacts by name."""
        rows = self._db.execute("select vault, seq, name, card, witness, pinned from contact order by name, seq")
        return tuple(
            ContactRow(vault=vault, seq=seq, name=name, card=card, is_witness=bool(witness), pinned_ms=pinned)
            for vault, seq, name, card, witness, pinned in rows
        )

    def insert_grant(self, row: GrantRow, grantees: Iterable[bytes]) -> None:
        """Add a grant, to be found by its grantees: their vault ids, bare keys, or `code`."""
        self._db.execute(
            "insert into consent values (?,?,?,?,?)", (row.seq, row.id, row.slot, pack(row.terms.map), row.status)
        )

        self._db.executemany("insert or ignore into grantee values (?,?)", [(who, row.seq) for who in grantees])

    def set_status(self, slot: int, status: int) -> None:
        """Note the end of the grant in a slot."""
        self._db.execute("update consent set status = ? where slot = ?", (status, slot))

    def set_status_of(self, seq: int, status: int) -> None:
        """Note the end of the grant of an entry."""
        self._db.execute("update consent set status = ? where seq = ?", (status, seq))

    def grants(self) -> Iterator[GrantRow]:
        """Yield all grants, the newest first."""
        return map(_grant, self._db.execute("select seq, id, slot, terms, status from consent order by seq desc"))

    def grant_in_slot(self, slot: int) -> GrantRow | None:
        """Return the grant of a status slot."""
        query = "select seq, id, slot, terms, status from consent where slot = ?"
        row = self._db.execute(query, (slot,)).fetchone()
        return _grant(row) if row else None

    def grants_of(self, grantees: Iterable[bytes]) -> tuple[GrantRow, ...]:
        """Return the grants that name any of these, the newest first."""
        query = (
            "select seq, id, slot, terms, status from consent"
            " where seq in (select seq from grantee where party = ?) order by seq desc"
        )
        found = {row.seq: row for who in grantees for row in map(_grant, self._db.execute(query, (who,)))}
        return tuple(found[seq] for seq in sorted(found, reverse=True))

    def grant_at(self, seq: int) -> GrantRow | None:
        """Return the grant of an entry."""
        query = "select seq, id, slot, terms, status from consent where seq = ?"
        row = self._db.execute(query, (seq,)).fetchone()
        return _grant(row) if row else None

    def grant_with_id(self, id_text: str) -> GrantRow | None:
        """Return the grant of a whole id."""
        return next((row for row in self.grants_with_prefix(id_text) if row.id == id_text), None)

    def insert_approval(self, row: ApprovalRow) -> None:
        """Add an approval."""
        self._db.execute("insert into approval values (?,?,?,?)", (row.seq, row.about, row.vault, row.raw))

    def approvals_of(self, grant_seq: int) -> tuple[ApprovalRow, ...]:
        """Return the approvals of the grant of an entry, oldest first."""
        query = "select seq, about, vault, raw from approval where about = ? order by seq"
        return tuple(
            ApprovalRow(seq=seq, about=about, vault=vault, raw=raw)
            for seq, about, vault, raw in self._db.execute(query, (grant_seq,))
        )

    def grants_with_prefix(self, prefix: str) -> tuple[GrantRow, ...]:
        """Return the grants whose whole id starts like this, at most nine."""
        query = "select seq, id, slot, terms, status from consent where id >= ? and id < ? order by id limit 9"
        return tuple(map(_grant, self._db.execute(query, (prefix, prefix + "~"))))

    def insert_share(self, row: ShareRow, size: int, recipients: Iterable[bytes]) -> None:
        """Add a share, and that its recipients were handed this tree size."""
        slots: list[Value] = list(row.slots)
        self._db.execute(
            "insert into share values (?,?,?,?,?)",
            (row.seq, row.id, pack(slots), row.recipients, row.has_documents),
        )
        if row.has_documents:
            shared = [(slot, row.seq) for slot in row.slots]
            self._db.executemany("insert or ignore into shared values (?,?)", shared)
        self.hand_out(size, recipients)

    def hand_out(self, size: int, recipients: Iterable[bytes]) -> None:
        """Note that recipients were handed this tree size."""
        self._db.executemany("insert or ignore into handed values (?,?)", [(who, size) for who in recipients])

    def grant_in(self, slot: int) -> str | None:
        """Return the id of the grant in a status slot."""
        found = self._db.execute("select id from consent where slot = ?", (slot,)).fetchone()
        return found[0] if found else None

    def shares(self) -> Iterator[ShareRow]:
        """Yield all shares, the newest first."""
        rows = self._db.execute("select seq, id, slots, recipients, documents from share order by seq desc")
        for seq, id_text, slots, recipients, documents in rows:
            yield ShareRow(
                seq=seq,
                id=id_text,
                slots=tuple(unpack(slots)),  # type: ignore[arg-type]
                recipients=recipients,
                has_documents=bool(documents),
            )

    def shares_under(self, slot: int) -> int:
        """Return how many times documents were shared under the grant in a slot."""
        (count,) = self._db.execute("select count(*) from shared where slot = ?", (slot,)).fetchone()
        return int(count)

    def sizes_handed_to(self, recipients: Iterable[bytes], limit: int) -> tuple[int, ...]:
        """Return the newest tree sizes that were handed to any of these recipients."""
        found: set[int] = set()
        for who in recipients:
            rows = self._db.execute(
                "select size from handed where recipient = ? order by size desc limit ?", (who, limit)
            )
            found.update(size for (size,) in rows)
        return tuple(sorted(found)[-limit:])

    def sizes_handed(self, limit: int) -> tuple[int, ...]:
        """Return the newest tree sizes that were handed to anybody."""
        rows = self._db.execute("select distinct size from handed order by size desc limit ?", (limit,))
        return tuple(sorted(size for (size,) in rows))

    def insert_receipt(self, row: ReceiptRow) -> None:
        """Keep a receipt."""
        self._db.execute(
            "insert into receipt values (?,?,?,?,?,?,?,?,?)",
            (
                row.seq,
                row.share_seq,
                row.vault,
                row.name,
                row.action,
                row.said_ms,
                row.cosigned_ms,
                row.size,
                row.note,
            ),
        )

    def receipts(self) -> tuple[ReceiptRow, ...]:
        """Return all receipts in the order in which they came in."""
        return tuple(map(_receipt, self._db.execute("select * from receipt order by seq")))

    def insert_history(self, rows: Iterable[HistoryRow]) -> None:
        """Add what entries were."""
        self._db.executemany(
            "insert into history values (?,?,?,?,?,?)",
            [(row.seq, row.kind, row.time_ms, row.id, row.signer, row.detail) for row in rows],
        )

    def erase_history(self, seq: int) -> None:
        """Note that an entry was erased."""
        self._db.execute("update history set kind = 'erased', detail = '' where seq = ?", (seq,))

    def entries_of(self, kind: str) -> tuple[int, ...]:
        """Return the entries of a kind, rising."""
        rows = self._db.execute("select seq from history where kind = ? order by seq", (kind,))
        return tuple(seq for (seq,) in rows)

    def erased_entries(self) -> tuple[int, ...]:
        """Return the erased entries, rising: documents, and what was said of them."""
        rows = self._db.execute("select seq from history where kind = 'erased' order by seq")
        return tuple(seq for (seq,) in rows)

    def entries_about(self, document_id: str) -> tuple[int, ...]:
        """Return the entries that hold a document or say something of it, rising."""
        kinds = "('doc.add', 'doc.revise', 'note', 'attest', 'attest.out')"
        rows = self._db.execute(
            f"select seq from history where id = ? and kind in {kinds} order by seq",  # noqa: S608  our own text
            (document_id,),
        )
        return tuple(seq for (seq,) in rows)

    def history(self, limit: int | None = None) -> Iterator[HistoryRow]:
        """Yield what the entries were, the newest first."""
        query = "select seq, kind, time, id, signer, detail from history order by seq desc limit ?"
        yield from map(_history, self._db.execute(query, (-1 if limit is None else limit,)))

    def history_of(self, id_text: str) -> tuple[HistoryRow, ...]:
        """Return what the entries were that are about one thing, oldest first."""
        query = "select seq, kind, time, id, signer, detail from history where id = ? order by seq"
        return tuple(map(_history, self._db.execute(query, (id_text,))))


def _history(row: tuple) -> HistoryRow:  # type: ignore[type-arg]  # a database row
    seq, kind, time_ms, id_text, signer, detail = row
    return HistoryRow(seq=seq, kind=kind, time_ms=time_ms, id=id_text, signer=signer, detail=detail)


def _receipt(row: tuple) -> ReceiptRow:  # type: ignore[type-arg]  # a database row
    seq, share_seq, vault, name, action, said_ms, cosigned_ms, size, note = row
    return ReceiptRow(
        seq=seq,
        share_seq=share_seq,
        vault=vault,
        name=name,
        action=action,
        said_ms=said_ms,
        cosigned_ms=cosigned_ms,
        size=size,
        note=note,
    )


def _grant(row: tuple) -> GrantRow:  # type: ignore[type-arg]  # a database row
    seq, id_text, slot, terms, status = row
    return GrantRow(seq=seq, id=id_text, slot=slot, terms=Fields(unpack(terms), "grant"), status=status)
