# SPDX-License-Identifier: Apache-2.0
"""Properties of a trial's forms and of its judging: hostile bytes, and every document that can be left out."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from healthvault.errors import FormatError, HealthVaultError
from healthvault.trials.lock import Input, Lock, parse_lock, parse_results
from healthvault.trials.protocol import DataBatch, Protocol, parse_amendment, parse_batch, parse_protocol
from tests.trials import RECORD, Trial, codes, doc_id

PARSERS: tuple[Callable[[bytes], object], ...] = (
    parse_protocol,
    parse_amendment,
    parse_batch,
    parse_lock,
    parse_results,
)
KINDS = ("trial-protocol", "trial-amendment", "trial-data", "trial-lock", "trial-result")
LINES = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, categories=("L", "N")), min_size=1, max_size=40
)
IDS = st.integers(0, 1000).map(doc_id)
NAMES = [
    "record",
    "study",
    "title",
    "registration",
    "document",
    "endpoints",
    "analysis",
    "number",
    "amends",
    "reason",
    "documents",
    "subject",
    "first",
    "last",
    "protocol",
    "inputs",
    "inputs_hash",
    "script",
    "lock",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | IDS | st.just(RECORD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200), st.sampled_from(PARSERS))
def test_any_bytes(data: bytes, parse: Callable[[bytes], object]) -> None:
    """They are refused as a format, whatever they are."""
    try:
        parse(data)
    except FormatError:
        return
    raise AssertionError(data)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.sampled_from(KINDS), st.sampled_from(PARSERS))
def test_any_object(members: dict, kind: str, parse: Callable[[bytes], object]) -> None:
    """It is a form or it is refused; nothing else is raised."""
    with suppress(FormatError):
        parse(json.dumps({"type": kind, "version": 1, **members}).encode())


@given(LINES, st.lists(LINES, min_size=1, max_size=5), st.none() | LINES, IDS)
def test_a_registration_comes_back(title: str, endpoints: list[str], analysis: str | None, document: str) -> None:
    """Parsed and written again it is the same bytes."""
    form = Protocol(
        record=RECORD,
        study="S-1",
        title=title,
        registration=None,
        document=document,
        endpoints=tuple(endpoints),
        analysis=analysis,
    )
    assert (form, form.to_bytes()) == (parse_protocol(form.to_bytes()), parse_protocol(form.to_bytes()).to_bytes())


@given(st.sets(IDS, min_size=1, max_size=20), st.none() | st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_data_and_locks_come_back(ids: set[str], day: date | None) -> None:
    """Whatever documents they name."""
    batch = DataBatch(record=RECORD, study="S-1", documents=tuple(sorted(ids)), subject=None, first=day, last=day)
    assert batch == parse_batch(batch.to_bytes())
    inputs = tuple(Input(document=each, size_bytes=1 + len(each)) for each in sorted(ids))
    lock = Lock(record=RECORD, study="S-1", number=1, protocol=doc_id(1), inputs=inputs, script=None)
    assert lock == parse_lock(lock.to_bytes())


@given(st.data())
def test_nothing_can_be_left_out_in_silence(data: st.DataObject) -> None:
    """Of a trial in order, a bundle without any one document of it says so, or shows no trial."""
    trial = Trial()
    script = trial.enter("text")
    protocol = trial.amend(trial.register(), 1)
    inputs = trial.data(data.draw(st.integers(1, 4)))
    if data.draw(st.booleans()):
        inputs[0] = trial.enter("csv", supersedes=inputs[0].seq)
    trial.lock(protocol, inputs, script=script.id)
    assert {"time"} == {name for name, one in trial.judged().items() if one.result != "pass"}
    replaced = {one.supersedes for one in trial.documents} if inputs[0].supersedes else set()
    whole = [one for one in trial.documents if one.kind != "csv" or one.seq not in replaced]
    left = data.draw(st.sampled_from(whole))
    trial.documents.remove(left)
    try:
        found = trial.judged()
    except HealthVaultError:
        return
    assert [code for one in found.values() for code in codes(one)] != []
