# SPDX-License-Identifier: Apache-2.0
"""C-CDA and other CDA documents, by their header: title, time, first author who is a person, custodian.

The body is not read. Spec: docs/spec/records.md section 4.
"""

from healthvault.records.categories import Category
from healthvault.records.dates import from_compact
from healthvault.records.description import Found
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.xml_walk import Enough, split_name, walk_xml

__all__ = ["DIRECTIVES", "describe_ccda"]

HEADER_BYTES = 1024 * 1024
MAX_CHARS = 1000  # of one text
MAX_NAME_PARTS = 10

_TITLE = ("title",)
_TIME = ("effectiveTime",)
_CODE = ("code",)
_BODY = ("component",)
_AUTHOR = ("author",)
_PERSON = ("author", "assignedAuthor", "assignedPerson", "name")
_SOFTWARE = ("author", "assignedAuthor", "assignedAuthoringDevice", "softwareName")
_CUSTODIAN = ("custodian", "assignedCustodian", "representedCustodianOrganization", "name")
DIRECTIVES = frozenset({"42348-3", "64298-3", "81334-5"})  # LOINC: documents of advance directives
_NAME_PARTS = ("prefix", "given", "family", "suffix")


def describe_ccda(probe: Probe) -> Found:
    """Describe a file whose root element is a ClinicalDocument."""
    header = _Header()
    walk_xml(probe.pieces(HEADER_BYTES), header)
    return Found(
        kind=Kind.CCDA,
        title=header.texts.get(_TITLE) or header.code,
        date=from_compact(header.time),
        author=header.author or header.texts.get(_SOFTWARE),
        source=header.texts.get(_CUSTODIAN),
        category=Category.DIRECTIVE if header.is_directive else None,
    )


class _Header:
    """Takes the events of a header and keeps what describes the document."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, ...], str] = {}
        self.time: str | None = None
        self.code: str | None = None
        self.is_directive = False
        self.author: str | None = None
        self._path: list[str] = []
        self._parts: list[str] = []
        self._text = ""
        self._is_nickname = False
        """The open part of a name is what the person likes to be called."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(split_name(name)[1])
        path = self._inside()
        self._text = ""
        if path == _BODY:
            raise Enough
        if path == _TIME:
            self.time = attributes.get("value")
        elif path == _CODE:
            self.code = attributes.get("displayName")
            self.is_directive = attributes.get("code") in DIRECTIVES
        elif path == _PERSON:
            self._parts = []
        self._is_nickname = attributes.get("qualifier") == "CL"

    def text(self, text: str) -> None:
        if len(self._text) < MAX_CHARS:
            self._text += text[:MAX_CHARS]

    def end(self, _name: str) -> None:
        path = self._inside()
        told = " ".join(self._text.split())
        self._path.pop()
        self._text = ""
        if path in (_TITLE, _SOFTWARE, _CUSTODIAN) and told:
            self.texts.setdefault(path, told)
        elif path == _PERSON:
            self.author = self.author or " ".join(self._parts) or told or None
        elif path[:-1] == _PERSON and path[-1] in _NAME_PARTS and told and not self._is_nickname:
            self._parts = [*self._parts, told][:MAX_NAME_PARTS]

    def _inside(self) -> tuple[str, ...]:
        return tuple(self._path[1:])
