# SPDX-License-Identifier: Apache-2.0
"""The audit trail: who did what with what, under which grant, for what; each event is one entry of the journal.

The index says which entries are asked for; what they say is read from the signed entries themselves, so it costs
what is asked. Times are the owner's word. Spec: docs/spec/journal.md section 3.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from healthvault.agefile.bech32 import encode_recipient
from healthvault.codec import Fields
from healthvault.consent.grant import Grant, parse_grant
from healthvault.consent.purposes import purpose_word
from healthvault.errors import FormatError, IntegrityError, NotFound, VaultDamaged
from healthvault.ledger.entry import Entry
from healthvault.ledger.events import EventKind, KeyEvent, parse_event
from healthvault.ledger.ids import contact_id_text
from healthvault.ledger.meta import open_meta
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.secrets import meta_key
from healthvault.storage.consent_rows import ConsentRows, GrantRow, HistoryRow
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.trail_rows import TrailFilter, TrailRows
from healthvault.vault.around import entries_text
from healthvault.vault.history import refusal
from healthvault.vault.intervals import Intervals
from healthvault.vault.journal_log import entry_view
from healthvault.vault.mentions import UNKNOWN, Mentions, action_of, mentions_of, sources_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import LogEntry

__all__ = ["Event", "PartyView", "Trail", "TrailFilter", "find_party"]

CODE = "code"
CODE_NAME = "whoever has the code"
MAX_STEPS = 8  # from an entry to the one that it is about, and on
MIN_PREFIX_CHARS = 6
_KEY_ACTIONS = {
    EventKind.GENESIS: "init",
    EventKind.ROTATE: "rotate",
    EventKind.ROOT: "root",
    EventKind.RESTART: "restart",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """Somebody whom an entry names."""

    id: str
    """Contact id, age recipient, or `code`."""
    name: str
    """As the owner called them in the entry, else the newest name that she gave them; untrusted, may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry as who did what with what."""

    entry: LogEntry
    action: str
    """In a word; `unknown` of an unknown kind, and of what an erased entry had said of a document."""
    documents: tuple[str, ...] = ()
    """Ids, rising by entry."""
    parties: tuple[PartyView, ...] = ()
    grants: tuple[str, ...] = ()
    """Ids."""
    purposes: tuple[str, ...] = ()
    """Plain words, of the grants."""
    about: int | None = None
    """The earlier entry that it is about, if that is no document."""
    accepted: tuple[str, ...] = ()
    """Codes of refusals that the owner overrode."""


class Trail:
    """Reads events of an open, unlocked vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._rows = TrailRows(vault.catalogue)
        self._consents = ConsentRows(vault.catalogue)
        self._documents = DocumentRows(vault.catalogue)
        self._intervals = Intervals(vault)

    def events(self, wanted: TrailFilter) -> Iterator[Event]:
        """Yield the events asked for, the newest first.

        Raises:
            VaultDamaged: `vault_damaged`, an entry or its secret cannot be read.
        """
        return map(self._event, self._rows.history(wanted))

    def at(self, seq: int) -> Event | None:
        """Return the event of an entry. Raises as `events`."""
        row = self._rows.at(seq)
        return self._event(row) if row else None

    def _event(self, row: HistoryRow) -> Event:
        entry = self._vault.history.entry(row.seq)
        sealed = self._sealed(entry)
        event = parse_event(entry.header.event.event) if entry.header.event else None
        shown = replace(entry_view(row, self._intervals), detail=row.detail or _detail(sealed, event))
        action = _KEY_ACTIONS[event.kind] if event else UNKNOWN
        if sealed is None:  # of a document that was erased its place in the journal still says that it was added
            erased = ("add", (row.id,)) if row.id else (action, ())
            return Event(entry=shown, action=erased[0], documents=erased[1])
        said = mentions_of(sealed, row.seq)
        lost: list[int] = []
        meant = self._meant(said, lost)
        if lost:
            shown = replace(shown, detail=f"{entries_text(lost)}, which it is about, cannot be read")
        grants = self._grants(meant.slots)
        return Event(
            entry=shown,
            action=action if event else action_of(sealed),
            documents=self._documents.ids_in(meant.documents),
            parties=tuple(map(self._party, meant.parties)),
            grants=tuple(row.id for row, _ in grants),
            purposes=tuple(dict.fromkeys(purpose_word(code) for _, grant in grants for code in grant.purposes)),
            about=said.about,
            accepted=_accepted(sealed),
        )

    def _sealed(self, entry: Entry) -> Fields | None:
        secret = self._vault.keystore.read(entry.seq) if entry.enc is not None else None
        if secret is None:
            return None
        try:
            return open_meta(meta_key(secret), entry)
        except (FormatError, IntegrityError) as err:
            raise refusal(err, f"journal entry {entry.seq}") from err

    def _meant(self, said: Mentions, lost: list[int], steps: int = MAX_STEPS) -> Mentions:
        """Fill what an entry does not name itself with what the entries before it that it means do.

        Args:
            said: What it names.
            lost: Takes the numbers of entries that cannot be read.
            steps: How far back to go.
        """
        for seq in sources_of(said, self._consents) if steps else ():
            try:
                sealed = self._sealed(self._vault.history.entry(seq))
            except VaultDamaged:
                lost.append(seq)
                continue
            if sealed is not None:
                earlier = self._meant(mentions_of(sealed, seq), lost, steps - 1)
                said = replace(
                    said,
                    documents=said.documents or earlier.documents,
                    parties=said.parties or earlier.parties,
                    slots=said.slots or earlier.slots,
                )
        return said

    def _grants(self, slots: tuple[int, ...]) -> list[tuple[GrantRow, Grant]]:
        rows = map(self._consents.grant_in_slot, slots)
        return [(row, parse_grant(row.terms, row.seq)) for row in rows if row is not None]

    def _party(self, party: Party) -> PartyView:
        if party.is_code:
            return PartyView(id=CODE, name=CODE_NAME)
        return PartyView(id=_party_id(party), name=party.name or self._rows.name_of(party.key))


