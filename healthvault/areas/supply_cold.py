# SPDX-License-Identifier: Apache-2.0
"""How cold something was kept: out of an EPCIS document or a logger's file, of the vault or not.

Spec: docs/spec/supply.md section 6.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.errors import FormatError, InvalidRequest
from healthvault.supply.cold import ColdReport, Limits, Series, report_of
from healthvault.supply.document import parse_epcis
from healthvault.supply.logger import Assumed, parse_logger
from healthvault.supply.sensors import series_of_events
from healthvault.supply.told import Origin

__all__ = ["ColdResult", "reports_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdResult:
    """A report, and who answers for the document that it is made of."""

    origin: Origin
    report: ColdReport


def reports_of(origin: Origin, content: bytes, limits: Limits, assumed: Assumed) -> Iterator[ColdResult]:
    """Yield what each device in a document tells.

    Args:
        origin: The document.
        content: Its bytes, *unverified*: EPCIS, else CSV.
        limits: What is asked for.
        assumed: For what a CSV file does not say.

    Raises:
        FormatError: `bad_event`, `bad_logger`, `not_epcis`, `too_large`.
        InvalidRequest: `no_temperatures`.
    """
    try:
        found = list(_series(content, assumed))
    except FormatError as err:
        raise FormatError(err.code, f"{origin.document}: {err.message}", hint=err.hint) from err
    if not found:
        raise InvalidRequest("no_temperatures", f"{origin.document}: no temperature is reported in it")
    for series in found:
        yield ColdResult(origin=origin, report=report_of(series, limits))


def _series(content: bytes, assumed: Assumed) -> Iterator[Series]:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"<"}:
        yield from series_of_events(parse_epcis(content).events)
    else:
        series = parse_logger(content, assumed)
        if series.samples or series.unplaced:
            yield series
