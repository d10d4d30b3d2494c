# SPDX-License-Identifier: Apache-2.0
"""What a kept receipt says, as a row of the catalogue and in a few words. It was checked when it came in.

Spec: docs/spec/journal.md section 3, `receipt.in`.
"""

from healthvault.bundle.card import open_card
from healthvault.bundle.receipt import DELETED, parse_statement
from healthvault.ledger.kinds import ReceiptIn
from healthvault.storage.consent_rows import ReceiptRow
from healthvault.tlog.cosignature import claimed_time_ms
from healthvault.tlog.note import parse_note

__all__ = ["receipt_detail", "receipt_row"]


def receipt_row(receipt: ReceiptIn, seq: int) -> ReceiptRow:
    """Return the row of the receipt that entry `seq` keeps.

    Raises:
        FormatError, IntegrityError: it is not one that `vault.receipts` keeps.
    """
    said = parse_statement(receipt.receipt)
    return ReceiptRow(
        seq=seq,
        share_seq=receipt.about,
        vault=receipt.vault,
        name=open_card(receipt.card).name,
        action=said.action,
        said_ms=said.time_ms,
        cosigned_ms=claimed_time_ms(parse_note(receipt.note).signatures[-1]),
        size=said.size,
        note=receipt.note,
    )


def receipt_detail(receipt: ReceiptIn) -> str:
    """Return what the reader says to have done, and the reader's own name for themselves."""
    action = parse_statement(receipt.receipt).action
    done = "says that it deleted its file" if action == DELETED else action
    return f"{done}: {open_card(receipt.card).name}"
