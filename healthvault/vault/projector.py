# SPDX-License-Identifier: Apache-2.0
"""What each entry means for what `hv` shows: one rule a kind, from sealed map to rows of the catalogue.

Knows nothing of where entries come from, see `projection`. Spec: docs/spec/journal.md section 4.
"""

from dataclasses import dataclass
from functools import singledispatchmethod

from healthvault.codec import Fields, Value, positional
from healthvault.consent.grant import Grant, Revocation
from healthvault.consent.status import Slot, SlotTable, Status
from healthvault.errors import FormatError, IntegrityError, InvalidRequest
from healthvault.ledger import ids
from healthvault.ledger.documents import DocAdd, DocErase, DocRevise, DocStatus
from healthvault.ledger.entry import Entry
from healthvault.storage.attestation_rows import AttestationRows
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import ConsentRows, GrantRow, HistoryRow
from healthvault.storage.document_rows import OTHER, DocumentRow, DocumentRows, PartRow
from healthvault.storage.objects import Objects
from healthvault.storage.person_rows import PersonRows
from healthvault.storage.role_rows import RoleRows
from healthvault.storage.standing_rows import StandingRows
from healthvault.storage.trail_rows import Named, TrailRows
from healthvault.vault.followed import Rows, follow
from healthvault.vault.history import damaged, refusal
from healthvault.vault.inventories import InventoryReplay
from healthvault.vault.mentions import mentions_of, to_be_indexed
from healthvault.vault.packwalk import PackWalk, StoredAt, spread, stored_total
from healthvault.vault.sealed import Sealed, parse_sealed, what_it_did

