# SPDX-License-Identifier: Apache-2.0
"""Kinds of mutation: proxies and what they pass on, whole categories, roles. Not a test."""

import copy
import random
from collections.abc import Callable

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.codec import pack
from healthvault.consent.conditions import Delegated, Proxy
from healthvault.ledger.party import Party
from healthvault.tlog.checkpoint import origin_of
from tests.bundles import Scene, make_bundle
from tests.independent.frame import Made, asked_of, kind, next_bundle, sealed, with_document, with_grant
from tests.independent.scenes import act, in_a_role, shelves, whole
from tests.owners import DAY_MS, NOW_MS, START_MS, Hooks, Map, flip, merge, without
from tests.proxies import DATA, ENDS_MS, OTHER, Family, proxy, with_evidence
from tests.readers import CODE_READER, Reader


def _passed(family: Family, evidence: Map | None, *conditions: object, **made: object) -> Made:
    """Return what Tom shares, as its reader has it, who has pinned both."""
    contacts = made.pop("contacts", tuple(family.contacts))
    start = family.passed(evidence, *conditions, **made)
    return with_evidence(start.draft()).seal(), asked_of(start, contacts=contacts)


@kind(is_harmless=True)
def an_act_of_a_proxy(rng: random.Random) -> Made:
    """As the owner allowed it, with a description or without."""
    found = act()
    draft = with_evidence(found.scene.draft(has_meta=rng.random() < 0.5))
    return sealed(found.scene, draft, contacts=tuple(found.family.contacts))


@kind(is_harmless=True)
def an_act_with_more_than_is_needed(rng: random.Random) -> Made:
    """Unknown keys, a grant without a status proof first, and one that is not named."""
    family = Family()
    other = family.ana.grant([family.tom_reads.party], family.docs)
    grant = family.delegate()
    evidence = family.evidence(grant, also=(other,))
    evidence["later"] = evidence["grants"][0]["later"] = rng.choice([1, None, "x"])
    evidence["grants"].insert(0, rng.choice([{}, {"seq": "x"}, {**evidence["grants"][0], "path": None}]))
    return _passed(family, evidence, family.condition(grant))


@kind()
def an_act_for_a_stranger(rng: random.Random) -> Made:
    """Proved, of an owner whom the reader does not know; perhaps the sender is not known either."""
    family = Family()
    grant = family.delegate()
    contacts = rng.choice([(), (family.tom.vault_id,), (family.ana.vault_id,)])
    return _passed(family, family.evidence(grant), family.condition(grant), contacts=contacts)


@kind()
def an_act_without_leave(rng: random.Random) -> Made:
    """The owner's grant is another one, over, not begun, without the power, or asks what nobody knows."""
    family = Family()
    terms = rng.choice([
        {"to": Reader().party},
        {"to": Party(is_code=True)},
        {"actions": ("view", "keep")},
        {"not_after_ms": NOW_MS},
        {"not_before_ms": NOW_MS + 1},
        {"purposes": ("X-NEW",)},
        {"recheck_after_ms": NOW_MS},
        {"recheck_after_ms": NOW_MS + 1},
        {"docs": family.docs[1:]},
    ])  # fmt: skip
    powers = rng.choice([(proxy(),), (proxy(powers=("add",)),), (proxy(), proxy(powers=("add",)))])
    grant = family.delegate(*powers, **terms)
    listing = family.ana.grant([family.tom_reads.party], family.docs)
    evidence = family.evidence(listing, rng.choice([0, 1]), (grant,))
    data = OTHER if evidence["seq"] == family.docs[1] else None
    return _passed(family, evidence, family.condition(grant), **({"data": data} if data else {}))


