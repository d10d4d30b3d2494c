# SPDX-License-Identifier: Apache-2.0
"""Events of several documents: the same once, errors taken out, and whose word each is."""

from supply_events import PHARMACY, chained, happened, legs, names, recall, traced, unit

from healthvault.supply.findings import Verdict

_WRONG = happened("01-21T09:00", "dispensing", PHARMACY, unit("1"), eventID="urn:uuid:wrong")
_DECLARED = {
    **_WRONG,
    "errorDeclaration": {"declarationTime": "2026-01-22T08:00:00Z", "reason": "did_not_occur"},
}


def test_the_same_event_in_two_documents_is_one() -> None:
    """Both documents are named, and both signers."""
    told = [*legs(), legs()[2]]
    trace = traced(told, "1", "Maker", "Wholesaler", "Pharmacy", "Auditor")
    assert (Verdict.COMPLETE, 11) == (trace.verdict, len(trace.steps))
    last = trace.steps[-1].told
    assert ["leg-3", "leg-4"] == [origin.document for origin in last.origins]
    assert (("Pharmacy", "bundle"), ("Auditor", "bundle")) == last.signers


def test_an_error_that_is_declared_takes_the_event_out() -> None:
    """It is told, and does not count."""
    assert ["dispensed_twice"] == names(traced([*legs(), [_WRONG]]))
    trace = traced([*legs(), [_WRONG, _DECLARED]])
    assert (Verdict.COMPLETE, ["declared_in_error"]) == (trace.verdict, names(trace))


def test_an_error_declaration_without_an_id_finds_its_event() -> None:
    """By what it says: the hash leaves the declaration out."""
    wrong = {name: value for name, value in _WRONG.items() if name != "eventID"}
    declared = {**wrong, "errorDeclaration": {"declarationTime": "2026-01-22T08:00:00Z"}}
    assert ["declared_in_error"] == names(traced([*legs(), [wrong, declared]]))


def test_a_stranger_voids_nothing_that_somebody_signed() -> None:
    """An unsigned declaration, or one of another party, against a signed event."""
    told = [*legs(), [_WRONG], [_DECLARED]]
    for stranger in (None, "Wholesaler"):
        trace = traced(told, "1", None, None, None, "Pharmacy", stranger)
        assert {"dispensed_twice", "error_by_other"} == set(names(trace))
    assert ["declared_in_error"] == names(traced(told, "1", None, None, None, "Pharmacy", "Pharmacy"))


def test_an_event_without_a_zone_is_kept_apart() -> None:
    """It has no time to be ordered by, and no hash."""
    told = legs()
    told[2][3]["eventTime"] = "2026-01-20T12:00:00"
    chain = chained(told)
    assert (10, 1) == (len(chain.events), len(chain.undated))
    assert (None, None) == (chain.undated[0].event.hashes.reference, chain.undated[0].event.hashes.text)


def test_a_copy_under_another_id_hides_no_conflict() -> None:
    """Two events of one id say different things; a copy of one, with an id of its own, comes first."""
    one = happened("01-09T09:30", "inspecting", PHARMACY, unit("1"), eventID="urn:uuid:one")
    other = {**one, "bizStep": "stocking"}
    copy = {**other, "eventID": "urn:uuid:two"}
    signers = (None, None, None, "Pharmacy")
    assert ["conflicting_event"] == names(traced([*legs(), [one, other]], "1", *signers))
    told = legs()
    told[0].insert(0, copy)
    assert ["conflicting_event"] == names(traced([*told, [one, other]], "1", *signers))


def test_a_copy_without_its_record_time_hides_no_reversal() -> None:
    """An event that was recorded before it happened; a copy that does not say so comes first."""
    event = happened("01-09T09:30", "inspecting", PHARMACY, unit("1"))
    told = legs()
    told[0].append(event)
    assert ["time_reversal"] == names(traced([*told, [{**event, "recordTime": "2026-01-08T00:00:00Z"}]]))


def test_two_contents_of_one_hash_are_two_events() -> None:
    """The pre-hash string has nothing between fields: a stranger's step swallows the signed disposition."""
    told = [[_swallowed(recall())], *legs(), [recall()]]
    chain = chained(told, None, None, None, None, "Maker")
    assert len({each.event.hashes.text for each in chain.events}) < len(chain.events)
    assert "recalled_lot" in names(traced(told, "1", None, None, None, None, "Maker"))


def _swallowed(event: dict) -> dict:
    disposition = "https://ref.gs1.org/cbv/Disp-" + event["disposition"]
    step = f"https://ref.gs1.org/cbv/BizStep-{event['bizStep']}disposition={disposition}"
    return {name: value for name, value in event.items() if name != "disposition"} | {"bizStep": step}


def test_a_recall_that_is_declared_wrong_is_still_named() -> None:
    """A stranger can declare a stranger's recall of a lot wrong; nobody can do so unseen."""
    event = {**recall(), "eventID": "urn:uuid:recall"}
    declared = {**event, "errorDeclaration": {"declarationTime": "2026-02-02T08:00:00Z"}}
    assert ["recalled_lot"] == names(traced([*legs(), [event]]))
    assert ["declared_in_error"] == names(traced([*legs(), [event, declared]]))
    assert {"recalled_lot", "error_by_other"} >= set(
        names(traced([*legs(), [event], [declared]], "1", None, None, None, "Maker"))
    )
