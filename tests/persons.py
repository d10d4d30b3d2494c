# SPDX-License-Identifier: Apache-2.0
"""Documents that name persons, for tests of whose they are: what a reader would have stated is put in its place.

Nothing here tests anything.
"""

from healthvault.records.reading import READER_VERSION
from healthvault.records.statements import Coding, Item, Name, Statement, Subject
from healthvault.storage.contents import READ, Contents
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contents import opened_contents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests.vaults import NOW_MS

__all__ = ["EVE", "SSN", "add_document", "item", "state", "stated", "subject"]

SSN = "http://hl7.org/fhir/sid/us-ssn"


def subject(name: str = "", birth: str | None = None, ssn: str = "", *, is_main: bool = True) -> Subject:
    """Return what a file says of a person."""
    return Subject(
        names=(Name(text=name),) if name else (),
        birth_date=birth,
        identifiers=(Coding(system=SSN, code=ssn),) if ssn else (),
        is_main=is_main,
    )


EVE = subject("Eve Everywoman", "1975-05-01", "444-22-2222")


def item(number: int | None, title: str = "Ferritin") -> Item:
    """Return something that is said of the subject of a number, or of none."""
    return Item(type="Observation", place=title, title=title, subject=number)


def add_document(vault: Vault, name: str) -> Document:
    """Add a document of which no reader makes anything."""
    data = b"\0" + name.encode()
    (added,) = add_documents(vault, [InputFile(name=name, data=data)], AddOptions(), now_ms=NOW_MS)
    assert isinstance(added, Document)
    return added


def state(contents: Contents, document: Document, *statements: Statement) -> None:
    """Put statements into the contents, as of a document that was read."""
    with contents.change():
        contents.begin(document.entry, READER_VERSION)
        contents.add(document.entry, 0, ((statement, b"") for statement in statements))
        contents.finish(document.entry, READ)


def stated(vault: Vault, name: str, *statements: Statement) -> Document:
    """Add a document that states something."""
    document = add_document(vault, name)
    with opened_contents(vault, only=[document.entry]) as contents:
        state(contents, document, *statements)
    return document
