# SPDX-License-Identifier: Apache-2.0
"""An export is judged as a share is, logged before it is written, and says nothing of the vault around it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from studies import told
from study_vaults import BUNDLE, export, holding, opened, read, terms, windows, wish

from healthvault.areas import research
from healthvault.areas.research import Plan, plan_export, write_export
from healthvault.areas.research_studies import list_studies, withdraw
from healthvault.codec import LARGE_ITEMS, unpack, unpad
from healthvault.consent.conditions import Deny, Sensitive
from healthvault.errors import HealthVaultError, InvalidRequest
from healthvault.ledger.person import FactKind, IdAdd
from healthvault.research.export import FIRST_LINE
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.grants import make_grant
from healthvault.vault.handing import UnderGrant
from healthvault.vault.person import add_facts
from healthvault.vault.vault import Vault
from tests.vaults import NOW_MS, Sample, pair, someone

CANARIES = (b"Silva", b"4711", b"Porto", b"Lee", b"tired", b"1974", b"bundle", b"SILVA", b"clinic")


@pytest.fixture
def people(tmp_path: Path) -> tuple[Sample, Sample]:
    """Ana, and Dr Lee who does research."""
    return pair(tmp_path)


def test_an_export_holds_codes_and_no_names(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Two of three statements make records; nothing that names her is in the file; the journal tells of it."""
    patient, doctor = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        facts = [
            IdAdd(fact=FactKind.BIRTH_DATE, value="1974-05-01"),
            IdAdd(fact=FactKind.SEX, value="female"),
            IdAdd(fact=FactKind.NAME, value="Ana Silva", family="Silva", given=("Ana",)),
        ]
        add_facts(vault, facts, now_ms=NOW_MS)
        done = export(vault, wish(terms(*ids)), tmp_path / "a.hvx")
        assert {"code": 1} == dict(done.plan.left_out)
        (share,) = [one for one in ConsentRows(vault.catalogue).shares() if one.id == done.share]
        assert share.has_documents
        vault_id = vault.keyring.vault_id
    plain = opened(doctor, tmp_path / "a.hvx")
    assert [] == [word for word in CANARIES if word in plain]
    assert vault_id not in plain
    assert not [one for one in ids if one[2:].encode() in plain]
    found = read(plain)
    assert ["Condition", "Observation", "Person"] == sorted(record.type for record in found.records)
    (person,) = [record for record in found.records if record.type == "Person"]
    assert ("female", "1970-1979") == (person.sex, person.birth)
    assert "2027-11-21" == found.manifest.terms.until


def test_two_studies_have_nothing_in_common_but_what_is_said(
    people: tuple[Sample, Sample], tmp_path: Path
) -> None:
    """What eight bytes in a row are in both stands in a third export too, of another vault and owner.

    A row may begin or end with up to three bytes that are the same by chance, next to words that all exports have.
    """
    patient, doctor = people
    other = someone(tmp_path, "eva", "Eva Costa")
    other.meet(doctor, "Dr Lee")
    plains = []
    for number, who in enumerate((patient, patient, other)):
        with who.open(writing=True) as vault:
            ids = holding(vault, json.dumps(BUNDLE).encode())
            out = tmp_path / f"{number}.hvx"
            export(vault, wish(terms(*ids, days=100 + 50 * number), f"study-{number}"), out)
        plains.append(opened(doctor, out))
    exports = list(map(read, plains))
    days = [{record.date for record in one.records} for one in exports]
    assert not days[0] & days[1]
    ids_of = [{record.id for record in one.records} for one in exports]
    assert not ids_of[0] & ids_of[1]
    assert exports[0].pseudonym != exports[1].pseudonym
    one, two, third = (windows(plain, found) for plain, found in zip(plains, exports, strict=True))
    known = {row[at : at + 5] for row in third for at in range(4)}
    assert [] == [row for row in one & two if row[:5] not in known and row[3:] not in known]
    assert len(one - two) > 300


