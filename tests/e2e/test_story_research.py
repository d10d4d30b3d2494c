# SPDX-License-Identifier: Apache-2.0
"""A patient in two studies, whose researchers compare notes and cannot tell; then what is tried against her.

All of it with the installed `hv`, by three people who each have a vault.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from people import Person, known_person, new_person
from test_cli_json import check

NAMES = ("Ana", "Silva", "Porto", "MRN-4711", "4711", "tired", "Dr Lee", "Ferritin", "lab-march")
OBSERVATION = {
    "resourceType": "Observation",
    "id": "obs-4711",
    "status": "final",
    "code": {
        "coding": [{"system": "http://loinc.org", "code": "2276-4", "display": "Ferritin"}],
        "text": "Ferritin",
    },
    "subject": {"reference": "Patient/MRN-4711", "display": "Ana Silva"},
    "effectiveDateTime": "2026-03-01T09:30:00Z",
    "valueQuantity": {"value": 12.3, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"},
    "note": [{"text": "Ana Silva feels tired"}],
    "performer": [{"display": "Dr Lee, Porto"}],
}
EXPORT = ("--study", "NCT1", "--duo", "HMB", "--to", "Rita", "--yes", "--json")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana with two results, Rita and Sam with a study each."""
    home = tmp_path_factory.mktemp("scene")
    ana, rita, sam = (new_person(home / who, name) for who, name in PEOPLE.items())
    for name, person in (("Rita", rita), ("Sam", sam)):
        ana.hv("contact", "add", name, person.home / "own.hvcard", "--yes")
    (ana.home / "lab-march.json").write_text(json.dumps(OBSERVATION))
    (ana.home / "lab-june.json").write_text(json.dumps({**OBSERVATION, "effectiveDateTime": "2026-06-01"}))
    ana.hv("add", "lab-march.json", "lab-june.json")
    ana.hv("id", "add", "birth-date", "1974-05-01")
    ana.hv("id", "add", "sex", "female")
    return home


PEOPLE = {"ana": "Ana Silva", "rita": "Rita Reis", "sam": "Sam Sousa"}


@pytest.fixture
def people(scene: Path, tmp_path: Path) -> tuple[Person, Person, Person]:
    """A copy of the scene for one test."""
    shutil.copytree(scene, tmp_path / "scene", symlinks=True)
    ana, rita, sam = (known_person(tmp_path / "scene" / who) for who in PEOPLE)
    return ana, rita, sam


def tokens(folder: Path) -> set[str]:
    """Return every word and number of what a researcher got, but the words of the format."""
    records = map(json.loads, (folder / "records.ndjson").read_text().splitlines())
    found = [{name: each for name, each in one.items() if name not in {"type", "schema"}} for one in records]
    return {str(each) for one in [*found, json.loads((folder / "study.json").read_text())] for each in leaves(one)}


