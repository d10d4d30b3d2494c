# SPDX-License-Identifier: Apache-2.0
"""Somebody who gets bundles, and what came of it, in the terms of the specification. Not a test."""

import io
from dataclasses import dataclass, field, replace

from healthvault.agefile.recipients import (
    Recipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
)
from healthvault.agefile.source import Source
from healthvault.bundle.disclosure import AudienceMember, DisclosedDocument, DisclosedPart
from healthvault.cli.exits import exit_of, worst_exit
from healthvault.crypto.agreement import x25519_public
from healthvault.crypto.hashing import random_bytes
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.verify.bundle import verify_bundle
from healthvault.verify.context import Context, Opener, Verification
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question, Result
from tests.owners import NOW_MS


class Outcome:
    """What came of a verification, in the terms of the specification."""

    def __init__(self, verification: Verification, taken: list[bytes], before: PinBook) -> None:
        self.verification = verification
        self.taken = taken
        """The documents that the sink was shown, which it must not release before the outcome is known."""
        self.pins = verification.pins
        self.are_pins_unchanged = verification.pins == before
        self.codes = {problem.code for problem in verification.problems}
        self.exit = worst_exit(exit_of(problem) for problem in verification.problems)
        self.results = {verdict.question: verdict.result for verdict in verification.verdicts}
        self.details = {verdict.question: verdict.detail for verdict in verification.verdicts}

    def codes_of(self, question: Question) -> set[str]:
        """Return the codes of one verdict."""
        verdict = next(item for item in self.verification.verdicts if item.question is question)
        return {problem.code for problem in verdict.problems}

    def kind_of(self, code: str) -> type[Exception]:
        """Return the class that carried a code."""
        return type(next(problem for problem in self.verification.problems if problem.code == code))

    def passed(self, *questions: Question) -> bool:
        """Tell whether all these questions got a pass."""
        return all(self.results[question] is Result.PASS for question in questions)


class Keeper:
    """A sink that keeps what it is shown."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.prepared_bytes: int | None = None

    def prepare(self, total_bytes: int) -> None:
        """Note the size."""
        self.prepared_bytes = total_bytes

    def take(self, document: DisclosedDocument, part: DisclosedPart, stream: Source) -> None:
        """Keep the part."""
        pieces = iter(lambda: stream.read(1000), b"")
        self.taken.append(b"".join(pieces))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who gets bundles: with a key of a vault, with a bare key, or with a code."""

    secret: bytes = field(default_factory=lambda: random_bytes(32))
    vault: bytes | None = field(default_factory=lambda: random_bytes(32))
    code: str | None = None

    @property
    def party(self) -> Party:
        """The reader as a grant names them."""
        if self.code is not None:
            return CODE_BEARER
        return Party(vault=self.vault, recipient_pk=x25519_public(self.secret), name="Dr Costa")

    @property
    def member(self) -> AudienceMember:
        """The reader as an audience names them."""
        return AudienceMember(recipient_pk=x25519_public(self.secret), vault=self.vault)

    @property
    def recipient(self) -> Recipient:
        """The reader as an age file knows them; little work for a code, because tests make many."""
        if self.code is not None:
            return ScryptRecipient(passphrase=self.code.encode(), log_n=1)
        return X25519Recipient(public=x25519_public(self.secret))

    @property
    def opener(self) -> Opener:
        """The reader's secret."""
        if self.code is not None:
            return Opener(identity=ScryptIdentity(passphrase=self.code.encode()), party=CODE_BEARER)
        return Opener(identity=X25519Identity(secret=self.secret), party=self.party)

    def context(self, **extra: object) -> Context:
        """Return what this reader brings along; other fields of `Context` by name."""
        base = Context(openers=(self.opener,), pins=PinBook(), now_ms=NOW_MS)
        return replace(base, **extra)

    def read(self, data: bytes, **extra: object) -> Outcome:
        """Verify a file."""
        context, sink = self.context(**extra), Keeper()
        return Outcome(verify_bundle(io.BytesIO(data), context, sink), sink.taken, context.pins)


CODE_READER = Reader(code="one-two-three-four-five-six-seven", vault=None)
