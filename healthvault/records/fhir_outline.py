# SPDX-License-Identifier: Apache-2.0
"""What must be known of a FHIR document before the first of its resources can be stated: whose records these are.

Built in one walk over the document: patients, whom it is about, names of authors, medicines that others refer to,
and the signs of its version. A resource id names nobody outside its document, and is no identifier of a person.
Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from healthvault.records.categories import sensitivity_of
from healthvault.records.fhir import Names, resource_name, words_of
from healthvault.records.fhir_entries import Entry, Source
from healthvault.records.fhir_items import Around
from healthvault.records.fhir_people import patient_reference, stranger, subject_of
from healthvault.records.fhir_references import Targets, contained_key, identity_of, keys_of, kind_of
from healthvault.records.fhir_values import codings_of
from healthvault.records.fhir_versions import VersionSigns
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.statements import Coding, Subject

__all__ = ["Outline", "outline_of"]

MAX_NAMES = 20_000
MAX_REFERENCES = 20_000  # different ones to patients
MAX_CONTAINED = 100
_NAMED = ("Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device", "Location")
_MEDICINES = ("medicationReference", "medication")


@dataclass(frozen=True, slots=True)
class _Mention:
    """A reference to a patient, and the place of who refers."""

    reference: Json
    place: str


def outline_of(source: Source) -> "Outline":
    """Return the outline of a document (unverified), after a walk over all of it."""
    outline = Outline(is_xml=source.is_xml)
    for entry in source.entries():
        if entry.resource is not None:
            outline.take(entry)
    outline.settle(source.outer)
    return outline


class Outline:
    """What is known of one document; complete after every entry was taken in and `settle` was called."""

    def __init__(self, *, is_xml: bool = False) -> None:
        self.subjects: list[Subject] = []
        """Everybody whose records it may hold, in the order in which they are stated."""
        self._signs = VersionSigns(is_xml=is_xml)
        self._patients: Targets[int] = Targets()
        self._medicines: Targets[tuple[str | None, tuple[Coding, ...]]] = Targets()
        self._kinds: Targets[str] = Targets()
        self._names: Names = {}
        self._roles: list[tuple[str, str]] = []
        """Roles that people have, and who has them."""
        self._mentions: dict[str, _Mention] = {}
        self._compositions: list[_Mention] = []
        self._labels = sensitivity_of(None)

    def take(self, entry: Entry) -> None:
        """Take in one entry with a resource."""
        resource = entry.resource
        kind = text_at(resource, "resourceType") or ""
        self._signs.take(resource)
        self._kinds.add(entry, kind)
        if kind == "Patient":
            self._add_patient(entry)
        elif kind == "Medication":
            self._medicines.add(entry, _medicine(resource))
        if kind in _NAMED:
            self._add_name(entry, kind)
        for each in items_at(resource, "contained")[:MAX_CONTAINED]:
            self._add_contained(contained_key(entry.place, text_at(each, "id")), each)
        mention = _Mention(patient_reference(resource), entry.place)
        if kind == "Composition":
            self._compositions.append(mention)
        elif mention.reference is not None and len(self._mentions) < MAX_REFERENCES:
            self._mentions.setdefault(next(iter(_keys(mention)), ""), mention)

    def settle(self, outer: Json) -> None:
        """Decide whom the document is about; `outer` is what stands in the Bundle beside its entries."""
        self._labels = sensitivity_of(outer)
        for role, person in self._roles:
            self._names[role] = self._names.get(person, self._names[role])
        main = set(self._numbers(self._compositions))
        if not self._compositions:
            self._add_strangers()
        main = main or set(self._numbers(self._mentions.values()))
        if main:
            about = enumerate(self.subjects)
            self.subjects = [replace(subject, is_main=number in main) for number, subject in about]

    @property
    def version(self) -> str:
        """The version of FHIR that it is in."""
        return self._signs.version()

    def around(self, entry: Entry) -> Around:
        """Return what the document knows about one of its resources."""
        reference = patient_reference(entry.resource)
        medicines = (_reference_in(value_at(entry.resource, name)) for name in _MEDICINES)
        found = (self._medicines.at(each, entry.place) for each in medicines if each is not None)
        return Around(
            subject=self._patients.at(reference, entry.place),
            names=self._names,
            medicine=next((each for each in found if each), None),
            labels=self._labels,
        )

    def holds(self, address: str) -> bool:
        """Tell whether an address is that of a resource in the document."""
        return self._kinds.at(_to(address), "") is not None

    def _add_patient(self, entry: Entry) -> None:
        number = self._patients.at(_to(entry.full_url or identity_of(entry)), "")  # another version of the same
        if number is None:
            number = len(self.subjects)
            self.subjects.append(subject_of(entry.resource))
        self._patients.add(entry, number)

    def _add_contained(self, key: str, resource: Json) -> None:
        kind = text_at(resource, "resourceType")
        if kind == "Patient":
            self._patients.add_key(key, len(self.subjects))
            self.subjects.append(subject_of(resource))
        elif kind == "Medication":
            self._medicines.add_key(key, _medicine(resource))

    def _add_name(self, entry: Entry, kind: str) -> None:
        resource = entry.resource
        person = value_at(resource, "practitioner")
        name = text_at(person, "display") or resource_name(resource)
        if name and len(self._names) < MAX_NAMES:
            targets = [each for each in (entry.full_url, f"{kind}/{text_at(resource, 'id')}") if each]
            self._names |= dict.fromkeys(targets, (kind, name))
            if kind == "PractitionerRole" and (told := text_at(person, "reference")):
                self._roles += [(target, told) for target in targets]

    def _add_strangers(self) -> None:
        """Add who is referred to and not there, where more than one person is spoken of."""
        unknown = [each for each in self._mentions.values() if self._is_of_a_stranger(each)]
        if len(self.subjects) + len(unknown) < 2:
            return
        for mention in unknown:
            if self._patients.at(mention.reference, mention.place) is None:
                for key in _keys(mention):
                    self._patients.add_key(key, len(self.subjects))
                self.subjects.append(stranger(mention.reference))

    def _is_of_a_stranger(self, mention: _Mention) -> bool:
        """Tell whether a reference is to a patient, and to none in the document."""
        if not _keys(mention) or self._kinds.at(mention.reference, mention.place) is not None:
            return False
        kind = kind_of(mention.reference)
        return kind in (None, "Patient") and not self._patients.knows(mention.reference, mention.place)

    def _numbers(self, mentions: Iterable[_Mention]) -> Iterator[int]:
        for each in mentions:
            number = self._patients.at(each.reference, each.place)
            if number is not None:
                yield number


def _to(address: str | None) -> Json:
    return {"reference": address}


def _keys(mention: _Mention) -> list[str]:
    return keys_of(mention.reference, mention.place)


def _medicine(resource: Json) -> tuple[str | None, tuple[Coding, ...]]:
    code = items_at(resource, "code")
    return words_of(code), codings_of(code)


def _reference_in(value: Json) -> Json:
    """Return the reference in a Reference, or in a CodeableReference of R5."""
    inner = value_at(value, "reference")
    return inner if isinstance(inner, dict) else value
