# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.amend."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, NotFound
from healthvault.storage.inputs import InputError, InputFile
from healthvault.vault.add import AddOptions
from healthvault.vault.amend import Correction, replace_document, retract_document, revise_document
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.journal_log import log_entries, story_of
from healthvault.vault.read import document_bytes, find_document
from healthvault.vault.views import Document, Story
from tests import vaults
from tests.vaults import NOW_MS, Sample

SAID = AddOptions(title="Ferritin", date="2026-03-01", author="Lab", source="Ward", tags=("blood", "2026"))


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """Ana, with one well described document."""
    sample = vaults.ana(tmp_path)
    sample.add(b"one", options=SAID)
    return sample


def only(ana: Sample) -> Document:
    """Return the oldest document."""
    return ana.documents()[-1]


def newer(ana: Sample, older: Document, data: bytes, options: AddOptions | None = None) -> Document:
    """Add a newer version of a document."""
    with ana.open(writing=True) as vault:
        item = InputFile(name="newer.txt", data=data)
        return replace_document(vault, older.id, item, options or AddOptions(), now_ms=NOW_MS)


def revise(ana: Sample, **said: object) -> Document:
    """Correct what is said about the oldest document."""
    with ana.open(writing=True) as vault:
        return revise_document(vault, only(ana).id, Correction(**said), now_ms=NOW_MS)  # type: ignore[arg-type]


def retract(ana: Sample, document: Document, reason: str = "") -> Document:
    """Retract a document."""
    with ana.open(writing=True) as vault:
        return retract_document(vault, document.id, reason=reason, now_ms=NOW_MS)


def statuses(ana: Sample) -> list[str]:
    """Return the status of each document, oldest first; the same from an index made anew."""
    listed = ana.documents()
    for cached in ana.paths.cache.iterdir():
        cached.unlink()
    assert listed == ana.documents()
    return [document.status for document in reversed(listed)]


def story(ana: Sample, document: Document) -> Story:
    """Return what became of a document."""
    with ana.open() as vault:
        return story_of(vault, find_document(vault, document.id))


def test_a_newer_version(ana: Sample) -> None:
    """It is a document of its own; the older stays readable; each knows of the other."""
    older = only(ana)
    found = newer(ana, older, b"two", AddOptions(title="Ferritin, repeated"))
    assert ("Ferritin, repeated", "newer.txt", "current") == (found.title, found.name, found.status)
    assert ["superseded", "current"] == statuses(ana)
    assert {older.id: b"one", found.id: b"two"} == ana.contents()
    assert (None, found.id) == (story(ana, older).replaces, story(ana, older).replaced_by)
    told = story(ana, found)
    assert (older.id, None, [f"replaces {older.id}"]) == (
        told.replaces,
        told.replaced_by,
        [entry.detail for entry in told.entries],
    )
    assert () == ana.check().findings


def test_nothing_is_taken_over(ana: Sample) -> None:
    """What was said about the older version stands in its own entries only, so that it can be erased."""
    found = newer(ana, only(ana), b"two")
    assert ((), None, None) == (found.tags, found.author, found.source)
    assert "Ferritin" != found.title


def test_going_back(ana: Sample) -> None:
    """The bytes of an older version may come again; those of a document in force may not."""
    older = only(ana)
    second = newer(ana, older, b"two")
    with pytest.raises(InvalidRequest) as caught:
        newer(ana, second, b"two")
    assert "already_there" == caught.value.code
    newer(ana, second, b"one")
    assert ["superseded", "superseded", "current"] == statuses(ana)
    assert () == ana.check().findings


def test_what_is_said_can_be_corrected(ana: Sample) -> None:
    """What is given changes, an empty value clears, the rest stays; the bytes stay."""
    before = only(ana)
    assert replace(before, title="Iron", date="2026") == revise(ana, title="Iron", date="2026")
    cleared = revise(ana, author="", source="", tags=(), date="")
    assert replace(before, title="Iron", date=None, author=None, source=None, tags=()) == cleared
    assert replace(cleared, kind="scan", tags=("x",)) == revise(ana, kind="scan", tags=("x",))
    assert [b"one"] == list(ana.contents().values())
    details = [entry.detail for entry in story(ana, before).entries]
    assert ["", "title, date", "date, author, source, tags", "type, tags"] == details
    assert ["current"] == statuses(ana)
    assert () == ana.check().findings


