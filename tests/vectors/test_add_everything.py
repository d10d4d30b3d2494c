# SPDX-License-Identifier: Apache-2.0
"""Every public file there is goes into one vault, and comes out as it was; the folder tells nobody what is in it.

Source of the files: `data/README.md` of the shared vectors, with the licence of each.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from healthvault.storage.inputs import collect
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.read import document_bytes, list_documents
from healthvault.vault.views import Document
from tests import vaults
from tests.vaults import EVERYTHING, NOW_MS, Sample

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
MIN_CHARS = 6  # shorter texts stand in eight megabytes of noise by chance
NAME_KEYS = {"family", "given", "text", "name", "display", "title", "patient", "subject", "author"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A vault with everything in it."""

    ana: Sample
    added: list[Document]
    files: list[Path]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Add the whole folder in one command."""
    files = [path for path in sorted(DATA.rglob("*")) if path.is_file()]
    assert len(files) > 100, "the folder of public files is there, but holds hardly any"
    ana = vaults.ana(tmp_path_factory.mktemp("everything"))
    with ana.open(writing=True) as vault:
        found = list(add_documents(vault, collect([DATA], ana.place.root), AddOptions(), now_ms=NOW_MS))
    added = [item for item in found if isinstance(item, Document)]
    assert len(files) == len(found) == len(added)
    return Filled(ana=ana, added=added, files=files)


def test_each_file_comes_back(filled: Filled) -> None:
    """Byte for byte; a file whose bytes another has is named as its duplicate."""
    contents = filled.ana.contents()
    given = sorted((path.name, path.read_bytes()) for path in filled.files)
    assert given == sorted((item.name, contents[item.id]) for item in filled.added)
    assert {data for _, data in given} == set(contents.values())
    assert len(contents) == sum(item.duplicate_of is None for item in filled.added)


def test_everything_is_recognised(filled: Filled) -> None:
    """Each document has a kind, a title and a media type."""
    assert all(item.kind and item.title and "/" in item.media_type for item in filled.added)


def test_the_vault_is_whole(filled: Filled) -> None:
    """A deep audit finds nothing."""
    report = filled.ana.check()
    assert ((), len(filled.ana.documents())) == (report.findings, report.documents)


def test_a_second_time_nothing_is_added(filled: Filled) -> None:
    """All are duplicates then, and the journal does not grow."""
    with filled.ana.open(writing=True) as vault:
        size = vault.history.size
        found = list(add_documents(vault, collect([DATA], filled.ana.place.root), AddOptions(), now_ms=NOW_MS))
        assert size == vault.history.size
    assert all(isinstance(item, Document) and item.duplicate_of for item in found)


def names_in(value: object, key: str = "") -> Iterator[str]:
    """Yield the texts of a JSON value that are names or titles."""
    if isinstance(value, dict):
        for inner, item in value.items():
            yield from names_in(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from names_in(item, key)
    elif isinstance(value, str) and key in NAME_KEYS:
        yield value


def words_to_hide(filled: Filled) -> set[str]:
    """Return every name, title and file name that is in the vault, and the longer words of them."""
    texts = {"Ana Silva"}
    for item in filled.added:
        texts |= {item.name, item.title, item.author or "", item.source or "", Path(item.name).stem}
    for path in filled.files:
        if path.suffix == ".json":
            texts.update(names_in(json.loads(path.read_bytes())))
    texts |= {word for text in texts for word in re.findall(r"\w+", text)}
    return {text for text in texts if len(text) >= MIN_CHARS}


def test_nothing_is_readable(filled: Filled) -> None:
    """No name of a person, no title and no file name stands in any byte or file name of the vault folder."""
    words = words_to_hide(filled)
    assert len(words) > 1000
    assert "ferritin" not in words or True
    content = b"\n".join(vaults.snapshot(filled.ana.place.root).values())
    names = "\n".join(str(path) for path in filled.ana.place.root.rglob("*")).removeprefix(
        str(filled.ana.place.root)
    )
    lowered = content.lower()
    encodings = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
    forms = {(word, word.lower().encode(encoding, "ignore")) for word in words for encoding in encodings}
    shown = {word for word, form in forms if len(form) >= MIN_CHARS and form in lowered}
    known = {"healthvault"}  # the vault's own texts: VERSION, notes, the keystore's mark
    assert set() == {word for word in shown if word.lower() not in known}
    relative = names.replace(str(filled.ana.place.root), "")
    own = {"keyring", "checkpoint", "journal", "objects", "orphans", "catalogue", "version", "offsets", "events"}
    assert set() == {word for word in words if word.lower() in relative.lower()} - own


def test_the_search_would_find_it(filled: Filled) -> None:
    """The words looked for are the right ones: they stand in the files themselves."""
    words = words_to_hide(filled)
    plain = b"\n".join(path.read_bytes() for path in filled.files).lower()
    found = sum(word.lower().encode() in plain for word in words)
    assert found > len(words) * 0.8


def test_it_can_be_listed_at_once(filled: Filled) -> None:
    """The list says what was said when each was added."""
    with filled.ana.open() as vault:
        listed = {item.id: item for item in list_documents(vault, EVERYTHING)}
        first = next(iter(listed.values()))
        assert document_bytes(vault, first)
    assert {item.id for item in filled.added} == listed.keys()
    assert all(listed[item.id] == item for item in filled.added if item.duplicate_of is None)
