# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.trials.judging and shown: docs/spec/trials.md section 4, rule by rule."""

from dataclasses import replace

import pytest

from healthvault.errors import FormatError, HealthVaultError, IntegrityError, NotEstablished
from healthvault.trials.shown import read_trial
from tests.trials import Trial, codes, counting


def test_a_trial_in_order() -> None:
    """Everything passes but the time, which nobody vouches for; no question is left out."""
    trial = Trial()
    script = trial.enter("text")
    protocol = trial.register()
    lock = trial.lock(protocol, trial.data(), script=script.id)
    trial.results(lock)
    found = trial.judged()
    assert [("time", "unknown")] == [(name, one.result) for name, one in found.items() if one.result != "pass"]
    assert "before any data" in found["script"].detail
    assert ["registration", "amendments", "order", "inputs", "endpoints", "script", "count", "time"] == list(found)


def test_a_protocol_alone() -> None:
    """Without data and lock there is nothing to say of them, and no pass."""
    trial = Trial()
    trial.register()
    found = trial.judged()
    assert ("unknown", []) == (found["order"].result, codes(found["order"]))
    assert ("unknown", ["not_locked"]) == (found["inputs"].result, codes(found["inputs"]))
    assert "unknown" == found["script"].result


def test_each_amendment_has_its_place() -> None:
    """Before data, after data, after a lock; numbered one by one."""
    trial = Trial()
    first = trial.amend(trial.register(), 1)
    data = trial.data()
    second = trial.amend(first, 2)
    trial.lock(second, data)
    trial.amend(second, 3)
    said = trial.judged()["amendments"].detail
    assert [True] * 3 == [
        f"{number}: entry {entry}, {place}: because" in said
        for number, entry, place in (
            (1, 3, "before any data"),
            (2, 7, "after the first data"),
            (3, 9, "after a lock"),
        )
    ]


def test_an_amendment_that_is_left_out() -> None:
    """The middle one: its number is missing, and the chain breaks; the newest: what is shown does not stand."""
    trial = Trial()
    first = trial.amend(trial.register(), 1)
    second = trial.amend(first, 2)
    trial.documents.remove(first)
    found = trial.judged(counting(second.seq, superseded=2))
    assert ["amendment_withheld", "registered_twice"] == codes(found["registration"])
    assert ["amendment_withheld"] == codes(found["amendments"])
    trial = Trial()
    trial.amend(trial.register(), 1)
    trial.documents.pop()
    found = trial.judged(counting(total=1, superseded=1))
    assert ["protocol_not_in_force"] == codes(found["registration"])
    assert ["protocols_withheld"] == codes(found["count"])


def test_an_amendment_that_was_retracted() -> None:
    """What it replaced is in force again; it is named, and counted."""
    trial = Trial()
    protocol = trial.register()
    gone = trial.amend(protocol, 1, ("Weight",))
    found = trial.judged(counting(protocol.seq, superseded=1, retracted=1))
    assert ([], f"entry {gone.seq} is not in force any more") == (
        codes(found["registration"]),
        found["amendments"].detail,
    )
    assert (["protocols_withheld"], True) == (codes(found["count"]), "1 retracted" in found["count"].detail)


def test_a_study_that_is_registered_twice() -> None:
    """Two registrations, or two amendments of one form that both stand."""
    trial = Trial()
    one, two = trial.register(), trial.register()
    assert ["registered_twice"] == codes(trial.judged(counting(one.seq, two.seq))["registration"])
    trial = Trial()
    protocol = trial.register()
    one, two = trial.amend(protocol, 1), trial.amend(protocol, 1)
    assert ["registered_twice"] == codes(trial.judged(counting(one.seq, two.seq, superseded=1))["registration"])


def test_data_before_the_protocol() -> None:
    """By their own entries, whatever form names them when."""
    trial = Trial()
    early = trial.enter("csv")
    trial.register()
    trial.name([early, trial.enter("csv")])
    answer = trial.judged()["order"]
    assert (["data_before_protocol"], True, False) == (
        codes(answer),
        "csv-1" in answer.detail,
        "csv-4" in answer.detail,
    )


def test_an_older_version_before_the_protocol() -> None:
    """It is data too, though no form names it: here, or only known by what came in its place."""
    trial = Trial()
    early = trial.enter("csv")
    protocol = trial.register()
    newer = trial.enter("csv", supersedes=early.seq)
    trial.name([newer])
    trial.lock(protocol, [newer])
    found = trial.judged()
    assert (["data_before_protocol"], []) == (codes(found["order"]), codes(found["inputs"]))
    trial.documents.remove(early)
    answer = trial.judged()["order"]
    assert (["data_before_protocol"], True) == (codes(answer), f"entry {early.seq}" in answer.detail)


