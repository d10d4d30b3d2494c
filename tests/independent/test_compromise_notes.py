# SPDX-License-Identifier: Apache-2.0
"""Two readers of compromise notes that share no code agree, on the code and on what is remembered."""

import random
from collections import Counter

from healthvault.crypto.signing import signing_key
from healthvault.ledger.events import RotateReason
from healthvault.tlog.note import sign_note
from healthvault.verify.compromise import verify_note
from healthvault.verify.context import Context
from healthvault.verify.pins import PinBook, SeenSize, VaultPins
from tests.independent import notes, reader
from tests.owners import NOW_MS, Owner

COUNT = 600
STRANGER = signing_key(b"\x09" * 32)


def a_vault(rng: random.Random) -> Owner:
    """Return a vault whose keys changed now and then."""
    owner = Owner()
    for _ in range(rng.randint(1, 8)):
        change = rng.choice(["entry", "entry", "rotate", "stolen", "root", "restart"])
        if change == "entry":
            owner.append({"kind": "note"})
        elif change in {"rotate", "stolen"}:
            owner.rotate(RotateReason.COMPROMISED if change == "stolen" else RotateReason.PLANNED)
        elif change == "root":
            owner.change_root()
        else:
            owner.restart()
    owner.append({"kind": "note"})
    return owner


def a_reader(rng: random.Random, owner: Owner) -> VaultPins:
    """Return what somebody remembers who saw the vault at an earlier size, truly or not."""
    size = rng.randint(1, owner.size)
    events = tuple(owner.raws[seq] for seq in owner.event_seqs if seq < size)
    restarts = sum(seq < size for seq in owner.restarts)
    sizes = [SeenSize(size=size, root=owner.root_at(size), restarts=restarts)]
    if rng.random() < 0.2:
        at = rng.randint(1, owner.size + 2)
        sizes.append(SeenSize(size=at, root=b"x" * 32, restarts=rng.randint(0, restarts)))
    known = rng.random()
    compromised = ((rng.randint(0, 2), rng.randint(1, owner.size), b"y" * 32),) if known < 0.15 else ()
    if known > 0.95:
        return VaultPins(vault=owner.vault_id)
    return VaultPins(vault=owner.vault_id, events=events, sizes=tuple(sizes), compromised=compromised)


def a_note(rng: random.Random, owner: Owner) -> bytes:
    """Return a note about some epoch, right or wrong, and sometimes with a byte changed."""
    epoch = rng.randrange(len(owner.epochs))
    closed = owner.rotations[epoch] if epoch < len(owner.rotations) else owner.size
    size = closed if rng.random() < 0.8 else rng.randint(1, owner.size)
    root = owner.root_at(size) if rng.random() < 0.9 else b"x" * 32
    key = rng.choice([owner.root] * 8 + [STRANGER, owner.secrets_now.sign])
    note = owner.compromise_note(epoch if rng.random() < 0.9 else 9, size, root=root, key=key)
    text = note.decode().partition("\n\n")[0] + "\n"
    if rng.random() < 0.1:
        changed = rng.choice(
            [text + "x\n", text.replace("\n", "\n0", 2), text.replace("invalid", "example"), text[11:]]
        )
        return sign_note(changed, f"{owner.origin}/root", owner.root)
    if rng.random() < 0.1:
        place = rng.randrange(len(note))
        return note[:place] + bytes([note[place] ^ 1 << rng.randrange(8)]) + note[place + 1 :]
    return note


def test_two_readers_of_notes_agree() -> None:
    """Over notes of vaults of every kind, true and false, for readers who saw more or less of them."""
    rng, found = random.Random(20261120), Counter[str | None]()
    for number in range(COUNT):
        owner = a_vault(rng)
        pins, note = a_reader(rng, owner), a_note(rng, owner)
        context = Context(openers=(), pins=PinBook(vaults=(pins,)), now_ms=NOW_MS)
        ours = verify_note(note, context)
        code = next((problem.code for problem in ours.problems), None)
        kept = PinBook(vaults=(ours.pins.of(owner.vault_id),)).to_map()["vaults"][0]
        row = PinBook(vaults=(pins,)).to_map()["vaults"][0]
        assert (code, kept) == notes.take_in(note, row, reader), number
        found[code] += 1
    assert {None, "bad_note", "bad_signature", "unknown_signer", "unconnected", "fork"} == found.keys()
    assert min(found.values()) >= 10, found
