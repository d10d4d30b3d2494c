# SPDX-License-Identifier: Apache-2.0
"""Consent to a trial, and its withdrawal: what a participant signs by keeping it in her journal.

A consent is bound to the exact bytes of one form of the sponsor's: document, size, SHA-256, version, language; and
to the participant's vault, so that nobody can pass it off as their own. Neither record is ever changed: consenting
anew and withdrawing are further records. Pure. Spec: docs/spec/trial-consent.md sections 1 and 2.
"""

import re
from dataclasses import dataclass
from datetime import date

from healthvault.errors import InvalidRequest
from healthvault.trials.form_fields import (
    Fields,
    JsonValue,
    check_line,
    digest_text,
    document_text,
    form_bytes,
    parse_day,
    parse_form,
    record_text,
    vault_text,
)
from healthvault.trials.protocol import check_study_word

__all__ = [
    "Consent",
    "FormRef",
    "Option",
    "Withdrawal",
    "check_language",
    "check_options",
    "check_study",
    "countersignature",
    "parse_consent",
    "parse_option",
    "parse_withdrawal",
]

CONSENT_TYPE = "trial-consent"
WITHDRAWAL_TYPE = "trial-withdrawal"
MAX_STUDY_CHARS = 64
MAX_WORDS_CHARS = 500
MAX_NAME_CHARS = 200
MAX_OPTIONS = 50
MAX_ENDED = 100  # consents that one withdrawal ends
_OPTION_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that the form asks, and the answer."""

    id: str
    """Short name by which commands ask for it: `data`."""
    words: str
    """What was asked, in plain words; one line."""
    answer: bool

    def to_object(self) -> dict[str, JsonValue]:
        """Return the JSON object."""
        return {"id": self.id, "words": self.words, "answer": self.answer}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRef:
    """The form that was agreed to: exactly these bytes."""

    document: str
    """Whole id of the document that holds it in the participant's vault."""
    sha256: str
    """Of its bytes, hexadecimal. The form is the sponsor's public text, so a plain hash gives nothing away."""
    size_bytes: int
    version: str
    """As the sponsor calls it."""
    language: str
    """BCP 47 tag."""

    def to_object(self) -> dict[str, JsonValue]:
        """Return the JSON object."""
        return {
            "document": self.document,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "version": self.version,
            "language": self.language,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a participant agreed to. *Unverified* until its document is known to be hers."""

    record: str
    """Random number of this record (16 bytes, hexadecimal): the same answers twice are two records."""
    study: str
    subject: str
    """Id of the participant's vault, `c_…`."""
    form: FormRef
    options: tuple[Option, ...]
    date: date
    """From when it holds, by the participant's word."""
    explained_by: str | None
    """Who explained the trial to her, by her word."""
    replaces: str | None = None
    """Number of the consent in whose place it comes."""

    def to_bytes(self) -> bytes:
        """Return the form."""
        return form_bytes(
            CONSENT_TYPE,
            {
                "record": self.record,
                "study": self.study,
                "subject": self.subject,
                "form": self.form.to_object(),
                "options": [option.to_object() for option in self.options],
                "date": self.date.isoformat(),
                "explained_by": self.explained_by,
                "replaces": self.replaces,
            },
        )

    def answer(self, option: str) -> bool:
        """Tell whether something was asked and answered yes."""
        return any(one.answer for one in self.options if one.id == option)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That a participant ends consents, each by its number. *Unverified* as a consent is."""

    record: str
    study: str
    subject: str
    ends: tuple[str, ...]
    """Numbers of consents."""
    begins: date
    """The first day on which they do not hold any more."""
    reason: str | None

    def to_bytes(self) -> bytes:
        """Return the form."""
        ends: list[JsonValue] = [*self.ends]
        return form_bytes(
            WITHDRAWAL_TYPE,
            {
                "record": self.record,
                "study": self.study,
                "subject": self.subject,
                "ends": ends,
                "from": self.begins.isoformat(),
                "reason": self.reason,
            },
        )


def parse_consent(data: bytes) -> Consent:
    """Return the consent in a document's bytes.

    Args:
        data: *Unverified* bytes.

    Raises:
        FormatError: `too_large`, `bad_schema`, `unsupported`.
    """
    fields = parse_form(data, CONSENT_TYPE)
    form = fields.inner("form")
    options = fields.several("options", _option, most=MAX_OPTIONS)
    if len({option.id for option in options}) < len(options):
        raise fields.wrong("options")
    return Consent(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        subject=fields.text("subject", vault_text),
        form=FormRef(
            document=form.text("document", document_text),
            sha256=form.text("sha256", digest_text),
            size_bytes=form.size("size_bytes"),
            version=form.text("version", check_version),
            language=form.text("language", check_language),
        ),
        options=options,
        date=fields.text("date", parse_day),
        explained_by=fields.text_or_none("explained_by", check_name),
        replaces=fields.text_or_none("replaces", record_text),
    )


def parse_withdrawal(data: bytes) -> Withdrawal:
    """Return the withdrawal in a document's bytes (unverified).

    Raises:
        FormatError: `too_large`, `bad_schema`, `unsupported`.
    """
    fields = parse_form(data, WITHDRAWAL_TYPE)
    return Withdrawal(
        record=fields.text("record", record_text),
        study=fields.text("study", check_study_word),
        subject=fields.text("subject", vault_text),
        ends=fields.texts("ends", record_text, most=MAX_ENDED),
        begins=fields.text("from", parse_day),
        reason=fields.text_or_none("reason", check_reason),
    )


def parse_option(text: str) -> Option:
    """Return what `data:Use my data:yes` says.

    Raises:
        InvalidRequest: `blank_form`, words or answer are missing; `bad_option`, it is not of this form.
    """
    option_id, _, rest = text.partition(":")
    words, _, answer = rest.rpartition(":")
    if not _OPTION_ID.fullmatch(option_id):
        hint = "write NAME:WORDS:yes or NAME:WORDS:no, such as data:Use my data:yes"
        raise InvalidRequest("bad_option", f"{text!r} has no short name of an option", hint=hint)
    said = check_line(words, f"question of option {option_id}", most=MAX_WORDS_CHARS)
    if not answer.strip():
        raise InvalidRequest("blank_form", f"option {option_id} was not answered", hint="yes or no")
    if answer.strip().casefold() not in _ANSWERS:
        raise InvalidRequest("bad_option", f"the answer to option {option_id} is neither yes nor no")
    return Option(id=option_id, words=said, answer=_ANSWERS[answer.strip().casefold()])


def check_options(options: tuple[Option, ...]) -> None:
    """Check the answers of a whole form. Raises InvalidRequest: `blank_form`, `bad_option`."""
    if not options:
        hint = "name what the form asks, each with its answer: --option 'data:Use my data:yes'"
        raise InvalidRequest("blank_form", "nothing on the form was answered", hint=hint)
    ids = [option.id for option in options]
    if len(set(ids)) < len(ids) or len(ids) > MAX_OPTIONS:
        raise InvalidRequest("bad_option", f"two options have one name, or there are over {MAX_OPTIONS}")


def check_study(text: str) -> str:
    """Return the id of a study, one plain word. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_study_word(check_line(text, "study", most=MAX_STUDY_CHARS))


def check_version(text: str) -> str:
    """Return the version of a form. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "version", most=MAX_STUDY_CHARS)


def check_name(text: str) -> str:
    """Return the name of who explained. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "name of who explained it", most=MAX_NAME_CHARS)


