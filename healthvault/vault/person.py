# SPDX-License-Identifier: Apache-2.0
"""What the owner says of herself: facts by which her records are told from those of others.

Each is an entry of the journal. A fact that was taken from a document stays when that is erased: it is the
owner's own word from then on. Spec: docs/spec/identity.md section 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from healthvault.codec import pack
from healthvault.crypto.hashing import sha256
from healthvault.errors import InvalidRequest, NotFound
from healthvault.identity.births import birth_date
from healthvault.identity.matching import RULES_VERSION, Owner
from healthvault.identity.names import shown_name
from healthvault.identity.numbers import proves, system_named, system_of
from healthvault.ledger.person import MAX_FACT_CHARS, FactKind, IdAdd, IdDrop, parse_id_add
from healthvault.records.statements import Coding, Name, Subject
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.person_rows import PersonRows
from healthvault.vault.status import owner_name
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault

__all__ = [
    "Fact",
    "add_facts",
    "digest_of",
    "drop_fact",
    "fact_of",
    "facts_of_subject",
    "list_facts",
    "owner_from",
    "owner_of",
]

SEXES = ("female", "male", "other", "unknown")
_ONE_ONLY = frozenset({FactKind.BIRTH_DATE, FactKind.SEX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that holds."""

    entry: int
    """By which it is removed."""
    said: IdAdd
    source: str | None
    """Id of the document that it was taken from, erased or not."""
    added_ms: int


def list_facts(vault: Vault) -> tuple[Fact, ...]:
    """Return the facts that hold, oldest first."""
    documents, found = DocumentRows(vault.catalogue), []
    for row in PersonRows(vault.catalogue).facts():
        said = parse_id_add(row.sealed)
        source = None if said.source is None else documents.at(said.source)
        found.append(Fact(entry=row.seq, said=said, source=source.id if source else None, added_ms=row.added_ms))
    return tuple(found)


def owner_of(vault: Vault) -> Owner:
    """Return what the owner says of herself, for `identity.matching`."""
    return owner_from([fact.said for fact in list_facts(vault)], owner_name(vault))


def owner_from(facts: Sequence[IdAdd], vault_name: str) -> Owner:
    """Return what facts and the name of a vault say of its owner."""
    one = {fact.fact: fact.value for fact in facts if fact.fact in _ONE_ONLY}
    return Owner(
        names=tuple(_name(fact) for fact in facts if fact.fact is FactKind.NAME),
        vault_name=vault_name,
        birth_date=one.get(FactKind.BIRTH_DATE),
        sex=one.get(FactKind.SEX),
        identifiers=tuple(
            Coding(system=fact.system or "", code=fact.value) for fact in facts if fact.fact is FactKind.IDENTIFIER
        ),
    )


def digest_of(owner: Owner) -> bytes:
    """Return a digest (32 bytes) that changes with what verdicts are given by: the facts, and the rules."""
    names = [[name.family, list(name.given), name.text] for name in owner.names]
    numbers = [[number.system, number.code] for number in owner.identifiers]
    said = [RULES_VERSION, names, owner.vault_name, owner.birth_date, owner.sex, numbers]
    return sha256(pack(said))  # type: ignore[arg-type]  # lists of texts


def fact_of(kind: FactKind, value: str, *, system: str | None = None, source: int | None = None) -> IdAdd:
    """Return a fact that the owner types.

    Raises:
        InvalidRequest: `bad_fact`, it says nothing of the kind, or a number that proves nothing.
    """
    text = " ".join(value.split())
    if not text or len(text) > MAX_FACT_CHARS:
        raise InvalidRequest("bad_fact", "a fact is some text, and not too long")
    if kind is FactKind.BIRTH_DATE and birth_date(text) != text:
        raise InvalidRequest("bad_fact", "this is no birth date", hint="1975-05-01, 1975-05 or 1975")
    if kind is FactKind.SEX and text not in SEXES:
        raise InvalidRequest("bad_fact", "this is not one of the words", hint=", ".join(SEXES))
    if kind is not FactKind.IDENTIFIER:
        return IdAdd(fact=kind, value=text, source=source)
    known = system_named(system or "")
    if proves(Coding(system=known, code=text)) is None:
        hint = "give it whole, and its system: ssn, nhs, mbi, mrn:HOSPITAL or a URI"
        raise InvalidRequest("bad_fact", "this number proves nothing: too short, a filler, or masked", hint=hint)
    return IdAdd(fact=kind, value=text, system=known, source=source)


def facts_of_subject(subject: Subject, source: int) -> tuple[IdAdd, ...]:
    """Return what a document says of its subject as facts about the owner; what proves nothing is left out.

    Args:
        subject: *Unverified*.
        source: Entry of the document.
    """
    names = [
        IdAdd(
            fact=FactKind.NAME,
            value=shown_name(name)[:MAX_FACT_CHARS],
            family=name.family,
            given=name.given,
            source=source,
        )
        for name in subject.names
        if shown_name(name)
    ]
    date = birth_date(subject.birth_date)
    dates = [IdAdd(fact=FactKind.BIRTH_DATE, value=date, source=source)] if date else []
    sex = subject.sex if subject.sex in SEXES[:2] else None
    sexes = [IdAdd(fact=FactKind.SEX, value=sex, source=source)] if sex else []
    numbers = [
        IdAdd(fact=FactKind.IDENTIFIER, value=number.code, system=number.system, source=source)
        for number in subject.identifiers
        if proves(number) is not None and len(number.code) <= MAX_FACT_CHARS
    ]
    return (*names, *dates, *sexes, *numbers)


def add_facts(vault: Vault, facts: Iterable[IdAdd], *, now_ms: int) -> tuple[Fact, ...]:
    """Keep facts, and return all that hold; what is known already is not said again.

    Raises:
        InvalidRequest: `fact_differs`, another birth date or sex holds; `io_error`.
    """
    known = [fact.said for fact in list_facts(vault)]
    new: list[IdAdd] = []
    for fact in facts:
        if any(_is_same(fact, other) for other in (*known, *new)):
            continue
        if fact.fact in _ONE_ONLY and any(other.fact is fact.fact for other in (*known, *new)):
            said = f"another {fact.fact.value} holds"
            raise InvalidRequest("fact_differs", said, hint="`hv id list`, then `hv id remove` what is wrong")
        new.append(fact)
    with Transaction(vault, now_ms=now_ms) as transaction:
        for fact in new:
            transaction.append(transaction.begin(), fact.to_map())
        transaction.commit()
    return list_facts(vault)


def drop_fact(vault: Vault, entry: int, *, now_ms: int) -> Fact:
    """End a fact, and return it. Raises NotFound: `not_found`; InvalidRequest: `io_error`."""
    found = next((fact for fact in list_facts(vault) if fact.entry == entry), None)
    if found is None:
        raise NotFound("not_found", f"entry {entry} is no fact that holds", hint="`hv id list` shows them")
    with Transaction(vault, now_ms=now_ms) as transaction:
        transaction.append(transaction.begin(), IdDrop(about=entry).to_map())
        transaction.commit()
    return found


def _name(fact: IdAdd) -> Name:
    return Name(family=fact.family, given=fact.given, text=fact.value)


def _is_same(one: IdAdd, other: IdAdd) -> bool:
    if one.fact is not other.fact:
        return False
    if one.fact is FactKind.IDENTIFIER:
        first, second = (Coding(system=each.system or "", code=each.value) for each in (one, other))
        return system_of(first.system) == system_of(second.system) and proves(first) == proves(second)
    return (one.value, one.family, one.given) == (other.value, other.family, other.given)
