# SPDX-License-Identifier: Apache-2.0
"""Three vaults in memory: Ana, Tom who is her proxy, and Dr Costa who reads what Tom shares for her. Not a test.

Everything that Tom could forge with his own keys is an argument of `Onward.read`.
"""

from dataclasses import dataclass, field, replace

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, EvidenceMaker
from healthvault.bundle.manifest import parse_manifest
from healthvault.codec import LARGE_ITEMS, pack, unpack
from healthvault.consent.conditions import Condition, Delegated, Proxy
from healthvault.ledger.party import Party
from tests.bundles import Draft, Scene, make_bundle
from tests.owners import DAY_MS, NOW_MS, START_MS, Map, Owner
from tests.readers import Outcome, Reader

DATA = b"Ferritin 41 ug/L\n"
OTHER = b"Letter of the psychiatrist\n"
FULL = Proxy(powers=("share", "add"), purposes=("TREAT", "FAMRQT"), actions=("view", "keep"))
ENDS_MS = START_MS + 30 * DAY_MS


@dataclass(slots=True)
class Family:
    """Ana's vault with two documents, Tom's with none, and Dr Costa."""

    ana: Owner = field(default_factory=lambda: Owner("Ana Silva"))
    tom: Owner = field(default_factory=lambda: Owner("Tom Silva"))
    costa: Reader = field(default_factory=Reader)
    docs: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.docs = [self.ana.add(DATA), self.ana.add(OTHER)]

    @property
    def contacts(self) -> dict[bytes, str]:
        """Whom Dr Costa has pinned."""
        return {self.tom.vault_id: "Tom", self.ana.vault_id: "Ana"}

    @property
    def tom_reads(self) -> Reader:
        """Tom as somebody who opens bundles."""
        return Reader(secret=self.tom.secrets_now.recipient, vault=self.tom.vault_id)

    def delegate(self, *conditions: Condition, to: Party | None = None, **terms: object) -> int:
        """Append Ana's grant of her first document to Tom, as her proxy; return its entry."""
        terms = {"actions": ("view", "keep", "forward"), "not_after_ms": ENDS_MS, **terms}
        docs = terms.pop("docs", self.docs[:1])
        return self.ana.grant([to or self.tom_reads.party], docs, conditions=conditions or (FULL,), **terms)

    def evidence(self, grant: int, doc: int = 0, also: tuple[int, ...] = ()) -> Map:
        """Return the evidence that Tom keeps of a document of Ana's, under grants of hers."""
        draft = make_bundle(self.ana, self.tom_reads, [self.docs[doc]], [grant, *also])
        manifest = parse_manifest(draft.signed()).unverified
        raw = EvidenceMaker(manifest, tuple(self.ana.rotations)).make(manifest.docs[0], manifest.grants)
        return unpack(raw, max_items=LARGE_ITEMS)

    def condition(self, *grants: int) -> Delegated:
        """Return what Tom's grant says: that it is given for Ana, under hers."""
        ids = tuple(self.ana.sealed[grant]["grant_id"] for grant in grants)
        return Delegated(vault=self.ana.vault_id, grants=ids)

    def passed(
        self, evidence: Map | None, *conditions: Condition, data: bytes = DATA, terms: Map | None = None
    ) -> Scene:
        """Return Tom's share of a document with this evidence to Dr Costa, under a grant with these conditions."""
        raw = [] if evidence is None else [pack(evidence)]
        seq = self.tom.add(data, *raw)
        said = {"not_after_ms": ENDS_MS, "conditions": conditions, **(terms or {})}
        grant = self.tom.grant([self.costa.party], [seq], **said)
        return Scene(owner=self.tom, reader=self.costa, docs=[seq], grant=grant)

    def onward(self, evidence: Map | None, *conditions: Condition, **extra: object) -> Outcome:
        """Return what Dr Costa finds in the bundle of that; `data` and `terms` as there."""
        made = {key: extra.pop(key) for key in ("data", "terms") if key in extra}
        draft = with_evidence(self.passed(evidence, *conditions, **made).draft())
        return self.costa.read(draft.seal(), **{"contacts": self.contacts, **extra})


def with_evidence(draft: Draft) -> Draft:
    """Return a draft that claims of each further part that it is evidence."""
    for part in draft.map["docs"][0]["parts"][1:]:
        part["media_type"] = EVIDENCE_MEDIA_TYPE
    return draft


def proxy(**other: object) -> Proxy:
    """Return Tom's powers with others in the place of some."""
    return replace(FULL, **other)


LATER_MS = NOW_MS + 31 * DAY_MS
