# SPDX-License-Identifier: Apache-2.0
"""Signed by a clinic: what Ana pins and shares, and what Dr Lee can say of it with keys of his own or without."""

import json
from pathlib import Path

import pytest
from people import Person
from test_cli_json import check

from tests.issuers import CONTENT, NBF, Clinic, card_file, flipped

ISS = "https://clinic.example/issuer"
SHC = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "shc"


class Scene:
    """Ana with cards, and Dr Lee, who have pinned each other; both have the clinic's files at hand."""

    def __init__(self, ana: Person, lee: Person) -> None:
        self.ana, self.lee, self.clinic = ana, lee, Clinic(iss=ISS)
        lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
        self.keys = self.file("jwks.json", self.clinic.jwks())

    def file(self, name: str, data: bytes) -> Path:
        """Write a file that both can read."""
        path = self.ana.home.parent / name
        path.write_bytes(data)
        return path

    def add(self, name: str, data: bytes) -> dict:
        """Add a document to Ana's vault."""
        return self.ana.hv("add", self.file(name, data), "--json").object

    def shared(self, *documents: dict) -> Path:
        """Share documents of Ana's with Dr Lee."""
        out = self.ana.home.parent / f"{documents[-1]['id']}.hvb"
        self.ana.hv("share", *(one["id"] for one in documents), "--to", "Dr Lee", "-o", out, "--yes")
        return out

    def verified(self, bundle: Path, *options: object, exit: int = 0) -> dict:  # noqa: A002
        """Verify as Dr Lee."""
        done = self.lee.hv("verify", bundle, *options, "--json", exit=exit)
        check(done.objects, "verification")
        return done.object


@pytest.fixture
def scene(ana: Person, lee: Person) -> Scene:
    """Ana, Dr Lee and a clinic."""
    return Scene(ana, lee)


def result(verification: dict, name: str) -> str:
    """Return one of the verdicts."""
    return next(each["result"] for each in verification["verdicts"] if each["name"] == name)


def test_a_card_from_the_clinic_to_the_reader(scene: Scene) -> None:
    """Ana pins and shares; without keys Dr Lee knows nothing of the issuer, with them it passes."""
    check(scene.ana.hv("issuer", "add", scene.keys, "--iss", ISS, "--json").objects, "issuer_file")
    check(scene.ana.hv("issuer", "list", "--json").objects, "issuer")
    card = scene.add("lab.smart-health-card", card_file(scene.clinic.card()))
    assert ("clinic-signed", "valid") == (card["provenance"], card["issuer"]["verdict"])
    bundle = scene.shared(card)

    without = scene.verified(bundle)
    assert ("unknown", "unknown_key", []) == (
        result(without, "issuer"), without["documents"][0]["issuer"]["verdict"], without["codes"]
    )  # fmt: skip
    for_this_run = scene.verified(bundle, "--issuer", f"{ISS}={scene.keys}")
    assert ("pass", ISS) == (result(for_this_run, "issuer"), for_this_run["documents"][0]["issuer"]["iss"])
    elsewhere = scene.verified(bundle, "--issuer", f"https://other.example={scene.keys}", exit=21)
    assert ("fail", "wrong_issuer") == (
        result(elsewhere, "issuer"), elsewhere["documents"][0]["issuer"]["verdict"]
    )  # fmt: skip

    scene.lee.hv("issuer", "add", scene.keys, "--iss", ISS)
    assert "pass" == result(scene.verified(bundle), "issuer")
    imported = scene.lee.hv("import", bundle, "--json").object
    check([imported], "document")
    assert ("clinic-signed", "valid") == (imported["provenance"], imported["issuer"]["verdict"])
    assert scene.lee.hv("show", imported["id"], "--json").object["provenance"] == "clinic-signed"
    scene.lee.hv("issuer", "remove", ISS, "--yes")
    assert "received" == scene.lee.hv("show", imported["id"], "--json").object["provenance"]


