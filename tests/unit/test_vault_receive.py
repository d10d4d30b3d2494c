# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.receive."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from healthvault.errors import (
    AnswerNeeded,
    ConsentRefused,
    FormatError,
    HistoryError,
    IntegrityError,
    InvalidRequest,
    NoMatchingIdentity,
    NotEstablished,
    VaultDamaged,
)
from healthvault.storage.inputs import InputError, InputFile, OpenInput
from healthvault.storage.layout import StatePaths
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.contacts import remove_contact
from healthvault.vault.memory import load_pins
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.receive import VerifyOptions, import_bundle, open_bundle, unaccepted, verify_file
from healthvault.vault.share import share
from healthvault.vault.vault import Place
from healthvault.vault.views import Document
from healthvault.verify.context import Verification
from tests import vaults
from tests.vaults import DAY_MS, EVERYTHING, NOW_MS, PLAIN, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A bundle of two of Ana's documents for Dr Lee."""

    ana: Sample
    lee: Sample
    path: Path

    @property
    def file(self) -> InputFile:
        """The bundle."""
        return InputFile(name=self.path.name, path=self.path)

    def verify(self, options: VerifyOptions = PLAIN, now_ms: int = NOW_MS) -> Verification:
        """Let Dr Lee verify it."""
        with self.lee.open() as vault:
            return verify_file(vault, self.lee.place, self.file, options, now_ms=now_ms)

    def open(self, out: Path, options: VerifyOptions = PLAIN, now_ms: int = NOW_MS) -> list[Document]:
        """Let Dr Lee open it into a folder."""
        with self.lee.open() as vault:
            return open_bundle(vault, self.lee.place, self.file, out, options, now_ms=now_ms)[1]

    def keep(self, options: VerifyOptions = PLAIN, now_ms: int = NOW_MS) -> list[Document]:
        """Let Dr Lee keep it in her vault."""
        with self.lee.open(writing=True, now_ms=now_ms) as vault:
            return import_bundle(vault, self.file, options, now_ms=now_ms)[1]


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    """A bundle on its way."""
    ana, lee = vaults.pair(tmp_path)
    ana.share(tmp_path / "a.hvb", ana.add(b"one", b"two"))
    return Sent(ana=ana, lee=lee, path=tmp_path / "a.hvb")


def codes(verification: Verification) -> list[str]:
    """Return the codes of all problems."""
    return [problem.code for problem in verification.problems]


def test_verifying_remembers(sent: Sent) -> None:
    """What was seen is pinned, so that the sender cannot show another past later; nothing else changes."""
    assert () == sent.verify().problems
    with sent.lee.open() as vault, sent.ana.open() as theirs:
        (pins,) = load_pins(vault).vaults
        assert theirs.keyring.vault_id == pins.vault
        assert 2 == vault.history.size
    again = sent.verify(now_ms=NOW_MS + 1000)
    assert NOW_MS == again.seen_before_ms


def test_opening(sent: Sent, tmp_path: Path) -> None:
    """The documents are in the folder, private, and nothing else is."""
    documents = sent.open(tmp_path / "out")
    assert [b"one", b"two"] == [Path(document.path or "").read_bytes() for document in documents]
    assert ["1.txt", "2.txt"] == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert {0o600} == {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()}
    assert ["received", "received"] == [document.provenance for document in documents]


def test_keeping(sent: Sent) -> None:
    """Each document is in the reader's vault, with its sender, its terms and the proof of where it came from."""
    documents = sent.keep()
    assert ["Ana", "Ana"] == [document.source for document in documents]
    assert [3, 3] == [document.size_bytes for document in documents]
    with sent.lee.open() as vault:
        assert [b"two", b"one"] == [document_bytes(vault, item) for item in list_documents(vault, EVERYTHING)]
        proof = document_bytes(vault, documents[0], part=1)
    assert len(proof) > 500
    assert () == sent.lee.check().findings


def test_keeping_twice(sent: Sent) -> None:
    """The second time all are known, and nothing is written."""
    first = sent.keep()
    with sent.lee.open() as vault:
        size = vault.history.size
    second = sent.keep()
    assert [item.id for item in first] == [item.duplicate_of for item in second]
    with sent.lee.open() as vault:
        assert size == vault.history.size


