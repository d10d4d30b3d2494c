# SPDX-License-Identifier: Apache-2.0
"""Studies are kept, ended with what they rest on, and forgotten in every version."""

import json
from pathlib import Path

import pytest
from studies import codes, told
from study_vaults import BUNDLE, export, holding, opened, terms, wish

from healthvault.areas import research_studies
from healthvault.areas.research_studies import (
    broken_forms,
    find_study,
    forget_study,
    keep_study,
    list_studies,
    study_to_export,
    withdraw,
)
from healthvault.errors import IntegrityError, NotFound
from healthvault.records.kinds import Kind
from healthvault.research.study import Study, study_name_in
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import AddOptions, add_documents
from healthvault.vault.read import Filter, document_bytes, list_documents
from tests.vaults import NOW_MS, pair


def test_a_withdrawal_ends_the_grants(tmp_path: Path) -> None:
    """And gives a notice that the researcher can check; a second time the same one."""
    patient, doctor = pair(tmp_path)
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        done = export(vault, wish(terms(*ids)), tmp_path / "1.hvx")
        first = withdraw(vault, "NCT1", now_ms=NOW_MS)
        size = vault.history.size
        again = withdraw(vault, "NCT1", now_ms=NOW_MS + 5_000_000)
    assert (first.notice, size) == (again.notice, size)
    assert [(done.grant, "revoked", (done.share,))] == [
        (grant.id, grant.status, grant.bundles) for grant in first.grants
    ]
    plain = opened(doctor, tmp_path / "1.hvx")
    assert ["study_withdrawn"] == codes(told(plain, notices=(first.notice,)))


def test_what_was_cut_short_is_finished(tmp_path: Path) -> None:
    """A crash after the form was changed: the next attempt revokes what is left."""
    patient, _ = pair(tmp_path)
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        export(vault, wish(terms(*ids)), tmp_path / "1.hvx")

        def stumble(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(research_studies, "revoke_grant", stumble)
            with pytest.raises(KeyboardInterrupt):
                withdraw(vault, "NCT1", now_ms=NOW_MS)
        assert find_study(vault, "NCT1").study.withdrawn_ms == NOW_MS
        found = withdraw(vault, "NCT1", now_ms=NOW_MS + 1000)
    assert ["revoked"] == [grant.status for grant in found.grants]


def test_a_study_that_is_forgotten_is_gone_in_every_version(tmp_path: Path) -> None:
    """No secret is left to connect its pseudonym; the same name begins anew."""
    patient, _ = pair(tmp_path)
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        for number in (1, 2):
            export(vault, wish(terms(*ids)), tmp_path / f"{number}.hvx")
        export(vault, wish(terms(*ids), "NCT2"), tmp_path / "3.hvx")
        pseudonym = find_study(vault, "NCT1").study.keys.pseudonym
        assert 2 == len(forget_study(vault, "NCT1", now_ms=NOW_MS))
        assert ["NCT2"] == [kept.study.name for kept in list_studies(vault)]
        left = [
            document
            for document in list_documents(vault, Filter(kind=Kind.RESEARCH_STUDY.value))
            if document.status != "erased"
        ]
        assert ["NCT2"] == [study_name_in(document_bytes(vault, one)) for one in left]
        assert pseudonym != study_to_export(vault, "NCT1").study.keys.pseudonym
        with pytest.raises(NotFound):
            forget_study(vault, "NCT1", now_ms=NOW_MS)


def test_a_form_tells_its_reader_nothing(tmp_path: Path) -> None:
    """She may hand it to somebody by mistake, as any document: no secret, log, pseudonym or grant is in it."""
    patient, _ = pair(tmp_path)
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        done = export(vault, wish(terms(*ids)), tmp_path / "1.hvx")
        kept = find_study(vault, "NCT1")
        assert kept.document is not None
        form = document_bytes(vault, kept.document)
    study = kept.study
    for word in (study.secret, study.keys.sign.public, *study.commits, done.grant.encode(), b"p_"):
        assert word not in form


def test_two_forms_of_one_name(tmp_path: Path) -> None:
    """As two copies of a vault may bring about: nobody guesses which counts."""
    patient, _ = pair(tmp_path)
    with patient.open(writing=True) as vault:
        for number in (1, 2):
            keep_study(vault, Study(name="NCT1", secret=bytes([number]) * 32), None, now_ms=NOW_MS)
        with pytest.raises(NotFound) as refused:
            study_to_export(vault, "NCT1")
        assert "ambiguous" == refused.value.code
        with pytest.raises(NotFound) as refused:
            find_study(vault, "NCT3")
        assert "not_found" == refused.value.code


def test_a_form_that_is_none_stands_in_nobodys_way(tmp_path: Path) -> None:
    """A file that somebody added by that name, and the form of another vault's study."""
    patient, _ = pair(tmp_path)
    strange = Study(name="NCT1", secret=b"\1" * 32).to_bytes(b"\2" * 32)
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        export(vault, wish(terms(*ids), "NCT2"), tmp_path / "2.hvx")
        items = [InputFile(name="a.json", data=data) for data in (b"no form", strange)]
        list(add_documents(vault, items, AddOptions(kind="research-study"), now_ms=NOW_MS))
        assert ["NCT2"] == [kept.study.name for kept in list_studies(vault)]
        assert 2 == len(broken_forms(vault))
        with pytest.raises(IntegrityError):
            find_study(vault, "NCT1")
        export(vault, wish(terms(*ids), "NCT2"), tmp_path / "3.hvx")
        assert 1 == len(forget_study(vault, "NCT1", now_ms=NOW_MS))
        assert 2 == len(forget_study(vault, "NCT2", now_ms=NOW_MS))
