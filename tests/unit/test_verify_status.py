# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.status: docs/spec/status-and-proof-files.md sections 2 and 3."""

import os
import random
from dataclasses import replace

import pytest

from healthvault.bundle.statusfile import pad_payload
from healthvault.codec import pack, pad
from healthvault.ledger.events import RotateReason
from healthvault.tlog.slice import build_slice
from healthvault.verify.pins import PinBook, SeenSize
from healthvault.verify.verdicts import Question, Result
from tests.bundles import Scene, make_bundle, scene, sealed_bytes
from tests.owners import DAY_MS, NOW_MS, Hooks, Map, Owner, flip, merge, without
from tests.readers import CODE_READER, Outcome, Reader
from tests.statusfiles import beside, proof_map, sealed_map, status_map

FLIPS = int(os.environ.get("HV_TEST_STATUS_FLIPS", "300"))


class Met:
    """A reader who holds a bundle of a grant, and what they remember."""

    def __init__(self, reader: Reader | None = None, **terms: object) -> None:
        self.start: Scene = scene(reader, **terms)
        self.owner: Owner = self.start.owner
        self.bundle = self.start.draft().seal()
        self.size = self.owner.size
        self.pins = self.start.read(self.bundle).pins

    def status(self, **more: object) -> Map:
        """Return the map of the next status file for this reader."""
        return status_map(self.owner, self.start.grant, **{"base": self.size, "marks": [self.size], **more})

    def read(self, content: Map, **extra: object) -> Outcome:
        """Read a status or proof file alone."""
        data = sealed_map(content, self.start.reader)
        return self.start.read(data, **{"pins": self.pins, **extra})

    def read_bundle(self, content: Map | None = None, **extra: object) -> Outcome:
        """Read the bundle, with a status file beside it if given."""
        given = {} if content is None else {"statuses": beside(content, self.start.reader)}
        return self.start.read(self.bundle, **{"pins": self.pins, **given, **extra})

    def known(self, outcome: Outcome) -> tuple[int, int]:
        """Return status and size of what the pins say of the grant."""
        (row,) = outcome.pins.of(self.owner.vault_id).grants
        return row.status, row.size


def test_a_bundle_says_when_its_status_is_from() -> None:
    """Active as of an entry and a date, never valid now; and that is remembered."""
    met = Met()
    outcome = met.read_bundle(now_ms=NOW_MS + 3 * DAY_MS)
    said = outcome.details[Question.GRANT]
    assert said.startswith(f"active as of entry {met.size - 1}, 2026-11-")
    assert "4 days ago by the owner's clock; a later revocation cannot be known from this file" in said
    assert ((1, met.size), 0) == (met.known(outcome), outcome.exit)
    (row,) = outcome.verification.statuses
    assert (met.start.grant, met.owner.grant_slots[met.start.grant]) == (row.seq, row.slot)


@pytest.mark.parametrize("is_first", [True, False])
def test_beside_its_bundle(is_first: bool) -> None:
    """A newer status dates the bundle anew; revoked is 22, and stays so without the file."""
    met = Met()
    pins = PinBook() if is_first else met.pins
    active = met.read_bundle(met.status(), pins=pins)
    newer = met.owner.size
    assert (0, (1, newer), (True,)) == (
        active.exit,
        met.known(active),
        tuple(file.counts for file in active.verification.status_files),
    )
    assert f"active as of entry {newer - 1}" in active.details[Question.GRANT]
    met.owner.revoke(met.start.grant)
    revoked = met.read_bundle(met.status(), pins=pins)
    assert (22, {"grant_revoked"}) == (revoked.exit, revoked.codes)
    assert (2, met.owner.size) == met.known(revoked)
    later = met.read_bundle(pins=revoked.pins)
    assert (22, {"grant_revoked"}) == (later.exit, later.codes)
    again = make_bundle(met.owner, met.start.reader, met.start.docs[:1], [], marks=[met.size, met.owner.size])
    assert {"out_of_scope"} == met.start.read(again.seal(), pins=revoked.pins).codes


