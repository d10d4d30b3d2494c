# SPDX-License-Identifier: Apache-2.0
"""Reads JSON of no format of health care: answers of devices' services, data points, else its words.

Spec: docs/spec/contents.md section 8.
"""

from collections.abc import Iterator

from healthvault.records.json_written import parse_written, words_of_json
from healthvault.records.open_mhealth import points_reader
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside
from healthvault.records.statements import Statement
from healthvault.records.wearable_api import answer_reader

__all__ = ["read_json"]


def read_json(probe: Probe, _inside: Inside) -> Iterator[Statement]:
    """Yield what a JSON file states. Raises as `parse_written`."""
    value = parse_written(probe)
    reader = answer_reader(value) or points_reader(value)
    yield from reader(value) if reader else words_of_json(value)
