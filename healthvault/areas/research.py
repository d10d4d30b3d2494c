# SPDX-License-Identifier: Apache-2.0
"""Research exports: planned and judged first, written once the owner has said yes.

What is judged is the documents: an export is handed over under a grant of purpose research, as a bundle would be.
The study's form is committed before the share, the share before the file: a crash leaves a log that a later export
continues, never one that it contradicts. Spec: docs/spec/research.md section 6.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from healthvault.agefile.file import encrypt
from healthvault.areas.research_studies import KeptStudy, keep_study, list_studies, study_to_export
from healthvault.consent.conditions import Condition, Sensitive
from healthvault.consent.purposes import PURPOSES
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.ids import grant_id_text
from healthvault.records.sense import sense_of
from healthvault.records.statements import Item
from healthvault.research.duo import DuoTerm
from healthvault.research.export import Terms as UseTerms
from healthvault.research.record import TYPES, Making, Record, person_record, record_of
from healthvault.research.singling import rare_codes, warnings_of
from healthvault.research.study import Handing, Study
from healthvault.research.sublog import entered, export_of
from healthvault.storage.document_rows import DocumentRow
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.storage.outputs import OutputFile
from healthvault.vault.add import Observer
from healthvault.vault.addressees import age_recipients
from healthvault.vault.grants import check_terms, make_grant
from healthvault.vault.handing import NO_LETTER, UnderGrant, hand_over, parcel_under
from healthvault.vault.looking import looked_into
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.person import owner_of
from healthvault.vault.terms import Terms
from healthvault.vault.vault import Vault

__all__ = ["Plan", "Wish", "Written", "plan_export", "write_export"]

RESEARCH = PURPOSES["research"]
_MOST_ITEMS = 1 << 20
_OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to go to which study."""

    study: str
    duo: tuple[DuoTerm, ...]
    fields: frozenset[str]
    terms: Terms | UnderGrant
    """Of a new grant, or the one that stands, with the documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An export that was judged and made in memory; nothing is written yet."""

    wish: Wish
    kept: KeptStudy
    study: Study
    """With the new records in its log."""
    plain: bytes = field(repr=False)
    use: UseTerms
    records: int
    fresh: int
    """How many of the records are new to the study, or changed."""
    documents: tuple[str, ...]
    contacts: tuple[str, ...]
    left_out: Mapping[str, int]
    """How many things, by reason."""
    rare_codes: tuple[str, ...]
    """Those that stand in it once."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An export that was handed over."""

    plan: Plan
    share: str
    """Id text of the entry that says so, as of a bundle."""
    grant: str
    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What the grant says, new or standing."""

    rows: Sequence[DocumentRow]
    contacts: tuple[str, ...]
    not_after_ms: int
    sensitivity: frozenset[str]


def plan_export(vault: Vault, wish: Wish, *, now_ms: int, observer: Observer | None = None) -> Plan:
    """Judge an export and make it, without writing anything.

    Args:
        vault: Unlocked, writing.
        wish: What and to whom.
        now_ms: The clock.
        observer: Is told how bringing up the index gets on.

    Raises:
        ConsentRefused: `study_withdrawn`; `purpose_not_covered`, the grant is not for research; as `check_terms`
            and `parcel_under`.
        InvalidRequest: `nothing_to_share`, no record is left; `no_contact`, the grant is for whoever has a code;
            `too_large`, `too_many`, `bad_text`.
        NotFound: `not_found`, `ambiguous`.
    """
    kept, judged = study_to_export(vault, wish.study), _judged(vault, wish.terms, now_ms)
    today = datetime.fromtimestamp(now_ms // 1000, UTC).date()
    making = Making(keys=kept.study.keys, fields=wish.fields, sensitivity=judged.sensitivity, today=today)
    items, counts = _items(vault, judged.rows, observer)
    records = _records(vault, items, making, counts)
    study, placed = entered(kept.study, records)
    use = UseTerms(duo=wish.duo, until=_day(judged.not_after_ms).isoformat())
    return Plan(
        wish=wish,
        kept=kept,
        study=study,
        plain=export_of(study, placed, use, wish.fields),
        use=use,
        records=len(placed),
        fresh=study.size - kept.study.size,
        documents=tuple(row.id for row in judged.rows),
        contacts=judged.contacts,
        left_out=dict(sorted(counts.items())),
        rare_codes=rare_codes(records),
        warnings=warnings_of(records, elsewhere=_elsewhere(vault, kept.study, items, making)),
    )


def write_export(vault: Vault, plan: Plan, out: Path, *, now_ms: int) -> Written:
    """Log an export that was planned, then write its file.

    Args:
        vault: Unlocked, writing, as it was planned.
        plan: From `plan_export`.
        out: The file; it gets its name when it is whole.
        now_ms: The clock.

    Raises:
        InvalidRequest: `unsafe_output`, `io_error`; as `plan_export`.
    """
    terms = plan.wish.terms
    with OutputFile(out) as file:
        grant = terms.grant if isinstance(terms, UnderGrant) else make_grant(vault, terms, now_ms=now_ms).id
        under = UnderGrant(grant=grant, records=plan.documents, accept=terms.accept)
        _, found, _ = parcel_under(vault, under, NO_LETTER, now_ms=now_ms)
        grant = grant_id_text(found.grant_id)
        study = plan.study.handed(Handing(size=plan.study.size, grant=grant, time_ms=now_ms))
        keep_study(vault, study, plan.kept.document, now_ms=now_ms)
        handed = hand_over(vault, under, now_ms=now_ms)
        stream = encrypt(file.write, age_recipients(handed.addressees, None))
        stream.write(plan.plain)
        stream.finish()
        file.publish()
    return Written(plan=plan, share=handed.id, grant=handed.grant, path=str(out), size_bytes=file.size_bytes)


def _judged(vault: Vault, terms: Terms | UnderGrant, now_ms: int) -> _Judged:
    if isinstance(terms, Terms):
        checked = check_terms(vault, terms, now_ms=now_ms)
        parties, conditions, ends = checked.parties, checked.terms.conditions, checked.terms.not_after_ms
        rows: Sequence[DocumentRow] = checked.rows
    else:
        parcel, grant, _ = parcel_under(vault, terms, NO_LETTER, now_ms=now_ms)
        if RESEARCH not in grant.purposes:
            said = "the grant is not for research"
            raise ConsentRefused("purpose_not_covered", said, hint="leave --grant out, and a new one is made")
        rows, parties = parcel.rows, tuple(one.party for one in parcel.addressees)
        conditions, ends = grant.conditions, grant.not_after_ms
    if any(party.is_code for party in parties):
        raise InvalidRequest(
            "no_contact", "an export needs a contact whose key it is encrypted to", hint="--to NAME"
        )
    names = tuple(party.name for party in parties)
    return _Judged(rows=rows, contacts=names, not_after_ms=ends, sensitivity=_allowed(conditions))


def _allowed(conditions: tuple[Condition, ...]) -> frozenset[str]:
    return frozenset(word for each in conditions if isinstance(each, Sensitive) for word in each.allow)


def _items(
    vault: Vault, rows: Sequence[DocumentRow], observer: Observer | None
) -> tuple[list[Item], "Counter[str]"]:
    """Return what documents state of the types that studies get, oldest first, and how much else they state."""
    seqs = {row.seq for row in rows}
    with looked_into(vault, observer=observer) as contents:
        scope, _ = owners_scope(vault, contents, Scope(), everyone=False)
        table = ItemRows(contents)
        items = [found.item for found in table.of_types(scope, TYPES) if found.document.seq in seqs]
        total = sum(len(table.stated(seq, limit=_MOST_ITEMS)) for seq in seqs)
    other = total - len(items)
    return items, Counter({_OTHER: other} if other else {})


def _records(vault: Vault, items: Sequence[Item], making: Making, counts: "Counter[str]") -> list[Record]:
    """Return the records that the items make, and count what is left out. Raises InvalidRequest."""
    records = []
    for item in items:
        record, lost = record_of(item, making)
        counts.update(reason.value for reason in lost)
        if record is not None:
            records.append(record)
    if not records:
        hint = "`hv research export --help` says what records are made of"
        raise InvalidRequest("nothing_to_share", "nothing of these documents can be a record", hint=hint)
    owner = owner_of(vault)
    person = person_record(owner.birth_date, owner.sex, making)
    return [*records, person] if person else records


def _elsewhere(vault: Vault, study: Study, items: Sequence[Item], making: Making) -> int:
    """Return how many of the things stated are in the log of another study of hers too."""
    others = [kept.study for kept in list_studies(vault) if kept.study.name != study.name]
    senses = {sense_of(item) for item in items if record_of(item, making)[0] is not None}
    return sum(any(other.keys.record_id(sense) in other.newest for other in others) for sense in senses)


def _day(time_ms: int) -> date:
    return datetime.fromtimestamp(time_ms // 1000, UTC).date()