def test_alone() -> None:
    """It says what it is, what it shows, and is remembered; a second time it is nothing new."""
    met = Met()
    content = met.status()
    first = met.read(content)
    assert ("status", 0, (1, met.owner.size)) == (first.verification.kind, first.exit, met.known(first))
    assert {Result.PASS} == set(first.results.values())
    assert {"integrity", "authorship", "inclusion", "consistency", "grant", "time"} == {
        question.value for question in first.results
    }
    again = met.read(content, pins=first.pins)
    assert (0, (1, met.owner.size)) == (again.exit, met.known(again))
    met.owner.revoke(met.start.grant)
    ended = met.read(met.status(), pins=first.pins)
    assert (22, {"grant_revoked"}, 2) == (ended.exit, ended.codes, met.known(ended)[0])
    assert {"grant_revoked"} == met.read_bundle(pins=ended.pins).codes


def test_superseded() -> None:
    """A grant that was replaced is 22 too, with a code of its own."""
    met = Met()
    met.owner.grant([met.start.reader.party], met.start.docs, supersedes=met.start.grant)
    outcome = met.read(met.status())
    assert (22, {"grant_superseded"}, 3) == (outcome.exit, outcome.codes, met.known(outcome)[0])


def test_what_is_older_or_equal_is_ignored() -> None:
    """An old status file never brings a newer bundle back in time, and a revocation never goes away."""
    met = Met()
    old = met.status()
    met.owner.revoke(met.start.grant)
    revoked = met.read(met.status(marks=[met.size, met.owner.size - 1]))
    after = met.read(old, pins=revoked.pins)
    assert ({"grant_revoked"}, met.known(revoked)) == (after.codes, met.known(after))
    (shown,) = after.verification.status_files
    assert (False, True) == (shown.counts, "known to have ended" in shown.detail)
    fresh = Met()
    content = fresh.status()
    newest = make_bundle(
        fresh.owner,
        fresh.start.reader,
        fresh.start.docs[:1],
        [fresh.start.grant],
        marks=[fresh.size, fresh.owner.size],
    ).seal()
    pins = fresh.start.read(newest, pins=fresh.pins).pins
    given = beside(content, fresh.start.reader)
    outcome = fresh.start.read(newest, pins=pins, statuses=given)
    (shown,) = outcome.verification.status_files
    assert (0, False, (1, fresh.owner.size)) == (outcome.exit, shown.counts, fresh.known(outcome))
    assert "known as newer" in shown.detail


def test_a_lie_that_brings_a_grant_back() -> None:
    """An owner who sets a slot back is not believed: revoked stays."""
    met = Met()
    before = met.owner.slots
    met.owner.revoke(met.start.grant)
    revoked = met.read(met.status())
    met.owner.slots = before
    lie = met.read(met.status(marks=[met.size, met.owner.size]), pins=revoked.pins)
    assert ({"grant_revoked"}, met.known(revoked)) == (lie.codes, met.known(lie))


def test_another_grant_or_vault_is_ignored() -> None:
    """Said so, and read as nothing: no code, no memory."""
    met, stranger = Met(), Met()
    other = met.owner.grant([met.start.reader.party], met.start.docs)
    for content in (status_map(met.owner, other, marks=[met.size]), stranger.status()):
        outcome = met.read_bundle(content)
        (shown,) = outcome.verification.status_files
        assert (0, False, None) == (outcome.exit, shown.counts, shown.time_ms)
        assert "another grant" in shown.detail
        assert (1, met.size) == met.known(outcome)


def test_a_grant_that_was_never_met() -> None:
    """Alone it proves a place in the log and nothing of the grant; of an unknown vault not even that."""
    met = Met()
    other = met.owner.grant([met.start.reader.party], met.start.docs)
    content = status_map(met.owner, other, base=met.size, marks=[met.size])
    outcome = met.read(content)
    assert (21, {"unknown_grant"}) == (outcome.exit, outcome.codes)
    assert (1, met.size) == met.known(outcome)
    assert outcome.pins.of(met.owner.vault_id).has_seen(met.owner.size, met.owner.root_at(met.owner.size))
    stranger = met.read(content, pins=PinBook())
    assert (21, {"unknown_signer"}) == (stranger.exit, stranger.codes)
    assert stranger.are_pins_unchanged


