# SPDX-License-Identifier: Apache-2.0
"""The rules of a trial's integrity, judged over what a bundle shows: each question apart. Pure.

Places are entries of one signed journal, so their order is proved. When an entry was made is not, unless somebody
else's clock bounds it. Spec: docs/spec/trials.md section 4.
"""

from collections.abc import Callable
from itertools import pairwise

from healthvault.trials.answers import Answer, Asked, Collected, broken, named, open_question
from healthvault.trials.lock import Lock
from healthvault.trials.protocol import Amendment, Registered
from healthvault.trials.shown import Counted, Placed, ShownDocument, ShownTrial, is_first

__all__ = ["judge_trial"]

_Chain = tuple[Placed[Registered], ...]


def judge_trial(trial: ShownTrial, counted: Counted | None, sizes_seen: dict[int, int]) -> tuple[Answer, ...]:
    """Answer every question that the bundle alone can be asked.

    Args:
        trial: What it shows.
        counted: What it proves of the number of registrations; None if nothing.
        sizes_seen: Sizes of the journal that somebody else's clock vouches for, each with the earliest time (ms).
    """
    chain = trial.chain(counted)
    steps: tuple[tuple[Asked, Callable[[Collected], None]], ...] = (
        (Asked.REGISTRATION, lambda said: _registration(said, trial, chain, counted)),
        (Asked.AMENDMENTS, lambda said: _amendments(said, trial, chain)),
        (Asked.ORDER, lambda said: _order(said, trial, chain)),
        (Asked.INPUTS, lambda said: _inputs(said, trial, chain)),
        (Asked.ENDPOINTS, lambda said: _endpoints(said, trial, chain)),
        (Asked.SCRIPT, lambda said: _script(said, trial)),
        (Asked.COUNT, lambda said: _count(said, chain, counted)),
        (Asked.TIME, lambda said: _time(said, trial, chain, sizes_seen)),
    )
    answers = []
    for asked, judge in steps:
        said = Collected(asked)
        judge(said)
        answers.append(said.answer())
    return tuple(answers)


def _registration(said: Collected, trial: ShownTrial, chain: _Chain, counted: Counted | None) -> None:
    first = chain[0]
    if not is_first(first):
        said.problems.append(broken("amendment_withheld", f"an older version than entry {first.seq} is not here"))
    if counted is not None and chain[-1].seq not in counted.standing:
        message = f"entry {chain[-1].seq} is not in force: a newer version is not here, or it was taken back"
        said.problems.append(broken("protocol_not_in_force", message))
    standing = frozenset() if counted is None else counted.standing
    others = [one for one in chain[1:] if is_first(one)]  # it came in the place of another, and is no amendment
    others += [one for one in trial.registered if one not in chain and (is_first(one) or one.seq in standing)]
    if others:
        places = named(f"entry {one.seq}" for one in others)
        said.problems.append(broken("registered_twice", f"{trial.study} is registered again: {places}"))
    missing = [one.form.document for one in chain if one.form.document not in trial.documents]
    if missing:
        said.problems.append(open_question("protocol_not_shown", f"the protocol {named(missing)} is not here"))
    said.details.append(f"entry {first.seq}, protocol {first.form.document}")


def _amendments(said: Collected, trial: ShownTrial, chain: _Chain) -> None:
    number = 0
    data, locks = trial.data(), trial.locks
    for older, one in zip((None, *chain), chain, strict=False):
        if isinstance(one.form, Amendment):
            number += 1
            if one.form.number != number:
                message = f"entry {one.seq} calls itself amendment {one.form.number}, and is the {number}."
                said.problems.append(broken("amendment_withheld", message))
            if older is not None and one.form.amends != older.document.id:
                message = f"entry {one.seq} says that it amends {one.form.amends}, and replaced entry {older.seq}"
                said.problems.append(broken("amendment_withheld", message))
            said.details.append(f"{number}: entry {one.seq}, {_place(one.seq, data, locks)}: {one.form.reason}")
    taken_back = [one for one in trial.registered if one not in chain and not is_first(one)]  # by a retraction
    said.details += [f"entry {one.seq} is not in force any more" for one in taken_back]
    if not said.details and not said.problems:
        said.details.append("none")


def _place(seq: int, data: tuple[ShownDocument, ...], locks: tuple[Placed[Lock], ...]) -> str:
    if any(lock.seq < seq for lock in locks):
        return "after a lock"
    return "after the first data" if data and data[0].seq < seq else "before any data"


