# SPDX-License-Identifier: Apache-2.0
"""From the journal to the catalogue: what each entry means for what `hv` shows.

The same code runs after an append and in a rebuild, so the catalogue can only say what the journal says.
Spec: docs/spec/journal.md section 4 and docs/spec/vault-folder.md section 6.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from healthvault.bundle.card import open_card
from healthvault.codec import Fields, Value, positional
from healthvault.consent.grant import parse_grant, parse_revocation
from healthvault.consent.status import Slot, SlotTable, Status
from healthvault.errors import FormatError, IntegrityError, InvalidRequest, VaultBusy
from healthvault.ledger import documents, ids, kinds
from healthvault.ledger.entry import Entry
from healthvault.ledger.kinds import Kind
from healthvault.ledger.meta import open_meta
from healthvault.ledger.party import Party
from healthvault.ledger.secrets import meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.storage.catalogue import Catalogue, Position
from healthvault.storage.consent_rows import ConsentRows, ContactRow, GrantRow, HistoryRow, ShareRow
from healthvault.storage.document_rows import DocumentRow, DocumentRows, PartRow
from healthvault.vault.history import damaged, refusal
from healthvault.vault.vault import Vault

__all__ = [
    "Appended",
    "Projector",
    "catch_up",
    "current_slots",
    "hold_catalogue",
    "load_slots",
    "party_key",
    "places_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """An entry and its sealed map, None if its secret is gone."""

    entry: Entry
    sealed: dict[str, Value] | None


def catch_up(vault: Vault, appended: Sequence[Appended] = ()) -> None:
    """Bring the catalogue up to the vault's checkpoint; start anew if it does not belong to this past.

    Args:
        vault: Unlocked.
        appended: The entries of the transaction that was just acknowledged, to spare reading them again.

    Raises:
        VaultDamaged: `vault_damaged`, an entry or its secret cannot be read.
        VaultBusy: `catalogue_in_use`, another process did not finish bringing it up in time.
    """
    catalogue, target = vault.catalogue, _target(vault)
    if catalogue.position() == target:
        return
    with catalogue.change() as is_ours:
        if not is_ours:
            hint = "what was acknowledged is stored; try again in a moment"
            raise VaultBusy("catalogue_in_use", "another process is rebuilding the index", hint=hint)
        start = _start(vault, catalogue.position())
        if start == 0:
            catalogue.clear()
        is_next = bool(appended) and appended[0].entry.seq == start
        Projector(catalogue, vault).project(appended if is_next else replay(vault, start))
        catalogue.move_to(target)


def hold_catalogue(vault: Vault) -> bool:
    """Let a reader go on seeing the catalogue as of its checkpoint; False if a writer has moved it already."""
    if vault.catalogue.hold() == _target(vault):
        return True
    vault.catalogue.release()
    return False


def replay(vault: Vault, start: int) -> Iterator[Appended]:
    """Yield the acknowledged entries from `start` on with their sealed maps. Raises as `catch_up`."""
    history = vault.history
    for seq, secret in enumerate(vault.keystore.read_range(start, history.size - start), start):
        entry = history.entry(seq)
        yield Appended(entry=entry, sealed=_open(entry, secret))


def current_slots(vault: Vault) -> SlotTable:
    """Return the status table after the newest entry, once it is known to give that entry's state.

    Raises:
        VaultDamaged: `vault_damaged`, not even a replay of the journal gives the committed state.
    """
    last, chain = vault.history.last, vault.history.chain
    for _ in range(2):
        slots = load_slots(vault.catalogue)
        if opening_of(vault, slots, last.header.prev).state(chain.key_head) == last.header.state:
            return slots
        with vault.catalogue.change():
            vault.catalogue.clear()
        catch_up(vault)
    raise damaged("the journal's grants do not give the state that its newest entry commits to")


def opening_of(vault: Vault, slots: SlotTable, prev: bytes) -> StateOpening:
    """Return what opens the state of the entry after the one with leaf hash `prev`, for a status table."""
    state_key = vault.keys.identity.state_key
    return StateOpening(
        blind=state_blind(state_key, prev), grants_root=slots.root(state_key), capacity=slots.capacity
    )


def load_slots(catalogue: Catalogue) -> SlotTable:
    """Return the catalogue's status table: to be trusted only once it gives the last entry's state."""
    value = catalogue.get("slots")
    if value is None:
        return SlotTable()
    table = positional(value, ("capacity", "slots"), "slots")
    rows = [positional(row, ("slot", "status", "since"), "slot") for row in table.array("slots")]
    slots = tuple(
        (row.uint("slot"), Slot(status=Status(row.uint("status")), since_seq=row.uint("since"))) for row in rows
    )
    return SlotTable(capacity=table.uint("capacity"), slots=slots)


def party_key(party: Party) -> bytes:
    """Return the bytes by which a recipient's handed-out sizes are kept."""
    return party.vault or party.recipient_pk or b"code"


