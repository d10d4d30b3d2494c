# SPDX-License-Identifier: Apache-2.0
"""A directive, or its revocation, as a FHIR R4 Consent: written by hv, and read back from anybody's bytes.

Scope `adr`, one category that names the topic, the day it was made, the owner's words or the document that holds
them. `status` is what it was when it was written: which of several holds is decided by `force`.
Spec: docs/spec/directives.md sections 1 and 2.
"""

import html
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import cast

from healthvault.errors import FormatError, InvalidRequest
from healthvault.records.json_walk import Json, is_bounded, items_at, members_once, text_at, value_at

__all__ = ["MAX_WORDS_CHARS", "Act", "Directive", "Source", "Topic", "parse_directive", "title_of"]

MAX_WORDS_CHARS = 8000
MAX_BYTES = 256 << 10
TOPIC_SYSTEM = "urn:healthvault:directive-topic"
ACT_URL = "urn:healthvault:directive:act"
WORDS_URL = "urn:healthvault:directive:words"
POLICY_URI = "urn:healthvault:directive:1"
DOCUMENT_SYSTEM = "urn:healthvault:document"
VAULT_SYSTEM = "urn:healthvault:vault"
_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
_LOINC = "http://loinc.org"
_DOCUMENT_ID = re.compile(r"d_[a-z2-7]{32}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Topic(Enum):
    """What a directive is about: of each at most one is in force."""

    ADVANCE_DIRECTIVE = "advance-directive"
    DNR = "dnr"
    ORGAN_DONATION = "organ-donation"
    TREATMENT_PREFERENCE = "treatment-preference"
    HEALTHCARE_PROXY = "healthcare-proxy"


class Act(Enum):
    """What was done on its day."""

    MADE = "made"
    REVOKED = "revoked"


_WORDS = {
    Topic.ADVANCE_DIRECTIVE: "Advance directive",
    Topic.DNR: "Do not resuscitate",
    Topic.ORGAN_DONATION: "Organ donation",
    Topic.TREATMENT_PREFERENCE: "Treatment preference",
    Topic.HEALTHCARE_PROXY: "Healthcare proxy",
}
_CODES = {
    Topic.ADVANCE_DIRECTIVE: ((_CATEGORIES, "acd"), (_LOINC, "42348-3")),
    Topic.DNR: ((_CATEGORIES, "dnr"),),
    Topic.ORGAN_DONATION: (),
    Topic.TREATMENT_PREFERENCE: ((_CATEGORIES, "hcd"),),
    Topic.HEALTHCARE_PROXY: ((_LOINC, "64298-3"),),
}
"""Codes of others for a topic, where there is one that says no more and no less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The document that holds the words, such as a scan of what was signed on paper."""

    id: str
    """Whole id text in the vault of who wrote the directive."""
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """What one record says. Of a received one all of it is a stranger's word."""

    topic: Topic
    act: Act
    made: date
    """The day it was made, as stated."""
    is_active: bool
    """No newer one was known when it was written, and it is no revocation."""
    words: str = ""
    source: Source | None = None
    vault: str = ""
    """Contact id of whose directive it is; empty if it does not say."""

    def to_bytes(self) -> bytes:
        """Return it as FHIR R4 JSON.

        Raises:
            InvalidRequest: `bad_text`, it says nothing, or too much.
        """
        _check_words(self)
        person: Json = {"identifier": {"system": VAULT_SYSTEM, "value": self.vault}}
        resource: dict[str, Json] = {
            "resourceType": "Consent",
            "text": {"status": "generated", "div": _div(self)},
            "extension": _extensions(self),
            "status": "active" if self.is_active else "inactive",
            "scope": {"coding": [{"system": _SCOPES, "code": "adr"}]},
            "category": [_category(self.topic)],
            "dateTime": self.made.isoformat(),
            "policy": [{"uri": POLICY_URI}],
        }
        if self.vault:
            resource |= {"performer": [person]}
        if self.source is not None:
            named: Json = {"system": DOCUMENT_SYSTEM, "value": self.source.id}
            resource["sourceReference"] = {"identifier": named, "display": self.source.title}
        return (json.dumps(resource, ensure_ascii=False, indent=1) + "\n").encode()


def title_of(directive: Directive) -> str:
    """Return the title of a record's document: what, whether it holds as far as it knows, of when."""
    said = _WORDS[directive.topic]
    if directive.act is Act.REVOKED:
        said = f"{said}: revoked"
    elif not directive.is_active:
        said = f"{said} (replaced before it was kept here)"
    return f"{said}, {directive.made.isoformat()}"


def parse_directive(data: bytes) -> Directive:
    """Return the record in a document's bytes, which somebody may have written by hand.

    Args:
        data: *Unverified* bytes.

    Raises:
        FormatError: `bad_schema`, it is none, or breaks a rule of docs/spec/directives.md section 2.
    """
    try:
        return _parsed(_loaded(data))
    except (ValueError, RecursionError) as err:
        raise FormatError("bad_schema", f"this is no directive: {err}") from err


def _check_words(directive: Directive) -> None:
    words = directive.words
    if directive.act is Act.MADE and not words.strip() and directive.source is None:
        hint = "give --words TEXT, or --document ID of a scan"
        raise InvalidRequest("bad_text", "the directive says nothing", hint=hint)
    if len(words) > MAX_WORDS_CHARS or not _is_text(words):
        raise InvalidRequest("bad_text", f"the words are not valid text, or over {MAX_WORDS_CHARS} characters")


def _is_text(words: str) -> bool:
    """Tell whether XHTML can hold it: no control characters but tabs and line ends, no half of a pair."""
    return not any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n\r" for char in words)


def _extensions(directive: Directive) -> list[Json]:
    said: list[Json] = [{"url": ACT_URL, "valueCode": directive.act.value}]
    if directive.words:
        said.append({"url": WORDS_URL, "valueString": directive.words})
    return said


def _category(topic: Topic) -> Json:
    codes = ((TOPIC_SYSTEM, topic.value), *_CODES[topic])
    return {"coding": [{"system": system, "code": code} for system, code in codes], "text": _WORDS[topic]}


def _div(directive: Directive) -> str:
    """Return what people read in programs that show FHIR: the same as the fields say."""
    lines = [title_of(directive), *directive.words.splitlines()]
    if directive.source is not None:
        lines.append(f"As in: {directive.source.title} ({directive.source.id})")
    paragraphs = "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines if line.strip())
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>'


def _loaded(data: bytes) -> Json:
    if len(data) > MAX_BYTES:
        raise ValueError("it is too large")
    text = data.decode()
    if not is_bounded(text):
        raise ValueError("it holds too many values")
    return cast("Json", json.loads(text, object_pairs_hook=members_once))


def _parsed(whole: Json) -> Directive:
    if not isinstance(whole, dict) or whole.get("resourceType") != "Consent":
        raise ValueError("it is no Consent")
    for name in ("modifierExtension", "implicitRules", "provision", "sourceAttachment"):
        if name in whole:
            raise ValueError(f"its {name} could change what it says")
    act = Act(_extension(whole, ACT_URL, "valueCode"))
    status = whole.get("status")
    if status not in {"active", "inactive"} or (act is Act.REVOKED and status == "active"):
        raise ValueError("its status is none that it can have")
    if (text_at(whole, "scope", "coding", "code"), text_at(whole, "policy", "uri")) != ("adr", POLICY_URI):
        raise ValueError("its scope or policy is another")
    found = Directive(
        topic=_topic(whole),
        act=act,
        made=_day(text_at(whole, "dateTime")),
        is_active=status == "active",
        words=_extension(whole, WORDS_URL, "valueString", default=""),
        source=_source(whole),
        vault=text_at(whole, "performer", "identifier", "value") or "",
    )
    return _checked(found, text_at(whole, "text", "div"))


def _checked(found: Directive, div: str | None) -> Directive:
    if found.act is Act.MADE and not found.words.strip() and found.source is None:
        raise ValueError("it says nothing")
    if len(found.words) > MAX_WORDS_CHARS or not _is_text(found.words):
        raise ValueError("its words are too many, or no text")
    if div is not None and div != _div(found):
        raise ValueError("its narrative says something else than its fields")
    return found


def _topic(whole: Json) -> Topic:
    categories = items_at(whole, "category")
    codings = [coding for each in categories for coding in items_at(each, "coding")]
    own = [text_at(coding, "code") for coding in codings if text_at(coding, "system") == TOPIC_SYSTEM]
    if len(categories) != 1 or len(own) != 1:
        raise ValueError("it does not name one topic")
    return Topic(own[0])


def _day(text: str | None) -> date:
    if text is None or not _DAY.fullmatch(text):
        raise ValueError("its dateTime is no whole day")
    return date.fromisoformat(text)


def _extension(whole: Json, url: str, name: str, default: str | None = None) -> str:
    found = [one for one in items_at(whole, "extension") if text_at(one, "url") == url]
    value = value_at(found[0], name) if len(found) == 1 else default
    if len(found) > 1 or not isinstance(value, str):
        raise ValueError(f"its {url} is missing, doubled or no text")
    return value


def _source(whole: Json) -> Source | None:
    if value_at(whole, "sourceReference") is None:
        return None
    system = text_at(whole, "sourceReference", "identifier", "system")
    id_text = text_at(whole, "sourceReference", "identifier", "value") or ""
    if system != DOCUMENT_SYSTEM or not _DOCUMENT_ID.fullmatch(id_text):
        raise ValueError("its sourceReference names no document")
    return Source(id=id_text, title=text_at(whole, "sourceReference", "display") or "")