def _order(said: Collected, trial: ShownTrial, chain: _Chain) -> None:
    data, first = trial.data(), chain[0]
    if not data:
        said.is_open = True
        said.details.append("no data are here")
        return
    here = {one.seq for one in trial.documents.values()}
    unseen = sorted({one.supersedes for one in data if one.supersedes is not None} - here)
    early = [_entry_of(one) for one in data if one.seq < first.seq]
    early += [f"an older version (entry {seq})" for seq in unseen if seq < first.seq]
    if early:
        message = f"entered before the protocol (entry {first.seq}): {named(early)}"
        said.problems.append(broken("data_before_protocol", message))
    elif unseen:
        message = f"older versions of data are not here: {named(f'entry {seq}' for seq in unseen)}"
        said.problems.append(open_question("input_left_out", message))
    else:
        said.details.append(f"protocol entry {first.seq}, data from entry {data[0].seq} to {data[-1].seq}")


def _inputs(said: Collected, trial: ShownTrial, chain: _Chain) -> None:
    if not trial.locks:
        said.problems.append(open_question("not_locked", "no lock is here: what was analysed is not said"))
        return
    for lock in trial.locks:
        _changed_after(said, trial, lock)
    last = trial.locks[-1]
    count = max(len(trial.locks), *(lock.form.number for lock in trial.locks))  # one may be held back
    if count > 1:
        message = f"the data were locked {count} times, {len(trial.locks)} shown: {_difference(trial.locks)}"
        said.problems.append(open_question("locked_again", message))
    in_force = [one for one in chain if one.seq < last.seq]
    if not in_force or in_force[-1].document.id != last.form.protocol:
        message = f"the lock of entry {last.seq} names another protocol than was in force"
        said.problems.append(broken("lock_of_other_protocol", message))
    _compared(said, trial, last)
    count = len(last.form.inputs)
    inputs = "1 input" if count == 1 else f"{count} inputs"
    said.details.append(f"{inputs} locked by entry {last.seq}, hash {last.form.inputs_hash}")


def _compared(said: Collected, trial: ShownTrial, lock: Placed[Lock]) -> None:
    """Compare what a lock names with the data that were there before it, version by version."""
    locked = {one.document: one for one in lock.form.inputs}
    missing = [each for each in locked if each not in trial.documents]
    if missing:
        said.problems.append(broken("input_missing", f"locked, and not here: {named(missing)}"))
    before = [one for one in trial.data() if one.seq < lock.seq]
    replaced = {one.supersedes for one in before}
    standing = {one.id: one for one in before if one.seq not in replaced}
    added = [each for each in locked if each in trial.documents and each not in standing]
    if added:
        said.problems.append(broken("input_added", f"locked, and no data in force: {_names(trial, added)}"))
    left = [one for one in standing.values() if one.id not in locked]
    gone = [one for one in left if one.claimed_status == "retracted"]
    held = [one for one in left if one not in gone]
    if held:
        said.problems.append(broken("input_missing", f"data, and not locked: {named(map(_entry_of, held))}"))
    unseen = sorted(_unseen(trial, lock) - set(locked))
    if gone or unseen:
        message = f"taken back before the lock, by the sponsor's word: {named([*map(_entry_of, gone), *unseen])}"
        said.problems.append(open_question("input_left_out", message))
    wrong = [one.document for one in locked.values() if _is_other_size(trial, one.document, one.size_bytes)]
    if wrong:
        said.problems.append(broken("input_changed", f"of another size than locked: {_names(trial, wrong)}"))


def _unseen(trial: ShownTrial, lock: Placed[Lock]) -> set[str]:
    """Return ids of data that were named before a lock, and are not here."""
    batches = (batch for batch in trial.batches if batch.seq < lock.seq)
    return {each for batch in batches for each in batch.form.documents} - set(trial.documents)


def _changed_after(said: Collected, trial: ShownTrial, lock: Placed[Lock]) -> None:
    """Name the inputs of which a newer version was entered after the lock."""
    locked = {one.document for one in lock.form.inputs}
    chained = {one.seq: one for one in trial.documents.values() if one.id in locked}
    for one in trial.data():
        if one.supersedes in chained and one.seq > lock.seq:
            older = chained[one.supersedes]
            chained[one.seq] = one
            message = f"{_entry_of(older)} was replaced by entry {one.seq}, after the lock of entry {lock.seq}"
            said.problems.append(broken("input_changed", message))
    fresh = [one for one in trial.data() if one.seq > lock.seq and one.seq not in chained]
    if fresh:
        said.details.append(f"entered after the lock of entry {lock.seq}: {named(map(_entry_of, fresh))}")


