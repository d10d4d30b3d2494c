# SPDX-License-Identifier: Apache-2.0
"""Files that are about to be added: judged before anything is stored, none of them for a fault of its reader."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from healthvault.errors import InvalidRequest
from healthvault.identity.matching import Judged, Owner, Result
from healthvault.ledger.person import FactKind
from healthvault.records import reading
from healthvault.records.kinds import Kind
from healthvault.records.statements import Coding, Name, Statement, Subject
from healthvault.sandbox.reader import ReaderFailed, Sandbox
from healthvault.storage.inputs import InputError, InputFile
from healthvault.vault import newcomers
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.newcomers import Newcomers, judging, refusal_of
from healthvault.vault.person import add_facts, fact_of
from healthvault.vault.vault import Vault
from tests.persons import EVE, SSN, subject
from tests.vaults import NOW_MS, ana

OWNER = Owner(
    names=(Name(text="Eve Everywoman"),),
    birth_date="1975-05-01",
    identifiers=(Coding(system=SSN, code="444-22-2222"),),
)
OTHER = subject("Al Borland", "1960-02-03")
CONFLICT = subject("Eve Everywoman", "1973-05-31", "444-22-2222")


class Stating(Sandbox):
    """In the place of the process that reads: it states what a test gives it, then perhaps stumbles."""

    def __init__(self, *stated: Statement, failing: bool = False) -> None:
        super().__init__()
        self.stated = stated
        self.failing = failing
        self.asked: list[tuple[int, int | None]] = []
        self.count = 0

    def statements(
        self,
        stream: BinaryIO,
        *,
        name: str,
        size_bytes: int,
        kind: str | None,
        wanted: tuple[str, ...] = (),
        most_bytes: int | None = None,
    ) -> Iterator[Statement]:
        """Yield what is given."""
        assert wanted == ("subject",)
        self.asked.append((size_bytes, most_bytes))
        for statement in self.stated:
            self.count += 1
            yield statement
        if self.failing:
            raise ReaderFailed("reader_failed", "its reader stumbled")


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """A vault that can be written, where zips are a kind that is read."""
    monkeypatch.setitem(reading._READERS, Kind.ZIP, "plain_text:read_text")
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def judge(vault: Vault, sandbox: Sandbox, data: bytes = b"PK\x03\x04 a") -> Judged | None:
    """Judge a file."""
    return Newcomers(vault, OWNER, sandbox).judge(InputFile(name="a.zip", data=data))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((EVE,), "same"),
        ((OTHER, EVE), "same"),
        ((OTHER,), "other"),
        ((OTHER, CONFLICT), "conflict"),
        ((OTHER, subject("E. Everywoman")), "unsure"),
        ((), None),
    ],
)
def test_the_verdict_on_a_file(vault: Vault, stated: tuple[Subject, ...], expected: str | None) -> None:
    """One person who is or may be the owner is enough; a file that names nobody gets none."""
    verdict = judge(vault, Stating(*stated))
    assert expected == (verdict.result.value if verdict else None)
    assert verdict is None or len(stated) == verdict.subjects


def test_what_cannot_be_read_is_no_suspect(vault: Vault) -> None:
    """A reader that stumbles gives no verdict, whatever it had stated before."""
    assert judge(vault, Stating(OTHER, failing=True)) is None


def test_a_kind_that_names_nobody_is_not_read(vault: Vault) -> None:
    """Text costs nothing."""
    sandbox = Stating(OTHER)
    assert Newcomers(vault, OWNER, sandbox).judge(InputFile(name="a.txt", data=b"a note\n")) is None
    assert [] == sandbox.asked


def test_a_large_file_is_read_in_part(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped after so many bytes, or at the owner; what was stated until then counts."""
    monkeypatch.setattr(newcomers, "MOST_BYTES", 2000)
    monkeypatch.setattr(newcomers, "ENOUGH_BYTES", 1000)
    data = b"PK\x03\x04" + bytes(3000)
    cut = Stating(OTHER, failing=True)
    verdict = judge(vault, cut, data)
    assert ([(3004, 2000)], "other") == (cut.asked, verdict and verdict.result.value)
    found = Stating(EVE, OTHER, OTHER)
    assert judge(vault, found, data) is not None
    assert 1 == found.count


def test_many_persons_have_an_end(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that names people without end is judged by the first of them."""
    monkeypatch.setattr(newcomers, "MOST_SUBJECTS", 3)
    verdict = judge(vault, Stating(*[OTHER] * 9))
    assert (Result.OTHER, 3) == (verdict and verdict.result, verdict and verdict.subjects)


def test_what_is_in_the_vault_already_is_not_refused(vault: Vault) -> None:
    """It is a duplicate, and named as one."""
    item = InputFile(name="a.zip", data=b"PK\x03\x04 a")
    list(add_documents(vault, [item], AddOptions(), now_ms=NOW_MS))
    assert judge(vault, Stating(OTHER)) is None


def test_a_file_that_is_not_there(vault: Vault, tmp_path: Path) -> None:
    """Fails as it does without a verdict."""
    with pytest.raises(InputError):
        Newcomers(vault, OWNER, Stating()).judge(InputFile(name="x", path=tmp_path / "none"))


def test_nobody_judges_without_facts(vault: Vault) -> None:
    """A name alone tells the owner from nobody; a birth date does."""
    add_facts(vault, [fact_of(FactKind.NAME, "Eve Everywoman")], now_ms=NOW_MS)
    with judging(vault) as none:
        assert none is None
    add_facts(vault, [fact_of(FactKind.BIRTH_DATE, "1975-05-01")], now_ms=NOW_MS)
    with judging(vault) as some:
        assert some is not None


def test_the_refusal_names_fields_and_no_values(vault: Vault) -> None:
    """It may stand in a log; the code says which of the two it is; what is stored is no refusal."""
    conflict, other, same = (judge(vault, Stating(*stated)) for stated in ((CONFLICT,), (OTHER, OTHER), (EVE,)))
    assert conflict is not None
    assert other is not None
    assert same is not None
    assert refusal_of(same, "a.zip") is None
    refusals = [refusal_of(verdict, "a.zip") for verdict in (conflict, other)]
    assert ["identity_conflict", "other_person"] == [refusal and refusal.code for refusal in refusals]
    for refusal in refusals:
        assert isinstance(refusal, InvalidRequest)
        assert not any(value in refusal.message for value in ("1973", "Eve", "Borland", "444"))
    assert "birth date differs" in str(refusals[0])
    assert "of 2 persons" in str(refusals[1])
    assert refusals[1] is not None
    assert str(refusals[1].hint).endswith("--accept other_person")
