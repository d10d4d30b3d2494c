# SPDX-License-Identifier: Apache-2.0
"""Bundles of a vault in memory, for tests: whole ones, and every kind of wrong one. Not a test.

`make_bundle` gives a `Draft`: the manifest as a plain map, the container's members and the age recipients, all
open to change until `Draft.seal` signs and encrypts them. `scene` is an owner, a reader and a grant to start from.
"""

import copy
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import Recipient
from healthvault.bundle.container import ContainerWriter, document_member, extra_member
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedGrant, DisclosedPart, Extra, Witnessed
from healthvault.bundle.manifest import MANIFEST_LABEL, Manifest
from healthvault.codec import pack
from healthvault.crypto.hashing import random_bytes, sha256
from healthvault.crypto.signing import SigningKey, sign
from healthvault.ledger.kinds import Share
from healthvault.ledger.ranges import ranges_of
from healthvault.ledger.secrets import commit_key, meta_key
from healthvault.tlog.slice import build_slice
from tests.owners import NO_HOOKS, Change, Hooks, Map, Owner, same
from tests.readers import Outcome, Reader


def sealed_bytes(plain: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return an age file around a plaintext."""
    out = io.BytesIO()
    writer = encrypt(out.write, recipients)
    writer.write(plain)
    writer.finish()
    return out.getvalue()


def container(members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the container of the members, the manifest first."""
    out = io.BytesIO()
    writer = ContainerWriter(out.write)
    for name, data in members:
        writer.begin(name, len(data))
        writer.write(data)
    writer.finish()
    return out.getvalue()


@dataclass(slots=True, kw_only=True)
class Draft:
    """A bundle before it is signed and sealed: everything may be changed."""

    owner: Owner
    map: Map
    key: SigningKey
    members: list[tuple[str, bytes]]
    """Extras and documents, by member name."""
    recipients: list[Recipient]
    label: str = MANIFEST_LABEL

    def signed(self, change: Change = same) -> bytes:
        """Return the manifest with its signature; `change` is to the map's bytes before signing."""
        body = change(pack(self.map))
        return body + sign(self.key, self.label, body)

    def container(self, manifest: bytes | None = None) -> bytes:
        """Return the container, with other bytes in place of the manifest if given."""
        return container([("manifest", self.signed() if manifest is None else manifest), *self.members])

    def seal(self, plain: bytes | None = None) -> bytes:
        """Return the file, with another plaintext if given."""
        return sealed_bytes(self.container() if plain is None else plain, self.recipients)


def make_bundle(
    owner: Owner,
    readers: Reader | Sequence[Reader],
    docs: Sequence[int],
    grants: Sequence[int],
    *,
    others: Sequence[int] = (),
    marks: Sequence[int] = (),
    has_meta: bool = False,
    extras: Mapping[str, bytes] | None = None,
    witnessed: Sequence[bytes] = (),
    hooks: Hooks = NO_HOOKS,
) -> Draft:
    """Append a share entry and return the bundle whose tip it is."""
    to = [readers] if isinstance(readers, Reader) else list(readers)
    bundle_id = random_bytes(16)
    share = Share(
        bundle_id=bundle_id,
        size=owner.size + 1,
        slots=tuple(owner.grant_slots[seq] for seq in grants),
        seqs=ranges_of(docs),
        recipients=tuple(reader.party for reader in to),
    )
    owner.append(share.to_map(), hooks=hooks)
    rows = [_document(owner, seq, has_meta=has_meta) for seq in sorted(docs)]
    along = extras or {}
    seqs = sorted({*owner.event_seqs, *docs, *grants, *others, owner.size - 1})
    manifest = Manifest(
        bundle_id=bundle_id,
        origin=owner.origin,
        created_ms=owner.clock_ms,
        signer=len(owner.epochs) - 1,
        audience=None if to[0].code else tuple(reader.member for reader in to),
        note=owner.note(),
        entries=tuple(owner.raws[seq] for seq in seqs),
        slice=build_slice(
            owner.tree, owner.size, seqs, {*owner.rotations, *owner.restarts, *marks} - {owner.size}
        ),
        state=owner.opening(),
        grants=tuple(_grant_row(owner, seq) for seq in sorted(grants)),
        docs=tuple(rows),
        witnessed=tuple(Witnessed(note=note) for note in witnessed),
        extras=tuple(Extra(file=name, size_bytes=len(data), sha256=sha256(data)) for name, data in along.items()),
    )
    members = [(extra_member(name), data) for name, data in along.items()]
    parts = [(part, owner.files[row.seq][part.number]) for row in rows for part in row.parts]
    members += [(document_member(number, part.file), data) for number, (part, data) in enumerate(parts, 1)]
    return Draft(
        owner=owner,
        map=copy.deepcopy(manifest.to_map()),
        key=owner.secrets_now.sign,
        members=members,
        recipients=[reader.recipient for reader in to],
    )


@dataclass(slots=True, kw_only=True)
class Scene:
    """An owner with documents and a grant for one reader, and a bundle of the first document."""

    owner: Owner
    reader: Reader
    docs: list[int]
    grant: int

    def draft(self, **options: object) -> Draft:
        """Return the next bundle of the first document for the reader."""
        return make_bundle(self.owner, self.reader, self.docs[:1], [self.grant], **options)

    def read(self, data: bytes, **extra: object) -> Outcome:
        """Verify as the reader, who has pinned the owner."""
        return self.reader.read(data, **{"contacts": {self.owner.vault_id: "Ana"}, **extra})


def scene(reader: Reader | None = None, **terms: object) -> Scene:
    """Return a fresh owner: genesis, three documents among other entries, and a grant of all of them."""
    reader = reader or Reader()
    owner = Owner()
    docs = [owner.add(b"Ferritin 41 ug/L\n"), owner.add(b"first", b"second"), owner.add(b"third" * 100)]
    owner.append({"kind": "note", "about": docs[0], "text": "ask again"})
    grant = owner.grant([reader.party], docs, **terms)
    return Scene(owner=owner, reader=reader, docs=docs, grant=grant)


def _document(owner: Owner, seq: int, *, has_meta: bool) -> DisclosedDocument:
    secret = owner.secrets[seq]
    parts = tuple(
        DisclosedPart(
            number=j,
            size_bytes=len(data),
            file=f"part{j}.txt",
            commit_key=commit_key(secret, j),
            claimed_title="Ferritin",
            claimed_media_type="text/plain",
        )
        for j, data in enumerate(owner.files[seq])
    )
    meta = meta_key(secret) if has_meta else None
    return DisclosedDocument(seq=seq, claimed_status="current", claimed_type="text", parts=parts, meta=meta)


def _grant_row(owner: Owner, seq: int) -> DisclosedGrant:
    proof = owner.slots.prove(owner.grant_slots[seq], owner.state_key)
    return DisclosedGrant(
        seq=seq,
        meta=meta_key(owner.secrets[seq]),
        slot=proof.slot,
        since_seq=seq,
        salt=proof.salt,
        path=proof.path,
    )
