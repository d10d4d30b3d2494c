# SPDX-License-Identifier: Apache-2.0
"""What a CDA document says: whose it is, every section's text, and the entries of its sections as items.

One section after the other is read, so that no more of the document than one is kept. A body that is a file of
another kind is read as such; one that points to a file outside is named, and nothing outside is ever read.
Spec: docs/spec/contents.md section 3.
"""

import base64
import binascii
import io
from collections import Counter
from collections.abc import Iterator

from healthvault.records.categories import Category
from healthvault.records.ccda import DIRECTIVES
from healthvault.records.cda_acts import items_of
from healthvault.records.cda_items import Section
from healthvault.records.cda_narrative import lines_of
from healthvault.records.cda_values import (
    Narrative,
    codings,
    identifier,
    identity_of,
    name_text,
    person_name,
    span,
)
from healthvault.records.dates import moment_from_compact
from healthvault.records.description import one_line
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Item, Left, Passage, Statement, Subject, Tally
from healthvault.records.xml_tree import Node, Path, children, down, trees, words

__all__ = ["read_ccda"]

MAX_BYTES = 64 << 20
MAX_NAMES = 10
MAX_IDS = 20
MAX_NESTED = 20  # sections within sections
HL7_V3 = "urn:hl7-org:v3"
_ROOT = "ClinicalDocument"
_BODIES = (("component", "structuredBody", "component"), ("component", "nonXMLBody"))
_SEX = {"F": "female", "M": "male", "UN": "other"}
_UNKNOWN = frozenset({"UNK", "ASKU", "NASK"})
_SUFFIXES = {"application/pdf": "pdf", "text/plain": "txt", "text/rtf": "rtf", "text/html": "html",
             "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}  # fmt: skip
_DESCRIBES = frozenset({"code", "effectiveTime", "id", "title"})
_LOINC_OID = "2.16.840.1.113883.6.1"


def read_ccda(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a CDA document states.

    Raises:
        InvalidRequest: `too_large`; `reader_failed`, it is no well-formed XML, or tries something that is refused.
    """
    probe.stream.seek(0)
    document = _Document()
    for path, node in trees(probe.stream, plain=(HL7_V3,), is_wanted=_is_wanted, limit_bytes=MAX_BYTES):
        yield from document.states(path[1:], node, inside)
    yield from document.composition()
    yield from document.tallies()


def _is_wanted(path: Path) -> bool:
    if len(path) < 2 or path[0] != _ROOT:
        return False
    return path[1:] in _BODIES or (len(path) == 2 and path[1] != "component")


class _Document:
    """What was said in the header, and how many of everything there were."""

    def __init__(self) -> None:
        self._author: str | None = None
        self._software: str | None = None
        self._source: str | None = None
        self._sections: Counter[str] = Counter()
        self._entries: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._subjects = 0
        self._header: dict[str, Node] = {}
        """The first title, code, time and id; until they are stated."""

    def states(self, path: Path, node: Node, inside: Inside) -> Iterator[Statement | Placed]:
        """Yield what one part of the document states."""
        if path[0] == "component":
            yield from self.composition()
        if path == ("component", "nonXMLBody"):
            yield from _other_body(node, inside)
        elif path[0] == "component":
            for section in children(node, "section"):
                yield from self._section(section, MAX_NESTED)
        elif path == ("recordTarget",):
            self._subjects += 1
            yield subject_of(node)
        else:
            self._keep(path[0], node)

    def composition(self) -> Iterator[Item]:
        """Yield the document itself, once."""
        header, self._header = self._header, {}
        if not header:
            return
        code = header.get("code")
        named = words(header.get("title")) or Narrative(None).label(code)
        whole = Node("header", {}, list(header.values()))
        is_directive = any(each.code in DIRECTIVES for each in codings(code)[:1])
        yield Item(
            type="Composition",
            place="header",
            title=named[:500] or "CDA document",
            subject=self._subject(),
            identity=identity_of("Composition", whole),
            date=span(header.get("effectiveTime"))[0],
            category=(Category.DIRECTIVE if is_directive else Category.LETTER).value,
            codes=codings(code),
            author=self._author or self._software,
            source=self._source,
        )

    def _subject(self) -> int | None:
        return 0 if self._subjects == 1 else None

    def tallies(self) -> Iterator[Tally]:
        """Yield how many sections, and how many entries of each section, there were."""
        yield Tally(sort="sections", count=self._sections.total())
        yield Tally(sort="entries", count=self._entries.total())
        yield from (Tally(sort=f"section {code}", count=count) for code, count in sorted(self._sections.items()))
        yield from (Tally(sort=f"entries {code}", count=count) for code, count in sorted(self._entries.items()))

    def _keep(self, name: str, node: Node) -> None:
        if name in _DESCRIBES:
            self._header.setdefault(name, node)
        elif name == "author":
            assigned = down(node, "assignedAuthor")
            self._author = self._author or name_text(down(assigned, "assignedPerson", "name")) or None
            self._software = (
                self._software or words(down(assigned, "assignedAuthoringDevice", "softwareName")) or None
            )
        elif name == "custodian":
            self._source = (
                words(down(node, "assignedCustodian", "representedCustodianOrganization", "name")) or None
            )

    def _section(self, node: Node, left: int) -> Iterator[Statement]:
        code = down(node, "code")
        value = code.get("code") if code is not None and code.get("codeSystem") in {_LOINC_OID, ""} else ""
        place = self._place(node, code)
        sort = value or place
        self._sections[sort] += 1
        text = down(node, "text")
        for line in lines_of(text):
            yield Passage(words=line, place=place)
        section = Section(
            code=value,
            place=place,
            narrative=Narrative(text),
            author=name_text(down(node, "author", "assignedAuthor", "assignedPerson", "name"))
            or self._author
            or self._software,
            source=self._source,
            subject=self._subject(),
        )
        for number, entry in enumerate(children(node, "entry"), start=1):
            self._entries[sort] += 1
            yield from _entry(entry, f"{place}/entry[{number}]", section)
        for inner in children(node, "component") if left else ():
            for each in children(inner, "section"):
                yield from self._section(each, left - 1)

    def _place(self, node: Node, code: Node | None) -> str:
        """Return the title of a section, else its code; a second one of the same name gets a number."""
        told = one_line(words(down(node, "title"))) or (code and (code.get("displayName") or code.get("code")))
        place = told or "section"
        self._places[place] += 1
        return place if self._places[place] == 1 else f"{place} ({self._places[place]})"


def subject_of(target: Node) -> Subject:
    """Return the patient of a recordTarget, or of any role with a patient in it."""
    role = down(target, "patientRole")
    patient = down(role, "patient")
    names = [name for node in children(patient, "name") if (name := person_name(node))][:MAX_NAMES]
    ids = [coding for node in children(role, "id") if (coding := identifier(node))][:MAX_IDS]
    birth = down(patient, "birthTime")
    return Subject(
        names=tuple(names),
        birth_date=None if birth is None else moment_from_compact(birth.get("value")),
        sex=_sex(down(patient, "administrativeGenderCode")),
        identifiers=tuple(dict.fromkeys(ids)),
    )


def _sex(code: Node | None) -> str | None:
    if code is None:
        return None
    return "unknown" if code.get("nullFlavor") in _UNKNOWN else _SEX.get(code.get("code"))


def _entry(entry: Node, place: str, section: Section) -> Iterator[Statement]:
    acts = [
        node for node in children(entry) if " " not in node.name and node.name not in {"realmCode", "templateId"}
    ]
    items = [item for act in acts for item in items_of(act, place, section)]
    yield from items
    if not items:
        what = acts[0].name if acts else "nothing"
        yield Left(place=place, reason=f"an entry of a sort that is not understood ({what})")


def _other_body(body: Node, inside: Inside) -> Iterator[Statement | Placed]:
    text = down(body, "text")
    if text is None:
        yield Left(place="nonXMLBody", reason="a body without content")
        return
    kind = text.get("mediaType")
    if reference := down(text, "reference"):
        yield Left(place="nonXMLBody", reason=f"refers to a file that is not here: {reference.get('value')[:200]}")
        return
    content = "".join(each for each in text.content if isinstance(each, str))
    if text.get("representation") != "B64":
        data = content.encode()
    else:
        try:
            data = base64.b64decode("".join(content.split()), validate=True)
        except binascii.Error:
            yield Left(place="nonXMLBody", reason="base64 that is broken")
            return
    name = f"body.{_SUFFIXES.get(kind, 'bin')}"
    yield Tally(sort=f"body {kind}", count=1)
    yield from inside(io.BytesIO(data), name=name, size_bytes=len(data), place="nonXMLBody")