def test_relabelled() -> None:
    """Whoever holds the file of a revoked grant cannot make it speak of another one."""
    met = Met()
    other = met.owner.grant([met.start.reader.party], met.start.docs)
    both = make_bundle(
        met.owner, met.start.reader, met.start.docs[:1], [met.start.grant, other], marks=[met.size]
    ).seal()
    pins = met.start.read(both, pins=met.pins).pins
    met.owner.revoke(other)
    content = status_map(met.owner, other, marks=[met.size, met.owner.size - 1])
    forged = merge(grant_id=met.owner.sealed[met.start.grant]["grant_id"])(content)
    outcome = met.read(forged, pins=pins)
    assert (20, {"bad_state"}) == (outcome.exit, outcome.codes)
    assert outcome.are_pins_unchanged


def test_forks_and_gaps() -> None:
    """Another past is 23; a file that skips what was seen last proves nothing."""
    met = Met()
    twin = met.owner.copy()
    twin.raws[-1] = twin.raws[-2]
    outcome = met.read(met.status(marks=[]))
    assert (23, {"no_consistency"}) == (outcome.exit, outcome.codes)
    forked = Met()
    other = forked.owner.copy()
    make_bundle(other, forked.start.reader, forked.start.docs[:1], [forked.start.grant])
    forked.owner.append({"kind": "note", "about": 1, "text": "one way"})
    seen = forked.read(forked.status(marks=[forked.size, forked.size + 1])).pins
    content = status_map(other, forked.start.grant, base=forked.size, marks=[forked.size, forked.size + 1])
    split = forked.read(content, pins=seen)
    assert (23, {"fork"}) == (split.exit, split.codes)
    assert split.are_pins_unchanged


def test_key_events_in_between() -> None:
    """New epochs are taken in with the file; one that was left out shows in the tip's state or the note."""
    met = Met()
    met.owner.rotate()
    met.owner.change_root()
    whole = met.status()
    outcome = met.read(whole)
    assert (0, 3) == (outcome.exit, len(outcome.pins.of(met.owner.vault_id).events))
    less = met.read(merge(entries=whole["entries"][1:])(whole))
    assert 20 == less.exit
    own = met.read(met.status(base=0))
    assert 0 == own.exit


def test_an_event_of_another_past() -> None:
    """Two key events at one place: a fork."""
    met = Met()
    twin = met.owner.copy()
    met.owner.rotate()
    seen = met.read(met.status()).pins
    twin.rotate()
    content = status_map(twin, met.start.grant, base=met.size, marks=[met.size])
    outcome = met.read(content, pins=seen)
    assert (23, {"fork"}) == (outcome.exit, outcome.codes)


def test_stolen_keys() -> None:
    """What a closed epoch signed is refused, unless that very tree was accepted before."""
    met = Met()
    stolen = met.owner.copy()
    accepted = met.status()
    pins = met.read(accepted).pins
    met.owner.rotate(RotateReason.COMPROMISED)
    after = met.read(met.status(marks=[met.size, met.owner.size - 1]), pins=pins).pins
    forged = status_map(stolen, met.start.grant, base=met.size, marks=[met.size])
    outcome = met.read(forged, pins=after)
    assert "key_revoked" in outcome.codes
    assert outcome.are_pins_unchanged
    assert "key_revoked" not in met.read(accepted, pins=after).codes


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (merge(v=2), "unsupported"),
        (merge(kind="receipt.v9"), "unsupported"),
        (merge(must=["later"]), "unsupported"),
        (without("grant_id"), "bad_schema"),
        (merge(status=5), "bad_schema"),
        (merge(status=0), "bad_state"),
        (merge(status=2), "bad_state"),
        (merge(since=0), "bad_state"),
        (merge(salt=b"s" * 32), "bad_state"),
        (merge(path=[]), "bad_state"),
        (merge(entries=[]), "bad_schema"),
        (merge(note=b"note"), "bad_note"),
        (merge(origin="healthvault.invalid/x"), "bad_note"),
    ],
)
def test_every_part_is_checked(change: object, code: str) -> None:
    """One code for each fault, and no memory of it."""
    met = Met()
    content = change(met.status())
    outcome = met.read(content)
    assert (20, {code}) == (outcome.exit, outcome.codes)
    assert outcome.are_pins_unchanged


