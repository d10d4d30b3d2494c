# SPDX-License-Identifier: Apache-2.0
"""Records of a study: what a document states, without anything that names somebody or is text of its own.

Everything is out unless a field lets it in, and what a field lets in is of a closed form: a word of a fixed list,
a code of a known terminology, a number, a unit of UCUM, a shifted day. Pure.

Spec: docs/spec/research.md section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from enum import Enum

from healthvault.codec import Fields, Value, pack, unpack
from healthvault.errors import FormatError
from healthvault.ledger.ids import base32
from healthvault.records.categories import Category
from healthvault.records.sense import sense_of
from healthvault.records.statements import Item, Quantity
from healthvault.research.codes import known_code
from healthvault.research.days import birth_band, is_too_old, shifted
from healthvault.research.keys import ID_BYTES, StudyKeys
from healthvault.research.ucum import ucum_unit

__all__ = ["DEFAULT_FIELDS", "DIGITS", "FIELDS", "PERSON",
    "STATUSES", "TYPES", "LeftOut", "Making", "Record", "parse_record",
           "person_record", "record_of"]  # fmt: skip

DIGITS = 4  # significant ones of a number: more would tell a person apart, and no study needs them
FIELDS = ("code", "value", "status", "date", "until", "category", "sex", "birth-decade", "birth-year")
DEFAULT_FIELDS = FIELDS[:-1]
PERSON = "Person"
TYPES = ("AllergyIntolerance", "Condition", "DiagnosticReport", "Encounter", "Immunization",
         "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement",
         "Observation", "Procedure")  # fmt: skip
MAX_CODES = 8
MAX_TEXT_CHARS = 200
MAX_RECORD_BYTES = 4096
_SEXES = ("female", "male", "other", "unknown")
_IN_ERROR = "entered-in-error"
STATUSES = frozenset((
    "active", "amended", "appended", "arrived", "cancelled", "completed", "confirmed", "corrected", "declined",
    "differential", "draft", "final", "finished", "in-progress", "inactive", "intended", "not-done", "not-taken",
    "on-hold", "onleave", "partial", "planned", "preliminary", "preparation", "presumptive", "provisional",
    "recurrence", "refuted", "registered", "relapse", "remission", "resolved", "stopped", "triaged", "unconfirmed",
    "unknown",
))  # fmt: skip
_CATEGORIES = frozenset(category.value for category in Category)
_ROUNDED = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
_MAX_EXPONENT = 9
_PERSON_SENSE = b"person"


class LeftOut(Enum):
    """Why something that a document states is in no record, or a part of it is not."""

    TYPE = "type"
    CODE = "code"
    VALUE = "value"
    SEVERAL = "several"
    SENSITIVE = "sensitive"
    IN_ERROR = "in-error"
    OLD = "old"
    DATE = "date"
    """The record is there, its date is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How records of one export are made."""

    keys: StudyKeys
    fields: frozenset[str]
    sensitivity: frozenset[str]
    """Labels that may leave."""
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record; of a file (unverified) its words may be anything."""

    id: bytes
    """16 bytes; the same id later in a log is a newer version of this."""
    type: str
    codes: tuple[tuple[str, str], ...] = ()
    """Address of the terminology, and code."""
    value: str | None = None
    """Decimal text, at most 4 significant digits."""
    comparator: str | None = None
    unit: str | None = None
    """UCUM."""
    status: str | None = None
    date: str | None = None
    """Shifted day."""
    until: str | None = None
    category: str | None = None
    sex: str | None = None
    birth: str | None = None
    """`1970-1979`, `1974` or `90+`."""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes that the study's log commits to."""
        said: dict[str, Value] = {name: text for name in _TEXTS if (text := getattr(self, name)) is not None}
        codes: list[Value] = [[system, code] for system, code in self.codes]
        return pack({"id": self.id, "type": self.type, **({"codes": codes} if codes else {}), **said})

    def to_json(self) -> dict[str, object]:
        """Return what a line of NDJSON says of it."""
        said = {name: text for name in _TEXTS if (text := getattr(self, name)) is not None}
        codes = [{"system": system, "code": code} for system, code in self.codes]
        return {"id": base32(self.id), "record": self.type, **({"codes": codes} if codes else {}), **said}


