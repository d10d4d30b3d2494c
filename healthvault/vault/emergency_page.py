# SPDX-License-Identifier: Apache-2.0
"""Building an emergency page: a disclosure, so the journal says it first, then the page gets its name.

A crash or a full disk in between leaves a logged entry and no page. Shares are proved before anything is written.
Spec: docs/spec/emergency.md section 3 and docs/spec/journal.md section 3.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.shares import RecoveryShare, split_secret
from healthvault.crypto.words import random_words
from healthvault.emergency.card import Card, Wish, make_card, split_card
from healthvault.emergency.limits import Protection
from healthvault.emergency.page import Plain, Sealed, page_of
from healthvault.emergency.sealed import CODE_WORDS, code_passphrase, pieces, seal_card
from healthvault.emergency.sheet import Sheet
from healthvault.emergency.symbols import can_draw
from healthvault.errors import InvalidRequest
from healthvault.ledger.ids import emergency_id_text
from healthvault.ledger.kinds import EmergencyPage
from healthvault.storage.outputs import OutputFile
from healthvault.vault.emergency import find_sheet, source_statuses
from healthvault.vault.status import owner_name
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault

__all__ = ["BuiltPage", "Lock", "build_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What is to stand between the page and its readers."""

    by_code: bool = False
    shares: tuple[int, int] | None = None
    """How many are needed, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPage:
    """A page that was written."""

    card: Card
    entry: int
    path: str
    size_bytes: int
    qr_codes: int
    protection: Protection
    code: str | None = field(default=None, repr=False)
    """The generated code, shown once."""
    share_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """The passphrase of a page, and the two forms that people keep it in."""

    passphrase: bytes | None = field(repr=False)
    """None for a page in clear."""
    protection: Protection
    code: str | None = field(default=None, repr=False)
    shares: Sequence[RecoveryShare] = ()


def build_page(vault: Vault, wish: Wish, lock: Lock, out: Path, *, today: date, now_ms: int) -> BuiltPage:
    """Log a page of the sheet in force, then write it, and its shares beside it.

    Args:
        vault: Unlocked, writing.
        wish: What to show.
        lock: How to protect it.
        out: The page's file.
        today: The day that it is as of, by the clock on the wall.
        now_ms: The clock.

    Raises:
        InvalidRequest: `nothing_to_share`, the sheet has nothing of what is to be shown; `too_large`;
            `extra_missing`, for shares; `unsafe_output`, `io_error`.
        As `find_sheet`.
    """
    kept, page_id = find_sheet(vault), random_bytes(16)
    card = _card(vault, kept.sheet, wish, page_id, today)
    if kept.document is None or not card.items:
        hint = "hv emergency add allergy Penicillin"
        raise InvalidRequest(
            "nothing_to_share", "the emergency sheet has nothing of what is to be shown", hint=hint
        )
    key = _new_key(lock)
    html, qr_codes = _html(card, key)
    with ExitStack() as unless_done:
        page = unless_done.enter_context(OutputFile(out))
        shares = _opened_shares(unless_done, out, key, card)
        entry = _log(vault, page_id, kept.document.entry, wish, key.protection, now_ms)
        page.write(html)
        for file in (*shares.values(), page):
            file.publish()
    return BuiltPage(
        card=card,
        entry=entry,
        path=str(out),
        size_bytes=len(html),
        qr_codes=qr_codes,
        protection=key.protection,
        code=key.code,
        share_paths=tuple(map(str, shares)),
    )


def _card(vault: Vault, sheet: Sheet, wish: Wish, page_id: bytes, today: date) -> Card:
    return make_card(
        sheet,
        wish,
        id_text=emergency_id_text(page_id),
        name=owner_name(vault),
        today=today,
        source_status=source_statuses(vault, sheet),
    )


def _new_key(lock: Lock) -> _Key:
    if lock.by_code:
        code = "-".join(random_words(CODE_WORDS))
        return _Key(passphrase=code_passphrase(code), protection=Protection(kind="code"), code=code)
    if lock.shares is None:
        return _Key(passphrase=None, protection=Protection(kind="none"))
    needed, count = lock.shares
    secret = random_bytes(32)
    shares = split_secret(secret, needed, count)
    protection = Protection(kind="shares", needed=needed, count=count, set_word=shares[0].words[0])
    return _Key(passphrase=secret.hex().encode(), protection=protection, shares=shares)


def _html(card: Card, key: _Key) -> tuple[bytes, int]:
    """Return the page, and how many QR codes are on it."""
    if key.passphrase is None:
        texts = split_card(card)
        codes = texts if can_draw() else ()
        return page_of(Plain(card=card, codes=codes)), len(codes)
    armour = seal_card(card, key.passphrase)
    texts = pieces(armour)
    codes = texts if can_draw() else ()
    sealed = Sealed(
        id=card.id,
        as_of=card.as_of,
        stale_after_months=card.stale_after_months,
        armour=armour,
        protection=key.protection,
        codes=codes,
    )
    return page_of(sealed), len(codes)


def _opened_shares(unless_done: ExitStack, out: Path, key: _Key, card: Card) -> dict[Path, OutputFile]:
    """Write the shares beside their names, which they get once the journal speaks of the page."""
    found: dict[Path, OutputFile] = {}
    for share in key.shares:
        path = out.with_name(f"share-{share.number}-of-{key.protection.count}.txt")
        found[path] = unless_done.enter_context(OutputFile(path))
        label = (
            f"# healthvault emergency share {share.number}; any {share.needed} open page {card.id[:10]}\n"
            "# keep it apart from the page and from other shares\n"
        )
        found[path].write(f"{label}{' '.join(share.words)}\n".encode())
    return found


def _log(vault: Vault, page_id: bytes, sheet: int, wish: Wish, protection: Protection, now_ms: int) -> int:
    said = EmergencyPage(
        page_id=page_id,
        sheet=sheet,
        sections=tuple(section.value for section in wish.sections),
        protection=protection.kind,
        needed=protection.needed or None,
        count=protection.count or None,
    )
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, said.to_map())
        transaction.commit()
    return draft.seq