def find_party(vault: Vault, name_or_id: str) -> bytes:
    """Return the key of somebody whom an entry names, by any name they ever had here or the beginning of an id.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    names, wanted = TrailRows(vault.catalogue).names(), name_or_id.lower()
    found = {key for key, name in names if name and name == name_or_id}
    found = found or {key for key, name in names if name and name.casefold() == name_or_id.casefold()}
    if not found and wanted in {CODE, CODE_NAME}:
        found = {key for key, _ in names if key == CODE_BEARER.key}
    if not found and len(wanted) >= MIN_PREFIX_CHARS:
        found = {key for key, _ in names if any(text.startswith(wanted) for text in _ids_of(key))}
    if not found:
        hint = "`hv contact list` shows those whom you keep; `hv audit` everybody ever named"
        raise NotFound("not_found", f"no entry names {name_or_id!r}", hint=hint)
    if len(found) > 1:
        raise NotFound("ambiguous", f"several people were called {name_or_id!r}", hint="use the id")
    return found.pop()


def _ids_of(key: bytes) -> tuple[str, ...]:
    return () if key == CODE_BEARER.key else (contact_id_text(key), encode_recipient(key))


def _party_id(party: Party) -> str:
    if party.vault is not None:
        return contact_id_text(party.vault)
    return encode_recipient(party.recipient_pk or bytes(32))


def _detail(sealed: Fields | None, event: KeyEvent | None) -> str:
    """Return the owner's reason, where a kind has one."""
    if event is not None:
        return event.reason.value if event.reason else ""
    reason = sealed.map.get("reason") if sealed is not None else None
    return reason if isinstance(reason, str) else ""


def _accepted(sealed: Fields) -> tuple[str, ...]:
    received = sealed.map.get("received")
    codes = (received if isinstance(received, dict) else sealed.map).get("accepted")
    return tuple(code for code in codes if isinstance(code, str)) if isinstance(codes, list) else ()
