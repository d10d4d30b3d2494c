# SPDX-License-Identifier: Apache-2.0
"""A participant signs, consents anew, withdraws and gives data, in her own vault."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from healthvault.areas.trial_consents import ConsentWish, read_whole_form, sign_consent, withdraw
from healthvault.areas.trial_histories import histories, own_id
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.storage.inputs import InputFile
from healthvault.trials.consent import Consent, parse_option
from healthvault.vault.read import document_bytes, find_document
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from tests.vaults import NOW_MS, ana

FORM = InputFile(name="form.pdf", data=b"%PDF-1.4 informed consent")
TODAY = date(2026, 11, 20)


def wish(*options: str, anew: bool = False, day: date = TODAY, study: str = "S1") -> ConsentWish:
    """Return what somebody agrees to."""
    return ConsentWish(
        study=study,
        version="3.1",
        language="en",
        options=tuple(map(parse_option, options or ("data:Use my data:yes",))),
        date=day,
        explained_by=None,
        anew=anew,
    )


def sign(vault: Vault, wished: ConsentWish | None = None, form: InputFile = FORM) -> tuple[Consent, Document]:
    """Sign."""
    return sign_consent(vault, wished or wish(), form, today=TODAY, now_ms=NOW_MS)


def refused(vault: Vault, wished: ConsentWish, form: InputFile = FORM) -> str:
    """Return the code by which a consent is refused."""
    with pytest.raises((InvalidRequest, ConsentRefused)) as raised:
        sign(vault, wished, form)
    return raised.value.code


def test_a_consent_is_bound_to_the_form(tmp_path: Path) -> None:
    """Its document, its bytes, and the vault that signs."""
    with ana(tmp_path).open(writing=True) as vault:
        said, document = sign(vault)
        kept = document_bytes(vault, find_document(vault, said.form.document))
        assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (said.form.sha256, said.form.size_bytes)
        assert (own_id(vault), "trial-consent", "directive") == (said.subject, document.kind, document.category)


def test_refusals_write_nothing(tmp_path: Path) -> None:
    """No answer, an empty form, a day to come, a second consent beside one in force, none to replace."""
    with ana(tmp_path).open(writing=True) as vault:
        before = vault.history.size
        nothing = ConsentWish(study="S1", version="1", language="en", options=(), date=TODAY, explained_by=None)
        assert "blank_form" == refused(vault, nothing)
        assert "blank_form" == refused(vault, wish(), InputFile(name="form.pdf", data=b""))
        assert "bad_date" == refused(vault, wish(day=date(2026, 11, 21)))
        assert "no_consent" == refused(vault, wish(anew=True))
        assert before == vault.history.size
        sign(vault)
        assert "consent_in_force" == refused(vault, wish())
        assert "consent_in_force" == refused(vault, wish(day=date(2026, 1, 1)))  # dated back, beside it


def test_history_never_disappears(tmp_path: Path) -> None:
    """Anew, withdrawn, enrolled again on the same version: all records stay (fda-mystudies #4389, #1455)."""
    with ana(tmp_path).open(writing=True) as vault:
        first, _ = sign(vault)
        second, _ = sign(vault, wish("data:Use my data:no", anew=True))
        ended, _ = withdraw(vault, "S1", TODAY, "moving", now_ms=NOW_MS)
        third, _ = sign(vault)
        whole = histories(vault).of(own_id(vault))
        assert [first, second, third] == [kept.consent for kept in whole.consents]
        assert [ended] == [kept.withdrawal for kept in whole.withdrawals]
        assert (first.record, {first.record, second.record}) == (second.replaces, set(ended.ends))
        assert first.form.document == third.form.document
        assert ["withdrawn", "withdrawn", "in_force"] == [
            whole.standing_of(kept, TODAY).value for kept in whole.consents
        ]


def test_there_must_be_something_to_withdraw(tmp_path: Path) -> None:
    """No consent, and one that was withdrawn already."""
    with ana(tmp_path).open(writing=True) as vault:
        for code in ("no_consent", "consent_withdrawn"):
            with pytest.raises(ConsentRefused) as raised:
                withdraw(vault, "S1", TODAY, None, now_ms=NOW_MS)
            assert code == raised.value.code
            if code == "no_consent":
                sign(vault)
                withdraw(vault, "S1", TODAY, None, now_ms=NOW_MS)


def test_a_form_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    """From a file too."""
    path = tmp_path / "form.pdf"
    path.write_bytes(b"x" * 100_000)
    assert 100_000 == len(read_whole_form(InputFile(name="form.pdf", path=path)))
