# SPDX-License-Identifier: Apache-2.0
"""The door of this package: a file in, a description out, whatever the bytes are.

A reader that stumbles costs the description, never the file: the original bytes are what counts, and they are
kept as they are. Nothing here is a validation or a verification.
Spec: docs/spec/records.md.
"""

from collections.abc import Callable
from typing import BinaryIO

from healthvault.records.apple_health import describe_zip
from healthvault.records.cdisc import describe_xpt
from healthvault.records.description import Description, Found
from healthvault.records.hl7v2 import describe_hl7v2
from healthvault.records.json_docs import describe_json
from healthvault.records.kinds import Kind
from healthvault.records.ndjson import describe_ndjson
from healthvault.records.pdf import describe_pdf
from healthvault.records.plain import describe_csv, describe_text
from healthvault.records.probe import Probe
from healthvault.records.shc import describe_card_text, describe_link_text
from healthvault.records.sniff import sniff
from healthvault.records.xml_docs import describe_xml

__all__ = ["describe"]

DESCRIBERS: dict[Kind, Callable[[Probe], Found]] = {
    Kind.CDISC: describe_xpt,
    Kind.CSV: describe_csv,
    Kind.HL7V2: describe_hl7v2,
    Kind.JSON: describe_json,
    Kind.NDJSON: describe_ndjson,
    Kind.PDF: describe_pdf,
    Kind.SMART_HEALTH_CARD: describe_card_text,
    Kind.SMART_HEALTH_LINK: describe_link_text,
    Kind.TEXT: describe_text,
    Kind.XML: describe_xml,
    Kind.ZIP: describe_zip,
}
"""Who reads which family; the others are described by their name alone."""


def describe(stream: BinaryIO, *, name: str, size_bytes: int) -> Description:
    """Recognise a file and describe it, from its head alone or, if it is small and worth it, from all of it.

    Args:
        stream: Seekable, at its start; *unverified* bytes. It is left at its start.
        name: The file's own name, untrusted; used where the content does not tell.
        size_bytes: Size of the file.

    Returns:
        The file's own word about itself; what is unknown is None, and an unknown kind is `text` or `binary`.

    Raises:
        OSError: The stream cannot be read.
    """
    probe = Probe(stream, name=name, size_bytes=size_bytes)
    found = sniff(probe)
    reader = DESCRIBERS.get(found.kind)
    if reader is not None:
        try:
            found = reader(probe)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            found = Found(kind=found.kind)  # a guest's visit: a fault of ours must not keep the file out
    stream.seek(0)
    return found.finished(name)