@kind()
def an_act_beyond_its_leave(rng: random.Random) -> Made:
    """For longer, for another purpose, with other actions, or with powers."""
    family = Family()
    narrow = rng.choice([(proxy(),), (proxy(), proxy(actions=("view",))), (proxy(purposes=("FAMRQT",)),)])
    grant = family.delegate(*narrow)
    terms = rng.choice([
        {"purposes": ("TREAT", "HPAYMT")},
        {"actions": ("view", "keep", "forward")},
        {"not_after_ms": ENDS_MS + 1},
        {"not_before_ms": START_MS - 3 * DAY_MS},
        {},
    ])  # fmt: skip
    also = rng.choice([(), (proxy(),)])
    return _passed(family, family.evidence(grant), family.condition(grant), *also, terms=terms)


@kind()
def an_act_for_another(rng: random.Random) -> Made:
    """The condition names another owner, another grant, or the sender's own vault."""
    family = Family()
    grant = family.delegate()
    right = family.condition(grant)
    said = rng.choice([
        Delegated(vault=bytes(32), grants=right.grants),
        Delegated(vault=family.tom.vault_id, grants=right.grants),
        Delegated(vault=right.vault, grants=(bytes(16),)),
        Delegated(vault=right.vault, grants=(bytes(16), *right.grants)),
    ])  # fmt: skip
    return _passed(family, family.evidence(grant), *rng.choice([(said,), (right, said)]))


@kind()
def an_act_without_evidence(rng: random.Random) -> Made:
    """None, of another type, in another place, or of other bytes than it is about."""
    family = Family()
    grant = family.delegate()
    start = family.passed(rng.choice([None, family.evidence(grant)]), family.condition(grant))
    draft = start.draft()
    what = rng.choice(["type", "place", "bytes"])
    parts = with_evidence(draft).map["docs"][0]["parts"]
    if what == "type":
        parts[-1]["media_type"] = "text/plain"
    elif what == "place" and len(parts) > 1:
        parts.reverse()
        draft.members[:] = [
            (name, data) for (name, _), (_, data) in zip(draft.members, draft.members[::-1], strict=True)
        ]
        for part, (name, _) in zip(parts, draft.members, strict=True):
            part["file"] = name.split("-", 1)[1]
    else:
        return _passed(family, family.evidence(grant), family.condition(grant), data=OTHER)
    return sealed(start, draft, contacts=tuple(family.contacts))


def _other_evidence(rng: random.Random, evidence: Map) -> None:
    grants, tip = evidence["grants"], evidence["entries"][-1]
    row = grants[0]
    change: Callable[[], object] = rng.choice([
        lambda: evidence.update(v=2),
        lambda: evidence.update(must=rng.choice([["later"], ["grants", "meta"], "v"])),
        lambda: evidence.update(origin=origin_of(bytes(32))),
        lambda: evidence.update(note=flip(evidence["note"], -3)),
        lambda: evidence.update(note=b"x"),
        lambda: evidence["entries"].__setitem__(-1, flip(tip)),
        lambda: evidence["entries"].__setitem__(0, flip(evidence["entries"][0])),
        evidence["entries"].pop,
        lambda: evidence["slice"]["hashes"].append(bytes(32)),
        lambda: evidence["slice"].update(size=0),
        lambda: evidence["slice"].update(more=1),
        lambda: evidence["state"].update(rng.choice([{"blind": bytes(32)}, {"capacity": 16}, {"ext_root": b"x"}])),
        lambda: evidence.update(seq=rng.choice([0, 99, "1"])),
        lambda: evidence.update(meta=rng.choice([bytes(32), bytes(31)])),
        lambda: evidence["parts"].append(evidence["parts"][0]),
        lambda: evidence["parts"][0].update(rng.choice([{"j": 1}, {"size": 3}, {"commit_key": bytes(32)}])),
        lambda: evidence.update(grants=rng.choice([None, [], "x", {}, [1], [{**row, "path": None}]])),
        lambda: row.update(rng.choice([{"k": row["k"] ^ 1}, {"salt": bytes(32)}, {"path": row["path"][1:]}])),
        lambda: row.update(rng.choice([{"seq": 0}, {"seq": 77}, {"meta": bytes(32)}, {"salt": None}])),
        lambda: grants.append(rng.choice([{"path": []}, {**row, "seq": 77}, {**row, "path": 1}])),
    ])  # fmt: skip
    change()


