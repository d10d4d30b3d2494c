# SPDX-License-Identifier: Apache-2.0
"""What an entry names, by its kind."""

import pytest

from healthvault.bundle.attestation import Attestation, sign_attestation
from healthvault.codec import Fields, Value
from healthvault.crypto.signing import signing_key
from healthvault.ledger.kinds import Kind
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.records.fhir_consent import AUDITED
from healthvault.vault.mentions import UNKNOWN, Mentions, action_of, kinds_of, mentions_of

LEE = Party(vault=b"L" * 32, name="Dr Lee")
SEQ = 20
ATTESTATION = sign_attestation(
    Attestation(vault=b"L" * 32, signer=0, leaf=bytes(32), commit=bytes(32), statement="seen", time_ms=1),
    signing_key(b"\x09" * 32),
)


def sealed(kind: str, **keys: Value) -> Fields:
    """Return a sealed map."""
    return Fields({"kind": kind, **keys}, "entry")


CASES = [
    (sealed("owner", name="Ana"), "name", Mentions()),
    (sealed("doc.add"), "add", Mentions(documents=((SEQ, 1),))),
    (sealed("doc.add", supersedes=3), "amend", Mentions(documents=((3, 1), (SEQ, 1)))),
    (
        sealed("doc.add", received={"vault": b"L" * 32}),
        "import",
        Mentions(documents=((SEQ, 1),), parties=(Party(vault=b"L" * 32),)),
    ),
    (sealed("doc.revise", about=4), "amend", Mentions(documents=((4, 1),))),
    (sealed("doc.revise", about=4, status="retracted"), "retract", Mentions(documents=((4, 1),))),
    (sealed("doc.erase", victims=[4, 5, 9]), "erase", Mentions(documents=((4, 2), (9, 1)))),
    (sealed("contact.drop", about=6), "unpin", Mentions(about=6)),
    (
        sealed("grant", k=2, records=[[4, 3]], grantees=[LEE.to_value()]),
        "grant",
        Mentions(documents=((4, 3),), parties=(LEE,), slots=(2,)),
    ),
    (sealed("grant.revoke", about=7, k=2), "revoke", Mentions(about=7, slots=(2,))),
    (
        sealed("share", k=[2, 3], seqs=[[4, 1]], recipients=[{"code": True}]),
        "share",
        Mentions(documents=((4, 1),), parties=(CODE_BEARER,), slots=(2, 3)),
    ),
    (sealed("share", k=[2], seqs=[], recipients=[]), "share", Mentions(slots=(2,))),
    (sealed("note", about=4, text=""), "note", Mentions(documents=((4, 1),))),
    (
        sealed("attest", about=4, attestation=ATTESTATION),
        "attest",
        Mentions(documents=((4, 1),), parties=(Party(vault=b"L" * 32),)),
    ),
    (sealed("attest", about=4, attestation=b"of tomorrow"), "attest", Mentions(documents=((4, 1),))),
    (
        sealed("attest.out", about=4, owner=b"A" * 32, attestation=ATTESTATION),
        "attest-out",
        Mentions(documents=((4, 1),), parties=(Party(vault=b"A" * 32),)),
    ),
    (
        sealed("attest.out", owner=b"A" * 32, attestation=ATTESTATION),
        "attest-out",
        Mentions(parties=(Party(vault=b"A" * 32),)),
    ),
    (
        sealed("status", k=2, recipients=[LEE.to_value()]),
        "status",
        Mentions(parties=(LEE,), slots=(2,), means_grants=True),
    ),
    (sealed("status", k=None, recipients=[]), "status", Mentions(means_grants=True)),
    (
        sealed("receipt.in", about=8, vault=b"L" * 32),
        "receipt",
        Mentions(about=8, parties=(Party(vault=b"L" * 32),)),
    ),
    (sealed("anchor", size=3), "anchor", Mentions()),
    (sealed("from.tomorrow", about=4), UNKNOWN, Mentions()),
]


@pytest.mark.parametrize(
    ("said", "action", "expected"), CASES, ids=[f"{said.text('kind')}-{word}" for said, word, _ in CASES]
)
def test_each_kind(said: Fields, action: str, expected: Mentions) -> None:
    """One line of the table each; a kind of a later version names nothing."""
    assert (action, expected) == (action_of(said), mentions_of(said, SEQ))


@pytest.mark.parametrize(
    "said",
    [
        sealed("status", recipients="Dr Lee"),
        sealed("receipt.in", about=8, vault=b"short"),
        sealed("note"),
        sealed("contact.pin", card=b"no card", name="x"),
    ],
)
def test_another_form_of_a_kind_names_nothing(said: Fields) -> None:
    """Never an error: what this version parses was checked before, and what it does not may be of a later one."""
    expected = Mentions(documents=()) if said.text("kind") == "note" else Mentions()
    assert expected == mentions_of(said, SEQ)


def test_nobody_is_about_the_future() -> None:
    """So following what entries are about comes to an end."""
    assert [None, None, SEQ - 1] == [
        mentions_of(sealed("contact.drop", about=about), SEQ).about for about in (SEQ, SEQ + 1, SEQ - 1)
    ]


def test_every_kind_that_is_written_has_its_line() -> None:
    """Nothing that this version appends is shown as unknown."""
    assert [] == [kind for kind in Kind if action_of(sealed(kind.value)) == UNKNOWN]


def test_kinds_of_actions() -> None:
    """What the export looks for: only kinds of which every entry is told."""
    assert ("doc.erase", "grant.revoke", "share", "status", "receipt.in") == kinds_of(AUDITED)
