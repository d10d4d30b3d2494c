# SPDX-License-Identifier: Apache-2.0
"""Bundles to start from in which consent goes further: a proxy's act, whole categories, a role. Not a test."""

import random
from dataclasses import dataclass

from healthvault.bundle.completeness import open_inventories
from healthvault.consent.roles import PRESETS, role_conditions
from healthvault.ledger.changes import CATEGORIES, change_of
from healthvault.ledger.documents import DocRevise
from healthvault.tlog.tree import leaf_hash
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import Owner
from tests.proxies import Family
from tests.readers import Reader

ALLERGY, LAB = CATEGORIES.index("allergy"), CATEGORIES.index("lab")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A proxy's act that holds."""

    family: Family
    scene: Scene


def act() -> Act:
    """Return what Tom shares with Dr Costa for Ana, as she allowed him to."""
    family = Family()
    grant = family.delegate()
    return Act(family=family, scene=family.passed(family.evidence(grant), family.condition(grant)))


def shelves(rng: random.Random) -> Scene:
    """Return a vault with allergies that came, moved, were replaced and retracted; two or three to be shown."""
    owner, reader = Owner(), Reader()
    first, second, third, fourth, _ = (owner.add(b"allergy %d" % n, category="allergy") for n in range(5))
    owner.add(b"result", category=rng.choice(["lab", "dental", None]))
    newer = owner.add(b"newer", category="allergy", supersedes=first)
    for said in (DocRevise(about=second, category="lab"), DocRevise(about=third, is_retracted=True)):
        owner.append(said.to_map(), change=change_of(said))
    docs = sorted({rng.choice([fourth, newer]), *rng.sample([first, second, fourth, newer], 2)})
    return Scene(owner=owner, reader=reader, docs=docs, grant=owner.grant([reader.party], docs))


def with_inventories(draft: Draft, slots: tuple[int, ...] = (ALLERGY, LAB)) -> Draft:
    """Return a draft that opens the inventories of these slots, as far as its documents go."""
    owner = draft.owner
    lines = {slot: tuple(line for line in owner.inventories._lines if line.slot == slot) for slot in slots}
    shown = frozenset(row["seq"] for row in draft.map["docs"])
    opened = open_inventories(owner.inventories, leaf_hash(owner.raws[-2]), lines, shown)
    draft.map["complete"] = opened.to_value()
    return draft


def whole(start: Scene, slots: tuple[int, ...] = (ALLERGY, LAB)) -> Draft:
    """Return the next bundle of all documents of a scene, with these inventories."""
    return with_inventories(make_bundle(start.owner, start.reader, start.docs, [start.grant]), slots)


def in_a_role(rng: random.Random) -> Scene:
    """Return a scene whose grant was made under a role, perhaps with a document that the role keeps out."""
    name = rng.choice(sorted(PRESETS))
    found = PRESETS[name]
    start = scene()
    words = {
        "category": rng.choice(CATEGORIES[:12]),  # those that a reader of the first version knows
        "sensitivity": rng.choice([(), ("genetics",), ("substance-use",)]),
    }
    start.docs = [start.owner.add(b"of a role", **words)]
    terms = {"purposes": found.purposes, "actions": found.actions, "role": name, "role_version": 0}
    conditions = role_conditions(found)
    start.grant = start.owner.grant([start.reader.party], start.docs, conditions=conditions, **terms)
    return start