@kind()
def an_act_with_other_evidence(rng: random.Random) -> Made:
    """Changed in one respect, by who has no key of the owner's."""
    family = Family()
    grant = family.delegate()
    evidence = copy.deepcopy(family.evidence(grant))
    _other_evidence(rng, evidence)
    return _passed(family, evidence, family.condition(grant))


@kind()
def a_document_with_other_evidence(rng: random.Random) -> Made:
    """Passed on, and not for its owner: only a forged signature of a contact is a fault."""
    family = Family()
    evidence = copy.deepcopy(family.evidence(family.delegate()))
    _other_evidence(rng, evidence)
    contacts = rng.choice([tuple(family.contacts), (family.tom.vault_id,)])
    return _passed(family, evidence, contacts=contacts)


@kind()
def an_act_after_the_owner_ended_it(rng: random.Random) -> Made:
    """The evidence is as of a later tip: the slot says so."""
    family = Family()
    grant = family.delegate()
    other = family.ana.grant([family.tom_reads.party], family.docs)
    family.ana.revoke(rng.choice([grant, other]))
    return _passed(family, family.evidence(other, also=(grant,)), family.condition(grant))


def _others_evidence() -> Map:
    family = Family()
    return family.evidence(family.delegate(docs=family.docs), 1)


@kind()
def acts_over_two_documents(rng: random.Random) -> Made:
    """One is proved; the other perhaps not, or not said to be for the owner."""
    family = Family()
    tom, costa = family.tom, rng.choice([family.costa, CODE_READER])
    grant = family.delegate(docs=family.docs)
    second = rng.choice([None, family.evidence(grant, 1), family.evidence(grant), _others_evidence()])
    seqs = [
        tom.add(DATA, pack(family.evidence(grant))),
        tom.add(OTHER, *([] if second is None else [pack(second)])),
    ]
    terms = {"not_after_ms": ENDS_MS, "conditions": (family.condition(grant),)}
    grants = [tom.grant([costa.party], rng.choice([seqs, seqs[:1]]), **terms), tom.grant([costa.party], seqs[1:])]
    draft = make_bundle(tom, costa, seqs, rng.choice([grants, grants[:1]]))
    for row in draft.map["docs"]:
        row["parts"][-1]["media_type"] = EVIDENCE_MEDIA_TYPE
    start = Scene(owner=tom, reader=costa, docs=seqs, grant=grants[0])
    return sealed(start, draft, contacts=tuple(family.contacts))


@kind()
def powers_of_another_form(rng: random.Random) -> Made:
    """A condition of a proxy, or for another owner, that breaks its table or needs what nobody knows."""
    good = rng.choice([
        Proxy(powers=("share",), purposes=("TREAT",), actions=("view",)).to_map(),
        Delegated(vault=b"v" * 32, grants=(b"g" * 16,)).to_map(),
    ])  # fmt: skip
    key = rng.choice([key for key in good if key != "kind"])
    value = good[key]
    worse = [1, None, "x", [], [*value, *value] if isinstance(value, list) else b"v", [b"short"]]
    changed = rng.choice(
        [{**good, key: rng.choice(worse)}, {**good, "must": ["later"]}, {**good, "must": [key], "later": 1}]
    )
    return with_grant(Hooks(sealed=merge(conditions=[changed])))


@kind(is_harmless=True)
def whole_categories(rng: random.Random) -> Made:
    """All lines out, those in that are shown; also of a category without any, and with keys to come."""
    start = shelves(rng)
    draft = whole(start, rng.choice([(0,), (0, 3), (9,), (), (0, 3, 11, 15)]))
    draft.map["must"] = ["complete"]
    draft.map["complete"]["later"] = rng.choice([1, None, {"must": ["x"]}])
    draft.map["complete"]["must"] = rng.choice([None, ["later"], 1])
    return sealed(start, draft)


