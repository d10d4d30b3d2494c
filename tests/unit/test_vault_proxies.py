# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.proxies and delegating: docs/spec/proxies.md, through real vaults and bundles."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.grants import Terms, list_grants, make_grant, revoke_grant
from healthvault.vault.handing import UnderGrant
from healthvault.vault.journal_log import log_entries
from healthvault.vault.prove import ForReader, prove_status, reader_of_status
from healthvault.vault.proxies import ProxyWish, add_proxy, list_proxies, remove_proxy
from healthvault.vault.receive import VerifyOptions, import_bundle, verify_file
from healthvault.vault.rule_views import ProxyView
from healthvault.vault.share import share, share_under
from healthvault.vault.views import Document
from healthvault.verify.context import Verification
from healthvault.verify.verdicts import Question
from tests.vaults import DAY_MS, NOW_MS, Sample, ana, request, someone

UNTIL_MS = NOW_MS + 30 * DAY_MS
BOTH = ("share", "add")


class Home:
    """Ana, Tom and Dr Costa, who all know each other; Ana has two documents, one of them sensitive."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ana = ana(folder)
        self.tom, self.costa = someone(folder, "tom", "Tom Silva"), someone(folder, "costa", "Dr Costa")
        people = {"Ana": self.ana, "Tom": self.tom, "Dr Costa": self.costa}
        for owner in people.values():
            for name, other in people.items():
                if other is not owner:
                    owner.meet(other, name)
        (self.lab,) = self.ana.add(b"ferritin", options=AddOptions(category="lab"))
        (self.secret,) = self.ana.add(b"therapy", options=AddOptions(sensitivity=("mental-health",)))

    def terms(self, *documents: Document, **other: object) -> Terms:
        """Return the terms of Tom's powers."""
        return Terms(
            records=tuple(document.id for document in documents),
            to=("Tom",),
            purposes=("TREAT",),
            actions=("view", "keep"),
            not_after_ms=UNTIL_MS,
            **other,
        )

    def make_proxy(self, *documents: Document, powers: tuple[str, ...] = BOTH) -> ProxyView:
        """Make Tom Ana's proxy for documents."""
        with self.ana.open(writing=True) as vault:
            wish = ProxyWish(terms=self.terms(*documents), powers=powers)
            return add_proxy(vault, wish, now_ms=NOW_MS)

    def hand_over(self, proxy: ProxyView, name: str = "tom.hvb") -> list[Document]:
        """Let Ana share under Tom's grant, and Tom import it."""
        with self.ana.open(writing=True) as vault:
            share_under(vault, UnderGrant(grant=proxy.grant), self.folder / name, now_ms=NOW_MS)
        return self.imported(self.tom, name)

    def imported(self, who: Sample, name: str, now_ms: int = NOW_MS) -> list[Document]:
        """Import a bundle."""
        with who.open(writing=True) as vault:
            file = InputFile(name=name, path=self.folder / name)
            verification, documents = import_bundle(vault, file, VerifyOptions(), now_ms=now_ms)
            assert documents, [problem.code for problem in verification.problems]
            return documents

    def onward(self, documents: list[Document], terms: Terms | None = None, now_ms: int = NOW_MS) -> None:
        """Let Tom share what he holds with Dr Costa."""
        terms = terms or replace(request(documents, ("Dr Costa",)), may_end_earlier=True)
        with self.tom.open(writing=True) as vault:
            share(vault, terms, self.folder / "costa.hvb", now_ms=now_ms)

    def costa_reads(self, *statuses: InputFile, name: str = "costa.hvb") -> Verification:
        """Let Dr Costa verify what Tom sent, or another file."""
        with self.costa.open(writing=True) as vault:
            file = InputFile(name=name, path=self.folder / name)
            options = VerifyOptions(statuses=statuses)
            return verify_file(vault, self.costa.place, file, options, now_ms=NOW_MS)

    def status_for_costa(self, grant: str) -> InputFile:
        """Let Ana write for Dr Costa what the status of Tom's grant is."""
        path = self.folder / "status.hvs"
        with self.ana.open(writing=True) as vault:
            reader = ForReader(addressee=reader_of_status(vault, grant, "Dr Costa"))
            path.write_bytes(prove_status(vault, grant, reader, now_ms=NOW_MS)[0])
        return InputFile(name=path.name, path=path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return the family."""
    return Home(tmp_path)


def grant_detail(found: Verification) -> str:
    """Return what is said of the grant."""
    return next(verdict.detail for verdict in found.verdicts if verdict.question is Question.GRANT)


def test_a_proxy_shares_in_the_owners_name(home: Home) -> None:
    """Ana's document, sealed by Tom for Dr Costa: nothing is wrong, and the verdict names both."""
    proxy = home.make_proxy(home.lab)
    held = home.hand_over(proxy)
    home.onward(held)
    found = home.costa_reads()
    assert () == found.problems
    assert grant_detail(found).startswith(f"signed by Tom as proxy of Ana under {proxy.grant}")
    (terms,) = found.grants
    assert UNTIL_MS == terms.not_after_ms


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purposes": ("TREAT", "HPAYMT")}, "outside_delegation"),
        ({"actions": ("view", "keep", "forward")}, "outside_delegation"),
        ({"may_end_earlier": False}, "outside_delegation"),
        ({"not_before_ms": NOW_MS - DAY_MS}, "outside_delegation"),
    ],
)
def test_a_proxy_cannot_exceed_the_grant(home: Home, change: dict[str, object], code: str) -> None:
    """His own program says so before anything is logged, as every verifier would afterwards."""
    held = home.hand_over(home.make_proxy(home.lab))
    terms = replace(request(held, ("Dr Costa",)), may_end_earlier=True)
    with home.tom.open() as vault:
        before = vault.history.size
    with pytest.raises(ConsentRefused) as caught:
        home.onward(held, replace(terms, **change))
    with home.tom.open() as vault:
        assert (code, before) == (caught.value.code, vault.history.size)