def test_the_senders_word_stays_hers(sent: Sent) -> None:
    """A document that the reader had already is a duplicate, and stays her own."""
    (own,) = sent.lee.add(b"two")
    assert [None, own.id] == [item.duplicate_of for item in sent.keep()]
    assert ["received", "patient"] == [item.provenance for item in sent.lee.documents()]


def test_an_unknown_sender(sent: Sent, tmp_path: Path) -> None:
    """Nothing is opened or kept until the reader accepts by name that she does not know who signed."""
    with sent.lee.open(writing=True) as vault:
        remove_contact(vault, "Ana", now_ms=NOW_MS)
    assert ["unknown_signer"] == codes(sent.verify())
    assert [] == sent.open(tmp_path / "out") == sent.keep()
    assert not (tmp_path / "out").exists()
    accepting = VerifyOptions(accept=("unknown_signer",))
    assert 2 == len(sent.open(tmp_path / "out", accepting))
    assert 2 == len(sent.keep(accepting))


def test_after_its_time(sent: Sent, tmp_path: Path) -> None:
    """An expired grant forbids opening and keeping, unless accepted by name; it forbids nobody to verify."""
    late = NOW_MS + 91 * DAY_MS
    assert ["grant_expired"] == codes(sent.verify(now_ms=late))
    assert [] == sent.open(tmp_path / "out", now_ms=late) == sent.keep(now_ms=late)
    assert 2 == len(sent.open(tmp_path / "out", VerifyOptions(accept=("grant_expired",)), now_ms=late))


def test_another_purpose(sent: Sent) -> None:
    """A reader may ask for a purpose, and for a status of a certain age."""
    assert [] == codes(sent.verify(VerifyOptions(purpose="TREAT")))
    assert ["purpose_not_covered"] == codes(sent.verify(VerifyOptions(purpose="HRESCH")))
    assert ["stale"] == codes(sent.verify(VerifyOptions(max_age_ms=DAY_MS), now_ms=NOW_MS + 2 * DAY_MS))


def test_view_only(sent: Sent, tmp_path: Path) -> None:
    """A grant that does not allow keeping is opened, not kept."""
    request = replace(vaults.request(sent.ana.documents()[:1]), actions=("view",))
    with sent.ana.open(writing=True) as vault:
        share(vault, request, tmp_path / "view.hvb", now_ms=NOW_MS)
    viewing = replace(sent, path=tmp_path / "view.hvb")
    assert 1 == len(viewing.open(tmp_path / "out"))
    assert [] == viewing.keep()
    assert 1 == len(viewing.keep(VerifyOptions(accept=("action_not_granted",))))


def test_somebody_else(sent: Sent, tmp_path: Path) -> None:
    """A reader whom it is not for opens nothing, whatever she accepts; the owner neither."""
    with sent.ana.open() as vault:
        outcome, documents = open_bundle(
            vault, sent.ana.place, sent.file, tmp_path / "out", VerifyOptions(accept=("no_key",)), now_ms=NOW_MS
        )
    assert (["no_key"], []) == (codes(outcome), documents)
    assert isinstance(outcome.problems[0], NoMatchingIdentity)


def test_an_older_history(sent: Sent, tmp_path: Path) -> None:
    """A sender whose vault was put back, and went on another way, is found out; the proof is kept."""
    backup = vaults.copy_vault(sent.ana, tmp_path / "backup", tmp_path / "backup-state")
    documents = sent.ana.documents()
    sent.ana.share(tmp_path / "b.hvb", documents[:1])
    assert () == replace(sent, path=tmp_path / "b.hvb").verify().problems
    backup.add(b"another story")
    backup.share(tmp_path / "c.hvb", documents[:1])
    forked = replace(sent, path=tmp_path / "c.hvb")
    outcome = forked.verify()
    assert any(isinstance(problem, HistoryError) for problem in outcome.problems)
    accepting = VerifyOptions(accept=("fork", "rollback", "no_consistency"))
    assert [] == forked.open(tmp_path / "out", accepting) == forked.keep(accepting)