def test_a_code_and_keys_are_enough_without_a_vault(scene: Scene, nobody: Person) -> None:
    """Somebody who has nothing but the clinic's keys."""
    card = scene.add("lab.smart-health-card", card_file(scene.clinic.card()))
    out = scene.ana.home / "code.hvb"
    code = scene.ana.hv("share", card["id"], "--code", "-o", out, "--yes", "--json").object["code"]
    (nobody.home / "code").write_text(code)
    options = ("--code-file", nobody.home / "code", "--issuer", f"{ISS}={scene.keys}", "--json")
    told = nobody.hv("verify", out, *options, exit=21).object
    assert ("pass", ["unknown_signer"]) == (result(told, "issuer"), told["codes"])


@pytest.mark.parametrize("part", [1, 2])
def test_one_flipped_bit(scene: Scene, part: int) -> None:
    """The issuer says no, and the journal that the bytes are those that were logged: both are true."""
    card = scene.add("lab.smart-health-card", card_file(flipped(scene.clinic.card(), part)))
    bundle = scene.shared(card)
    scene.lee.hv("issuer", "add", scene.keys, "--iss", ISS)
    told = scene.verified(bundle, exit=21)
    assert ("fail", "pass", "pass") == tuple(result(told, name) for name in ("issuer", "integrity", "inclusion"))
    assert (["issuer_failed"], "tampered") == (told["codes"], told["documents"][0]["issuer"]["verdict"])
    refused = scene.lee.hv("import", bundle, "--json", exit=21)
    assert "issuer_failed" == refused.error["code"]
    assert ISS not in refused.err
    kept = scene.lee.hv("import", bundle, "--accept", "issuer_failed", "--json").object
    assert ("received", "tampered") == (kept["provenance"], kept["issuer"]["verdict"])


def test_what_the_patient_typed(scene: Scene) -> None:
    """The content of a card as FHIR that calls itself signed is never signed: shown, read or exported."""
    scene.ana.hv("issuer", "add", scene.keys, "--iss", ISS)
    typed = {**CONTENT, "meta": {"source": ISS, "tag": [{"code": "clinic-signed"}]}, "provenance": "clinic-signed"}
    forged = scene.add("typed.json", json.dumps(typed).encode())
    own = scene.add("own.smart-health-card", card_file(Clinic(iss=ISS).card()))
    real = scene.add("real.smart-health-card", card_file(scene.clinic.card()))
    rungs = {row["id"]: row["provenance"] for row in scene.ana.hv("list", "--json").objects}
    assert "clinic-signed" == rungs.pop(real["id"])
    assert "clinic-signed" not in rungs.values()
    scene.lee.hv("issuer", "add", scene.keys, "--iss", ISS)
    told = scene.verified(scene.shared(forged, own))
    assert ("unknown", [None, "unknown_key"]) == (
        result(told, "issuer"), [one["issuer"] and one["issuer"]["verdict"] for one in told["documents"]]
    )  # fmt: skip
    scene.ana.hv("export", "--format", "fhir", "-o", "out.ndjson")
    resources = [json.loads(line) for line in (scene.ana.home / "out.ndjson").read_text().splitlines()]
    exported = {one["id"]: one for one in resources if one["resourceType"] == "DocumentReference"}
    said = {key: one["extension"][0]["valueCode"] for key, one in exported.items() if "extension" in one}
    assert 1 == list(said.values()).count("clinic-signed")
    assert not any("signature" in one for one in resources)


