# SPDX-License-Identifier: Apache-2.0
"""Tests of vault.attesting, attestations and origins: Dr Lee attests, Ana keeps, Kim is given it."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from healthvault.bundle.attestation import Attestation, armour_attestation, sign_attestation
from healthvault.crypto.signing import signing_key
from healthvault.storage.inputs import InputFile
from healthvault.vault import attestations
from healthvault.vault.amend import retract_document
from healthvault.vault.attestations import AttestationView, attested, keep_attestation
from healthvault.vault.attesting import attest, in_bundle, in_vault
from healthvault.vault.contacts import remove_contact
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.handing import Letter
from healthvault.vault.journal_log import log_entries
from healthvault.vault.receive import import_bundle, verify_file
from healthvault.vault.share import share
from healthvault.vault.views import Document
from healthvault.verify.context import Verification
from healthvault.verify.verdicts import Question, Result
from tests import vaults
from tests.refusals import code_of
from tests.vaults import NOW_MS, PLAIN, Sample, copy_vault, stolen_from

SAYING = "I reported this result"
FORWARD = ("view", "keep", "forward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Ana with two documents, of which Dr Lee has imported the first; Kim knows Ana."""

    folder: Path
    ana: Sample
    lee: Sample
    kim: Sample
    documents: list[Document]
    bundle: Path

    def attest(self, statement: str = SAYING, who: Sample | None = None) -> InputFile:
        """Let Dr Lee attest what he imported."""
        with (who or self.lee).open(writing=True) as vault:
            raw, _ = attest(vault, in_vault(vault, held(who or self.lee).id, 0), statement, now_ms=NOW_MS)
        return text(raw)

    def keep(self, file: InputFile, *accept: str, who: Sample | None = None) -> AttestationView:
        """Let Ana take it in."""
        with (who or self.ana).open(writing=True) as vault:
            return keep_attestation(vault, file, accept, now_ms=NOW_MS)

    def shown(self, who: Sample | None = None, document: Document | None = None) -> tuple[AttestationView, ...]:
        """Return what is attested of the first document."""
        with (who or self.ana).open() as vault:
            return attested(vault, (document or self.documents[0]).entry)

    def send(self, to: str, name: str, who: Sample | None = None, letter: Letter | None = None) -> InputFile:
        """Let Ana share her first document."""
        sender = who or self.ana
        document = self.documents[0] if sender is self.ana else held(sender)
        terms = replace(vaults.request([document], (to,)), actions=FORWARD)
        with sender.open(writing=True) as vault:
            share(vault, terms, self.folder / name, now_ms=NOW_MS, letter=letter or Letter())
        return InputFile(name=name, path=self.folder / name)

    def verify(self, who: Sample, file: InputFile) -> Verification:
        """Let somebody verify a file."""
        with who.open() as vault:
            return verify_file(vault, who.place, file, PLAIN, now_ms=NOW_MS)

    def take(self, who: Sample, file: InputFile) -> list[Document]:
        """Let somebody import a bundle."""
        with who.open(writing=True) as vault:
            return import_bundle(vault, file, PLAIN, now_ms=NOW_MS)[1]


def held(who: Sample) -> Document:
    """Return the newest document of somebody."""
    return who.documents()[0]


def text(raw: bytes) -> InputFile:
    """Return the file of an attestation."""
    return InputFile(name="a.hva", data=armour_attestation(raw).encode())


def results(found: Verification) -> list[tuple[Result, str | None, str | None]]:
    """Return what came of each attestation of a bundle."""
    return [(one.result, one.code, one.name) for one in found.attestations]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """The story until Dr Lee attests."""
    ana, lee = vaults.pair(tmp_path)
    kim = vaults.kim(tmp_path)
    kim.meet(ana, "Ana")
    ana.meet(kim, "Kim")
    documents = ana.add(b"ferritin 12", b"another result")
    bundle = tmp_path / "visit.hvb"
    ana.share(bundle, documents)
    made = Story(folder=tmp_path, ana=ana, lee=lee, kim=kim, documents=documents, bundle=bundle)
    ana.share(tmp_path / "one.hvb", documents[:1])
    made.take(lee, InputFile(name="one.hvb", path=tmp_path / "one.hvb"))
    return made


