# SPDX-License-Identifier: Apache-2.0
"""What one scan leaves in the vault: the elements of the code, word for word, and when it was read. Pure.

Days are worked out again from the elements and the day of the scan, so a form cannot say one thing and mean
another. Spec: docs/spec/packs.md section 4.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from healthvault.errors import FormatError
from healthvault.gs1.check_digits import is_digits
from healthvault.gs1.codes import Element
from healthvault.gs1.trade_items import TradeItem, trade_item, wrong_check_digits
from healthvault.packs.strict_json import loaded, member_text
from healthvault.records.json_walk import Json

__all__ = ["ScanForm", "new_scan_form", "parse_scan_form"]

MAX_FORM_BYTES = 64 << 10
MAX_ELEMENTS = 100
TYPE, VERSION = "pack", 1
_VALUE = re.compile(r"[!-~]{1,90}", re.ASCII)
_GTIN = re.compile(r"\d{14}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanForm:
    """One scan. *Unverified*: the word of who scanned, about a code that anybody may have printed."""

    scanned: datetime
    """Aware; by the clock of who scanned."""
    elements: tuple[Element, ...]
    item: TradeItem

    def to_bytes(self) -> bytes:
        """Return the document."""
        whole = {
            "type": TYPE,
            "version": VERSION,
            "scanned": self.scanned.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "elements": {each.ai: each.value for each in self.elements},
        }
        return (json.dumps(whole, indent=1) + "\n").encode()


def new_scan_form(elements: Sequence[Element], scanned: datetime) -> ScanForm:
    """Return the form of a scan.

    Args:
        elements: Of a well-formed code, each identifier once.
        scanned: When; aware.

    Raises:
        FormatError: As `trade_item`; `check_digit`, a number is not right.
    """
    if wrong := wrong_check_digits(elements):
        raise FormatError("check_digit", f"the check digit of ({wrong[0]}) is wrong")
    item = trade_item(elements, today=_day(scanned))
    return ScanForm(scanned=scanned, elements=tuple(elements), item=item)


def parse_scan_form(data: bytes) -> ScanForm:
    """Return the scan in a document's bytes (*unverified*). Raises FormatError: `bad_schema`."""
    try:
        whole = loaded(data, most_bytes=MAX_FORM_BYTES)
        if (whole.get("type"), whole.get("version")) != (TYPE, VERSION):
            raise ValueError("its type or version is another")  # noqa: TRY301  one handler for all faults
        scanned = datetime.fromisoformat(member_text(whole, "scanned"))
        if scanned.tzinfo is None:
            raise ValueError("its time has no zone")  # noqa: TRY301  likewise
        return new_scan_form(_elements(whole), scanned)
    except (ValueError, OverflowError, FormatError) as err:
        raise FormatError("bad_schema", f"this is no scan of a pack: {err}") from err


def _elements(whole: Mapping[str, Json]) -> tuple[Element, ...]:
    found = whole.get("elements")
    if not isinstance(found, dict) or len(found) > MAX_ELEMENTS:
        raise ValueError("its elements are none")
    elements = tuple(Element(ai=ai, value=value) for ai, value in found.items() if isinstance(value, str))
    for each in elements:
        if not is_digits(each.ai) or not 2 <= len(each.ai) <= 4 or not _VALUE.fullmatch(each.value):
            raise ValueError("an element is none")
    if len(elements) < len(found) or not _GTIN.fullmatch(str(found.get("01"))):
        raise ValueError("its elements name no product")
    return elements


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