__all__ = ["Appended", "Projector", "load_slots"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """An entry and its sealed map, None if its secret is gone."""

    entry: Entry
    sealed: dict[str, Value] | None
    said: Sealed | None = None
    """What the map says, where that is known already."""


def load_slots(catalogue: Catalogue) -> SlotTable:
    """Return the catalogue's status table: to be trusted only once it gives the last entry's state."""
    value = catalogue.get("slots")
    if value is None:
        return SlotTable()
    table = positional(value, ("capacity", "slots"), "slots")
    rows = [positional(row, ("slot", "status", "since"), "slot") for row in table.array("slots")]
    loaded = SlotTable(capacity=table.uint("capacity"), used=len(rows))
    for row in rows:
        held = Slot(status=Status(row.uint("status")), since_seq=row.uint("since"))
        loaded = loaded.with_slot(row.uint("slot"), held)
    return loaded


class Projector:
    """Applies entries, in order, to an open catalogue; inside a `change`.

    A strict one refuses what no vault of ours can hold. The other is for reading around damage: it follows no
    status table, since nobody can tell what a missing entry did to it, and places objects as far as it can.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        objects: Objects,
        stored_at: StoredAt,
        *,
        inventories: InventoryReplay | None = None,
        is_strict: bool = True,
    ) -> None:
        """Begin.

        Args:
            catalogue: Takes the rows.
            objects: The packs.
            stored_at: What entries before the first one applied here have stored.
            inventories: Follow the documents; None where nobody can.
            is_strict: See above.
        """
        self._catalogue = catalogue
        self._documents = DocumentRows(catalogue)
        self._consents = ConsentRows(catalogue)
        self._trail = TrailRows(catalogue)
        self._standings = StandingRows(catalogue)
        self._attestations = AttestationRows(catalogue)
        self._rows = Rows(
            catalogue=catalogue,
            consents=self._consents,
            roles=RoleRows(catalogue),
            standings=self._standings,
            documents=self._documents,
            attestations=self._attestations,
            persons=PersonRows(catalogue),
        )
        self._walk = PackWalk(objects, stored_at)
        self._slots = load_slots(catalogue) if is_strict else None
        self._inventories = inventories
        self._history: list[HistoryRow] = []
        self._erased: list[int] = []
        self.holes: dict[int, DocumentRow | None] = {}
        """Entries without a secret that no erasure has named so far; a row for those that are documents."""

    def take(self, appended: Appended) -> None:
        """Apply the next entry.

        Raises:
            VaultDamaged: `vault_damaged`, it says what no vault can say.
        """
        entry = appended.entry
        try:
            self._history.append(self._apply(appended))
        except (FormatError, IntegrityError) as err:
            raise refusal(err, f"journal entry {entry.seq}") from err
        except InvalidRequest as err:
            raise damaged(f"journal entry {entry.seq}: {err.message}") from err

    def skip(self, seq: int, entry: Entry | None) -> None:
        """Go on over an entry that cannot be read, or (given `entry`) only its sealed part."""
        if entry is None:
            self._walk.lose(seq)
        elif entry.header.blobs:
            self._walk.place(seq, stored_total(entry))

    def finish(self) -> None:
        """Write what is written once for all entries."""
        self._consents.insert_history(self._history)
        for seq in self._erased:
            self._consents.erase_history(seq)
        if self._slots is not None:
            self._catalogue.put("slots", _slots_value(self._slots))
        if self._inventories is not None:
            self._inventories.finish()

    def _apply(self, appended: Appended) -> HistoryRow:
        entry, header = appended.entry, appended.entry.header
        kind, id_text, detail, said = "key", None, "", None
        if appended.sealed is not None:
            sealed = Fields(appended.sealed, f"entry {entry.seq}")
            kind = sealed.text("kind")
            said = appended.said or parse_sealed(sealed, entry.seq)
            id_text, detail = self._follow(said, entry, sealed), what_it_did(said, self._id_of)
            self._trail.insert(entry.seq, to_be_indexed(mentions_of(sealed, entry.seq), self._consents))
        elif entry.enc is not None:
            kind, id_text = "erased", self._hole(entry)
            self._trail.insert(entry.seq, Named(documents=((entry.seq, 1),)))
        if self._inventories is not None:
            self._inventories.take(entry.seq, said)
        return HistoryRow(
            seq=entry.seq, kind=kind, time_ms=header.ts_ms, id=id_text, signer=header.signer, detail=detail
        )

    @singledispatchmethod
    def _follow(self, said: Sealed | None, entry: Entry, sealed: Fields) -> str | None:
        """Apply what an entry says and return the id of what it is about; an unknown kind changes nothing."""
        return follow(said, self._rows, entry, sealed)

    def _hole(self, entry: Entry) -> str | None:
        """Note an entry without a secret; of a document there is left what its place and leaf hash say."""
        row = None
        if entry.header.blobs:
            self._walk.place(entry.seq, stored_total(entry))
            row = erased_row(entry)
        self.holes[entry.seq] = row
        return row.id if row else None

    @_follow.register
    def _doc_add(self, document: DocAdd, entry: Entry, _sealed: Fields) -> str | None:
        first = document.parts[0]
        id_text = ids.document_id_text(entry.leaf)
        row = DocumentRow(
            seq=entry.seq,
            id=id_text,
            title=document.title,
            type=document.type,
            name=first.name,
            media_type=first.media_type,
            size_bytes=document.size_bytes,
            date=document.date,
            added_ms=entry.header.ts_ms,
            tags=document.tags,
            author=document.author,
            source=document.source,
            provenance=document.provenance,
            status=DocStatus.CURRENT.value,
            actions=document.received.actions if document.received else None,
            supersedes=document.supersedes,
            category=document.category or OTHER,
            sensitivity=document.sensitivity,
        )
        self._documents.insert(row, self._parts(entry, document))
        self._documents.settle_replaced_by(entry.seq)
        return id_text

    def _parts(self, entry: Entry, document: DocAdd) -> list[PartRow]:
        rows: list[PartRow] = []
        placed = spread(*self._begin(entry), entry.header.blobs)
        for number, (part, blob) in enumerate(zip(document.parts, entry.header.blobs, strict=False)):
            pack, position = placed[number]
            rows.append(
                PartRow(
                    seq=entry.seq,
                    number=number,
                    name=part.name,
                    media_type=part.media_type,
                    size_bytes=part.size_bytes,
                    coding=part.coding,
                    dedupe=part.dedupe,
                    oid=blob.oid,
                    stored_bytes=blob.stored_bytes,
                    pack=pack,
                    position=position,
                )
            )
        return rows

    def _begin(self, entry: Entry) -> tuple[int, int]:
        """Return pack and offset of an entry's first blob; around damage a guess, which its reader mends."""
        found = self._walk.place(entry.seq, stored_total(entry))
        if found is not None and found[1] is not None:
            return found[0], found[1]
        if self._slots is not None:
            raise damaged(f"the objects of entry {entry.seq} are missing")
        return entry.seq, 0

    @_follow.register
    def _doc_revise(self, revision: DocRevise, _entry: Entry, _sealed: Fields) -> str | None:
        said = {key: text for key, text in revision.changed.items() if isinstance(text, str)}
        lists = {"tags": revision.tags, "sensitivity": revision.sensitivity}
        self._documents.describe(revision.about, said, lists)
        if revision.is_retracted:
            self._documents.retract(revision.about)
        return self._id_of(revision.about)

    @_follow.register
    def _doc_erase(self, erasure: DocErase, _entry: Entry, _sealed: Fields) -> str | None:
        for seq in erasure.victims:
            self._attestations.erase(seq)
            row = self.holes.pop(seq, None)
            if row is None:
                self._documents.erase(seq)
            else:
                self._documents.insert(row, [])
        self._erased += erasure.victims
        newest = self._catalogue.get("erase_epoch")
        self._catalogue.put("erase_epoch", max(erasure.ks_epoch, newest if isinstance(newest, int) else 0))
        return self._id_of(erasure.victims[0])

    @_follow.register
    def _grant(self, grant: Grant, entry: Entry, sealed: Fields) -> str | None:
        id_text = ids.grant_id_text(grant.grant_id)
        if self._slots is not None:
            self._slots = self._slots.activated(grant.slot, entry.seq, grant.supersedes)
        if grant.supersedes is not None:
            self._consents.set_status_of(grant.supersedes, Status.SUPERSEDED)
        self._consents.insert_grant(
            GrantRow(seq=entry.seq, id=id_text, slot=grant.slot, terms=sealed, status=Status.ACTIVE),
            (party.key for party in grant.grantees),
        )
        if grant.rule_id is not None:
            seqs = (first + step for first, count in grant.records for step in range(count))
            self._standings.note_made(ids.rule_id_text(grant.rule_id), seqs, entry.seq)
        return id_text

    @_follow.register
    def _grant_revoke(self, revocation: Revocation, entry: Entry, _sealed: Fields) -> str | None:
        if self._slots is not None:
            self._slots = self._slots.closed(revocation.slot, Status.REVOKED, entry.seq)
        self._consents.set_status(revocation.slot, Status.REVOKED)
        return ids.grant_id_text(revocation.grant_id)

    def _id_of(self, seq: int) -> str | None:
        row = self._documents.at(seq)
        return row.id if row else None


def erased_row(entry: Entry) -> DocumentRow:
    """Return what is left of an erased document: its place, its id and when it was added."""
    return DocumentRow(
        seq=entry.seq,
        id=ids.document_id_text(entry.leaf),
        title="",
        type="",
        name="",
        media_type="",
        size_bytes=0,
        date=None,
        added_ms=entry.header.ts_ms,
        tags=(),
        author=None,
        source=None,
        provenance="",
        status=DocStatus.ERASED.value,
        actions=None,
    )


def _slots_value(table: SlotTable) -> Value:
    return [table.capacity, [[k, int(slot.status), slot.since_seq] for k, slot in table.slots]]
