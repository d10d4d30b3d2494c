# SPDX-License-Identifier: Apache-2.0
"""What FHIR references point at, within one document: by full URL, by `Type/id`, by identifier, or contained.

A short reference that could mean two different things points at nothing: nobody's record is guessed.
Source: hl7.org/fhir/R4/bundle.html#references. Spec: docs/spec/contents.md section 3.
"""

import re
from typing import Generic, TypeVar

from healthvault.records.fhir_entries import Entry
from healthvault.records.json_walk import Json, items_at, text_at

__all__ = ["Targets", "contained_key", "identity_of", "keys_of", "kind_of"]

MAX_TARGETS = 200_000  # of one document; further ones cannot be pointed at
MAX_KEY_CHARS = 500
_T = TypeVar("_T")
_TYPE_AND_ID = re.compile(r"(?:^|/)([A-Z][A-Za-z]{2,63})/([A-Za-z0-9\-._]{1,128})$")
_VERSION = re.compile(r"/_history/[^/]*$")
_URN = re.compile(r"urn:(?:uuid|oid):(.+)")


def identity_of(entry: Entry) -> str | None:
    """Return `Type/id` of a resource as its source calls it; None if it has no id."""
    kind, own = text_at(entry.resource, "resourceType"), text_at(entry.resource, "id")
    if own:
        return f"{kind}/{own}"[:MAX_KEY_CHARS]
    if urn := _URN.fullmatch(entry.full_url):
        return f"{kind}/{urn.group(1)}"[:MAX_KEY_CHARS]
    match = _TYPE_AND_ID.search(entry.full_url)
    return f"{kind}/{match.group(2)}" if match and match.group(1) == kind else None


def kind_of(reference: Json) -> str | None:
    """Return the type of what a reference points at, as far as the reference says."""
    match = _TYPE_AND_ID.search(_VERSION.sub("", text_at(reference, "reference") or ""))
    return text_at(reference, "type") or (match.group(1) if match else None)


class Targets(Generic[_T]):
    """What can be pointed at, so far."""

    def __init__(self) -> None:
        self._found: dict[str, _T | None] = {}

    def add(self, entry: Entry, value: _T) -> None:
        """Take in the resource of an entry. What already has its full URL or name keeps it if it is the same."""
        own = text_at(entry.resource, "id")
        name = f"{text_at(entry.resource, 'resourceType')}/{own}" if own else ""
        is_web = entry.full_url.startswith(("http://", "https://"))
        keys = [entry.full_url, name, f"~{name}" if name and not is_web else ""]
        keys += [_of_identifier(each) for each in items_at(entry.resource, "identifier")]
        for key in dict.fromkeys(key for key in keys if key):
            self.add_key(key, value)

    def add_key(self, key: str, value: _T) -> None:
        """Take in a key; one that two different things have means neither."""
        if key in self._found:
            if self._found[key] != value:
                self._found[key] = None
        elif len(key) <= MAX_KEY_CHARS and len(self._found) < MAX_TARGETS:
            self._found[key] = value

    def at(self, reference: Json, place: str) -> _T | None:
        """Return what a reference in the resource at a place points at; None if it is not known."""
        for key in keys_of(reference, place):
            if key in self._found:
                return self._found[key]
        return None

    def knows(self, reference: Json, place: str) -> bool:
        """Tell whether a reference may be to something here, be it to one of several."""
        return any(key in self._found for key in keys_of(reference, place))


def keys_of(reference: Json, place: str) -> list[str]:
    """Return under which keys the target of a reference may be known, the surest first."""
    keys = []
    target = text_at(reference, "reference")
    if target and target.startswith("#"):
        keys.append(contained_key(place, target[1:]))
    elif target:
        plain = _VERSION.sub("", target)
        match = _TYPE_AND_ID.search(plain)
        keys.append(plain)
        if match and "://" in plain:
            keys.append(f"~{match.group(1)}/{match.group(2)}")  # of who has no address of another place
    keys += [_of_identifier(each) for each in items_at(reference, "identifier")]
    return [key for key in keys if key]


def contained_key(place: str, own: str | None) -> str:
    """Return the key of a resource within the resource at a place."""
    return f"{place}#{own}"


def _of_identifier(identifier: Json) -> str:
    system, value = text_at(identifier, "system"), text_at(identifier, "value")
    return f"|{system}|{value}" if system and value else ""