def test_the_size_of_the_vault_does_not_show(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """One document, or one among three hundred: the same keys and sizes throughout."""
    patient, doctor = people
    other = someone(tmp_path, "eva", "Eva Costa")
    other.meet(doctor, "Dr Lee")
    shapes, sizes = [], []
    for number, (who, more) in enumerate(((patient, 0), (other, 300))):
        with who.open(writing=True) as vault:
            holding(vault, *(b"note %d" % each for each in range(more)))
            ids = holding(vault, json.dumps(BUNDLE).encode())
            export(vault, wish(terms(*ids)), tmp_path / f"{number}.hvx")
        plain = opened(doctor, tmp_path / f"{number}.hvx")
        sizes.append(((tmp_path / f"{number}.hvx").stat().st_size, len(plain), len(unpad(plain, len(plain)))))
        shapes.append(shape(unpack(unpad(plain, len(plain)).removeprefix(FIRST_LINE), max_items=LARGE_ITEMS)))
    assert shapes[0] == shapes[1]
    assert sizes[0] == sizes[1]


def shape(value: object) -> object:
    """Return a value with lengths in the place of bytes and texts, and every number as it is."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((shape(each) for each in value), key=repr)
    return len(value) if isinstance(value, bytes | str) else value


def test_a_later_export_continues_the_earlier(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """With what is new, under the same pseudonym and ids; what is new to the vault only is new to the log."""
    patient, doctor = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        first = export(vault, wish(terms(*ids)), tmp_path / "1.hvx")
        more = json.loads(json.dumps(BUNDLE["entry"][1]["resource"]))  # type: ignore[index]
        ids += holding(vault, json.dumps({**more, "effectiveDateTime": "2026-06-01"}).encode())
        second = export(vault, wish(terms(*ids)), tmp_path / "2.hvx")
        (kept,) = list_studies(vault)
    assert (2, 2, 3, 1) == (first.plan.records, first.plan.fresh, second.plan.records, second.plan.fresh)
    assert [2, 3] == [one.size for one in kept.study.handings]
    one, two = (opened(doctor, tmp_path / f"{number}.hvx") for number in (1, 2))
    assert () == told(two, earlier=(one,)).problems
    assert {record.id for record in read(one).records} < {record.id for record in read(two).records}


def test_a_file_that_was_lost_is_written_again(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """After a crash between the log and the file: the same plaintext, or one that continues it; never a fork."""
    patient, doctor = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        plan = plan_export(vault, wish(terms(*ids)), now_ms=NOW_MS)
        with pytest.raises(InvalidRequest, match="there already"):
            _write_onto_a_file(vault, plan, tmp_path / "1.hvx")
        (kept,) = list_studies(vault)
        assert 2 == kept.study.size
        again = export(vault, wish(terms(*ids)), tmp_path / "2.hvx")
    assert 0 == again.plan.fresh
    assert plan.plain == opened(doctor, tmp_path / "2.hvx")


def _write_onto_a_file(vault: Vault, plan: Plan, out: Path) -> None:
    """Let the name be taken after the journal has spoken: as late as anything can go wrong."""
    real = research.hand_over

    def hand_over_then_trip(*arguments: object, **named: object) -> object:
        handed = real(*arguments, **named)  # type: ignore[arg-type]
        out.write_bytes(b"in the way")
        return handed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(research, "hand_over", hand_over_then_trip)
        write_export(vault, plan, out, now_ms=NOW_MS)


def test_what_a_grant_does_not_allow_is_refused(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """And nothing is written: no entry, no file."""
    patient, _ = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode(), b"note")
        treat = make_grant(vault, replace(terms(*ids), purposes=("TREAT",)), now_ms=NOW_MS).id
        code = make_grant(vault, replace(terms(*ids), to=(), is_for_bearer=True), now_ms=NOW_MS).id
        scope = make_grant(vault, terms(ids[1]), now_ms=NOW_MS).id
        denied = replace(terms(*ids), conditions=(Deny(types=("fhir-bundle",)),))
        before = vault.history.size
        for under, refusal in (
            (UnderGrant(grant=treat), "purpose_not_covered"),
            (UnderGrant(grant=code), "no_contact"),
            (UnderGrant(grant=scope, records=(ids[0],)), "out_of_scope"),
            (UnderGrant(grant=scope), "nothing_to_share"),
            (denied, "denied_by_rule"),
            (terms(ids[0], to="Nobody"), "not_found"),
            (terms(ids[0], days=-1), "bad_expiry"),
        ):
            with pytest.raises(HealthVaultError) as refused:
                export(vault, wish(under), tmp_path / "no.hvx")
            assert refusal == refused.value.code
        assert before == vault.history.size
        assert [] == list(tmp_path.glob("*.hvx"))


def test_an_export_under_a_grant_that_stands(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """For its documents, until its end, with the labels that it allows."""
    patient, doctor = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        allowed = replace(terms(*ids, days=30), conditions=(Sensitive(allow=("genetics",)),))
        grant = make_grant(vault, allowed, now_ms=NOW_MS).id
        done = export(vault, wish(UnderGrant(grant=grant[:10])), tmp_path / "1.hvx")
    assert grant == done.grant
    assert "2026-12-21" == read(opened(doctor, tmp_path / "1.hvx")).manifest.terms.until


def test_after_a_withdrawal_nothing_more_goes_out(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Refused by name; another study is not touched by it."""
    patient, _ = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        export(vault, wish(terms(*ids)), tmp_path / "1.hvx")
        withdraw(vault, "NCT1", now_ms=NOW_MS)
        before = vault.history.size
        with pytest.raises(HealthVaultError) as refused:
            export(vault, wish(terms(*ids)), tmp_path / "2.hvx")
        assert ("study_withdrawn", before) == (refused.value.code, vault.history.size)
        export(vault, wish(terms(*ids), "NCT2"), tmp_path / "3.hvx")


def test_she_is_told_what_went_to_another_study(people: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Values and days between them are the same in both: no key protects from that."""
    patient, _ = people
    with patient.open(writing=True) as vault:
        ids = holding(vault, json.dumps(BUNDLE).encode())
        first = export(vault, wish(terms(*ids)), tmp_path / "1.hvx")
        second = export(vault, wish(terms(*ids), "NCT2"), tmp_path / "2.hvx")
        shifts = {kept.study.keys.shift_days for kept in list_studies(vault)}
        assert 2 == len(shifts)
    assert not [line for line in first.plan.warnings if "another study" in line]
    assert [line for line in second.plan.warnings if line.startswith("2 of these records went to another study")]