def test_an_older_version_that_is_not_here() -> None:
    """It may have come in the place of data before the protocol: left open."""
    trial = Trial()
    trial.register()
    older = trial.enter("csv")
    trial.name([trial.enter("csv", supersedes=older.seq)])
    trial.documents.remove(older)
    answer = trial.judged()["order"]
    assert (["input_left_out"], "unknown") == (codes(answer), answer.result)


def test_a_lock_that_is_held_back() -> None:
    """The number of the newest says that there was one before."""
    trial = Trial()
    protocol = trial.register()
    trial.lock(protocol, trial.data(), 2)
    answer = trial.judged()["inputs"]
    assert (["locked_again"], True) == (codes(answer), "2 times, 1 shown" in answer.detail)


def test_a_program_of_an_older_lock() -> None:
    """The newest lock names none: nothing is established by an older one."""
    trial = Trial()
    script = trial.enter("text")
    protocol = trial.register()
    data = trial.data()
    trial.lock(protocol, data, script=script.id)
    trial.lock(protocol, data, 2)
    assert "unknown" == trial.judged()["script"].result


def test_a_registration_in_the_place_of_another() -> None:
    """It is no amendment; and one that says that it amends something else is none of this."""
    trial = Trial()
    first, second = trial.register(), trial.register()
    trial.documents[-1] = second = replace(second, supersedes=first.seq)
    assert ["registered_twice"] == codes(trial.judged(counting(second.seq, superseded=1))["registration"])
    trial = Trial()
    protocol = trial.register()
    trial.amend(replace(protocol, id=trial.documents[0].id), 1)
    assert ["amendment_withheld"] == codes(trial.judged()["amendments"])


def test_inputs_that_are_not_the_data() -> None:
    """Locked and not here, locked and no data, data and not locked, of another size, taken back."""
    trial = Trial()
    protocol = trial.register()
    one, two = trial.data()
    stray, gone = trial.enter("csv"), replace(trial.enter("csv"), claimed_status="retracted")
    trial.documents[-1] = gone
    trial.name([gone])
    lock = trial.lock(protocol, [one, stray])
    answer = trial.judged()["inputs"]
    assert ["input_added", "input_missing", "input_left_out"] == codes(answer)
    assert [True] * 3 == [f"entry {each.seq}" in answer.detail for each in (stray, two, gone)]
    trial.documents[trial.documents.index(lock)] = lock
    trial.documents.remove(one)
    assert "input_missing" in codes(trial.judged()["inputs"])
    trial = Trial()
    protocol = trial.register()
    data = trial.data(1)
    trial.lock(protocol, [replace(data[0], size_bytes=11)])
    assert ["input_changed"] == codes(trial.judged()["inputs"])


def test_data_that_are_named_and_not_here() -> None:
    """Erased, or held back: not locked, it is left open; locked, it breaks the lock."""
    trial = Trial()
    protocol = trial.register()
    one, two = trial.data()
    trial.lock(protocol, [one])
    trial.documents.remove(two)
    answer = trial.judged()["inputs"]
    assert (["input_left_out"], True) == (codes(answer), two.id in answer.detail)
    trial = Trial()
    protocol = trial.register()
    one, two = trial.data()
    trial.lock(protocol, [one, two])
    trial.documents.remove(two)
    assert ["input_missing"] == codes(trial.judged()["inputs"])


def test_an_input_that_was_replaced() -> None:
    """Before the lock the newer version is the input; after it that is named, through every later version."""
    trial = Trial()
    protocol = trial.register()
    one, two = trial.data()
    newer = trial.enter("csv", supersedes=one.seq)
    trial.lock(protocol, [newer, two])
    assert [] == codes(trial.judged()["inputs"])
    third = trial.enter("csv", supersedes=newer.seq)
    trial.enter("csv", supersedes=third.seq)
    answer = trial.judged()["inputs"]
    assert ["input_changed", "input_changed"] == codes(answer)
    assert f"{newer.name} (entry {newer.seq}) was replaced by entry {third.seq}" in answer.detail
    trial = Trial()
    protocol = trial.register()
    one, two = trial.data()
    trial.enter("csv", supersedes=one.seq)
    trial.lock(protocol, [one, two])
    assert ["input_added", "input_missing"] == codes(trial.judged()["inputs"])