class Projector:
    """Applies entries, in order, to an open catalogue; inside a `change`."""

    def __init__(self, catalogue: Catalogue, vault: Vault) -> None:
        self._catalogue = catalogue
        self._documents = DocumentRows(catalogue)
        self._consents = ConsentRows(catalogue)
        self._places = _Places(vault)
        self._slots = load_slots(catalogue)
        self._rules: dict[str, Callable[[Entry, Fields], str | None]] = {
            Kind.OWNER.value: self._owner,
            Kind.DOC_ADD.value: self._doc_add,
            Kind.DOC_REVISE.value: self._doc_revise,
            Kind.DOC_ERASE.value: self._doc_erase,
            Kind.CONTACT_PIN.value: self._contact_pin,
            Kind.CONTACT_DROP.value: self._contact_drop,
            Kind.GRANT.value: self._grant,
            Kind.GRANT_REVOKE.value: self._grant_revoke,
            Kind.SHARE.value: self._share,
        }

    def project(self, entries: Iterable[Appended]) -> None:
        """Apply the entries.

        Raises:
            VaultDamaged: `vault_damaged`, an entry says what no vault can say.
        """
        rows: list[HistoryRow] = []
        for appended in entries:
            try:
                rows.append(self._apply(appended))
            except (FormatError, IntegrityError) as err:
                raise refusal(err, f"journal entry {appended.entry.seq}") from err
            except InvalidRequest as err:
                raise damaged(f"journal entry {appended.entry.seq}: {err.message}") from err
        self._consents.insert_history(rows)
        self._catalogue.put("slots", _slots_value(self._slots))

    def _apply(self, appended: Appended) -> HistoryRow:
        entry, header = appended.entry, appended.entry.header
        kind, id_text = "erased", None
        if appended.sealed is not None:
            sealed = Fields(appended.sealed, f"entry {entry.seq}")
            kind = sealed.text("kind")
            rule = self._rules.get(kind)
            id_text = rule(entry, sealed) if rule else None
        elif entry.enc is None:
            kind = "key"
        return HistoryRow(seq=entry.seq, kind=kind, time_ms=header.ts_ms, id=id_text, signer=header.signer)

    def _owner(self, _entry: Entry, sealed: Fields) -> str | None:
        self._catalogue.put("owner", kinds.parse_owner(sealed).name)
        return None

    def _doc_add(self, entry: Entry, sealed: Fields) -> str | None:
        document = documents.parse_doc_add(sealed)
        first = document.parts[0]
        id_text = ids.document_id_text(entry.leaf)
        row = DocumentRow(
            seq=entry.seq,
            id=id_text,
            title=document.title,
            type=document.type,
            name=first.name,
            media_type=first.media_type,
            size_bytes=sum(
                part.size_bytes for number, part in enumerate(document.parts) if number != document.evidence
            ),
            date=document.date,
            added_ms=entry.header.ts_ms,
            tags=document.tags,
            author=document.author,
            source=document.source,
            provenance=document.provenance,
            status=documents.DocStatus.CURRENT.value,
            actions=document.received.actions if document.received else None,
        )
        self._documents.insert(row, self._parts(entry, document))
        if document.supersedes is not None:
            self._documents.set_status(document.supersedes, documents.DocStatus.SUPERSEDED.value)
        return id_text

    def _parts(self, entry: Entry, document: documents.DocAdd) -> list[PartRow]:
        rows: list[PartRow] = []
        places = self._places.of(entry)
        for number, (part, blob) in enumerate(zip(document.parts, entry.header.blobs, strict=False)):
            pack, position = places[number]
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

    def _doc_revise(self, _entry: Entry, sealed: Fields) -> str | None:
        revision = documents.parse_doc_revise(sealed)
        self._documents.describe(revision.about, title=revision.title, date=revision.date, tags=revision.tags)
        if revision.is_retracted:
            self._documents.set_status(revision.about, documents.DocStatus.RETRACTED.value)
        return self._id_of(revision.about)

    def _doc_erase(self, _entry: Entry, sealed: Fields) -> str | None:
        victims = documents.parse_erased_seqs(sealed)
        for seq in victims:
            self._documents.erase(seq)
            self._consents.erase_history(seq)
        return self._id_of(victims[0]) if victims else None

    def _contact_pin(self, entry: Entry, sealed: Fields) -> str | None:
        pin = kinds.parse_contact_pin(sealed)
        vault_id = open_card(pin.card).chain.vault_id
        self._consents.pin_contact(
            ContactRow(
                vault=vault_id,
                seq=entry.seq,
                name=pin.name,
                card=pin.card,
                is_witness=pin.is_witness,
                pinned_ms=entry.header.ts_ms,
            )
        )
        return ids.contact_id_text(vault_id)

    def _contact_drop(self, _entry: Entry, sealed: Fields) -> str | None:
        self._consents.drop_contact(kinds.parse_contact_drop(sealed).about)
        return None

    def _grant(self, entry: Entry, sealed: Fields) -> str | None:
        grant = parse_grant(sealed, entry.seq)
        id_text = ids.grant_id_text(grant.grant_id)
        self._slots = self._slots.activated(grant.slot, entry.seq, grant.supersedes)
        if grant.supersedes is not None:
            self._consents.set_status_of(grant.supersedes, Status.SUPERSEDED)
        self._consents.insert_grant(
            GrantRow(seq=entry.seq, id=id_text, slot=grant.slot, terms=sealed, status=Status.ACTIVE)
        )
        return id_text

    def _grant_revoke(self, entry: Entry, sealed: Fields) -> str | None:
        revocation = parse_revocation(sealed)
        self._slots = self._slots.closed(revocation.slot, Status.REVOKED, entry.seq)
        self._consents.set_status(revocation.slot, Status.REVOKED)
        return ids.grant_id_text(revocation.grant_id)

    def _share(self, entry: Entry, sealed: Fields) -> str | None:
        share = kinds.parse_share(sealed)
        id_text = ids.bundle_id_text(share.bundle_id)
        names = ", ".join(party.name for party in share.recipients if not party.is_code) or "whoever has the code"
        row = ShareRow(seq=entry.seq, id=id_text, slots=share.slots, recipients=names)
        self._consents.insert_share(row, share.size, map(party_key, share.recipients))
        return id_text

    def _id_of(self, seq: int) -> str | None:
        row = self._documents.at(seq)
        return row.id if row else None