@kind()
def a_category_that_is_not_whole(rng: random.Random) -> Made:
    """A line, salt, blind, commitment or slice that is not the vault's, or lines that contradict each other."""
    start = shelves(rng)
    draft = whole(start)
    complete = draft.map["complete"]
    row = complete["rows"][0]
    line, gone, lines = row["in"][0], row["out"], row["lines"]
    change: Callable[[], object] = rng.choice([
        lambda: complete["commitments"].__setitem__(rng.randrange(16), bytes(32)),
        complete["rows"].reverse,
        lambda: complete["rows"].append(row),
        lambda: row.update(rng.choice([{"blind": bytes(16)}, {"blind": bytes(15)}, {"slot": 1}, {"slot": 16}])),
        lambda: row.update(lines=None),
        lambda: row.update({"lines": None, "in": [], "out": []}),
        row["in"].pop,
        gone.pop,
        lambda: row["in"].append(line),
        lambda: row["in"].append({**line, "i": 70}),
        lambda: line.update(rng.choice([{"seq": 1}, {"seq": 99}, {"salt": bytes(32)}, {"i": 9}, {"i": None}])),
        lambda: gone[0].update(rng.choice([{"kind": 1}, {"kind": 5}, {"kind": 6}, {"ref": 2}, {"ref": 90}])),
        lambda: gone[0].update(rng.choice([{"ref": line["i"]}, {"ref": gone[1]["ref"]}, {"i": line["i"]}])),
        lambda: lines.update(rng.choice([{"marks": [1]}, {"marks": [0]}, {"size": 70}, {"size": 0}])),
        lambda: lines.update(rng.choice([{"leaves": lines["leaves"][1:]}, {"hashes": [bytes(32)]}, {"more": 1}])),
        lambda: draft.map["state"].update(ext_root=bytes(32)),
        lambda: draft.map.update(complete=rng.choice([1, {}, {"rows": []}, without("rows")(complete)])),
    ])  # fmt: skip
    change()
    return sealed(start, draft)


@kind()
def categories_of_an_old_vault(rng: random.Random) -> Made:
    """Its entries commit to none, and the manifest says that they do."""
    start = shelves(rng)
    draft = whole(start)
    other = shelves(rng)
    draft.map["complete"] = whole(other).map["complete"]
    return sealed(start, draft)


@kind()
def a_grant_of_a_role(rng: random.Random) -> Made:
    """With what the role keeps out; judged by the grant alone."""
    return next_bundle(in_a_role(rng), has_meta=rng.random() < 0.8)


@kind()
def a_role_of_another_form(rng: random.Random) -> Made:
    """The informative keys of a grant have types too, and may be named in `must`."""
    worse = merge(role_version=rng.choice(["0", True, b"0"]))
    other = merge(standing=rng.choice([bytes(15), "x", 1]))
    fine = merge(role="gp", role_version=0, standing=bytes(16), must=["role_version", "standing", "role"])
    return with_grant(Hooks(sealed=rng.choice([worse, other, fine])))


@kind()
def words_of_another_form(rng: random.Random) -> Made:
    """Category, labels or origin of a document whose description is disclosed."""
    received = {"vault": bytes(32), "bundle_id": bytes(16), "actions": [], "accepted": []}
    change = rng.choice([
        merge(category=rng.choice([1, b"lab", ["lab"]])),
        merge(sensitivity=rng.choice(["genetics", [1], [None]])),
        merge(category="", sensitivity=[], must=["category", "sensitivity"]),
        merge(received={**received, "proxy": rng.choice([bytes(16), None, bytes(15), "x"])}),
        merge(received=rng.choice([without("accepted")(received), 1])),
    ])  # fmt: skip
    return with_document(Hooks(sealed=change), has_meta=True)
