# SPDX-License-Identifier: Apache-2.0
"""Mutated bundles of named kinds, to drive two verifiers against each other. Not a test.

`mutate.py` draws changes at random places; here every kind is one fault at one place of the specification. Most
are built in from the start: a journal with a wrong entry, event, grant or slot, whose tree, checkpoint, manifest
and file are then made as they should be, so that a verifier has to come to that very step. Some kinds are harmless
and have to verify.

Keys and nonces are fresh each time; which kinds and places are drawn depends on the seed only.
"""

import random
from collections.abc import Iterator
from dataclasses import replace

from healthvault.verify.context import Context
from tests.independent import consent_kinds, inner_kinds, outer_kinds  # noqa: F401 - they list their kinds when imported
from tests.independent.frame import HARMLESS, KINDS, Asked
from tests.readers import Reader

__all__ = ["HARMLESS", "KINDS", "context_of", "mutated_bundles"]


def mutated_bundles(count: int, seed: int) -> Iterator[tuple[str, bytes, Asked]]:
    """Yield `count` files with the name of what was done to each, and what its reader brings along.

    The kinds take turns, so 1,000 files hold each of them several times. What the reader brings along are plain
    values by name: `secrets` (X25519, 32 bytes each) or `code` (text), `own` (the reader's vault id or None),
    `contacts` (vault ids), `now_ms`, and perhaps `purpose`. See `context_of` for what our verifier makes of them.
    """
    rng = random.Random(seed)
    names = list(KINDS)
    rng.shuffle(names)
    for number in range(count):
        name = names[number % len(names)]
        data, asked = KINDS[name](rng)
        yield name, data, asked


def context_of(asked: Asked) -> Context:
    """Return the same for `verify_bundle`."""
    code, own = asked.get("code"), asked.get("own")
    readers = (
        [Reader(code=code, vault=None)] if code else [Reader(secret=item, vault=own) for item in asked["secrets"]]
    )
    context = readers[0].context(
        contacts=dict.fromkeys(asked["contacts"], "Ana"), now_ms=asked["now_ms"], purpose=asked.get("purpose")
    )
    return replace(context, openers=tuple(reader.opener for reader in readers))