def test_without_a_vault(sent: Sent, tmp_path: Path) -> None:
    """Somebody with a code and no vault verifies, opens, and remembers what she saw; without a code she cannot."""
    place = Place(root=tmp_path / "none", state_dir=tmp_path / "reader")
    with pytest.raises(AnswerNeeded) as caught:
        verify_file(None, place, sent.file, PLAIN, now_ms=NOW_MS)
    assert "code_needed" == caught.value.code
    made = sent.ana.share(tmp_path / "code.hvb", sent.ana.documents()[:1], to=())
    file = InputFile(name="code", path=tmp_path / "code.hvb")
    options = VerifyOptions(code=made.code, accept=("unknown_signer",))
    outcome, (document,) = open_bundle(None, place, file, tmp_path / "out", options, now_ms=NOW_MS)
    assert ["unknown_signer"] == codes(outcome)
    assert b"two" == Path(document.path or "").read_bytes()
    assert StatePaths(root=place.state_dir).seen_pins.exists()
    assert not place.root.exists()


def test_what_is_no_bundle(sent: Sent, tmp_path: Path) -> None:
    """Other files are refused as such, missing ones named, and neither raises anything else."""
    for content in (
        b"",
        b"hello",
        b"age-encryption.org/v1\n",
        b"\xff" * 5000,
        b"%PDF-1.7",
        sent.path.read_bytes()[:-1],
    ):
        (tmp_path / "x").write_bytes(content)
        other = replace(sent, path=tmp_path / "x")
        assert any(isinstance(problem, FormatError | IntegrityError) for problem in other.verify().problems)
        assert [] == other.open(tmp_path / "out") == other.keep()
    with pytest.raises(InputError):
        replace(sent, path=tmp_path / "missing").verify()
    with pytest.raises(InputError):
        replace(sent, path=Path("/dev/zero")).verify()


def test_a_file_that_changes_between_two_readings(
    sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided on is what is kept: a bundle that is another one when it is read again is not taken in."""
    sent.ana.share(tmp_path / "b.hvb", sent.ana.documents()[:1])
    files = iter([sent.path, tmp_path / "b.hvb"])
    real = InputFile.open

    def open_next(self: InputFile) -> OpenInput:
        return real(InputFile(name=self.name, path=next(files)))

    monkeypatch.setattr(InputFile, "open", open_next)
    with pytest.raises(InvalidRequest) as caught:
        sent.keep()
    assert "file_changed" == caught.value.code
    monkeypatch.undo()
    assert [] == sent.lee.documents()
    assert () == sent.lee.check().findings


def test_damaged_pins(sent: Sent) -> None:
    """Without its memory a reader does not verify: it would take a fork for a first contact."""
    sent.verify()
    with vaults.flipped(sent.lee.paths.pins, 100), pytest.raises(VaultDamaged):
        sent.verify()


def test_more_than_can_be_kept(sent: Sent, tmp_path: Path) -> None:
    """A document whose entry is full already leaves no room for its proof; it is refused, not half kept."""
    with sent.ana.open(writing=True) as vault:
        outcomes = (
            add_documents(vault, [InputFile(name="a", data=b"x")], AddOptions(title="x" * size), now_ms=NOW_MS)
            for size in range(66_000, 60_000, -200)
        )
        document = next(item for found in outcomes for item in found if isinstance(item, Document))
    sent.ana.share(tmp_path / "full.hvb", [document])
    full = replace(sent, path=tmp_path / "full.hvb")
    assert () == full.verify().problems
    with pytest.raises(FormatError) as caught:
        full.keep()
    assert "bad_schema" == caught.value.code
    assert [] == sent.lee.documents()
    assert () == sent.lee.check().findings


def test_what_may_be_accepted(sent: Sent) -> None:
    """A doubt or a missing leave may be taken on by name; malformed, forged and rewritten never."""
    doubt, refusal = NotEstablished("stale", "x"), ConsentRefused("grant_expired", "x")
    wrong = [FormatError("tampered", "x"), HistoryError("fork", "x"), NoMatchingIdentity("no_key", "x")]
    outcome = sent.verify()
    verdict = replace(outcome.verdicts[0], problems=(doubt, refusal, *wrong))
    mixed = replace(outcome, verdicts=(verdict,))
    everything = ("stale", "grant_expired", "tampered", "fork", "no_key")
    assert wrong == unaccepted(mixed, everything)
    assert [doubt, refusal, *wrong] == unaccepted(mixed, ())
    assert [refusal, *wrong] == unaccepted(mixed, ("stale",))
