# SPDX-License-Identifier: Apache-2.0
"""Erasure certificates of a vault in memory, for tests: whole ones, and every kind of wrong one. Not a test."""

from dataclasses import dataclass, replace

from healthvault.bundle.armour import armour
from healthvault.bundle.erasure import ERASURE_LABEL, Certificate, ErasedDocument, Trace
from healthvault.codec import pack
from healthvault.crypto.signing import SigningKey, sign
from healthvault.ledger.documents import DocErase
from healthvault.ledger.secrets import meta_key
from healthvault.tlog.slice import build_slice
from healthvault.tlog.tree import leaf_hash
from healthvault.verify.context import Context
from healthvault.verify.erasure import verify_certificate
from healthvault.verify.pins import PinBook
from tests.owners import NOW_MS, Map, Owner
from tests.readers import Outcome

WHAT = "ERASURE CERTIFICATE"
REACHED = (Trace(kind="keys"), Trace(kind="backup", place="/media/usb", time_ms=NOW_MS))
UNREACHED = (Trace(kind="bundle", bundle_id=b"b" * 16, recipients=("Dr Lee",), time_ms=NOW_MS),)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A certificate before it is signed: everything may be changed."""

    map: Map
    key: SigningKey
    label: str = ERASURE_LABEL

    def raw(self) -> bytes:
        """Return its bytes."""
        body = pack(self.map)
        return body + sign(self.key, self.label, body)

    def text(self) -> bytes:
        """Return its text."""
        return armour(self.raw(), WHAT).encode()


def erased_owner() -> tuple[Owner, list[int], int]:
    """Return an owner, her two documents, and the entry that erases the first and what was said of it."""
    owner = Owner()
    documents = [owner.add(b"Ferritin 41 ug/L\n"), owner.add(b"second")]
    about = owner.append({"kind": "note", "about": documents[0], "text": "ask again"})
    erase = DocErase(victims=(documents[0], about), ks_epoch=1, reason="not-mine")
    return owner, documents, owner.append(erase.to_map())


def make_certificate(owner: Owner, erase_seq: int, documents: list[int], marks: tuple[int, ...] = ()) -> Draft:
    """Return the certificate that these documents are erased by that entry, as of the newest entry."""
    seqs = sorted({*owner.event_seqs, erase_seq, owner.size - 1})
    passed = {*owner.rotations, *owner.restarts, *marks} - {owner.size}
    certificate = Certificate(
        origin=owner.origin,
        created_ms=NOW_MS,
        signer=len(owner.epochs) - 1,
        note=owner.note(),
        entries=tuple(owner.raws[seq] for seq in seqs),
        slice=build_slice(owner.tree, owner.size, {*seqs, *documents}, passed),
        state=owner.opening(),
        erase_seq=erase_seq,
        erase_meta=meta_key(owner.secrets[erase_seq]),
        documents=tuple(ErasedDocument(seq=seq, leaf=leaf_hash(owner.raws[seq])) for seq in documents),
        reached=REACHED,
        unreached=UNREACHED,
    )
    return Draft(map=certificate.to_map(), key=owner.secrets_now.sign)


def read(text: bytes, pins: PinBook | None = None, **extra: object) -> Outcome:
    """Verify a text as somebody who has no key of use for it."""
    book = pins or PinBook()
    context = replace(Context(openers=(), pins=book, now_ms=NOW_MS), **extra)
    return Outcome(verify_certificate(text, context), [], book)
