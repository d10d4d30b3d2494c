# SPDX-License-Identifier: Apache-2.0
"""Where a document came from before its sender had it: step 18 of the verification.

Evidence is walked like a bundle of its own: keys, entries, tree, state, commitment. It says that the document
stood in another vault's log; it never upgrades another verdict. Spec: docs/spec/bundle.md section 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from healthvault.bundle.evidence import Evidence, parse_evidence
from healthvault.crypto.hashing import equal
from healthvault.errors import FormatError, HealthVaultError, IntegrityError
from healthvault.ledger.entry import Entry
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.secrets import commitment
from healthvault.tlog.checkpoint import origin_of
from healthvault.verify import authorship, inclusion
from healthvault.verify.cards import JudgedCards
from healthvault.verify.documents import ReceivedEvidence
from healthvault.verify.pins import PinBook
from healthvault.verify.view import View

__all__ = ["Examined", "Issuers", "Proved", "combined", "examine", "judge_issuers", "prove"]

_NOTHING = "the owner's signature proves custody, not who wrote a document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Evidence that holds: the document stood in that vault's log."""

    evidence: Evidence
    view: View
    """What it shows of that log."""
    entries: Mapping[int, Entry]

    @property
    def chain(self) -> KeyChain:
        """The vault's keys."""
        return self.view.chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What came of the evidence of one document."""

    seq: int
    """The document's entry in the sender's log."""
    proved: Proved | None = None
    """None where it does not hold."""
    error: HealthVaultError | None = None
    origin: str = ""
    """Whose it says that it is; empty if it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuers:
    """The judgement over all evidence and cards of a bundle."""

    is_established: bool
    detail: str
    is_false: bool = False
    """An issuer that the reader pinned is contradicted."""
    is_silent: bool = False
    """There was nothing to judge."""
    problems: tuple[HealthVaultError, ...] = ()


def examine(found: Sequence[ReceivedEvidence], pins: PinBook) -> tuple[Examined, ...]:
    """Verify each piece of evidence by itself; one that does not hold is no exception but an outcome."""
    return tuple(_examined(item, pins) for item in found)


def judge_issuers(
    examined: Sequence[Examined], contacts: Mapping[bytes, str], cards: Sequence[JudgedCards] = ()
) -> Issuers:
    """Judge evidence and cards: established if every card holds, and every piece comes from a pinned vault.

    A piece that does not hold is named and proves nothing; only a bad signature under the name of a pinned vault
    or issuer is a problem, because somebody forged it. A document whose cards hold needs no evidence.
    """
    said: list[str] = [one.detail for one in cards]
    problems: list[HealthVaultError] = [one.problem for one in cards if one.problem is not None]
    signed = {one.seq for one in cards if one.is_established}
    examined = [item for item in examined if item.seq not in signed or item.error is not None]
    good = 0
    origins = {origin_of(vault) for vault in contacts}
    for item in examined:
        if item.proved is not None:
            name = contacts.get(item.proved.chain.vault_id)
            good += name is not None
            said.append(f"entry {item.seq} came from {name or 'a vault that you do not know'}")
        elif item.error is not None:
            said.append(f"the evidence of entry {item.seq} does not hold ({item.error.code})")
            if item.error.code == "bad_signature" and item.origin in origins:
                problems.append(item.error)
    detail = "; ".join(said) or _NOTHING
    return Issuers(
        is_established=bool(examined or cards) and good == len(examined) and len(signed) == len(cards),
        is_false=any(one.problem is not None for one in cards),
        detail=detail,
        is_silent=not examined and not cards,
        problems=tuple(problems),
    )


def combined(*judged: Issuers) -> Issuers:
    """Return one judgement of several kinds of proof: something was established, and nothing is unknown."""
    spoken = [one for one in judged if not one.is_silent] or judged[:1]
    return Issuers(
        is_established=all(one.is_established for one in spoken),
        is_false=any(one.is_false for one in spoken),
        detail="; ".join(one.detail for one in spoken),
        is_silent=all(one.is_silent for one in judged),
        problems=tuple(problem for one in spoken for problem in one.problems),
    )


def _examined(item: ReceivedEvidence, pins: PinBook) -> Examined:
    origin = ""
    try:
        evidence = parse_evidence(item.raw)
        origin = evidence.origin
        proved = prove(evidence, pins)
        _check_contents(proved, item.contents)
    except (FormatError, IntegrityError) as err:
        return Examined(seq=item.seq, error=err, origin=origin)
    return Examined(seq=item.seq, proved=proved, origin=origin)


def prove(evidence: Evidence, pins: PinBook) -> Proved:
    """Return evidence once it holds: keys, signatures, tree, state; not yet what it says of the document's bytes.

    Raises:
        FormatError, IntegrityError: as steps 4 to 10 of a bundle; `key_revoked`.
    """
    chain = authorship.verify_chain(evidence.origin, evidence.entries)
    entries = authorship.verify_entries(evidence.entries, chain)
    checkpoint = authorship.open_note(evidence.note, chain)
    view = inclusion.verify_slice(evidence.slice, entries, checkpoint, chain)
    known = pins.of(chain.vault_id)
    if chain.newest.number in known.compromised_epochs and not known.has_seen(view.size, view.root):
        raise IntegrityError("key_revoked", "the key that signed the evidence is known as compromised")
    inclusion.check_tip_state(entries[checkpoint.size - 1], evidence.state, chain)
    return Proved(evidence=evidence, view=view, entries=entries)


def _check_contents(proved: Proved, contents: Sequence[tuple[int, bytes]]) -> None:
    evidence = proved.evidence
    if evidence.seq not in proved.entries or len(evidence.parts) != len(contents):
        raise IntegrityError("bad_proof", "the evidence is about another document")
    commits = proved.entries[evidence.seq].header.commits
    for (number, size, key), (shown_size, digest) in zip(evidence.parts, contents, strict=True):
        if (
            number >= len(commits)
            or size != shown_size
            or not equal(commits[number], commitment(key, size, digest))
        ):
            raise IntegrityError("commitment_mismatch", "the evidence is about other bytes")
