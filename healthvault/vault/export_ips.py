# SPDX-License-Identifier: Apache-2.0
"""The vault as an International Patient Summary: what `hv summary` shows, as far as FHIR R4 can hold it.

Of each thing the newest word goes out, with the document that says it; what was entered in error does not. It is
put together by a program, and says so; nobody has looked at it. Spec: docs/spec/records.md section 6.
"""

from collections.abc import Iterable, Iterator

from healthvault.ledger.ids import contact_id_text
from healthvault.records.absence import absence_of
from healthvault.records.fhir_parts import JsonObject
from healthvault.records.ips_out import Person, Stated, ips_bundle
from healthvault.storage.item_rows import IN_ERROR, ItemRow, ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.add import Observer
from healthvault.vault.content_views import age_of
from healthvault.vault.looking import looked_into
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.person import owner_of
from healthvault.vault.status import owner_name
from healthvault.vault.vault import Vault
from healthvault.vault.whose import Whose

__all__ = ["export_ips"]

_MEDICINES = ("MedicationStatement", "MedicationRequest", "MedicationDispense", "MedicationAdministration")
_TYPES: dict[str, tuple[str, ...]] = {
    "problems": ("Condition",),
    "allergies": ("AllergyIntolerance",),
    "medicines": _MEDICINES,
    "immunisations": ("Immunization",),
    "procedures": ("Procedure",),
}
_EVENTS = ("immunisations", "procedures")  # two on two days are two things
_RESULTS = {"results": "lab", "vitals": "vitals"}
_NO_INFORMATION = "no_information"


def export_ips(
    vault: Vault, *, day: str, now_ms: int, observer: Observer | None = None
) -> tuple[JsonObject, Whose]:
    """Return the summary as of a day, and whose records were looked at.

    Args:
        vault: Unlocked.
        day: ISO 8601.
        now_ms: The clock.
        observer: Is told how reading gets on.

    Raises:
        InvalidRequest: `io_error`.
    """
    with looked_into(vault, observer=observer) as contents:
        scope, whose = owners_scope(vault, contents, Scope(until=day, undated=True), everyone=False)
        rows = ItemRows(contents)
        stated = {
            key: _newest(rows.of_types(scope, types), by_day=key in _EVENTS) for key, types in _TYPES.items()
        }
        stated |= {key: _newest(rows.newest(scope, "Observation", word)) for key, word in _RESULTS.items()}
    return ips_bundle(_person(vault), stated, now_ms=now_ms), whose


def _newest(rows: Iterable[ItemRow], *, by_day: bool = False) -> list[Stated]:
    newest: dict[tuple[str, str], ItemRow] = {}
    for row in _telling(rows):
        key = (row.concept, (row.item.date or "")[:10] if by_day else "")
        known = newest.get(key)
        if known is None or age_of(row.document) >= age_of(known.document):
            newest[key] = row
    return [Stated(item=row.item, document=row.document.id) for row in newest.values()]


def _telling(rows: Iterable[ItemRow]) -> Iterator[ItemRow]:
    """Yield the rows that say something: not that nothing is known, and not what was a mistake."""
    for row in rows:
        if row.item.status != IN_ERROR and absence_of(row.item) != _NO_INFORMATION:
            yield row


def _person(vault: Vault) -> Person:
    owner = owner_of(vault)
    told = next((name.text or " ".join((*name.given, name.family or "")).strip() for name in owner.names), "")
    return Person(
        vault=contact_id_text(vault.keyring.vault_id),
        name=told or owner_name(vault),
        birth_date=owner.birth_date,
        sex=owner.sex,
    )
