# SPDX-License-Identifier: Apache-2.0
"""What is handed to whom, checked against a grant, and the share entry that says so before a byte leaves.

A bundle is the usual form; what leaves in another one, such as a feed for a program, is judged and logged in the
same way. Spec: docs/spec/bundle.md section 3.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from healthvault.consent.conditions import Condition
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.status import StatusProof
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import ConsentRefused
from healthvault.ledger.ids import bundle_id_text, grant_id_text
from healthvault.ledger.kinds import Share
from healthvault.ledger.ranges import ranges_contain, ranges_of
from healthvault.ledger.state import StateOpening
from healthvault.storage.document_rows import DocumentRow
from healthvault.vault.addressees import Addressee, grantees_again
from healthvault.vault.counting import check_named
from healthvault.vault.deciding import check_included, words_of
from healthvault.vault.delegating import check_delegated
from healthvault.vault.disclosing import first_words, rows_to_share
from healthvault.vault.grants import documents_of, terms_in_force
from healthvault.vault.handed_out import meta_of
from healthvault.vault.roles import check_role_still
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault

__all__ = [
    "NO_LETTER",
    "Handed",
    "Letter",
    "Logged",
    "Parcel",
    "UnderGrant",
    "check_letter",
    "hand_over",
    "log_share",
    "logging_under",
    "parcel_under",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes along with the documents."""

    message: str = ""
    with_metadata: bool = False
    """Disclose the sealed description too: tags, file name, source."""
    complete: tuple[str, ...] = ()
    """Categories of which to say how many documents there are, shared or not."""
    with_attestations: bool = True
    """What others attest of the documents goes along."""
    sizes: tuple[int, ...] = ()
    """Sizes of the history that its reader shall be able to tell apart, such as those that were timestamped."""


NO_LETTER = Letter()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderGrant:
    """What to share with the grantees of a grant that stands."""

    grant: str
    """Its id, or the unique beginning of it."""
    records: tuple[str, ...] = ()
    """Ids of documents; none for all that it names and that are neither erased nor retracted."""
    accept: tuple[str, ...] = ()
    """Codes of refusals that the user overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes to whom."""

    rows: Sequence[DocumentRow]
    addressees: Sequence[Addressee]
    letter: Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What the journal says of the share, with the openings that the bundle discloses."""

    bundle_id: bytes
    grant: Grant
    grant_seq: int
    grant_meta: bytes
    opening: StateOpening
    status: StatusProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was logged as handed over, in whatever form it leaves."""

    id: str
    """As that of a bundle: `hv copies` and `hv audit` name it."""
    grant: str
    """Id text."""
    purposes: tuple[str, ...]
    """Codes."""
    not_after_ms: int
    rows: tuple[DocumentRow, ...]
    addressees: tuple[Addressee, ...]


def parcel_under(vault: Vault, wish: UnderGrant, letter: Letter, *, now_ms: int) -> tuple[Parcel, Grant, int]:
    """Judge what is to be handed to the grantees of a grant that stands.

    Returns:
        The parcel, the grant, and the entry that the grant stands in.

    Raises:
        ConsentRefused: `grant_revoked`, `grant_superseded`, `grant_not_yet`, `grant_expired`, `condition_unknown`,
            `shares_used_up`, `approval_missing`; `out_of_scope`, a document or category that it does not name;
            `denied_by_rule`, `sensitivity_not_named`, one that its conditions keep out; `role_unbound`,
            `outside_role`, the role that it was made from says no today; what `check_delegated` raises.
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `erased`, `retracted`, `nothing_to_share`.
    """
    row, grant = terms_in_force(vault, wish.grant, now_ms=now_ms)
    records = wish.records or tuple(document.id for document in documents_of(vault, grant))
    rows = rows_to_share(vault, records, wish.accept)
    _check_scope(grant, rows)
    check_role_still(vault, grant, rows, now_ms=now_ms)
    check_letter(vault, grant.conditions, rows, letter)
    check_named(vault, grant, letter.complete)
    check_delegated(vault, grant, rows, now_ms=now_ms)
    parcel = Parcel(rows=rows, addressees=grantees_again(vault, grant.grantees), letter=letter)
    return parcel, grant, row.seq


def hand_over(vault: Vault, wish: UnderGrant, *, now_ms: int) -> Handed:
    """Judge and log that documents, or something made of them, leave under a grant in another form than a bundle.

    Args:
        vault: Unlocked, writing.
        wish: The grant, and which of its documents.
        now_ms: The clock.

    Raises:
        As `parcel_under`; InvalidRequest: `io_error`.
    """
    parcel, grant, seq = parcel_under(vault, wish, NO_LETTER, now_ms=now_ms)
    logged = logging_under(vault, parcel, grant, seq, now_ms)()
    return Handed(
        id=bundle_id_text(logged.bundle_id),
        grant=grant_id_text(grant.grant_id),
        purposes=grant.purposes,
        not_after_ms=grant.not_after_ms,
        rows=tuple(parcel.rows),
        addressees=tuple(parcel.addressees),
    )


def logging_under(vault: Vault, parcel: Parcel, grant: Grant, seq: int, now_ms: int) -> Callable[[], Logged]:
    """Return what logs a share under the grant of entry `seq`."""
    key = meta_of(vault, seq)

    def log() -> Logged:
        with Transaction(vault, now_ms=now_ms) as transaction:
            return log_share(transaction, parcel, grant, seq, key)

    return log


def check_letter(
    vault: Vault, conditions: tuple[Condition, ...], rows: Sequence[DocumentRow], letter: Letter
) -> None:
    """Check the documents as described now and as their reader will see them, and the categories told of."""
    check_included(conditions, ((row.id, words_of(row)) for row in rows))
    if letter.with_metadata:
        check_included(conditions, ((row.id, first_words(vault, row.seq)) for row in rows))
    check_included(conditions, ((f"category {word}", DocumentWords(category=word)) for word in letter.complete))


def _check_scope(grant: Grant, rows: Sequence[DocumentRow]) -> None:
    outside = [row.id for row in rows if not ranges_contain(grant.records, row.seq)]
    if outside:
        hint = "share it without --grant, under a new one"
        raise ConsentRefused("out_of_scope", f"the grant does not name {outside[0]}", hint=hint)


def log_share(transaction: Transaction, parcel: Parcel, grant: Grant, grant_seq: int, grant_meta: bytes) -> Logged:
    """Append and commit the entry that says that a parcel is handed out, as the tip that its reader sees."""
    tip, bundle_id = transaction.begin(), random_bytes(16)
    entry = Share(
        bundle_id=bundle_id,
        size=tip.seq + 1,
        slots=(grant.slot,),
        seqs=ranges_of(row.seq for row in parcel.rows),
        recipients=tuple(addressee.party for addressee in parcel.addressees),
    )
    transaction.append(tip, entry.to_map())
    opening = transaction.opening()
    status = transaction.status_tree.prove(transaction.slots, grant.slot)
    transaction.commit()
    return Logged(
        bundle_id=bundle_id,
        grant=grant,
        grant_seq=grant_seq,
        grant_meta=grant_meta,
        opening=opening,
        status=status,
    )