def test_bytes() -> None:
    """Padding, encoding and length."""
    met = Met()
    plain = pad_payload(met.status())
    keys = [met.start.reader.recipient]
    for wrong, code in (
        (plain[:-1] + b"\x01", "tampered"),
        (plain + bytes(4096), "tampered"),
        (pad(b"\x82\xa1a", 4096), "bad_encoding"),
        (pad(b"\x80" + bytes(4 << 20), 4096), "limit_exceeded"),
    ):
        outcome = met.start.read(sealed_bytes(wrong, keys), pins=met.pins)
        assert (20, {code}) == (outcome.exit, outcome.codes)
    outcome = met.start.read(flip(sealed_bytes(plain, keys)), pins=met.pins)
    assert (20, {"tampered"}) == (outcome.exit, outcome.codes)
    assert {"no_key"} == Reader().read(sealed_bytes(plain, keys)).codes


def test_a_file_beside_a_bundle_that_is_refused() -> None:
    """Of a history that was forked no status is taken in, and none is said to hold."""
    met = Met()
    met.owner.revoke(met.start.grant)
    given = beside(met.status(), met.start.reader)
    other = SeenSize(size=met.size, root=b"x" * 32, restarts=0)
    pins = met.pins.updated(replace(met.pins.of(met.owner.vault_id), sizes=(other,)))
    for statuses, expected in ((given, (Result.UNKNOWN, True)), ((), (Result.PASS, False))):
        outcome = met.start.read(met.bundle, pins=pins, statuses=statuses)
        assert {"fork"} == outcome.codes
        said = outcome.details[Question.GRANT]
        assert expected == (outcome.results[Question.GRANT], "status files were not read" in said)


def test_a_bad_file_beside_a_good_bundle() -> None:
    """It is named, its code counts, and what the bundle shows is remembered all the same."""
    met = Met()
    given = beside(merge(salt=b"s" * 32)(met.status()), met.start.reader)
    outcome = met.start.read(met.bundle, pins=PinBook(), statuses=given)
    assert (20, {"bad_state"}) == (outcome.exit, outcome.codes_of(Question.GRANT))
    assert "status file new.hvs" in outcome.details[Question.GRANT]
    assert (1, met.size) == met.known(outcome)
    outcome = met.read_bundle(proof_map(met.owner, met.size))
    assert {"bad_schema"} == outcome.codes


def test_how_old_it_may_be() -> None:
    """The newest status counts for `--max-age` and for the date from which the grant wants another look."""
    met = Met(recheck_after_ms=NOW_MS + 10 * DAY_MS)
    later = {"now_ms": NOW_MS + 20 * DAY_MS}
    assert {"stale"} == met.read_bundle(**later).codes
    assert {"stale"} == met.read_bundle(now_ms=NOW_MS + 5 * DAY_MS, max_age_ms=2 * DAY_MS).codes
    met.owner.clock_ms = NOW_MS + 19 * DAY_MS
    fresh = met.read_bundle(met.status(), max_age_ms=2 * DAY_MS, **later)
    assert set() == fresh.codes
    assert set() == met.read_bundle(pins=fresh.pins, max_age_ms=2 * DAY_MS, **later).codes
    assert {"stale"} == met.read(met.status(), max_age_ms=DAY_MS, now_ms=NOW_MS + 40 * DAY_MS).codes
    assert {"time_unknown"} == met.read(met.status(), now_ms=NOW_MS).codes


def test_a_code_opens_it_too() -> None:
    """For whoever has the code of the bundle."""
    met = Met(CODE_READER)
    met.owner.revoke(met.start.grant)
    assert {"grant_revoked"} == met.read_bundle(met.status()).codes


def test_it_is_no_bundle() -> None:
    """Who wants documents of it is told what it is."""
    met = Met()
    assert {"not_a_bundle"} == met.read(met.status(), actions=("view",)).codes
    assert 20 == met.read(met.status(), actions=("view",), pins=PinBook()).exit