def leaves(value: object) -> Iterator[object]:
    """Yield what stands at the ends of a JSON value; keys are words of the format."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
    for each in inner or ():
        yield from leaves(each)


SAID_IN_BOTH = {
    *(
        "http://loinc.org",
        "2276-4",
        "12.3",
        "ng/mL",
        "final",
        "lab",
        "Observation",
        "Person",
        "female",
        "1970-1979",
    ),
    *("code", "value", "status", "date", "until", "category", "sex", "birth-decade"),
    *("DUO:0000006", "health or medical or biomedical research", "None", "1", "3", "4"),
    "each day is moved by the same number of days, which is not told",
    "pseudonymised, not anonymous",
}
"""Words of the format, of terminologies and terms, and what the records are about."""


def test_two_researchers_compare_notes(people: tuple[Person, Person, Person]) -> None:
    """They hold the same results of the same person, and no word that would tell them so but the results."""
    ana, rita, sam = people
    for who, study, until, person in (("Rita", "NCT1", "300d", rita), ("Sam", "NCT2", "200d", sam)):
        done = ana.hv(
            *("research", "export", "--category", "lab", "--study", study, "--duo", "HMB", "--to", who),
            *("--until", until, "-o", f"{study}.hvx", "--yes", "--json"),
        )
        check([done.object], "research_export")
        assert (3, 3) == (done.object["records"], done.object["new_records"])
        assert "small cell" in done.err
        shutil.copy(ana.home / f"{study}.hvx", person.home / "mine.hvx")
        opened = person.hv("research", "open", "mine.hvx", "-o", "data", "--json").object
        check([opened], "research_verification")
        assert ["pass", "pass", "pass", "unknown", "pass", "unknown"] == [
            each["result"] for each in opened["verdicts"]
        ]
        text = "".join(path.read_text() for path in (person.home / "data").iterdir())
        assert [] == [name for name in NAMES if name in text]
        assert [] == [one for one in (*ana.ids(), done.object["grant"], done.object["share"]) if one in text]
    assert tokens(rita.home / "data") & tokens(sam.home / "data") <= SAID_IN_BOTH
    assert 24 == sam.run("research", "verify", rita.home / "mine.hvx").exit
    rows = ana.hv("research", "list", "--json").objects
    check(rows, "research_study", "research_study")
    assert {"NCT1", "NCT2"} == {row["study"] for row in rows}
    assert 2 == len({row["pseudonym"] for row in rows})
    assert "went to another study" in ana.hv("research", "export", ana.ids()[0], *EXPORT, "-o", "again.hvx").err


def test_what_keys_cannot_hide(people: tuple[Person, Person, Person]) -> None:
    """The limit that is stated: values, and the days between them, are the same in both."""
    ana, rita, sam = people
    spans = []
    for who, study, person in (("Rita", "NCT1", rita), ("Sam", "NCT2", sam)):
        ana.hv(
            *("research", "export", "--category", "lab", "--study", study, "--duo", "HMB", "--to", who),
            *("-o", f"{study}.hvx", "--yes"),
        )
        person.hv("research", "open", ana.home / f"{study}.hvx", "-o", "data")
        lines = (person.home / "data" / "records.ndjson").read_text().splitlines()
        days = sorted(found["date"] for found in map(json.loads, lines) if "date" in found)
        spans.append(days)
    assert not {*spans[0]} & {*spans[1]}
    assert _days_between(spans[0]) == _days_between(spans[1]) == 92


def _days_between(days: list[str]) -> int:
    first, last = map(date.fromisoformat, days)
    return (last - first).days


def test_a_study_that_goes_on_and_ends(people: tuple[Person, Person, Person]) -> None:
    """Rita follows one pseudonym over time, until its notice says that it is over."""
    ana, rita, _ = people
    june, march = ana.hv("list", "--json").objects[:2]
    ana.hv("research", "export", march["id"], *EXPORT, "-o", "march.hvx")
    ana.hv("research", "export", march["id"], june["id"], *EXPORT, "-o", "june.hvx")
    march_file, june_file = ana.home / "march.hvx", ana.home / "june.hvx"
    both = rita.hv("research", "verify", june_file, "--earlier", march_file, "--json").object
    assert "pass" == both["verdicts"][3]["result"]
    assert ["rollback"] == rita.hv(
        "research", "verify", march_file, "--earlier", june_file, "--json", exit=23
    ).object["codes"]
    ended = ana.hv("research", "withdraw", "NCT1", "-o", "notice.hvw", "--yes", "--json").object
    check([ended], "research_withdrawal")
    assert {"revoked"} == {row["status"] for row in ana.hv("grants", "--json").objects}
    notice = ana.home / "notice.hvw"
    told = rita.hv("research", "verify", june_file, notice, exit=22)
    assert "cannot be recalled" in told.out
    refused = rita.hv("research", "open", june_file, notice, "-o", "data", "--json", exit=22)
    assert "study_withdrawn" == refused.error["code"]
    assert not (rita.home / "data").exists()
    rita.hv("research", "open", june_file, notice, "-o", "data", "--accept", "study_withdrawn", "--json", exit=0)
    refused = ana.hv("research", "export", june["id"], *EXPORT, "-o", "late.hvx", exit=22)
    assert "study_withdrawn" == refused.error["code"]
    assert not (ana.home / "late.hvx").exists()
    again = ana.hv("research", "withdraw", "NCT1", "-o", "again.hvw", "--yes")
    assert "cannot be recalled" in again.err
    assert notice.read_bytes() == (ana.home / "again.hvw").read_bytes()
    assert ana.hv("check", "--deep", "--json").object["ok"]


def test_what_is_tried_against_her(people: tuple[Person, Person, Person]) -> None:
    """An altered export, one that somebody else made, a forged notice, and the notice of another study."""
    ana, rita, sam = people
    ids = ana.ids()
    ana.hv("research", "export", ids[0], *EXPORT, "-o", "one.hvx")
    mine = ana.home / "one.hvx"
    data = bytearray(mine.read_bytes())
    data[len(data) // 2] ^= 1
    (rita.home / "altered.hvx").write_bytes(data)
    altered = rita.hv("research", "verify", "altered.hvx", "--json", exit=20).object
    assert (["tampered"], "fail", None) == (
        altered["codes"],
        altered["verdicts"][0]["result"],
        altered["pseudonym"],
    )
    assert "tampered" == rita.hv("research", "open", "altered.hvx", "-o", "x", "--json", exit=20).error["code"]

    (sam.home / "lab.json").write_text(json.dumps(OBSERVATION))
    sam.hv("add", "lab.json")
    sam.hv("contact", "add", "Rita", rita.home / "own.hvcard", "--yes")
    sam.hv("research", "export", sam.ids()[0], *EXPORT, "-o", "forged.hvx")
    forged = rita.hv("research", "verify", sam.home / "forged.hvx", "--earlier", mine, "--json", exit=21).object
    assert ["unconnected"] == forged["codes"]

    sam.hv("research", "withdraw", "NCT1", "-o", "forged.hvw", "--yes")
    told = rita.hv("research", "verify", mine, sam.home / "forged.hvw", "--json", exit=20).object
    assert (["bad_signature"], None) == (told["codes"], told["withdrawn"])
    ana.hv("research", "withdraw", "NCT1", "-o", "real.hvw", "--yes")
    text = (ana.home / "real.hvw").read_text()
    moment = next(line for line in text.splitlines() if line.endswith("Z"))
    (rita.home / "later.hvw").write_text(text.replace(moment, "2031-01-01T00:00:00Z"))
    assert ["bad_signature"] == rita.hv("research", "verify", mine, "later.hvw", "--json", exit=20).object["codes"]


def test_a_study_is_forgotten(people: tuple[Person, Person, Person]) -> None:
    """Nothing in the vault says the pseudonym any more; the next export has another."""
    ana, rita, _ = people
    first = ana.hv("research", "export", ana.ids()[0], *EXPORT, "-o", "1.hvx").object
    ana.hv("research", "export", "--category", "lab", *EXPORT, "-o", "2.hvx")
    forgotten = ana.hv("research", "forget", "NCT1", "--yes", "--json").object
    check([forgotten], "research_forgotten")
    assert 2 == len(forgotten["documents"])
    assert [] == ana.hv("research", "list", "--json").objects
    documents = [row for row in ana.hv("list", "--json").objects if row["status"] == "current"]
    second = ana.hv("research", "export", documents[0]["id"], *EXPORT, "-o", "3.hvx").object
    assert first["pseudonym"] != second["pseudonym"]
    assert ["unconnected"] == rita.hv(
        "research", "verify", ana.home / "3.hvx", "--earlier", ana.home / "1.hvx", "--json", exit=21
    ).object["codes"]
    assert ana.hv("check", "--deep", "--json").object["ok"]


@pytest.mark.parametrize(
    "words",
    [
        "export --study NCT1 --to Rita -o a.hvx",
        "export d_2222 --study NCT1 --duo XYZ --to Rita -o a.hvx",
        "export d_2222 --study NCT1 --duo PUB --to Rita -o a.hvx",
        "export d_2222 --study NCT1 --duo DS --to Rita -o a.hvx",
        "export d_2222 --study NCT1 --duo GRU -o a.hvx",
        "export d_2222 --study NCT1 --duo GRU --to Rita --grant g_2222 -o a.hvx",
        "export d_2222 --study NCT1 --duo GRU --grant g_2222 --until 30d -o a.hvx",
        "export d_2222 --study NCT1 --duo GRU --to Rita -o -",
        "export d_2222 --study NCT1 --duo GRU --to Rita --field name -o a.hvx",
        "export --study NCT1 --duo GRU --to Rita -o a.hvx",
        "withdraw NCT1",
        "open a.hvx",
    ],
)
def test_wrong_usage(scene: Path, words: str) -> None:
    """Is said before anything is written."""
    assert "usage" == known_person(scene / "ana").hv("research", *words.split(), "--json", exit=2).error["code"]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        ("export d_2222 --study NCT1 --duo GRU --to Rita -o a.hvx --yes", 5, "not_found"),
        ("export --category lab --study a_b! --duo GRU --to Rita -o a.hvx --yes", 1, "bad_text"),
        ("export --category lab --study NCT1 --duo GRU --to Nobody -o a.hvx --yes", 5, "not_found"),
        ("export --category lab --study NCT1 --duo GRU --to Rita -o a.hvx", 4, "no_terminal"),
        ("export --category lab --study NCT1 --duo GRU --to Rita -o lab-march.json --yes", 1, "unsafe_output"),
        ("export --category lab --study NCT1 --duo GRU --grant g_2222 -o a.hvx --yes", 5, "not_found"),
        ("withdraw NCT9 -o a.hvw --yes", 5, "not_found"),
        ("forget NCT9 --yes", 5, "not_found"),
        ("verify missing.hvx", 1, "unreadable"),
    ],
)
def test_refusals(scene: Path, words: str, exit_code: int, code: str) -> None:
    """Each by its name; nothing is changed, and nothing is left behind."""
    ana = known_person(scene / "ana")
    before = ana.hv("status", "--json").object["entries"]
    assert code == ana.hv("research", *words.split(), "--json", exit=exit_code).error["code"]
    assert before == ana.hv("status", "--json").object["entries"]
    assert not [*ana.home.glob("*.hvx"), *ana.home.glob("*.partial")]
