# SPDX-License-Identifier: Apache-2.0
"""Two judges of views and fork proofs that share no code agree, on the word and on the code."""

import os
import random
from collections import Counter
from dataclasses import replace

import pytest

from healthvault.bundle.view import ForkProof, HistoryView
from healthvault.errors import HealthVaultError
from healthvault.ledger.events import RotateReason
from healthvault.verify.compare import compare
from healthvault.verify.forks import judge_proof, verify_view
from tests.independent import forks, reader
from tests.owners import Owner, flip
from tests.views import history_view

COUNT = int(os.environ.get("HV_TEST_HISTORIES", "150"))


def go_on(owner: Owner, rng: random.Random, steps: int) -> Owner:
    """Return a copy of a vault after so many steps, some of which change keys."""
    later = owner.copy()
    for _ in range(steps):
        change = rng.choice(["entry"] * 8 + ["rotate", "stolen", "root", "restart"])
        if change == "entry":
            later.append({"kind": "note"})
        elif change == "root":
            later.change_root()
        elif change == "restart":
            later.restart()
        else:
            later.rotate(RotateReason.COMPROMISED if change == "stolen" else RotateReason.PLANNED)
    return later


def a_view(rng: random.Random, owner: Owner) -> HistoryView:
    """Return what some file of a vault shows, sometimes of an earlier size, sometimes not all of it or changed."""
    size = owner.size if rng.random() < 0.6 else rng.randint(1, owner.size)
    marks = {rng.randrange(1, size) for _ in range(rng.randrange(5))} if size > 1 else set()
    view = history_view(owner, size, marks)
    chance = rng.random()
    if chance < 0.05 and len(view.events) > 1:
        return replace(view, events=view.events[:-1])
    if chance < 0.08 and view.slice.hashes:
        return replace(
            view, slice=replace(view.slice, hashes=(flip(view.slice.hashes[0]), *view.slice.hashes[1:]))
        )
    if chance < 0.1:
        return replace(view, note=flip(view.note, rng.randrange(len(view.note) - 100)))
    return view


def a_pair(rng: random.Random) -> tuple[HistoryView, HistoryView]:
    """Return views of one history, of two that went apart, or of two vaults."""
    common = go_on(Owner(), rng, rng.randrange(5))
    one = go_on(common, rng, rng.randrange(6))
    other = rng.choice([one, go_on(one, rng, rng.randrange(5)), go_on(common, rng, rng.randrange(6)), Owner()])
    pair = [a_view(rng, one), a_view(rng, other)]
    rng.shuffle(pair)
    return pair[0], pair[1]


def ours(pair: tuple[HistoryView, HistoryView], stolen: frozenset[int]) -> tuple[str, str | None]:
    """Return word and code of the program, or the code that refuses a view."""
    try:
        found = compare(*map(verify_view, pair), stolen)
    except HealthVaultError as err:
        return "refused", err.code
    return found.relation.value, found.problem.code if found.problem else None


def theirs(pair: tuple[HistoryView, HistoryView], stolen: frozenset[int]) -> tuple[str, str | None]:
    """Return the same of the other judge."""
    try:
        return forks.compare(*(forks.View(view.to_map(), reader) for view in pair), set(stolen))
    except reader.Bad as fault:
        return "refused", str(fault)


def code_of_proof(pair: tuple[HistoryView, HistoryView], stolen: frozenset[int]) -> str:
    """Return the code that the program gives to a fork proof."""
    try:
        return judge_proof(ForkProof(views=pair), stolen)[2].code
    except HealthVaultError as err:
        return err.code


@pytest.mark.parametrize("seed", [4])
def test_both_judges_agree(seed: int) -> None:
    """Word and code of each pair, and the code of the proof that it makes; every word is met."""
    rng = random.Random(seed)
    met: Counter[tuple[str, str | None]] = Counter()
    for number in range(COUNT):
        pair, stolen = a_pair(rng), frozenset({0} if rng.random() < 0.1 else ())
        found = ours(pair, stolen)
        assert theirs(pair, stolen) == found, number
        proof = {"views": [view.to_map() for view in pair]}
        assert forks.judge_proof(proof, set(stolen), reader) == code_of_proof(pair, stolen), number
        met[found] += 1
    assert {"extends", "same", "rollback", "fork", "cannot_tell", "refused"} == {word for word, _ in met}, met
    reasons = {"unconnected", "history_restarted", "key_revoked", "events_old", "wrong_vault"}
    assert reasons == {code for word, code in met if word == "cannot_tell"}, met