def test_a_proof_file_connects() -> None:
    """What could not be connected is, once the proof was read; its sizes are soft."""
    met = Met()
    for _ in range(5):
        met.owner.append({"kind": "note", "about": 1, "text": "more"})
    newer = make_bundle(met.owner, met.start.reader, met.start.docs[:1], [met.start.grant])
    data, size = newer.seal(), met.owner.size
    refused = met.start.read(data, pins=met.pins)
    assert {"no_consistency"} == refused.codes
    assert f"hv prove --from {met.size}" in refused.verification.problems[0].hint
    met.owner.rotate()
    proof = met.read(proof_map(met.owner, met.size, marks=[size]))
    assert ("proof", 0) == (proof.verification.kind, proof.exit)
    pinned = proof.pins.of(met.owner.vault_id)
    assert (met.size, True) == (pinned.firm, pinned.has_seen(size, met.owner.root_at(size)))
    assert 0 == met.start.read(data, pins=proof.pins).exit
    assert {"no_consistency"} == met.read(proof_map(met.owner, met.size - 1)).codes


def test_a_proof_file_of_somebody_unknown() -> None:
    """Nothing is remembered of a vault that was never met, nor of one that does not hold."""
    met = Met()
    content = proof_map(met.owner, met.size)
    outcome = met.read(content, pins=PinBook())
    assert (21, {"unknown_signer"}) == (outcome.exit, outcome.codes)
    broken = met.read(merge(slice={**content["slice"], "hashes": content["slice"]["hashes"][:-1]})(content))
    assert (20, {"bad_proof"}) == (broken.exit, broken.codes)
    assert broken.are_pins_unchanged
    foreign = Owner()
    mixed = met.read(merge(entries=[foreign.raws[0]])(content))
    assert (20, {"wrong_vault"}) == (mixed.exit, mixed.codes)


def test_an_entry_in_the_place_of_a_key_event() -> None:
    """Only the vault's own can make a fork; what anybody could have made is refused as that."""
    met = Met()
    twin = met.owner.copy()
    met.owner.rotate()
    seen = met.read(met.status()).pins
    twin.append({"kind": "note", "about": 1, "text": "in its place"})
    entry, content = twin.raws[-1], met.status()
    for raw, exit_code, codes in ((entry, 23, {"fork"}), (flip(entry), 20, {"bad_signature"})):
        outcome = met.read(merge(entries=[raw, *content["entries"]])(content), pins=seen)
        assert (exit_code, codes) == (outcome.exit, outcome.codes)
        assert outcome.are_pins_unchanged
    forged = Owner(hooks=Hooks(fields=lambda fields: [*fields[:1], met.owner.vault_id, *fields[2:]]))
    outcome = met.read(merge(entries=[forged.raws[0], *content["entries"]])(content), pins=seen)
    assert (20, {"bad_key"}) == (outcome.exit, outcome.codes)


def test_any_change_of_the_plaintext() -> None:
    """A thousand flipped bytes, seeded: a verdict each time, and no other status is ever remembered."""
    rng, met = random.Random(30), Met()
    met.owner.revoke(met.start.grant)
    plain, keys = pad_payload(met.status()), [met.start.reader.recipient]
    for _ in range(FLIPS):
        changed = flip(plain, rng.randrange(len(plain)))
        outcome = met.start.read(sealed_bytes(changed, keys), pins=met.pins)
        assert outcome.exit in {20, 21, 23}, outcome.codes
        assert (1, met.size) == met.known(outcome)


class _Constant:
    """The hashes of a tree of any size, all the same: only how many there are matters."""

    def node(self, level: int, index: int) -> bytes:
        """Return a hash."""
        return bytes([level, index % 256] * 16)


@pytest.mark.parametrize("bundle_size", [500_000, 699_050, 999_998])
def test_size(bundle_size: int) -> None:
    """Before padding it has under 3 KB with 1,024 grants in a log of a million entries."""
    met = Met()
    for _ in range(1023):
        _, met.owner.slots = met.owner.slots.place_new(met.owner.size)
    content = met.status()
    seqs, marks = [999_999], {bundle_size}
    content["slice"] = build_slice(_Constant(), 1_000_000, seqs, marks).to_value()
    assert 11 == len(content["path"])
    assert len(pack(content)) < 3000


@pytest.mark.parametrize("seen", [900_000, 963_499, 999_999])
def test_the_size_of_a_proof_of_a_year(seen: int) -> None:
    """A hundred entries a day in a log of a million: under 3 KB."""
    met = Met()
    content = proof_map(met.owner, met.size)
    content["slice"] = build_slice(_Constant(), 1_000_000, [], {seen}).to_value()
    assert len(pack(content)) < 3000