_TEXTS = ("value", "comparator", "unit", "status", "date", "until", "category", "sex", "birth")


def record_of(item: Item, making: Making) -> tuple[Record | None, tuple[LeftOut, ...]]:
    """Return the record of a thing stated (untrusted), or None, and what was left out of it.

    Raises:
        FormatError: Never for what a reader of ours states.
    """
    reason = _why_not(item, making)
    if reason is not None:
        return None, (reason,)
    codes = tuple(dict.fromkeys(known for coding in item.codes if (known := known_code(coding))))[:MAX_CODES]
    number, unit = _measured(item.quantity)
    if not codes:
        return None, (LeftOut.CODE,)
    wants_value = "value" in making.fields and item.type == "Observation"
    if wants_value and (number is None or unit is None):
        return None, (LeftOut.VALUE,)
    days = {name: _day(name, text, making) for name, text in (("date", item.date), ("until", item.until))}
    record = Record(
        id=making.keys.record_id(sense_of(item)),
        type=item.type,
        codes=codes if "code" in making.fields else (),
        value=number if wants_value else None,
        comparator=item.quantity.comparator if wants_value and item.quantity else None,
        unit=unit if wants_value else None,
        status=item.status if "status" in making.fields and item.status in STATUSES else None,
        date=days["date"],
        until=days["until"],
        category=item.category if "category" in making.fields and item.category in _CATEGORIES else None,
    )
    lost = item.date is not None and days["date"] is None and "date" in making.fields
    return record, (LeftOut.DATE,) if lost else ()


def person_record(birth: str | None, sex: str | None, making: Making) -> Record | None:
    """Return the record of the person: sex and decade of birth, as far as both are known and let in."""
    by_year = "birth-year" in making.fields
    band = birth_band(birth, making.today, by_year=by_year) if by_year or "birth-decade" in making.fields else None
    known = sex if "sex" in making.fields and sex in _SEXES else None
    if band is None and known is None:
        return None
    return Record(id=making.keys.record_id(_PERSON_SENSE), type=PERSON, sex=known, birth=band)


def parse_record(data: bytes) -> Record:
    """Read a record from unverified bytes; keys that are not known are passed over.

    Raises:
        FormatError: `limit_exceeded`, `bad_encoding`, `bad_text`, `bad_schema`.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise FormatError("limit_exceeded", f"a record is longer than {MAX_RECORD_BYTES} bytes")
    fields = Fields(unpack(data), "record")
    texts = {name: _short(fields, name) for name in _TEXTS if fields.has(name)}
    return Record(
        id=fields.bin("id", ID_BYTES),
        type=_short(fields, "type"),
        codes=tuple(_codes(fields)) if fields.has("codes") else (),
        **texts,
    )


def _codes(fields: Fields) -> Iterable[tuple[str, str]]:
    for pair in fields.array("codes", MAX_CODES):
        if not isinstance(pair, list) or len(pair) != 2:
            raise fields.wrong("codes")
        both = Fields({"system": pair[0], "code": pair[1]}, "record.codes")
        yield _short(both, "system"), _short(both, "code")


def _short(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if not text or len(text) > MAX_TEXT_CHARS:
        raise fields.wrong(name)
    return text


def _why_not(item: Item, making: Making) -> LeftOut | None:
    if item.type not in TYPES:
        return LeftOut.TYPE
    if item.status == _IN_ERROR:
        return LeftOut.IN_ERROR
    if not making.sensitivity.issuperset(item.sensitivity):
        return LeftOut.SENSITIVE
    if item.quantity is not None and item.quantity.count != 1:
        return LeftOut.SEVERAL
    return LeftOut.OLD if is_too_old(item.date, making.today) or is_too_old(item.until, making.today) else None


def _day(field: str, text: str | None, making: Making) -> str | None:
    return shifted(text, making.keys.shift_days) if field in making.fields else None


def _measured(quantity: Quantity | None) -> tuple[str | None, str | None]:
    """Return number and unit that may leave; None for what may not."""
    if quantity is None:
        return None, None
    try:
        number = Decimal(quantity.number)
    except InvalidOperation:
        return None, None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        return None, None
    return format(_ROUNDED.plus(number), "f"), ucum_unit(quantity.unit)
