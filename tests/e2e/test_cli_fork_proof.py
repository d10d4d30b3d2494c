# SPDX-License-Identifier: Apache-2.0
"""Two contradicting histories, shown to two clinicians: their receipts prove it to somebody who has nothing.

Over the installed program, each in a home of their own.
"""

import base64
import shutil
from pathlib import Path

import pytest
from people import Person, new_person


class Forked:
    """Ana, whose vault goes two ways; Dr Lee sees one, Dr Kim the other; a stranger sees only what they make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ana, self.lee, self.kim = (
            new_person(folder / name, shown)
            for name, shown in (("ana", "Ana Silva"), ("lee", "Dr Lee"), ("kim", "Dr Kim"))
        )
        self.stranger = self.somebody("stranger")
        for clinician, name in ((self.lee, "Dr Lee"), (self.kim, "Dr Kim")):
            self.ana.hv("contact", "add", name, clinician.home / "own.hvcard", "--yes")
            clinician.hv("contact", "add", "Ana", self.ana.home / "own.hvcard", "--yes")
        self.add(self.ana, "bad.txt", "an unfavourable result\n")
        shutil.copytree(self.ana.vault, folder / "copy")
        self.add(self.ana, "more.txt", "one more\n")
        self.add(self.other, "less.txt", "another one\n")
        self.one = self.share(self.ana, "Dr Lee", "one.hvb")
        self.two = self.share(self.other, "Dr Kim", "two.hvb")
        self.lee.hv("verify", self.one, "--receipt", folder / "lee.hvr")
        self.kim.hv("verify", self.two, "--receipt", folder / "kim.hvr")

    def somebody(self, name: str) -> Person:
        """Return somebody without a vault, who has never met a file."""
        (self.folder / name).mkdir()
        return Person(home=self.folder / name)

    @property
    def other(self) -> Person:
        """Ana with the copy of her vault, on a machine that remembers nothing of the first."""
        variables = {
            "HV_KEY_FILE": str(self.folder / "ana" / "key"),
            "HV_HOME": str(self.folder / "copy"),
            "HV_STATE_HOME": str(self.folder / "forgetful"),
        }
        return Person(home=self.folder / "ana", variables=variables)

    def add(self, person: Person, name: str, text: str) -> None:
        """Add a document."""
        (person.home / name).write_text(text)
        person.hv("add", name)

    def share(self, person: Person, to: str, name: str) -> Path:
        """Share everything."""
        bundle = self.folder / name
        person.hv("share", *person.ids(), "--to", to, "--purpose", "treatment", "-o", bundle, "--yes")
        return bundle

    def proof(self, name: str) -> Path:
        """Let Dr Lee make the proof of her receipt and of the view that Dr Kim exported from his."""
        view, proof = self.folder / f"{name}.view", self.folder / f"{name}.txt"
        self.kim.hv("fork-proof", self.folder / "kim.hvr", "-o", view)
        self.lee.hv("fork-proof", self.folder / "lee.hvr", view, "-o", proof)
        return proof


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Forked:
    """Made once for all tests."""
    return Forked(tmp_path_factory.mktemp("forked"))


class TestForkProof:
    """What two receipts show together."""

    def test_a_stranger_without_a_vault_verifies_the_proof(self, forked: Forked) -> None:
        """Two receipts, one exported as a view, make a file that a fresh hv judges: fork, exit 23, twice."""
        proof = forked.proof("stranger")
        for _ in range(2):
            found = forked.stranger.hv("verify", proof, "--json", exit=23).object
            assert ("fork-proof", ["unknown_signer", "fork"]) == (found["kind"], found["codes"])
        sides = found["fork"]["sides"]
        assert sides[0]["size"] == sides[1]["size"] == found["fork"]["at"]
        assert sides[0]["root_at"] != sides[1]["root_at"]
        assert not (forked.stranger.home / "vault").exists()

    def test_the_proof_and_the_views_show_no_document_and_no_name(self, forked: Forked) -> None:
        """They are plain text, so nothing of the kind may be inside, armoured or not."""
        proof = forked.proof("secret")
        raw = base64.b64decode("".join(proof.read_text().splitlines()[1:-1]))
        for secret in (b"unfavourable", b"Ana", b"Silva", b"Lee", b"Kim", b"bad.txt"):
            assert secret not in raw

    def test_who_met_the_proof_is_warned_of_every_later_file(self, forked: Forked) -> None:
        """A later bundle that is consistent with what this clinician saw is flagged all the same."""
        forked.lee.hv("verify", forked.proof("lee"), exit=23)
        later = forked.share(forked.ana, "Dr Lee", "later.hvb")
        found = forked.lee.hv("verify", later, "--json", exit=23).object
        assert ["fork"] == found["codes"]
        forked.lee.hv("open", later, "-o", forked.folder / "never", "--accept", "fork", exit=23)
        assert not (forked.folder / "never").exists()

    def test_views_compare_without_a_vault(self, forked: Forked) -> None:
        """Each clinician exports a view; a stranger compares them."""
        for person, name in ((forked.lee, "lee"), (forked.kim, "kim")):
            person.hv("fork-proof", forked.folder / f"{name}.hvr", "-o", forked.folder / f"{name}-own.view")
        one, two = forked.folder / "lee-own.view", forked.folder / "kim-own.view"
        visitor = forked.somebody("visitor")
        found = visitor.hv("compare", one, two, "--json", exit=23).object
        assert ("fork", "fork", 23) == (found["relation"], found["code"], found["exit"])
        assert "same" == visitor.hv("compare", one, one, "--json").object["relation"]
        found = visitor.hv("verify", one, "--json", exit=21).object
        assert ("view", ["unknown_signer"]) == (found["kind"], found["codes"])

    def test_bundles_of_one_reader_compare_by_what_she_holds(self, forked: Forked) -> None:
        """Extends, rollback, and cannot tell where nothing connects two files."""
        newer = forked.share(forked.ana, "Dr Lee", "newer.hvb")
        found = forked.lee.hv("compare", forked.one, newer, "--json").object
        assert ("extends", None) == (found["relation"], found["code"])
        assert "rollback" == forked.lee.hv("compare", newer, forked.one, "--json", exit=23).object["relation"]

    def test_what_proves_nothing_is_not_written(self, forked: Forked) -> None:
        """One file twice, or two that go on from one another."""
        out = forked.folder / "nothing.txt"
        done = forked.lee.hv("fork-proof", forked.one, forked.one, "-o", out, "--json", exit=20)
        assert "bad_proof" == done.error["code"]
        assert not out.exists()

    def test_a_receipt_of_another_history_is_refused_by_its_own_vault(self, forked: Forked) -> None:
        """Ana learns from Dr Kim's receipt that a copy of her vault speaks for her."""
        done = forked.ana.hv("import", forked.folder / "kim.hvr", "--json", exit=23)
        assert done.error["code"] in {"fork", "rollback"}
