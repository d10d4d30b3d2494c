# SPDX-License-Identifier: Apache-2.0
"""What documents say, out again as FHIR R4: resources word for word, everything else as far as R4 can hold it.

Documents are read anew from their stored bytes, apart. The same resource in two exports goes out once. Nothing
is dropped in silence: of each document it is counted what went out and named what did not.
Spec: docs/spec/records.md section 6.
"""

import hashlib
import json
from base64 import b32encode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from healthvault.errors import HealthVaultError, VaultDamaged
from healthvault.ledger.documents import RECEIVED, DocStatus
from healthvault.records.fhir_derived import item_resource
from healthvault.records.fhir_out import Owner
from healthvault.records.json_stream import as_written
from healthvault.records.kinds import Kind
from healthvault.records.statements import Item, Left, Resource, Statement
from healthvault.sandbox.reader import ReaderFailed, Sandbox
from healthvault.storage.document_rows import DocumentRow, DocumentRows, Filter
from healthvault.vault.contents import UNREAD_KINDS, opened_contents, statements_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Failure
from healthvault.vault.whose import Whose, whose_records

__all__ = ["Mapping", "parsed_resources"]

WANTED = ("item", "left", "resource")
MAX_NAMED = 1000  # places of one document that are named one by one
_AS_THEY_ARE = ("R4", "R4B", "unknown")
_FHIR_VERSIONS = {"DSTU2": "1.0", "STU3": "3.0", "R5": "5.0"}
_ID_BYTES = 20
REPLACED = "what the owner allowed or wished in a document that a newer one replaced"
OTHERS = "what somebody else wished, in a directive that came from them"


@dataclass(slots=True, kw_only=True)
class Mapping:
    """What became of what one document says; `mapped` and `not_mapped` together are `input`."""

    document: str
    """Id text."""
    title: str
    mapped: int = 0
    not_mapped: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)
    """Place and reason of what was not mapped, the first thousand."""

    @property
    def input(self) -> int:
        """How many things it says."""
        return self.mapped + self.not_mapped

    def leave(self, place: str, reason: str) -> None:
        """Count something that is not in the export."""
        self.not_mapped += 1
        if len(self.reasons) < MAX_NAMED:
            self.reasons.append((place, reason))


def parsed_resources(
    vault: Vault, wanted: Filter, owner: Owner, mappings: list[Mapping]
) -> Iterator[str | Failure]:
    """Yield what documents say as R4 resources, a line of JSON each without its end, the newest document first.

    Args:
        vault: Unlocked.
        wanted: Which documents; erased and retracted ones say nothing.
        owner: Whose vault it is: the patient of what is derived.
        mappings: Takes what became of each document's content.

    Raises:
        InvalidRequest: `io_error`.
    """
    with opened_contents(vault) as contents:
        whose = whose_records(vault, contents)
    out = _Out(vault, owner, whose)
    with Sandbox() as sandbox:
        for row in DocumentRows(vault.catalogue).list(wanted):
            if row.status in {DocStatus.ERASED.value, DocStatus.RETRACTED.value} or row.type in UNREAD_KINDS:
                continue
            mapping = Mapping(document=row.id, title=row.title)
            mappings.append(mapping)
            yield from out.document(sandbox, row, mapping)


class _Out:
    """From statements to lines."""

    def __init__(self, vault: Vault, owner: Owner, whose: Whose) -> None:
        self._vault = vault
        self._owner = owner
        self._whose = whose
        self._written: set[bytes] = set()

    def document(self, sandbox: Sandbox, row: DocumentRow, mapping: Mapping) -> Iterator[str | Failure]:
        """Yield what one document says."""
        words: dict[str, bool] = {}  # place of each resource, and whether it went out as R4
        try:
            for statement in statements_of(self._vault, sandbox, row, WANTED):
                yield from self._statement(row, statement, mapping, words)
        except ReaderFailed as err:
            mapping.leave("", err.message)
        except (OSError, VaultDamaged) as err:
            yield Failure(name=row.id, error=_as_damage(err))

    def _statement(
        self, row: DocumentRow, statement: Statement, mapping: Mapping, words: dict[str, bool]
    ) -> Iterator[str]:
        if isinstance(statement, Left):
            mapping.leave(statement.place, statement.reason)
        elif isinstance(statement, Resource | Item) and (reason := _why_left(row, statement)):
            if isinstance(statement, Resource) or _holder(words, statement.place) is None:
                mapping.leave(statement.place, reason)
            if isinstance(statement, Resource):
                words[statement.place] = True  # nothing is derived from it either
        elif isinstance(statement, Resource):
            words[statement.place] = statement.version in _AS_THEY_ARE
            mapping.mapped += 1
            yield from self._word_for_word(statement)
        elif isinstance(statement, Item):
            yield from self._derived(row, statement, mapping, holder=_holder(words, statement.place))

    def _word_for_word(self, resource: Resource) -> Iterator[str]:
        digest = hashlib.sha256(resource.version.encode() + b"\0" + resource.content).digest()
        if digest in self._written:
            return
        self._written.add(digest)
        if resource.version in _AS_THEY_ARE:
            yield resource.content.decode()
            return
        version = _FHIR_VERSIONS.get(resource.version, resource.version)
        yield json.dumps(
            {
                "resourceType": "Binary",
                "id": _id("x", digest),
                "contentType": f"application/fhir+json; fhirVersion={version}",
                "data": b64encode(resource.content).decode(),
            }
        )

    def _derived(self, row: DocumentRow, item: Item, mapping: Mapping, *, holder: bool | None) -> Iterator[str]:
        """Yield an item that does not stand in a resource, or only in one of another version of FHIR."""
        if holder:
            return
        made, reason = None, "not known to be about the owner"
        if self._whose.includes(row.seq, item.subject):
            id_text = _id("i", hashlib.sha256(f"{row.id}\0{item.place}".encode()).digest())
            source = f"urn:healthvault:document:{row.id}"
            made = item_resource(item, id_text=id_text, source=source, subject=self._owner.reference())
            reason = f"{item.type} is not mapped"
        if holder is None and made is None:
            mapping.leave(item.place, reason)
        elif holder is None:
            mapping.mapped += 1
        if made is not None:
            yield as_written(made).decode()


def _why_left(row: DocumentRow, statement: Resource | Item) -> str | None:
    """Return why a consent or directive is left out: alone, it would read as if it held, or were the owner's."""
    if statement.type != "Consent":
        return None
    if row.type == Kind.DIRECTIVE.value and row.provenance == RECEIVED:
        return OTHERS
    return REPLACED if row.status == DocStatus.SUPERSEDED.value else None


def _holder(words: dict[str, bool], place: str) -> bool | None:
    """Return whether the resource that an item stands in went out as R4; None if it stands in none.

    A file within the document that is one resource has its own place with a `/` behind it.
    """
    while place and place not in words:
        outer, slash, local = place.rpartition("/")
        inner = local.rpartition(".")[0]
        place = outer + slash + inner if local else outer
    return words.get(place)


def _id(letter: str, digest: bytes) -> str:
    return f"{letter}-{b32encode(digest[:_ID_BYTES]).decode().lower()}"


def _as_damage(err: OSError | VaultDamaged) -> HealthVaultError:
    return err if isinstance(err, VaultDamaged) else VaultDamaged("vault_damaged", str(err))
