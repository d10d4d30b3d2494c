# SPDX-License-Identifier: Apache-2.0
"""What a PDF holds besides its pages: words about itself, form fields, attached files, scripts and signatures.

A script is counted and never run; a signature is counted and not verified. Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.records.plain_text import encodable
from healthvault.records.statements import Left, Passage, Statement, Tally

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["MAX_INNER_BYTES", "acts", "attachments", "fields", "said_of_itself"]

MAX_INNER_BYTES = 64 << 20
MAX_FIELDS = 10_000
MAX_ATTACHMENTS = 1000
MAX_VALUE_CHARS = 2000
MAX_LOOKED_AT = 3000
"""Pages whose own actions are looked for."""
_ITSELF = ("/Title", "/Author", "/Subject", "/Keywords")
_SIGNATURE = "/Sig"
Stumbles = tuple[type[Exception], ...]


def said_of_itself(reader: "PdfReader", stumbles: Stumbles) -> Iterator[Statement]:
    """Yield the words of the information dictionary, and of XMP where that has others."""
    said: dict[str, str] = {}
    try:
        if (info := reader.metadata) is not None:
            said = {key: str(info.get(key) or "") for key in _ITSELF}
        said |= {key: words for key, words in _in_xmp(reader) if words and words not in said.values()}
    except stumbles:
        yield Left(place="properties", reason="what it says of itself cannot be read")
    for key, value in said.items():
        if words := " ".join(encodable(value[:MAX_VALUE_CHARS]).split()):
            yield Passage(words=words, place=key.removeprefix("/").lower())


def fields(reader: "PdfReader", stumbles: Stumbles) -> Iterator[Statement]:
    """Yield names and values of form fields, how many signatures there are, and that XFA is not read."""
    try:
        found = reader.get_fields() or {}
        has_xfa = "/XFA" in (reader.root_object.get("/AcroForm") or {})
    except stumbles:
        yield Left(place="form", reason="its fields cannot be read")
        return
    signatures = 0
    for number, (name, field) in enumerate(found.items()):
        if number == MAX_FIELDS:
            yield Left(place="form", reason="more fields than are read of one file")
            break
        if field.get("/FT") == _SIGNATURE:
            signatures += 1
            continue
        words = ": ".join(filter(None, (str(name), _value(field.get("/V")))))
        yield Passage(words=encodable(words[:MAX_VALUE_CHARS]), place=f"field {number + 1}")
    if signatures:
        yield Tally(sort="signature fields, not verified", count=signatures)
    if has_xfa:
        yield Left(place="form", reason="its forms are in XFA, which is not read")


def acts(reader: "PdfReader", stumbles: Stumbles) -> Iterator[Statement]:
    """Yield how many places hold scripts, which are not run."""
    count = 0
    try:
        root = reader.root_object
        names = root.get("/Names") or {}
        count += "/JavaScript" in names
        count += _is_script(root.get("/OpenAction")) + _scripts(root.get("/AA"))
        for page in reader.pages[:MAX_LOOKED_AT]:
            count += _scripts(page.get("/AA"))
            for note in page.get("/Annots") or ():
                inner = note.get_object()
                count += _is_script(inner.get("/A")) + _scripts(inner.get("/AA"))
    except stumbles:
        yield Left(place="actions", reason="what it does cannot be read")
    if count:
        yield Tally(sort="JavaScript, not run", count=count)


def attachments(reader: "PdfReader", stumbles: Stumbles) -> Iterator[tuple[str, bytes | None]]:
    """Yield name and bytes of each attached file; None for the bytes that cannot be had."""
    try:
        for number, attached in enumerate(reader.attachment_list):
            if number == MAX_ATTACHMENTS:
                return
            try:
                yield encodable(str(attached.name)[:MAX_VALUE_CHARS]), attached.content
            except stumbles:
                yield f"attachment {number + 1}", None
    except stumbles:
        yield "attachments", None


def _in_xmp(reader: "PdfReader") -> Iterator[tuple[str, str]]:
    xmp = reader.xmp_metadata
    if xmp is None:
        return
    for language, words in (xmp.dc_title or {}).items():
        yield f"title {language}", str(words)
    for number, words in enumerate(xmp.dc_creator or [], 1):
        yield f"author {number}", str(words)


def _value(value: object) -> str:
    """Return the value of a field as text; of a choice its words, of a button its state."""
    if value is None:
        return ""
    parts = value if isinstance(value, list) else [value]
    return " ".join(" ".join(str(part).removeprefix("/").split()) for part in parts)


def _is_script(action: object) -> bool:
    found = action.get_object() if hasattr(action, "get_object") else action
    return isinstance(found, dict) and ("/JS" in found or found.get("/S") == "/JavaScript")


def _scripts(actions: object) -> int:
    found = actions.get_object() if hasattr(actions, "get_object") else actions
    return sum(map(_is_script, found.values())) if isinstance(found, dict) else 0
