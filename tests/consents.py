# SPDX-License-Identifier: Apache-2.0
"""Vaults with random documents, grants, shares, approvals and revocations, and the same in plain maps. Not a test.

The plain maps are what the generator itself decided, never read back from the vault: `tests.reference_consent`
judges them.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

from healthvault.consent.conditions import Condition, Deny, MaxShares, Sensitive
from healthvault.errors import ConsentRefused, HealthVaultError
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, revise_document
from healthvault.vault.approvals import keep_approval
from healthvault.vault.approving import approve, options_accepting, read_request
from healthvault.vault.grants import Terms, make_grant, revoke_grant
from healthvault.vault.handing import UnderGrant
from healthvault.vault.share import share_request, share_under
from healthvault.vault.views import Document, GrantView
from tests import vaults
from tests.vaults import DAY_MS, NOW_MS, Sample

CATEGORIES = ("lab", "imaging", "letter")
TYPES = ("text", "dicom")
TAGS = ("private", "work", "2026")
LABELS = ("genetics", "mental-health")
PURPOSES = ("TREAT", "HRESCH", "FAMRQT")
ACTIONS = ("view", "keep", "forward")
NAMES = ("Dr Lee", "Rita")


def some(rng: random.Random, words: tuple[str, ...], most: int = 2) -> tuple[str, ...]:
    """Return up to `most` of the words."""
    return tuple(rng.sample(words, rng.randrange(most + 1)))


@dataclass(slots=True, kw_only=True)
class Life:
    """Ana's vault, those of her contacts, and what she did, in plain maps."""

    rng: random.Random
    folder: Path
    ana: Sample
    contacts: dict[str, Sample]
    documents: list[Document] = field(default_factory=list)
    words: dict[str, dict] = field(default_factory=dict)
    """By document id: seq, category, type, tags, sensitivity."""
    contents: dict[str, bytes] = field(default_factory=dict)
    grants: list[dict] = field(default_factory=list)
    """As `reference_consent` takes them."""

    def party(self, name: str) -> dict:
        """Return a contact, or whoever is told a code, as the specification names them."""
        if name == "code":
            return {"code": True}
        return {"vault": vault_id(self.contacts[name]), "recipient_pk": None, "name": name}

    def add(self) -> None:
        """Add a document; some say less of themselves at first than they do later."""
        rng = self.rng
        said = {
            "category": rng.choice(CATEGORIES),
            "tags": some(rng, TAGS),
            "sensitivity": some(rng, LABELS) if rng.random() < 0.3 else (),
        }
        kind = rng.choice(TYPES)
        content = f"document {len(self.documents)}: {rng.random()} ".encode() * rng.randint(1, 400)
        (document,) = self.ana.add(content, options=AddOptions(kind=kind, **said))
        self.documents.append(document)
        self.contents[document.id] = content
        self.words[document.id] = {"seq": document.entry, "type": kind, **said}

    def relabel(self) -> None:
        """Say something else of a document from now on: older grants are judged by that."""
        document = self.rng.choice(self.documents)
        said = {"tags": some(self.rng, TAGS), "sensitivity": some(self.rng, LABELS, 1)}
        with self.ana.open(writing=True) as vault:
            revise_document(vault, document.id, Correction(**said), now_ms=NOW_MS)
        self.words[document.id].update(said)

    def grant(self) -> GrantView | None:
        """Make a grant; None if its own conditions keep a document out."""
        rng = self.rng
        conditions = self._conditions()
        asked = rng.sample(NAMES, rng.choice([0, 0, 0, 1, 2]))
        begin, end = rng.choice([-1, 2]), rng.choice([1, 5, 90])
        chosen = rng.sample(self.documents, rng.randint(1, len(self.documents)))
        terms = Terms(
            records=tuple(document.id for document in chosen),
            to=tuple(rng.sample(NAMES, rng.choice([0, 1, 1, 2]))),
            purposes=tuple(rng.sample(PURPOSES, rng.randint(1, 2))),
            actions=tuple(rng.sample(ACTIONS, rng.randint(1, 3))),
            not_before_ms=NOW_MS + begin * DAY_MS,
            not_after_ms=NOW_MS + max(end, begin + 1) * DAY_MS,
            conditions=conditions,
            needed=rng.randint(1, len(asked)) if asked else 0,
            approvers=tuple(asked),
        )
        try:
            with self.ana.open(writing=True) as vault:
                made = make_grant(vault, terms, now_ms=NOW_MS)
        except ConsentRefused:
            return None
        self.grants.append(self._plain(made, terms))
        return made

    def _conditions(self) -> tuple[Condition, ...]:
        rng = self.rng
        words = {"categories": some(rng, CATEGORIES, 1), "types": some(rng, TYPES, 1), "tags": some(rng, TAGS, 1)}
        held: list[Condition] = [Sensitive(allow=some(rng, LABELS)) for _ in range(rng.choice([0, 1, 1, 2]))]
        if rng.random() < 0.4:
            held.append(Deny(**{key: found for key, found in words.items() if rng.random() < 0.5}))
        if rng.random() < 0.3:
            held.append(MaxShares(count=rng.randint(1, 2)))
        return tuple(held)

    def _plain(self, made: GrantView, terms: Terms) -> dict:
        seqs = sorted(self.words[id_text]["seq"] for id_text in terms.records)
        conditions = [condition.to_map() for condition in terms.conditions]
        if terms.needed:
            by = [self.party(name) for name in terms.approvers]
            conditions.append({"kind": "approvals", "needed": terms.needed, "by": by})
        return {
            "id": made.id,
            "seq": made.entry,
            "status": 1,
            "shares": 0,
            "approved": set(),
            "terms": {
                "grantees": [self.party(name) for name in terms.to or ("code",)],
                "records": [[seq, 1] for seq in seqs],
                "actions": list(terms.actions),
                "purpose": list(terms.purposes),
                "not_before": terms.not_before_ms,
                "not_after": terms.not_after_ms,
                "conditions": conditions,
            },
        }

    def use(self, grant: dict) -> None:
        """Revoke a grant, have it approved by some, or share under it, whatever comes of it."""
        what = self.rng.choice(["revoke", "share", "share", "approve", "approve", "nothing"])
        if what == "revoke":
            with self.ana.open(writing=True) as vault:
                revoke_grant(vault, grant["id"], reason="", now_ms=NOW_MS)
            grant["status"] = 2
        elif what == "share":
            out = self.folder / f"{self.rng.random()}.hvb"
            try:
                with self.ana.open(writing=True) as vault:
                    share_under(vault, UnderGrant(grant=grant["id"]), out, now_ms=NOW_MS)
                grant["shares"] += 1
            except HealthVaultError:
                assert not out.exists()
        elif what == "approve" and (asked := [one for one in grant["terms"]["conditions"] if "by" in one]):
            for party in self.rng.sample(asked[0]["by"], self.rng.randint(1, len(asked[0]["by"]))):
                self.approve(grant["id"], party["name"])
                grant["approved"].add(party["vault"])

    def approve(self, grant: str, name: str) -> None:
        """Let a contact approve a grant, all the way."""
        ask, answer = self.folder / f"{self.rng.random()}.hvb", self.folder / f"{self.rng.random()}.hva"
        with self.ana.open(writing=True) as vault:
            share_request(vault, grant, ask, now_ms=NOW_MS)
        with self.contacts[name].open() as vault:
            file = InputFile(name=ask.name, path=ask)
            _, asked = read_request(vault, file, options_accepting(()), now_ms=NOW_MS)
            assert asked is not None
            approve(vault, asked, answer, now_ms=NOW_MS)
        with self.ana.open(writing=True) as vault:
            assert keep_approval(vault, InputFile(name=answer.name, path=answer), now_ms=NOW_MS) is not None


def vault_id(sample: Sample) -> bytes:
    """Return the id of a vault."""
    with sample.open() as vault:
        return vault.keyring.vault_id


def lived(folder: Path, seed: int, *, documents: int = 6, grants: int = 8) -> Life:
    """Return a vault in which a few things happened; the same for the same seed, but for its keys."""
    rng = random.Random(seed)
    ana, lee, rita = vaults.ana(folder), vaults.lee(folder), vaults.rita(folder)
    contacts = {"Dr Lee": lee, "Rita": rita}
    for name, sample in contacts.items():
        ana.meet(sample, name)
        sample.meet(ana, "Ana")
    life = Life(rng=rng, folder=folder, ana=ana, contacts=contacts)
    for _ in range(documents):
        life.add()
    for _ in range(grants):
        life.grant()
    for grant in life.grants:
        life.use(grant)
    for _ in range(2):
        life.relabel()
    return life
