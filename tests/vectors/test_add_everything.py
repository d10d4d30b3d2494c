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
OWN_FILE = re.compile(
    r"VERSION|keyring|checkpoint|lock|journal/\d{8}\.seg|keys/\d+\.ks|objects/\d+/\d+\.pack"
    r"|tree/(\d|offsets|events)|cache/(catalogue|contents)\.db"
)
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


def words_shown(words: set[str], content: bytes) -> set[str]:
    """Return the words that stand in some bytes as UTF-8 or UTF-16, whatever their case."""
    lowered = content.lower()
    runs = re.findall(rb"[ -~]{6,}", lowered)  # a word of ASCII can only stand in one of these
    wide = [run[::2] for run in re.findall(rb"(?:[ -~]\0){6,}", lowered)]
    wide += [run[1::2] for run in re.findall(rb"(?:\0[ -~]){6,}", lowered)]
    text = b"\n".join([*runs, *wide]).decode()
    shown = {word for word in words if word.isascii() and word.lower() in text}
    for word in words:
        if not word.isascii():
            forms = (word.lower().encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
            shown |= {word for form in forms if form in lowered}
    return shown


def test_nothing_is_readable(filled: Filled, tmp_path: Path) -> None:
    """No name of a person, no title and no file name stands in any byte or file name of the vault folder.

    Words that stand in an empty vault too are the format's own.
    """
    words = words_to_hide(filled)
    assert len(words) > 1000
    ours, empty = filled.ana.place.root, vaults.ana(tmp_path)
    own = words_shown(words, b"\n".join(vaults.snapshot(empty.place.root).values()))
    assert own == words_shown(words, b"\n".join(vaults.snapshot(ours).values()))
    assert len(own) < 10
    assert all(OWN_FILE.fullmatch(name) for name in vaults.snapshot(ours))


def test_the_search_would_find_it(filled: Filled) -> None:
    """The words looked for stand in the files themselves, and are found there and in any form."""
    words = set(sorted(words_to_hide(filled))[::20])
    plain = b"\n".join(path.read_bytes() for path in filled.files)
    assert len(words_shown(words, plain)) > len(words) * 0.7
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        hidden = b"\xa5\x01".join(word.upper().lower().encode(encoding) for word in words)
        assert len(words_shown(words, b"\xa5\x01" + hidden)) > len(words) * 0.95


def test_it_can_be_listed_at_once(filled: Filled) -> None:
    """The list says what was said when each was added."""
    with filled.ana.open() as vault:
        listed = {item.id: item for item in list_documents(vault, EVERYTHING)}
        first = next(iter(listed.values()))
        assert document_bytes(vault, first)
    assert {item.id for item in filled.added} == listed.keys()
    assert all(listed[item.id] == item for item in filled.added if item.duplicate_of is None)