def test_a_proxy_cannot_act_after_the_end(home: Home) -> None:
    """No new grant, and no share under one that was made in time."""
    held = home.hand_over(home.make_proxy(home.lab))
    terms = replace(request(held, ("Dr Costa",)), may_end_earlier=True)
    with home.tom.open(writing=True) as vault:
        made = make_grant(vault, terms, now_ms=NOW_MS)
    with pytest.raises(ConsentRefused) as late:
        home.onward(held, replace(terms, not_after_ms=UNTIL_MS + 50 * DAY_MS), now_ms=UNTIL_MS + 1)
    assert "grant_expired" == late.value.code
    with home.tom.open(writing=True, now_ms=UNTIL_MS + 1) as vault, pytest.raises(ConsentRefused) as under:
        share_under(vault, UnderGrant(grant=made.id), home.folder / "late.hvb", now_ms=UNTIL_MS + 1)
    assert "grant_expired" == under.value.code


def test_what_is_held_for_somebody_is_shared_apart(home: Home) -> None:
    """A grant in Ana's name cannot name a document of Tom's own."""
    held = home.hand_over(home.make_proxy(home.lab))
    own = home.tom.add(b"his own")
    with pytest.raises(InvalidRequest) as caught:
        home.onward([*held, *own])
    assert "mixed_owners" == caught.value.code


def test_the_excluded_never_reaches_a_proxy(home: Home) -> None:
    """A label that is not named keeps a document out of the grant; nothing of it is encrypted to Tom."""
    with pytest.raises(ConsentRefused) as caught:
        home.make_proxy(home.lab, home.secret)
    assert "sensitivity_not_named" == caught.value.code
    proxy = home.make_proxy(home.lab)
    held = home.hand_over(proxy)
    assert [b"ferritin"] == list(home.tom.contents().values())
    assert 1 == len(held)


def test_a_renewed_power_reaches_what_is_held_already(home: Home) -> None:
    """The same bytes under a newer grant are kept anew, in the place of the older, with the newer proof."""
    (first,) = home.hand_over(home.make_proxy(home.lab, powers=("add",)) and home.make_proxy(home.lab))
    (second,) = home.hand_over(home.make_proxy(home.lab), "again.hvb")
    assert (None, first.id) == (second.duplicate_of, first.id)
    status = {document.id: document.status for document in home.tom.documents()}
    assert {first.id: "superseded", second.id: "current"} == status
    home.onward([second])
    assert () == home.costa_reads().problems


def test_what_somebody_else_sends_takes_the_place_of_nothing(home: Home) -> None:
    """The same bytes from another vault, under terms that allow more, are there already."""
    (first,) = home.hand_over(home.make_proxy(home.lab))
    made = home.costa.add(b"ferritin")
    wish = replace(request(made, ("Tom",)), actions=("view", "keep", "forward"))
    with home.costa.open(writing=True) as vault:
        share(vault, wish, home.folder / "costas.hvb", now_ms=NOW_MS)
    (again,) = home.imported(home.tom, "costas.hvb")
    assert (first.id, first.id) == (again.id, again.duplicate_of)
    assert {first.id: "current"} == {document.id: document.status for document in home.tom.documents()}
    home.onward([first])
    assert () == home.costa_reads().problems


def test_what_a_proxy_adds_names_vault_and_grant(home: Home) -> None:
    """Kept as received from Tom, as proxy under Ana's own grant; said in the result and in the log."""
    proxy = home.make_proxy(powers=("add",))
    made = home.tom.add(b"blood pressure")
    home.tom.share(home.folder / "ana.hvb", made, ("Ana",))
    (added,) = home.imported(home.ana, "ana.hvb")
    assert (proxy.grant, "received", "Tom") == (added.proxy, added.provenance, added.source)
    with home.ana.open() as vault:
        newest = next(iter(log_entries(vault, limit=1)))
        assert f"by a proxy, under {proxy.grant}" == newest.detail


