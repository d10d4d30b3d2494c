# SPDX-License-Identifier: Apache-2.0
"""Random policies and questions, quickly, from a seed. Not a test.

`python -m tests.policies 200` prints the decisions over the first 200 seeds, for comparison between processes.
"""

import random
import sys

from healthvault.codec import pack
from healthvault.consent.conditions import Approvals, Condition, Deny, MaxShares, Sensitive, UnknownCondition
from healthvault.consent.decision import KnownGrant, Request, Subject, decide
from healthvault.consent.exclusion import DocumentWords
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import ACTIONS
from healthvault.consent.status import Status
from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.ledger.ranges import ranges_of
from tests import reference_consent

PARTIES = (
    Party(vault=b"v" * 32, recipient_pk=b"k" * 32, name="Dr Lee"),
    Party(vault=b"w" * 32, name="Rita"),
    Party(recipient_pk=b"k" * 32, name="a bare key"),
    CODE_BEARER,
)
APPROVERS = tuple(Party(vault=bytes([number]) * 32, name=f"approver {number}") for number in range(3))
LATER = UnknownCondition(kind="weekdays")
WORDS = {
    "categories": ("lab", "imaging", "other", "dental"),
    "types": ("pdf", "dicom"),
    "tags": ("private", "work", "2026"),
    "sensitivity": ("genetics", "mental-health", "of-later"),
}
SEQS = 12


def some(rng: random.Random, words: tuple, least: int = 0, most: int = 2) -> tuple:
    """Return a few of the words, none twice."""
    return tuple(rng.sample(words, rng.randint(least, most)))


def random_deny(rng: random.Random) -> Deny:
    """Return a deny rule."""
    return Deny(**{key: some(rng, words) for key, words in WORDS.items()})


def random_condition(rng: random.Random) -> Condition:
    """Return a condition of any kind."""
    match rng.randrange(9):
        case 0 | 1 | 2:
            return random_deny(rng)
        case 3 | 4:
            return Sensitive(allow=some(rng, WORDS["sensitivity"]))
        case 5:
            return MaxShares(count=rng.randint(1, 3))
        case 6 | 7:
            by = some(rng, APPROVERS, 1, 3)
            return Approvals(needed=rng.randint(1, len(by)), by=by)
    return rng.choice([LATER, UnknownCondition(kind="deny", fields=pack({"must": ["x"]}))])


def random_grant(rng: random.Random, seq: int) -> KnownGrant:
    """Return a grant with what is known of it."""
    grant = Grant(
        slot=0,
        grant_id=rng.randbytes(16),
        grantees=some(rng, PARTIES, 1),
        records=ranges_of(rng.sample(range(SEQS), rng.randint(1, SEQS))),
        actions=some(rng, (*ACTIONS, "print") if rng.random() < 0.1 else ACTIONS, 1, 3),
        purposes=some(rng, ("TREAT", "HRESCH", "HMARKT") if rng.random() < 0.1 else ("TREAT", "HRESCH"), 1),
        not_before_ms=rng.randrange(40),
        not_after_ms=rng.randrange(41, 100),
        conditions=tuple(random_condition(rng) for _ in range(rng.choice([0, 1, 1, 2, 3]))),
    )
    return KnownGrant(
        grant=grant,
        seq=seq,
        status=rng.choice([*[Status.ACTIVE] * 6, Status.REVOKED, Status.SUPERSEDED, Status.ERASED]),
        shares=rng.choice([None, 0, 0, 1, 2, 3]),
        approved=None if rng.random() < 0.3 else frozenset(party.vault for party in some(rng, APPROVERS, 0, 3)),
    )


def random_question(rng: random.Random) -> tuple[list[KnownGrant], Request]:
    """Return a policy of up to four grants, and a request."""
    policy = [random_grant(rng, seq) for seq in rng.sample(range(20, 30), rng.randrange(5))]
    words = DocumentWords(
        category=rng.choice(WORDS["categories"]),
        type=rng.choice(["pdf", "dicom", "text"]),
        tags=some(rng, WORDS["tags"]),
        sensitivity=some(rng, WORDS["sensitivity"]) if rng.random() < 0.4 else (),
    )
    request = Request(
        party=rng.choice(PARTIES),
        at_ms=rng.randrange(110),
        document=Subject(seq=rng.randrange(SEQS + 1), words=words),
        purpose=rng.choice([None, "TREAT", "HRESCH", "HPAYMT"]),
        actions=rng.choice([(), *((word,) for word in ACTIONS)]),
    )
    return policy, request


def expected(policy: list[KnownGrant], request: Request) -> tuple[bool, str, str | None]:
    """Ask the second evaluator, in plain maps."""
    held = [
        {
            "id": grant_id_text(one.grant.grant_id),
            "seq": one.seq,
            "status": int(one.status),
            "terms": one.grant.to_map(),
            "shares": one.shares,
            "approved": one.approved,
        }
        for one in policy
    ]
    subject, words = request.document, request.document.words
    said = {key: getattr(words, key) for key in ("category", "type", "tags", "sensitivity")}
    ask = {
        "party": request.party.to_value(),
        "document": {"seq": subject.seq, **said},
        "at": request.at_ms,
        "purpose": request.purpose,
        "action": request.actions[0] if request.actions else None,
    }
    return reference_consent.decide(held, ask)


if __name__ == "__main__":
    for seed in range(int(sys.argv[1])):
        print(decide(*random_question(random.Random(seed))))