def test_data_that_are_locked_again() -> None:
    """It shows, with what is more and fewer; what came after the first lock only shows."""
    trial = Trial()
    protocol = trial.register()
    data = trial.data()
    trial.lock(protocol, data)
    more = trial.data(1)
    assert ([], True) == (
        codes(trial.judged()["inputs"]),
        "entered after the lock" in trial.judged()["inputs"].detail,
    )
    trial.lock(protocol, [*data, *more], 2)
    answer = trial.judged()["inputs"]
    assert (["locked_again"], "unknown") == (codes(answer), answer.result)
    assert "1 inputs more and 0 fewer" in answer.detail


def test_a_lock_of_another_protocol() -> None:
    """It names an amendment that was not in force, or what had been amended."""
    trial = Trial()
    protocol = trial.register()
    trial.amend(protocol, 1)
    trial.lock(protocol, trial.data())
    assert ["lock_of_other_protocol"] == codes(trial.judged()["inputs"])


def test_endpoints_that_are_switched() -> None:
    """After the lock it breaks a rule, after data it is left open, before data it is an amendment like others."""
    trial = Trial()
    first = trial.amend(trial.register(), 1, ("A",))
    data = trial.data()
    second = trial.amend(first, 2, ("B",))
    trial.lock(second, data)
    third = trial.amend(second, 3, ("C",))
    trial.amend(third, 4, ("C",))
    answer = trial.judged()["endpoints"]
    assert (["endpoint_changed_after_data", "endpoint_switched"], "fail") == (codes(answer), answer.result)
    assert "B became C" in answer.detail


def test_how_many_protocols_there_are() -> None:
    """Not shown, all of them, one of three, some that went out."""
    trial = Trial()
    protocol = trial.register()
    shown = read_trial(trial.documents, None)
    assert (protocol,) == tuple(one.document for one in shown.chain(None))
    found = trial.judged(counting(protocol.seq, total=3))
    assert (["protocols_withheld"], True) == (codes(found["count"]), "1 of 3 protocols" in found["count"].detail)
    assert "pass" == trial.judged(counting(protocol.seq))["count"].result
    for gone in ("superseded", "retracted", "erased", "moved"):
        assert ["protocols_withheld"] == codes(trial.judged(counting(protocol.seq, **{gone: 1}))["count"])
    answer = trial.judged(counting(protocol.seq, restarts=(7,)))["count"]
    assert (["history_restarted"], True) == (codes(answer), "entry 7" in answer.detail)


@pytest.mark.parametrize(
    ("sizes", "result"),
    [((), "unknown"), ((2,), "unknown"), ((3,), "pass"), ((4,), "unknown"), ((2, 3), "pass"), ((9,), "unknown")],
)
def test_whose_clock_vouches_for_the_registration(sizes: tuple[int, ...], result: str) -> None:
    """A size that holds the registration (entry 2) and no data (from entry 3)."""
    trial = Trial()
    trial.register()
    trial.data()
    assert result == trial.judged(seen=dict.fromkeys(sizes, 5))["time"].result


def test_what_is_no_trial() -> None:
    """No registration, one of another category or study, several; a form that is none; undisclosed."""
    trial = Trial()
    protocol = trial.register()
    cases: list[tuple[list, str | None, type[HealthVaultError], str]] = [
        ([], None, NotEstablished, "no_trial"),
        ([replace(protocol, category="other")], None, NotEstablished, "no_trial"),
        ([replace(protocol, category=None)], None, NotEstablished, "no_trial"),
        ([protocol], "S-2", NotEstablished, "no_trial"),
        ([replace(protocol, content=None)], None, FormatError, "bad_schema"),
        ([replace(protocol, content=b"{}")], None, FormatError, "bad_schema"),
        ([replace(protocol, is_disclosed=False)], None, NotEstablished, "not_disclosed"),
        ([protocol, Trial(study="S-2", next_seq=5).register()], None, HealthVaultError, "ambiguous"),
    ]
    for documents, study, kind, code in cases:
        with pytest.raises(kind) as caught:
            read_trial(documents, study)
        assert code == caught.value.code


def test_what_can_be_accepted() -> None:
    """What breaks a rule cannot; what is left open can."""
    trial = Trial()
    protocol = trial.register()
    trial.lock(protocol, trial.data())
    trial.amend(protocol, 1, ("Weight",))
    found = trial.judged()
    assert {IntegrityError} == {type(one) for one in found["endpoints"].problems}
    assert {NotEstablished} == {
        type(one) for one in trial.judged(counting(8, total=2, superseded=1))["count"].problems
    }


def test_a_protocol_and_a_program_that_are_not_here() -> None:
    """Left open, and named."""
    trial = Trial()
    protocol = trial.register()
    trial.lock(protocol, trial.data(), script="d_" + "a" * 32)
    del trial.documents[0]
    found = trial.judged()
    assert (["protocol_not_shown"], ["script_not_shown"]) == (codes(found["registration"]), codes(found["script"]))
