# SPDX-License-Identifier: Apache-2.0
"""The whole story between a patient and a clinician, over the installed program: twenty documents, a rewrite."""

import json
import shutil
from pathlib import Path

import pytest
from people import Person, new_person

COUNT = 20


class Two:
    """Ana with twenty documents, Dr Lee, and the bundles that pass between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ana = new_person(folder / "ana", "Ana Silva")
        self.lee = new_person(folder / "lee", "Dr Lee")
        self.ana.hv("contact", "add", "Dr Lee", folder / "lee" / "own.hvcard", "--yes")
        records = folder / "records"
        records.mkdir()
        for number in range(COUNT):
            (records / f"note-{number:02}.txt").write_bytes(f"Note {number}\n".encode() * (number * 500 + 1))
        self.ana.hv("add", records)
        shutil.copytree(self.ana.vault, folder / "old-copy")
        self.first = self.share(self.ana, "first.hvb", self.ana.ids())
        self.before = self.lee.hv("verify", self.first, "--json", exit=21).object
        self.lee.hv("contact", "add", "Ana", folder / "ana" / "own.hvcard", "--yes")
        self.after = self.lee.hv("verify", self.first, "--json").object
        self.second = self.share(self.ana, "second.hvb", self.ana.ids()[:2])
        self.rewritten = self.share(self.rewriter, "rewritten.hvb", self.rewriter.ids()[1:])

    @property
    def rewriter(self) -> Person:
        """Ana again, with an old copy of her vault and no memory of what came after."""
        variables = {
            "HV_KEY_FILE": str(self.folder / "ana" / "key"),
            "HV_HOME": str(self.folder / "old-copy"),
            "HV_STATE_HOME": str(self.folder / "forgetful"),
        }
        return Person(home=self.folder / "ana", variables=variables)

    def share(self, person: Person, name: str, ids: list[str]) -> Path:
        """Let Ana share documents with Dr Lee."""
        bundle = self.folder / name
        person.hv("share", *ids, "--to", "Dr Lee", "--purpose", "treatment", "-o", bundle, "--yes")
        return bundle


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """The whole exchange, up to where the tests look at it."""
    return Two(tmp_path_factory.mktemp("two"))


class TestTwoPeople:
    """What a clinician gets to see, and what she is protected from."""

    def test_an_unknown_signer_is_21(self, two: Two) -> None:
        """Before Ana's card is pinned everything holds but the signer, whom nobody vouched for."""
        assert ["unknown_signer"] == two.before["codes"]
        assert COUNT == len(two.before["documents"])

    def test_a_pinned_signer_is_0(self, two: Two) -> None:
        """After the card was pinned the same bundle passes every verdict asked for."""
        assert two.after["ok"]
        assert [] == two.after["codes"]

    def test_opened_documents_are_the_same_bytes(self, two: Two) -> None:
        """`hv open` writes each document byte for byte as Ana added it."""
        two.lee.hv("open", two.first, "-o", two.folder / "opened")
        added = {path.name: path.read_bytes() for path in (two.folder / "records").iterdir()}
        assert added == {path.name: path.read_bytes() for path in (two.folder / "opened").iterdir()}

    def test_imported_documents_are_marked_as_received(self, two: Two) -> None:
        """`hv import` keeps them with their origin, and a second time names duplicates."""
        rows = two.lee.hv("import", two.first, "--json").objects
        assert {("received", "Ana", None)} == {
            (row["provenance"], row["source"], row["duplicate_of"]) for row in rows
        }
        again = two.lee.hv("import", two.first, "--json").objects
        assert [row["id"] for row in rows] == [row["duplicate_of"] for row in again]
        assert COUNT == two.lee.hv("status", "--json").object["documents"]
        assert two.lee.hv("check", "--deep", "--json").object["ok"]

    def test_a_later_bundle_extends_the_first(self, two: Two) -> None:
        """The second bundle proves that its log goes on from the one seen before."""
        report = two.lee.hv("verify", two.second, "--json").object
        (verdict,) = [verdict for verdict in report["verdicts"] if verdict["name"] == "consistency"]
        assert "pass" == verdict["result"]

    def test_a_rewritten_vault_is_23(self, two: Two) -> None:
        """A vault rewritten from an old copy, without one document, is refused as a fork; nothing is written."""
        done = two.lee.hv("open", two.rewritten, "-o", two.folder / "forged", "--json", exit=23)
        assert "fork" in done.out + done.err
        assert not list((two.folder / "forged").glob("*"))

    def test_a_refusal_leaves_what_was_remembered(self, two: Two) -> None:
        """The fork moves no pin: the honest bundles still verify, and the rewritten one is refused again."""
        for _ in range(2):
            codes = two.lee.hv("verify", two.rewritten, "--json", exit=23).object["codes"]
            assert ["fork"] == codes
            assert two.lee.hv("verify", two.second, "--json").object["ok"]


def test_a_code_bundle_and_a_contact_bundle_continue_each_other(tmp_path: Path) -> None:
    """Who first got a code, and later a bundle of her own, sees one history; and the other way round."""
    ana, lee = new_person(tmp_path / "ana", "Ana Silva"), new_person(tmp_path / "lee", "Dr Lee")
    ana.hv("contact", "add", "Dr Lee", tmp_path / "lee" / "own.hvcard", "--yes")
    lee.hv("contact", "add", "Ana", tmp_path / "ana" / "own.hvcard", "--yes")
    document = ana.hv("add", "-", "--name", "note.txt", "--json", stdin=b"a note").object["id"]
    for number, way in enumerate(["code", "contact", "contact", "code", "contact"]):
        bundle, said = tmp_path / f"{number}.hvb", tmp_path / f"{number}.code"
        to = ["--code"] if way == "code" else ["--to", "Dr Lee"]
        shared = ana.hv("share", document, *to, "-o", bundle, "--yes", "--json").object
        code = []
        if way == "code":
            said.write_text(shared["code"])
            said.chmod(0o600)
            code = ["--code-file", said]
        report = lee.hv("verify", bundle, *code, "--json").object
        (verdict,) = [verdict for verdict in report["verdicts"] if verdict["name"] == "consistency"]
        assert ("unknown" if number == 0 else "pass") == verdict["result"], verdict


def test_the_demo_ends_with_two_refusals(tmp_path: Path) -> None:
    """`hv demo` plays everything for real, leaves nothing behind, and names both attacks."""
    person = Person(home=tmp_path)
    rows = person.hv("demo", "--json").objects
    assert [("tampered", 20), ("fork", 23)] == [(row["verdict"], row["exit"]) for row in rows]
    assert [] == [path.name for path in tmp_path.iterdir() if path.name.startswith("hv-demo")]


def test_the_demo_can_be_kept(tmp_path: Path) -> None:
    """`--keep` leaves both vaults and the bundles in a folder that was empty before."""
    person = Person(home=tmp_path)
    person.hv("demo", "--keep", "kept", "-q")
    assert {"ana", "lee", "visit.hvb"} <= {path.name for path in (tmp_path / "kept").iterdir()}
    assert (
        "unsafe_output"
        == json.loads(person.hv("demo", "--keep", "kept", "--json", exit=1).err.splitlines()[-1])["code"]
    )