def places_of(vault: Vault, entry: Entry) -> list[tuple[int, int]]:
    """Return pack and offset of each blob of an entry, from the packs and the journal. Raises VaultDamaged."""
    return _Places(vault).of(entry)


class _Places:
    """Where the blobs of neighbouring entries lie: end to end in the pack of the first of them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._objects = vault.objects()
        self._pack = -1
        self._end = 0

    def of(self, entry: Entry) -> list[tuple[int, int]]:
        """Return pack and offset of each blob of an entry; entries must come in rising order."""
        pack = self._objects.find(entry.seq)
        if pack is None:
            raise damaged(f"the objects of entry {entry.seq} are missing")
        if pack != self._pack:
            self._pack, self._end = pack, self._stored_before(pack, entry.seq)
        places: list[tuple[int, int]] = []
        for blob in entry.header.blobs:
            places.append((pack, self._end))
            self._end += blob.stored_bytes
        return places

    def _stored_before(self, pack: int, seq: int) -> int:
        entries = (self._vault.history.entry(earlier) for earlier in range(pack, seq))
        return sum(blob.stored_bytes for entry in entries for blob in entry.header.blobs)


def _target(vault: Vault) -> Position:
    history = vault.history
    return Position(size=history.size, root=history.checkpoint.root, ks_epoch=vault.keys.ks_epoch)


def _start(vault: Vault, position: Position | None) -> int:
    """Return from which entry on the catalogue must be brought up: 0 if it is none of this vault's past."""
    history = vault.history
    if position is None or position.ks_epoch != vault.keys.ks_epoch or position.size > history.size:
        return 0
    return position.size if position.size and history.tree.root(position.size) == position.root else 0


def _open(entry: Entry, secret: bytes | None) -> dict[str, Value] | None:
    if entry.enc is None or secret is None:
        return None
    try:
        return open_meta(meta_key(secret), entry).map
    except (FormatError, IntegrityError) as err:
        raise refusal(err, f"journal entry {entry.seq}") from err


def _slots_value(table: SlotTable) -> Value:
    return [table.capacity, [[k, int(slot.status), slot.since_seq] for k, slot in table.slots]]