def check_reason(text: str) -> str:
    """Return a reason. Raises InvalidRequest: `blank_form`, `bad_text`."""
    return check_line(text, "reason", most=MAX_WORDS_CHARS)


def check_language(text: str) -> str:
    """Return a BCP 47 tag of a plain shape. Raises InvalidRequest: `blank_form`, `bad_text`."""
    line = check_line(text, "language", most=MAX_STUDY_CHARS)
    if not _LANGUAGE.fullmatch(line):
        raise InvalidRequest("bad_text", f"{line!r} is no language", hint="a tag such as en, pt-PT or zh-Hans")
    return line


def countersignature(consent: Consent) -> str:
    """Return the one statement by which somebody countersigns a consent; any other is no countersignature."""
    form = consent.form
    return (
        f"Countersigned: consent {consent.record} to study {consent.study}, on form version {form.version}"
        f" ({form.language}), which I hold: SHA-256 {form.sha256}, {form.size_bytes} bytes"
    )


def _option(fields: Fields) -> Option:
    return Option(
        id=fields.text("id", lambda text: text if _OPTION_ID.fullmatch(text) else check_line("", "name", most=1)),
        words=fields.text("words", lambda text: check_line(text, "question", most=MAX_WORDS_CHARS)),
        answer=fields.flag("answer"),
    )
