# SPDX-License-Identifier: Apache-2.0
"""What a sealed map says, whatever its kind: the one table of the kinds that this version knows.

A writer refuses to append what this does not accept, since a replay would not accept it either.
Spec: docs/spec/journal.md section 3.
"""

from collections.abc import Callable

from healthvault.codec import Fields
from healthvault.consent.grant import Grant, Revocation, parse_grant, parse_revocation
from healthvault.ledger.documents import (
    DocAdd,
    DocErase,
    DocRevise,
    parse_doc_add,
    parse_doc_erase,
    parse_doc_revise,
)
from healthvault.ledger.kinds import (
    ContactDrop,
    ContactPin,
    Kind,
    Owner,
    ReceiptIn,
    Share,
    parse_contact_drop,
    parse_contact_pin,
    parse_owner,
    parse_receipt_in,
    parse_share,
)
from healthvault.vault.receipt_rows import receipt_detail

__all__ = ["Sealed", "parse_sealed", "what_it_did"]

Sealed = Owner | DocAdd | DocRevise | DocErase | ContactPin | ContactDrop | Grant | Revocation | Share | ReceiptIn
_PARSERS: dict[str, Callable[[Fields, int], Sealed]] = {
    Kind.OWNER.value: lambda sealed, _: parse_owner(sealed),
    Kind.DOC_ADD.value: lambda sealed, _: parse_doc_add(sealed),
    Kind.DOC_REVISE.value: lambda sealed, _: parse_doc_revise(sealed),
    Kind.DOC_ERASE.value: parse_doc_erase,
    Kind.CONTACT_PIN.value: lambda sealed, _: parse_contact_pin(sealed),
    Kind.CONTACT_DROP.value: lambda sealed, _: parse_contact_drop(sealed),
    Kind.GRANT.value: parse_grant,
    Kind.GRANT_REVOKE.value: lambda sealed, _: parse_revocation(sealed),
    Kind.SHARE.value: lambda sealed, _: parse_share(sealed),
    Kind.RECEIPT_IN.value: lambda sealed, _: parse_receipt_in(sealed),
}


def parse_sealed(sealed: Fields, seq: int) -> Sealed | None:
    """Return what the sealed map of entry `seq` says, or None if its kind is not known.

    Raises:
        FormatError: `bad_schema`, `unsupported`, see the parser of the kind.
    """
    parse = _PARSERS.get(sealed.text("kind"))
    return parse(sealed, seq) if parse else None


def what_it_did(said: Sealed | None, id_of: Callable[[int], str | None]) -> str:
    """Return in a few words what an entry did to a document, beyond its kind.

    Args:
        said: From `parse_sealed`.
        id_of: Gives the id of the document of an entry.
    """
    match said:
        case DocAdd(supersedes=int(older)):
            return f"replaces {id_of(older) or 'an erased document'}"
        case DocRevise():
            done = ", ".join((*said.changed, *(("retracted",) if said.is_retracted else ())))
            return f"{done}: {said.reason}" if said.reason else done
        case ReceiptIn():
            return receipt_detail(said)
    return ""
