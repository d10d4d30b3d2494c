# SPDX-License-Identifier: Apache-2.0
"""A FHIR Bundle told in one line: fed entry by entry, it keeps counts and a few names, never the resources.

A document is named by its Composition, anything else by whose records it holds and how many; several patients
are only counted, because such a Bundle must never be filed under one of them.
Spec: docs/spec/records.md section 4.
"""

from collections import Counter
from dataclasses import replace

from healthvault.records.categories import Category, Sensitivity, category_of, sensitivity_of
from healthvault.records.dates import from_iso
from healthvault.records.description import Found
from healthvault.records.fhir import Names, date_of, is_resource_type, resource_name, title_of, writers_of
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.kinds import Kind
from healthvault.records.provenance import MADE_HERE

__all__ = ["BundleSummary", "found_resource"]

LOINC = "http://loinc.org"
PATIENT_SUMMARY = "60591-5"
MAX_TYPES = 300
MAX_NAMES = 500
TYPES_TOLD = 3
MAX_TARGET_CHARS = 500
_SUPPORTING = ("Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Device")
_WRITING = (*_SUPPORTING, "RelatedPerson")


class BundleSummary:
    """What a Bundle holds, so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.patient: str | None = None
        """Name of the first patient."""
        self.composition: Json = None
        self.report: Json = None
        """The first DiagnosticReport."""
        self.names: Names = {}
        """Who can be an author or a source."""
        self.sensitivity: set[Sensitivity] = set()
        """How its resources are labelled."""
        self._categories: set[Category] = set()

    def add(self, entry: Json) -> None:
        """Take in one entry (unverified)."""
        resource = value_at(entry, "resource")
        kind = text_at(resource, "resourceType")
        if kind is None or not is_resource_type(kind) or len(self.counts) >= MAX_TYPES:
            return
        self.counts[kind] += 1
        self.sensitivity |= sensitivity_of(resource)
        if kind not in _WRITING:
            self._categories.add(category_of(resource))
        if kind in _WRITING:
            self._add_name(kind, entry, resource)
        elif kind == "Composition":
            self.composition = self.composition or resource
        elif kind == "DiagnosticReport":
            self.report = self.report or resource

    @property
    def category(self) -> Category:
        """What it is about, if all of it is about one thing."""
        return next(iter(self._categories)) if len(self._categories) == 1 else Category.OTHER

    def told(self, *, is_complete: bool) -> str:
        """Return the title of a Bundle that is no document, e.g. `Fannie Waelchi (28 resources)`."""
        size = self._size(is_complete=is_complete)
        if self.counts["Patient"] > 1:
            return f"{self.counts['Patient']} patients ({size})"
        if self.patient:
            return f"{self.patient} ({size})"
        kinds = ", ".join(kind for kind, _ in self.counts.most_common(TYPES_TOLD))
        return f"{kinds} ({size})" if kinds else "Bundle"

    def _size(self, *, is_complete: bool) -> str:
        clinical = [kind for kind in self.counts if kind not in _SUPPORTING]
        is_of_one_kind = is_complete and len(clinical) == 1
        count = self.counts[clinical[0]] if is_of_one_kind else self.counts.total()
        noun = f"{clinical[0]} resource" if is_of_one_kind else "resource"
        return f"{'' if is_complete else 'more than '}{count} {noun}{'' if count == 1 else 's'}"

    def _add_name(self, kind: str, entry: Json, resource: Json) -> None:
        name = text_at(resource, "practitioner", "display") or resource_name(resource)
        if not name:
            return
        if kind == "Patient":
            self.patient = self.patient or name
        if len(self.names) < MAX_NAMES:
            targets = (text_at(entry, "fullUrl") or "", f"{kind}/{text_at(resource, 'id')}")
            self.names |= {target: (kind, name) for target in targets if 0 < len(target) <= MAX_TARGET_CHARS}


def found_resource(members: Json, bundle: BundleSummary, *, is_complete: bool, media_type: str) -> Found:
    """Describe a FHIR resource.

    Args:
        members: Its members, but for `entry`; unverified.
        bundle: What stood in `entry`.
        is_complete: All of it was seen.
        media_type: JSON or XML.
    """
    if text_at(members, "resourceType") != "Bundle":
        author, source = writers_of(members, {})
        return Found(kind=Kind.FHIR, media_type=media_type, title=title_of(members), date=date_of(members),
                     author=author, source=source, category=category_of(members),
                     sensitivity=sensitivity_of(members))  # fmt: skip
    labels = sensitivity_of(members) | bundle.sensitivity
    if bundle.composition and (text_at(members, "type") == "document" or bundle.counts["Composition"] == 1):
        return replace(_found_document(members, bundle, media_type), sensitivity=labels)
    if bundle.counts["DiagnosticReport"] == 1 and not bundle.patient:
        author, source = writers_of(bundle.report, bundle.names)
        return Found(kind=Kind.FHIR_BUNDLE, media_type=media_type, title=title_of(bundle.report),
                     date=date_of(bundle.report), author=author, source=source,
                     category=category_of(bundle.report), sensitivity=labels)  # fmt: skip
    title = bundle.told(is_complete=is_complete)
    return Found(kind=Kind.FHIR_BUNDLE, media_type=media_type, title=title, date=_timestamp(members),
                 category=bundle.category, sensitivity=labels)  # fmt: skip


def _found_document(members: Json, bundle: BundleSummary, media_type: str) -> Found:
    composition = bundle.composition
    author, source = writers_of(composition, bundle.names)
    codings = items_at(composition, "type", "coding")
    is_summary = any(
        text_at(coding, "code") == PATIENT_SUMMARY and text_at(coding, "system") in (LOINC, None)
        for coding in codings
    )
    return Found(
        kind=Kind.IPS if is_summary and text_at(members, "type") == "document" else Kind.FHIR_BUNDLE,
        media_type=media_type,
        title=text_at(composition, "title") or title_of(composition),
        date=from_iso(text_at(composition, "date")) or _timestamp(members),
        author=author,
        source=MADE_HERE if _is_made_here(members) else source,
        category=Category.LETTER,
    )


def _is_made_here(members: Json) -> bool:
    """Tell whether it calls itself a summary of ours: a program's work, whoever says so."""
    return (text_at(members, "identifier", "system") or "").startswith(MADE_HERE)


def _timestamp(members: Json) -> str | None:
    return from_iso(text_at(members, "timestamp"))
