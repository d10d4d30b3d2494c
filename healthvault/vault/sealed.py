# SPDX-License-Identifier: Apache-2.0
"""What a sealed map says, whatever its kind: the one table of the kinds that this version knows.

A writer refuses to append what this does not accept, since a replay would not accept it either.
Spec: docs/spec/journal.md section 3.
"""

from collections.abc import Callable

from healthvault.codec import Fields, Value
from healthvault.consent.grant import Grant, Revocation, parse_grant, parse_revocation
from healthvault.consent.roles import (
    Role,
    RoleBind,
    RoleUnbind,
    parse_role_bind,
    parse_role_define,
    parse_role_unbind,
)
from healthvault.consent.standing import StandingEnd, StandingRule, parse_standing, parse_standing_end
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.attested import Attested, AttestedOut, parse_attested, parse_attested_out
from healthvault.ledger.documents import (
    DocAdd,
    DocErase,
    DocRevise,
    Received,
    parse_doc_add,
    parse_doc_erase,
    parse_doc_revise,
)
from healthvault.ledger.entry import Entry
from healthvault.ledger.ids import contact_id_text, grant_id_text, rule_id_text
from healthvault.ledger.issuers import IssuerDrop, IssuerPin, parse_issuer_drop, parse_issuer_pin
from healthvault.ledger.kinds import (
    Anchor,
    Approved,
    ContactDrop,
    ContactPin,
    EmergencyPage,
    Kind,
    Owner,
    ReceiptIn,
    Share,
    StatusGiven,
    parse_anchor,
    parse_approved,
    parse_contact_drop,
    parse_contact_pin,
    parse_emergency_page,
    parse_owner,
    parse_receipt_in,
    parse_share,
    parse_status_given,
)
from healthvault.ledger.meta import open_meta
from healthvault.ledger.person import (
    IdAdd,
    IdDrop,
    IdLink,
    IdUnlink,
    parse_id_add,
    parse_id_drop,
    parse_id_link,
    parse_id_unlink,
)
from healthvault.ledger.secrets import meta_key
from healthvault.vault.attested_rows import attested_detail
from healthvault.vault.history import refusal
from healthvault.vault.receipt_rows import receipt_detail

__all__ = ["Sealed", "open_sealed_part", "parse_sealed", "what_it_did"]

Sealed = (
    Owner
    | DocAdd
    | DocRevise
    | DocErase
    | ContactPin
    | ContactDrop
    | Grant
    | Revocation
    | Share
    | StatusGiven
    | Anchor
    | EmergencyPage
    | Approved
    | Attested
    | AttestedOut
    | ReceiptIn
    | Role
    | RoleBind
    | RoleUnbind
    | StandingRule
    | StandingEnd
    | IssuerPin
    | IssuerDrop
    | IdAdd
    | IdDrop
    | IdLink
    | IdUnlink
)
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
    Kind.EMERGENCY.value: lambda sealed, _: parse_emergency_page(sealed),
    Kind.STATUS.value: lambda sealed, _: parse_status_given(sealed),
    Kind.ANCHOR.value: lambda sealed, _: parse_anchor(sealed),
    Kind.APPROVAL.value: lambda sealed, _: parse_approved(sealed),
    Kind.ATTEST.value: parse_attested,
    Kind.ATTEST_OUT.value: parse_attested_out,
    Kind.ROLE_DEFINE.value: parse_role_define,
    Kind.ROLE_BIND.value: lambda sealed, _: parse_role_bind(sealed),
    Kind.ROLE_UNBIND.value: lambda sealed, _: parse_role_unbind(sealed),
    Kind.STANDING.value: lambda sealed, _: parse_standing(sealed),
    Kind.STANDING_END.value: lambda sealed, _: parse_standing_end(sealed),
    Kind.ISSUER_PIN.value: lambda sealed, _: parse_issuer_pin(sealed),
    Kind.ISSUER_DROP.value: lambda sealed, _: parse_issuer_drop(sealed),
    Kind.ID_ADD.value: lambda sealed, _: parse_id_add(sealed),
    Kind.ID_DROP.value: lambda sealed, _: parse_id_drop(sealed),
    Kind.ID_LINK.value: lambda sealed, _: parse_id_link(sealed),
    Kind.ID_UNLINK.value: lambda sealed, _: parse_id_unlink(sealed),
}


def open_sealed_part(entry: Entry, secret: bytes | None) -> dict[str, Value] | None:
    """Return the sealed map of an entry; None if it has none, or its secret (32 bytes) is gone.

    Raises:
        VaultDamaged: `vault_damaged`, it does not open.
    """
    if entry.enc is None or secret is None:
        return None
    try:
        return open_meta(meta_key(secret), entry).map
    except (FormatError, IntegrityError) as err:
        raise refusal(err, f"journal entry {entry.seq}") from err


def parse_sealed(sealed: Fields, seq: int) -> Sealed | None:
    """Return what the sealed map of entry `seq` says, or None if its kind is not known.

    Raises:
        FormatError: `bad_schema`, `unsupported`, see the parser of the kind.
    """
    parse = _PARSERS.get(sealed.text("kind"))
    return parse(sealed, seq) if parse else None


def what_it_did(said: Sealed | None, id_of: Callable[[int], str | None]) -> str:
    """Return in a few words what an entry did, beyond its kind.

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
        case DocAdd(received=Received(proxy=bytes(grant_id))):
            return f"by a proxy, under {grant_id_text(grant_id)}"
        case ReceiptIn():
            return receipt_detail(said)
        case IssuerPin() | IssuerDrop():
            return ", ".join(said.issuers)
    return attested_detail(said) if isinstance(said, Attested | AttestedOut) else _of_consent(said)


def _of_consent(said: Sealed | None) -> str:
    match said:
        case EmergencyPage():
            shares = "" if said.needed is None else f", {said.needed} of {said.count}"
            return f"{', '.join(said.sections)}; protection: {said.protection}{shares}"
        case Approved():
            return f"by {contact_id_text(said.vault)}"
        case Grant(rule_id=bytes(rule_id)):
            return f"by the standing rule {rule_id_text(rule_id)}"
        case Role():
            return said.name
        case RoleBind() | RoleUnbind():
            return said.role
    return _of_person(said)


def _of_person(said: Sealed | None) -> str:
    match said:
        case IdAdd():
            return said.fact.value
        case IdLink():
            subject = "" if said.subject is None else f" subject {said.subject}"
            return f"{said.decision.value}{subject}"
    return ""