def test_retracting(ana: Sample) -> None:
    """It stays readable and is shown as entered in error, with the reason; a second time changes nothing."""
    found = retract(ana, only(ana), "another patient")
    assert replace(only(ana), status="retracted") == found
    with ana.open(writing=True) as vault:
        size = vault.history.size
        assert found == retract_document(vault, found.id, reason="again", now_ms=NOW_MS)
        assert size == vault.history.size
        assert b"one" == document_bytes(vault, found)
        assert ("doc.revise", found.id, "retracted: another patient") == next(
            (entry.kind, entry.id, entry.detail) for entry in log_entries(vault, limit=1)
        )
    assert ["retracted"] == statuses(ana)
    assert () == ana.check().findings


def test_retracting_a_newer_version(ana: Sample) -> None:
    """The one that it had replaced is in force again, and can be amended."""
    older = only(ana)
    second = newer(ana, older, b"two")
    retract(ana, second)
    assert ["current", "retracted"] == statuses(ana)
    newer(ana, older, b"three")
    assert ["superseded", "retracted", "current"] == statuses(ana)


def test_retracting_an_older_version(ana: Sample) -> None:
    """The newest stands; retracted too, the first is in force again."""
    first = only(ana)
    second = newer(ana, first, b"two")
    third = newer(ana, second, b"three")
    retract(ana, second)
    assert ["superseded", "retracted", "current"] == statuses(ana)
    retract(ana, third)
    assert ["current", "retracted", "retracted"] == statuses(ana)


def test_what_was_retracted_may_be_added_again(ana: Sample) -> None:
    """As a new document, since a retraction is for good."""
    retract(ana, only(ana))
    again = ana.add(b"one")[0]
    assert (None, "current") == (again.duplicate_of, again.status)
    assert ["retracted", "current"] == statuses(ana)


def test_a_closed_document(ana: Sample) -> None:
    """What is not in force is not amended, and the error says what to amend instead."""
    older = only(ana)
    second = newer(ana, older, b"two")
    with pytest.raises(InvalidRequest) as caught:
        newer(ana, older, b"three")
    assert ("document_closed", True) == (caught.value.code, second.id in (caught.value.hint or ""))
    with pytest.raises(InvalidRequest) as caught:
        revise(ana, title="x")
    assert "document_closed" == caught.value.code
    retract(ana, second)
    with pytest.raises(InvalidRequest) as caught:
        newer(ana, second, b"three")
    assert "document_closed" == caught.value.code


def test_an_erased_document(ana: Sample) -> None:
    """Nothing can be said of it any more; the older version is in force again, and says nothing of a newer."""
    older = only(ana)
    second = newer(ana, older, b"two")
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (second.id,)), reason=None, now_ms=NOW_MS)
        for attempt in (
            lambda: replace_document(
                vault, second.id, InputFile(name="x", data=b"x"), AddOptions(), now_ms=NOW_MS
            ),
            lambda: revise_document(vault, second.id, Correction(title="x"), now_ms=NOW_MS),
            lambda: retract_document(vault, second.id, reason="", now_ms=NOW_MS),
        ):
            with pytest.raises(InvalidRequest) as caught:
                attempt()
            assert "erased" == caught.value.code
    assert ["current", "erased"] == statuses(ana)


def test_erasing_what_was_said(ana: Sample) -> None:
    """Corrections and retraction of an erased document are gone with it: of them there is place and id."""
    revise(ana, title="Iron")
    found = retract(ana, only(ana), "another patient")
    with ana.open(writing=True) as vault:
        erase_documents(vault, find_victims(vault, (found.id,)), reason=None, now_ms=NOW_MS)
        entries = list(log_entries(vault))
    assert 3 == sum(entry.kind == "erased" for entry in entries)
    assert "" == "".join(entry.detail for entry in entries)


@pytest.mark.parametrize("tags", [("",), (" ",), ("a\nb",)])
def test_bad_tags(ana: Sample, tags: tuple[str, ...]) -> None:
    """They are refused before anything is logged."""
    with pytest.raises(InvalidRequest) as caught:
        revise(ana, tags=tags)
    assert "bad_tag" == caught.value.code
    with pytest.raises(InvalidRequest) as caught:
        newer(ana, only(ana), b"two", AddOptions(tags=tags))
    assert "bad_tag" == caught.value.code
    assert 1 == len(ana.documents())


def test_what_is_not_there(ana: Sample, tmp_path: Path) -> None:
    """Neither document nor file: nothing is logged."""
    with ana.open(writing=True) as vault:
        size = vault.history.size
        with pytest.raises(NotFound):
            retract_document(vault, "d_zzzzzzzz", reason="", now_ms=NOW_MS)
        item = InputFile(name="no", path=tmp_path / "no")
        with pytest.raises(InputError):
            replace_document(vault, only(ana).id, item, AddOptions(), now_ms=NOW_MS)
        assert size == vault.history.size