class TestThereAndBack:
    """From Dr Lee to Ana."""

    def test_it_is_about_the_owners_entry(self, story: Story) -> None:
        """What Ana is shown, and what her journal and Dr Lee's say."""
        kept = story.keep(story.attest())
        assert ("Dr Lee", SAYING, NOW_MS, 0, True, None) == (
            kept.name,
            kept.statement,
            kept.said_ms,
            kept.part,
            kept.is_verified,
            kept.code,
        )
        assert (story.documents[0].id, False) == (kept.document, kept.is_duplicate)
        assert (kept,) == story.shown()
        assert () == story.shown(document=story.documents[1])
        for who, kind in ((story.ana, "attest"), (story.lee, "attest.out")):
            with who.open() as vault:
                newest = next(log_entries(vault))
            assert (kind, True, held(who).id if who is story.lee else kept.document) == (
                newest.kind,
                SAYING in newest.detail,
                newest.id,
            )
            assert () == who.faults()

    def test_it_survives_an_index_that_is_made_anew(self, story: Story) -> None:
        """The journal is where it is kept."""
        story.keep(story.attest())
        before = story.shown()
        story.ana.paths.catalogue.unlink()
        assert before == story.shown()

    def test_from_a_bundle_that_was_not_imported(self, story: Story) -> None:
        """By title or id; `view` suffices."""
        file = InputFile(name="visit.hvb", path=story.bundle)
        with story.lee.open(writing=True) as vault:
            found = verify_file(vault, vault.place, file, PLAIN, now_ms=NOW_MS, actions=("view",))
            assert "ambiguous" == code_of(lambda: in_bundle(found, None, 0))
            assert "not_found" == code_of(lambda: in_bundle(found, "none", 0))
            assert "not_found" == code_of(lambda: in_bundle(found, "2.txt", 1))
            subject = in_bundle(found, story.documents[1].id[:8], 0)
            assert subject == in_bundle(found, found.documents[1].title, 0)
            raw, _ = attest(vault, subject, SAYING, now_ms=NOW_MS)
        assert story.documents[1].id == story.keep(text(raw)).document

    def test_kept_once(self, story: Story) -> None:
        """The same file again is noticed, and nothing is written; another statement is another one."""
        file = story.attest()
        first = story.keep(file)
        assert replace(first, is_duplicate=True) == story.keep(file)
        story.keep(story.attest("Something else"))
        assert [SAYING, "Something else"] == [view.statement for view in story.shown()]

    def test_of_a_retracted_document_too(self, story: Story) -> None:
        """What somebody said of it stays said."""
        file = story.attest()
        with story.ana.open(writing=True) as vault:
            retract_document(vault, story.documents[0].id, reason="", now_ms=NOW_MS)
        assert story.keep(file).is_verified

    def test_no_more_than_can_be_erased_with_it(self, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
        """The next is refused."""
        monkeypatch.setattr(attestations, "MAX_ABOUT_ONE", 1)
        story.keep(story.attest())
        assert "too_many" == code_of(lambda: story.keep(story.attest("one more")))


class TestWhatIsNotAttested:
    """Refused before anything is signed."""

    def test_a_document_of_ones_own(self, story: Story) -> None:
        """A bundle carries the own signature anyway."""
        with story.ana.open() as vault:
            assert "not_received" == code_of(lambda: in_vault(vault, story.documents[0].id, 0))

    def test_what_is_not_there(self, story: Story) -> None:
        """No such part; erased."""
        asked = held(story.lee).id
        with story.lee.open(writing=True) as vault:
            assert "not_found" == code_of(lambda: in_vault(vault, asked, 1))
            erase_documents(vault, find_victims(vault, (asked,)), reason=None, now_ms=NOW_MS)
            assert "erased" == code_of(lambda: in_vault(vault, asked, 0))

    @pytest.mark.parametrize("statement", ["", "  ", "two\nlines", "\x1b[2J", "a" * 4097, "\udc80"])
    def test_a_statement_that_is_none(self, story: Story, statement: str) -> None:
        """Empty, with control characters, too long, no text."""
        assert "bad_text" == code_of(lambda: story.attest(statement))

    def test_of_an_owner_whose_keys_were_stolen(self, story: Story) -> None:
        """What was accepted before that is hers all the same; what was not is nobody's."""
        story.lee.meet(stolen_from(story.ana), "Ana")
        assert story.attest()
        story.lee.paths.pins.unlink()
        assert "key_revoked" == code_of(story.attest)


class TestAttacks:
    """What Ana does not take in, and nothing is written."""

    def forged(self, story: Story, **changes: object) -> bytes:
        """Return an attestation in Dr Lee's name, signed by somebody else."""
        with story.lee.open() as vault, story.ana.open() as owner:
            entry = owner.history.entry(story.documents[0].entry)
            said = Attestation(
                vault=vault.keyring.vault_id,
                signer=0,
                leaf=entry.leaf,
                commit=entry.header.commits[0],
                statement=SAYING,
                time_ms=NOW_MS,
            )
            key = signing_key(bytes(32)) if not changes else vault.keys.sign_key
        return sign_attestation(replace(said, **changes), key)

    def refused(self, story: Story, raw: bytes, *accept: str) -> str:
        """Return the code with which Ana refuses it; her journal does not grow."""
        with story.ana.open() as vault:
            before = vault.history.size
        code = code_of(lambda: story.keep(text(raw), *accept))
        with story.ana.open() as vault:
            assert before == vault.history.size
        return code

    def test_forged(self, story: Story) -> None:
        """In Dr Lee's name; by no option."""
        assert "bad_signature" == self.refused(story, self.forged(story), "bad_signature", "unknown_signer")

    def test_moved(self, story: Story) -> None:
        """To another document, whose bytes are others; to another vault."""
        with story.ana.open() as vault:
            other = vault.history.entry(story.documents[1].entry)
        assert "commitment_mismatch" == self.refused(story, self.forged(story, leaf=other.leaf))
        assert "commitment_mismatch" == self.refused(story, self.forged(story, commit=other.header.commits[0]))
        assert "not_found" == self.refused(story, self.forged(story, leaf=b"x" * 32))
        last_byte = self.forged(story, leaf=other.leaf[:31] + bytes([other.leaf[31] ^ 1]))
        assert "not_found" == self.refused(story, last_byte)
        file = story.attest()
        assert "not_found" == code_of(lambda: story.keep(file, "unknown_signer", who=story.kim))

    def test_of_a_stranger_only_if_accepted(self, story: Story) -> None:
        """It then counts for nothing until the attester is pinned."""
        file = story.attest()
        with story.ana.open(writing=True) as vault:
            remove_contact(vault, "Dr Lee", now_ms=NOW_MS)
        assert "unknown_signer" == code_of(lambda: story.keep(file))
        kept = story.keep(file, "unknown_signer")
        assert (None, False, "unknown_signer") == (kept.name, kept.is_verified, kept.code)
        story.ana.meet(story.lee, "Wen")
        (now,) = story.shown()
        assert ("Wen", True) == (now.name, now.is_verified)

    def test_by_stolen_keys(self, story: Story) -> None:
        """Not taken in; and one that was taken in before counts no more."""
        thief = copy_vault(story.lee, story.folder / "thief", story.folder / "thief-state")
        story.keep(story.attest())
        story.ana.meet(stolen_from(story.lee), "Dr Lee")
        (before,) = story.shown()
        assert (False, "key_revoked") == (before.is_verified, before.code)
        assert "key_revoked" == code_of(lambda: story.keep(story.attest("by a thief", thief), "key_revoked"))

    def test_replayed_after_an_erasure(self, story: Story) -> None:
        """Erasing the document erases what is attested of it; the same file brings nothing back."""
        file = story.attest()
        story.keep(file)
        with story.ana.open(writing=True) as vault:
            erase_documents(vault, find_victims(vault, (story.documents[0].id,)), reason=None, now_ms=NOW_MS)
            assert () == attested(vault, story.documents[0].entry)
            kinds = [row.kind for row in log_entries(vault)]
        assert 2 == kinds.count("erased")
        assert "erased" == code_of(lambda: story.keep(file))
        assert () == story.shown()
        assert () == story.ana.faults()

    def test_the_attester_can_forget_too(self, story: Story) -> None:
        """Erasing the copy erases what was signed about it."""
        story.attest()
        with story.lee.open(writing=True) as vault:
            erase_documents(vault, find_victims(vault, (held(story.lee).id,)), reason=None, now_ms=NOW_MS)
            kinds = [row.kind for row in log_entries(vault)]
        assert (2, 0) == (kinds.count("erased"), kinds.count("attest.out"))
        assert () == story.lee.faults()

    def test_another_file(self, story: Story) -> None:
        """Is somebody else's to read."""
        with story.ana.open(writing=True) as vault:
            file = InputFile(name="x", data=b"-----BEGIN HEALTHVAULT CARD-----")
            assert keep_attestation(vault, file, (), now_ms=NOW_MS) is None


class TestAlong:
    """From Ana to Kim, and on."""

    def test_a_bundle_carries_it(self, story: Story) -> None:
        """Kim is told who attests what once she has the card of Dr Lee; before that, that somebody does."""
        story.keep(story.attest())
        file = story.send("Kim", "kim.hvb")
        before = story.verify(story.kim, file)
        assert [(Result.UNKNOWN, "unknown_signer", None)] == results(before)
        story.kim.meet(story.lee, "Lee")
        after = story.verify(story.kim, file)
        assert [(Result.PASS, None, "Lee")] == results(after)
        issuer = next(one for one in after.verdicts if one.question is Question.ISSUER)
        assert (Result.PASS, "attested by Lee") == (issuer.result, issuer.detail)

    def test_unless_she_says_no(self, story: Story) -> None:
        """Who her doctors are is hers to tell."""
        story.keep(story.attest())
        file = story.send("Kim", "kim.hvb", letter=Letter(with_attestations=False))
        assert [] == results(story.verify(story.kim, file))

    def test_what_does_not_hold_stays(self, story: Story) -> None:
        """By stolen keys: it would be held against her."""
        story.keep(story.attest())
        story.ana.meet(stolen_from(story.lee), "Dr Lee")
        assert [] == results(story.verify(story.kim, story.send("Kim", "kim.hvb")))

    def test_kept_with_the_evidence_and_passed_on(self, story: Story) -> None:
        """Kim keeps it unknown, shares the document with Dr Lee, who sees that it is his own."""
        story.keep(story.attest())
        (taken,) = story.take(story.kim, story.send("Kim", "kim.hvb"))
        (kept,) = story.shown(story.kim, taken)
        assert (SAYING, "unknown_signer", 0) == (kept.statement, kept.code, kept.part)
        story.kim.meet(story.lee, "Lee")
        story.lee.meet(story.kim, "Kim")
        (now,) = story.shown(story.kim, taken)
        assert now.is_verified
        onward = story.verify(story.lee, story.send("Lee", "lee.hvb", story.kim))
        assert [(Result.PASS, None, "you")] == results(onward)
        assert () == story.kim.faults()

    def test_what_comes_later_is_kept_with_the_copy(self, story: Story) -> None:
        """The document is a duplicate, what is attested of it is new; once."""
        (taken,) = story.take(story.kim, story.send("Kim", "first.hvb"))
        assert () == story.shown(story.kim, taken)
        story.keep(story.attest())
        for name in ("second.hvb", "third.hvb"):
            (again,) = story.take(story.kim, story.send("Kim", name))
            assert taken.id == again.duplicate_of
        assert [SAYING] == [view.statement for view in story.shown(story.kim, taken)]

    def test_more_than_a_reader_looks_at(self, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
        """Is refused before the journal says that it was shared."""
        story.keep(story.attest())
        monkeypatch.setattr(attestations, "MAX_ALONG", 0)
        assert "too_many" == code_of(lambda: story.send("Kim", "kim.hvb"))
        with story.ana.open() as vault:
            assert "attest" == next(log_entries(vault)).kind