@pytest.mark.parametrize("why", ["no power", "expired", "revoked", "never"])
def test_what_is_not_added_by_a_proxy(home: Home, why: str) -> None:
    """Without the power, or after its end, it is an ordinary received document."""
    if why != "never":
        proxy = home.make_proxy(home.lab, powers=("share",) if why == "no power" else BOTH)
    if why == "revoked":
        with home.ana.open(writing=True) as vault:
            revoke_grant(vault, proxy.grant, reason="", now_ms=NOW_MS)
    made = home.tom.add(b"blood pressure")
    home.tom.share(home.folder / "ana.hvb", made, ("Ana",))
    (added,) = home.imported(home.ana, "ana.hvb", UNTIL_MS + 1 if why == "expired" else NOW_MS)
    assert (None, "received") == (added.proxy, added.provenance)


def test_what_a_proxy_passes_on_is_not_added_by_the_proxy(home: Home) -> None:
    """Dr Costa's letter comes from Dr Costa, whoever brings it."""
    home.make_proxy(powers=("add",))
    letter = home.costa.add(b"letter")
    with home.costa.open(writing=True) as vault:
        terms = replace(request(letter, ("Tom",)), actions=("view", "keep", "forward"))
        share(vault, terms, home.folder / "letter.hvb", now_ms=NOW_MS)
    held = home.imported(home.tom, "letter.hvb")
    home.tom.share(home.folder / "ana.hvb", held, ("Ana",))
    (added,) = home.imported(home.ana, "ana.hvb")
    assert added.proxy is None


@pytest.mark.parametrize("is_beside", [False, True])
def test_a_reader_learns_that_a_proxy_is_none_any_more(home: Home, is_beside: bool) -> None:
    """Ana tells Dr Costa by a status file of Tom's grant: alone once an act was seen, or beside the bundle."""
    proxy = home.make_proxy(home.lab)
    home.onward(home.hand_over(proxy))
    if not is_beside:
        assert () == home.costa_reads().problems
    with home.ana.open(writing=True) as vault:
        revoke_grant(vault, proxy.grant, reason="", now_ms=NOW_MS)
    status = home.status_for_costa(proxy.grant)
    other = InputFile(name="other.hvs", data=b"no status file")
    found = home.costa_reads(other, status) if is_beside else home.costa_reads(name="status.hvs")
    assert "grant_revoked" in {problem.code for problem in found.problems}
    assert [(True, 2)] == [(shown.counts, shown.status) for shown in found.status_files]
    assert ["grant_revoked"] == [problem.code for problem in home.costa_reads().problems]


def test_a_status_file_is_for_whom_the_grant_concerns(home: Home) -> None:
    """Whoever may have got something from a proxy; of another grant, the grantees alone."""
    proxy, plain = home.make_proxy(home.lab), home.make_proxy(powers=("add",))
    with home.ana.open(writing=True) as vault:
        assert "Dr Costa" == reader_of_status(vault, proxy.grant, "Dr Costa").party.name
        assert "Tom" == reader_of_status(vault, proxy.grant, None).party.name
        with pytest.raises(ConsentRefused) as caught:
            reader_of_status(vault, plain.grant, "Dr Costa")
        assert "not_grantee" == caught.value.code


def test_the_end_of_a_proxy(home: Home) -> None:
    """Every grant is revoked, and it is said what Tom holds and which bundles stay readable."""
    proxy, other = home.make_proxy(home.lab), home.make_proxy(powers=("add",))
    home.hand_over(proxy)
    with home.ana.open(writing=True) as vault:
        removed = remove_proxy(vault, "Tom", now_ms=NOW_MS)
        assert {proxy.grant, other.grant} == set(removed.revoked)
        assert ((home.lab.id,), 1) == (removed.holds, len(removed.bundles))
        assert {"revoked"} == {view.status for view in list_proxies(vault, now_ms=NOW_MS)}
        size = vault.history.size
        again = remove_proxy(vault, "Tom", now_ms=NOW_MS)
        assert ((), size) == (again.revoked, vault.history.size)


def test_a_proxy_is_one_contact_and_needs_documents_to_share(home: Home) -> None:
    """Neither two contacts nor nobody; the power to add needs no document."""
    with home.ana.open(writing=True) as vault:
        for terms, code in (
            (replace(home.terms(home.lab), to=("Tom", "Dr Costa")), "proxy_needs_one"),
            (home.terms(), "nothing_to_share"),
        ):
            with pytest.raises(InvalidRequest) as caught:
                add_proxy(vault, ProxyWish(terms=terms, powers=BOTH), now_ms=NOW_MS)
            assert code == caught.value.code
        assert 0 == len(list(list_grants(vault, now_ms=NOW_MS)))