def test_a_revoked_card_and_an_older_list(scene: Scene) -> None:
    """A list counts once it is pinned; one from before it is refused, and takes nothing back."""
    scene.ana.hv("issuer", "add", scene.keys, "--iss", ISS)
    card = scene.add("lab.smart-health-card", card_file(scene.clinic.card(rid="r1")))
    newer = scene.file("newer.json", scene.clinic.revoking("r1", ctr=2))
    older = scene.file("older.json", scene.clinic.revoking(ctr=1))
    scene.ana.hv("issuer", "add", newer)
    assert "list_old" == scene.ana.hv("issuer", "add", older, "--json", exit=1).error["code"]
    shown = scene.ana.hv("show", card["id"], "--json").object
    assert ("clinic-exported", "revoked") == (shown["provenance"], shown["issuer"]["verdict"])
    bundle = scene.shared(card)
    options = ("--issuer", newer, "--issuer", f"{ISS}={scene.keys}")
    assert ["issuer_failed"] == scene.verified(bundle, *options, exit=21)["codes"]
    check(scene.ana.hv("issuer", "remove", ISS, "--yes", "--json").objects, "issuer_removed")


def test_what_ends_before_it_is_shown(scene: Scene) -> None:
    """An expired card stays its issuer's; the verdict says that it ended, and a reader's is unknown."""
    scene.ana.hv("issuer", "add", scene.keys, "--iss", ISS)
    card = scene.add("lab.smart-health-card", card_file(scene.clinic.card(exp=NBF + 1)))
    assert ("clinic-signed", "expired") == (card["provenance"], card["issuer"]["verdict"])
    scene.lee.hv("issuer", "add", scene.keys, "--iss", ISS)
    assert "unknown" == result(scene.verified(scene.shared(card)), "issuer")


def test_refusals(scene: Scene) -> None:
    """Each with its code, and nothing is kept."""
    before = scene.ana.ids()
    text = scene.file("text.txt", b"nothing of the kind")
    for arguments, exit_code, code in (
        ((scene.keys,), 1, "issuer_needed"),
        ((scene.keys, "--iss", ISS + "/"), 1, "bad_issuer"),
        ((text, "--iss", ISS), 20, "bad_issuer_file"),
        ((scene.keys, "--iss", ISS, "--signature", text), 2, "usage"),
        ((scene.keys, "--iss", ISS, "--signature", text, "--certificate", text), 20, "bad_certificate"),
    ):
        assert code == scene.ana.hv("issuer", "add", *arguments, "--json", exit=exit_code).error["code"]
    assert "not_found" == scene.ana.hv("issuer", "remove", ISS, "--yes", "--json", exit=5).error["code"]
    assert before == scene.ana.ids()


@pytest.mark.skipif(not SHC.is_dir(), reason="shared vectors are not here")
def test_the_real_directory(ana: Person, lee: Person) -> None:
    """651 issuers, with its signature; then real cards, which are of none of them, and are known by name."""
    del lee
    snapshot = SHC / "directory" / "vci_snapshot"
    seal = ("--signature", f"{snapshot}.sig", "--certificate", f"{snapshot}.crt")
    told = ana.hv("issuer", "add", f"{snapshot}.json", *seal, "--json").object
    assert (651, "directory") == (told["issuers"], told["form"])
    other = SHC / "cards" / "neg-trailing.jws.txt"
    swapped = ana.hv("issuer", "add", f"{snapshot}.json", "--signature", other, *seal[2:], "--json", exit=20)
    assert "bad_signature" == swapped.error["code"]
    names = {one["name"] for one in ana.hv("issuer", "list", "--json").objects}
    assert "State of California" in names
    ana.hv("add", *sorted((SHC / "cards").iterdir()))
    assert "clinic-signed" not in {row["provenance"] for row in ana.hv("list", "--json").objects}
    keys = SHC / "jwks" / "spec-issuer.jwks.json"
    ana.hv("issuer", "add", keys, "--iss", "https://spec.smarthealth.cards/examples/issuer")
    found = {row["name"]: row["provenance"] for row in ana.hv("list", "--json").objects}
    assert "clinic-signed" == found["spec2024-example-00.smart-health-card"]
    assert not [name for name, rung in found.items() if name.startswith("neg-") and rung == "clinic-signed"]
