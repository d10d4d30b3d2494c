# SPDX-License-Identifier: Apache-2.0
"""Documents with contents that no reader has stated: tests put statements into the index as a reader would."""

from collections.abc import Sequence

from healthvault.records.reading import READER_VERSION
from healthvault.records.sense import sense_of
from healthvault.records.statements import Coding, Item, Quantity, Statement
from healthvault.storage.contents import READ, Contents
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contents_file import contents_as_it_is
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests.vaults import NOW_MS

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"


def state(
    vault: Vault, name: str, statements: Sequence[Statement], options: AddOptions | None = None, text: str = ""
) -> Document:
    """Add a document, and let it state something."""
    item = InputFile(name=name, data=(text or f"{name} {len(statements)}").encode())
    (added,) = add_documents(vault, [item], options or AddOptions(), now_ms=NOW_MS)
    assert isinstance(added, Document)
    contents = contents_as_it_is(vault)
    put(contents, added.entry, statements)
    contents.close()
    return added


def put(contents: Contents, seq: int, statements: Sequence[Statement], state: str = READ) -> None:
    """Put statements into the index as those of a document that was read."""
    with contents.change():
        contents.begin(seq, READER_VERSION)
        contents.add(seq, 0, [(each, sense_of(each) if isinstance(each, Item) else b"") for each in statements])
        contents.finish(seq, state)


def lab(code: str, title: str, number: str, unit: str | None, date: str | None, **more: object) -> Item:
    """Return a value of a laboratory."""
    quantity = {
        key: more.pop(key) for key in ("low", "high", "comparator", "least", "most", "count") if key in more
    }
    fields = {"type": "Observation", "category": "lab", "status": "final", "place": f"{title} {date}", **more}
    return Item(
        title=title,
        date=date,
        codes=(Coding(system=LOINC, code=code, display=title),) if code else (),
        quantity=Quantity(number=number, unit=unit, **quantity),  # type: ignore[arg-type]
        **fields,  # type: ignore[arg-type]
    )


def thing(kind: str, code: str, title: str, status: str | None, date: str | None = None, **more: object) -> Item:
    """Return a problem, an allergy, a medicine."""
    fields = {"place": f"{kind} {title}", **more}
    codes = (Coding(system=SNOMED, code=code, display=title),) if code else ()
    return Item(type=kind, title=title, status=status, date=date, codes=codes, **fields)  # type: ignore[arg-type]
