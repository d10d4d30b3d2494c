# SPDX-License-Identifier: Apache-2.0
"""Inventories over random histories: against a model that counts the long way round, and after erasures."""

import os
from collections.abc import Iterator

import pytest

from healthvault.ledger.changes import Change, change_of, open_changes, seal_changes
from healthvault.ledger.documents import DocErase, DocStatus
from healthvault.ledger.inventory import Inventories
from healthvault.ledger.membership import NO_SHELF
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.inventory_rows import InventoryRows
from tests.histories import STATE_KEY, History, Model, prev_of, random_history

HISTORIES = int(os.environ.get("HV_TEST_HISTORIES", "40"))
LENGTH = 40
SEEDS = range(HISTORIES)


def roots(history: History, changes: dict[int, Change | None]) -> Iterator[bytes]:
    """Yield the ext_root in each entry of a replay from the first on."""
    inventories = Inventories(STATE_KEY, NO_SHELF)
    for seq in history.said:
        inventories.take(seq, changes[seq])
        yield inventories.ext_root(prev_of(seq))


def all_changes(history: History) -> dict[int, Change | None]:
    """Return what each entry changes, as its writer saw it."""
    return {seq: change_of(said) for seq, said in history.said.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_state_is_that_of_the_model(seed: int) -> None:
    """Each entry commits to what the words of the specification give, hashed by hand."""
    history, model, expected = random_history(seed, LENGTH), Model(), []
    for seq, said in history.said.items():
        model.take(seq, said)
        expected.append(model.ext_root(prev_of(seq)))
    assert expected == list(roots(history, all_changes(history)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_replay_after_erasures_gives_every_state(seed: int) -> None:
    """What the erasing entries carry is enough to follow all entries that cannot be opened any more."""
    history = random_history(seed, LENGTH)
    written = all_changes(history)
    known = dict(written)
    for seq, said in history.said.items():
        if isinstance(said, DocErase):
            sealed = seal_changes(STATE_KEY, seq, [written[victim] for victim in said.victims])
            carried = open_changes(
                STATE_KEY, seq, DocErase(victims=said.victims, ks_epoch=said.ks_epoch, changes=sealed)
            )
            known |= dict.fromkeys(said.victims)
            known |= carried
    assert list(roots(history, written)) == list(roots(history, known))


@pytest.mark.parametrize("seed", SEEDS)
def test_it_goes_on_from_the_catalogue(seed: int) -> None:
    """Saved and taken up again after each few entries, rows and roots are those of one run."""
    history = random_history(seed, LENGTH)
    catalogue, expected, actual = Catalogue.in_memory(), list(roots(history, all_changes(history))), []
    rows, inventories = InventoryRows(catalogue), Inventories(STATE_KEY, InventoryRows(catalogue))
    for seq, said in history.said.items():
        inventories.take(seq, change_of(said))
        actual.append(inventories.ext_root(prev_of(seq)))
        if seq % 3 == 0:
            rows.save(*inventories.take_changed())
            inventories = Inventories(STATE_KEY, rows, inventories.to_value())
    rows.save(*inventories.take_changed())
    assert expected == actual
    statuses = {seq: DocStatus(history.model.status(seq)) for seq in history.model.documents}
    assert statuses == {seq: found.status for seq in statuses if (found := rows.at(seq))}
    lines = [[(int(line.kind), line.ref) for line in rows.lines(slot)] for slot in range(16)]
    assert history.model.lines == lines