def _is_other_size(trial: ShownTrial, document: str, size_bytes: int) -> bool:
    shown = trial.documents.get(document)
    return shown is not None and shown.size_bytes != size_bytes


def _difference(locks: tuple[Placed[Lock], ...]) -> str:
    first = {one.document for one in locks[0].form.inputs}
    last = {one.document for one in locks[-1].form.inputs}
    return f"{len(last - first)} inputs more and {len(first - last)} fewer than at first"


def _endpoints(said: Collected, trial: ShownTrial, chain: _Chain) -> None:
    data = trial.data()
    for older, newer in pairwise(chain):
        is_same = (older.form.endpoints, older.form.analysis) == (newer.form.endpoints, newer.form.analysis)
        place = _place(newer.seq, data, trial.locks)
        if is_same or place == "before any data":
            continue
        what = "the endpoints" if older.form.endpoints != newer.form.endpoints else "the planned analysis"
        became = f"{named(older.form.endpoints)} became {named(newer.form.endpoints)}"
        message = f"entry {newer.seq} changed {what} {place}: {became}"
        is_after = place == "after a lock"
        make = broken if is_after else open_question
        said.problems.append(make("endpoint_switched" if is_after else "endpoint_changed_after_data", message))
    said.details.append(f"in force: {named(chain[-1].form.endpoints)}")


def _script(said: Collected, trial: ShownTrial) -> None:
    lock = trial.locks[-1] if trial.locks else None
    script = lock.form.script if lock else None
    if lock is None or script is None:
        said.is_open = True
        said.details.append("no program of the analysis was committed to")
        return
    shown = trial.documents.get(script)
    if shown is None:
        said.problems.append(open_question("script_not_shown", f"the program {script} is not here"))
        return
    data = trial.data()
    place = "before any data" if not data or shown.seq < data[0].seq else "after the first data"
    said.details.append(f"{_entry_of(shown)} was committed {place}, and by the lock of entry {lock.seq}")


def _count(said: Collected, chain: _Chain, counted: Counted | None) -> None:
    if counted is None:
        message = "how many protocols are registered in this vault is not shown"
        said.problems.append(open_question("not_counted", message, hint="ask for a bundle of `hv trial bundle`"))
        return
    shown = len(counted.standing)
    are = "is" if shown == 1 else "are"
    said.details.append(f"{shown} of {counted.total} protocols registered in this vault {are} shown")
    replaced = counted.superseded - (len(chain) - 1)
    gone = [
        f"{count} {word}"
        for count, word in (
            (max(replaced, 0), "replaced, and not of this trial as it stands"),
            (counted.retracted, "retracted"),
            (counted.erased, "erased"),
            (counted.moved, "put into another category"),
        )
        if count
    ]
    said.details += gone
    if counted.restarts:
        places = named(f"entry {seq}" for seq in counted.restarts)
        message = f"the history goes on from an older copy at {places}: what came after that copy is not in it"
        said.problems.append(open_question("history_restarted", message))
    if shown < counted.total or gone:
        message = "other registrations of this vault are not shown"
        said.problems.append(open_question("protocols_withheld", message))


def _time(said: Collected, trial: ShownTrial, chain: _Chain, sizes_seen: dict[int, int]) -> None:
    first, data = chain[0].seq, trial.data()
    limit = data[0].seq if data else None
    between = [size for size in sizes_seen if first < size and (limit is None or size <= limit)]
    if between:
        said.details.append("somebody else's clock vouches for the registration when no data were entered yet")
        return
    said.is_open = True
    if any(first < size for size in sizes_seen):
        said.details.append(
            "others saw the registration only together with data: until then it was the sponsor's word"
        )
    else:
        said.details.append(
            "the sponsor's clock only: the whole history could have been written later, in this order"
        )


def _entry_of(one: ShownDocument) -> str:
    return f"{one.name} (entry {one.seq})"


def _names(trial: ShownTrial, ids: list[str]) -> str:
    return named(_entry_of(trial.documents[each]) for each in ids)
