# SPDX-License-Identifier: Apache-2.0
"""A maker, a pharmacy and a patient: each signs its leg, one leg is nobody's; and what is done to them."""

from copy import deepcopy
from pathlib import Path

import pytest
from people import Person, new_person
from test_cli_json import check

from tests.supply_events import OTHER_PHARMACY, PHARMACY, document, happened, legs, recall, unit

PACK = "(01)04012345098761(10)L1(21)1"


class Story:
    """Ana, the patient; the maker and the pharmacy, who sign; Eve, whom Ana knows as well."""

    def __init__(self, folder: Path) -> None:
        self.ana = new_person(folder / "ana", "Ana Silva")
        self.maker = new_person(folder / "maker", "Maker")
        self.pharmacy = new_person(folder / "pharmacy", "City Pharmacy")
        self.eve = new_person(folder / "eve", "Eve")
        for other in (self.maker, self.pharmacy, self.eve):
            self.ana.hv("contact", "add", other.home.name, other.home / "own.hvcard", "--yes")
            other.hv("contact", "add", "ana", self.ana.home / "own.hvcard", "--yes")

    def hand_over(self, sender: Person, name: str, events: list) -> Path:
        """Let somebody keep a leg and share it with Ana, and return the bundle."""
        (sender.home / name).write_bytes(document(events))
        (kept,) = sender.hv("add", name, "--json").objects
        out = sender.home / f"{name}.hvb"
        sender.hv("share", kept["id"], "--to", "ana", "--purpose", "treatment", "-o", out, "--yes")
        return out

    def trace(self, *more: object, exit_code: int = 0) -> dict:
        """Return what Ana's documents tell of her pack."""
        done = self.ana.hv("pack", "trace", *more, "--pack", PACK, "--json", exit=exit_code)
        check(done.objects, "pack_trace")
        return done.object


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Maker and pharmacy have handed over their legs; the wholesaler's is a file that came by mail."""
    story = Story(tmp_path_factory.mktemp("supply"))
    first, second, third = legs()
    story.ana.hv("import", story.hand_over(story.maker, "maker.jsonld", [*first, recall()]))
    story.ana.hv("import", story.hand_over(story.pharmacy, "pharmacy.jsonld", third))
    (story.ana.home / "wholesaler.jsonld").write_bytes(document(second))
    story.ana.hv("add", "wholesaler.jsonld")
    return story


def test_from_the_maker_to_the_patient(told: Story) -> None:
    """Complete, each step with who signed it, the wholesaler's by nobody; the recall is told."""
    found = told.trace()
    assert ("complete", ["recalled_lot"], "dispensed") == (found["verdict"], found["names"], found["state"])
    signed = [step["signed"] for step in found["steps"]]
    assert ["maker"] * 3 + ["unsigned"] * 4 + ["pharmacy"] * 4 == signed
    assert 4 == found["unsigned"]
    assert "says maker" in found["findings"][0]["detail"]
    assert all(step["hash"].startswith("ni:///sha-256;") for step in found["steps"])
    ids = {row["id"] for row in told.ana.hv("list", "--json").objects}
    assert {name for step in found["steps"] for name in step["documents"]} <= ids
    assert "cannot prove" not in found["proves"]
    assert "that the pack in your hand is this one" in found["does_not_prove"]


def test_rows_and_words(told: Story) -> None:
    """One pack step by step, several as a list; what it shows and what not stands on stderr."""
    one = told.ana.hv("pack", "trace", "--pack", PACK)
    rows = [line.split("\t") for line in one.out.splitlines()]
    assert 11 == sum(row[0] == "step" for row in rows)
    assert ["finding", "recalled_lot", "alert"] == rows[-1][:3]
    assert "It cannot show: that the pack in your hand is this one" in one.err
    assert "ask your pharmacy" in one.err
    every = told.ana.hv("pack", "trace")
    assert ["complete", "underway"] == [line.split("\t")[1] for line in every.out.splitlines()]


def test_files_need_no_vault(nobody: Person) -> None:
    """They are unsigned, whatever they say."""
    for number, events in enumerate(legs()):
        signed = [{**event, "signedBy": "Maker", "ext:signature": "yes"} for event in events]
        (nobody.home / f"{number}.jsonld").write_bytes(document(signed))
    found = nobody.hv("pack", "trace", "0.jsonld", "1.jsonld", "2.jsonld", "--pack", PACK, "--json").object
    assert ("complete", 11) == (found["verdict"], found["unsigned"])


def test_attack_a_leg_is_changed_on_the_way(told: Story) -> None:
    """One byte of the bundle: 20, and nothing of it is kept."""
    before = told.trace()
    bundle = told.hand_over(told.maker, "second.jsonld", legs()[0])
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    (told.ana.home / "changed.hvb").write_bytes(bytes(data))
    told.ana.hv("import", "changed.hvb", exit=20)
    assert before == told.trace()


def test_attack_a_file_of_somebody_says_otherwise(told: Story) -> None:
    """A forged leg beside the true ones is unsigned and named; an error that it declares voids nothing signed."""
    forged = happened("01-21T09:00", "dispensing", OTHER_PHARMACY, unit("1"))
    (told.ana.home / "forged.jsonld").write_bytes(document([forged]))
    ids = [row["id"] for row in told.ana.hv("list", "--json").objects]
    found = told.trace(*ids, "forged.jsonld", exit_code=21)
    assert ("broken", "unsigned") == (found["verdict"], found["steps"][-1]["signed"])
    (twice,) = [each for each in found["findings"] if each["name"] == "dispensed_twice"]
    assert ("forged.jsonld", "event[1]") == (twice["document"], twice["event"])

    void = {**legs()[2][3], "errorDeclaration": {"declarationTime": "2026-01-22T08:00:00Z"}}
    (told.ana.home / "void.jsonld").write_bytes(document([void]))
    found = told.trace(*ids, "void.jsonld")
    assert ("unknown", "dispensed", 11) == (found["verdict"], found["state"], len(found["steps"]))
    assert "error_by_other" in found["names"]


def test_attack_a_leg_signed_by_another(told: Story, tmp_path: Path) -> None:
    """Eve signs the pharmacy's leg with her own key: her name stands there; without a card nobody's does."""
    story = Story(tmp_path)
    first, second, third = legs()
    for sender, name, events in (
        (story.maker, "one.jsonld", first),
        (story.maker, "two.jsonld", second),
        (story.eve, "three.jsonld", third),
    ):
        story.ana.hv("import", story.hand_over(sender, name, events))
    assert ["maker"] * 7 + ["eve"] * 4 == [step["signed"] for step in story.trace()["steps"]]
    assert PHARMACY == story.trace()["steps"][-1]["place"]
    story.ana.hv("contact", "remove", "eve", "--yes")
    assert ["maker"] * 7 + ["unsigned"] * 4 == [step["signed"] for step in story.trace()["steps"]]
    assert told.trace()["unsigned"] == 4


def test_attested_by_the_pharmacy(tmp_path: Path) -> None:
    """What Ana added herself is unsigned until somebody attests it."""
    story = Story(tmp_path)
    (story.ana.home / "all.jsonld").write_bytes(document([event for leg in legs() for event in leg]))
    (kept,) = story.ana.hv("add", "all.jsonld", "--json").objects
    assert 11 == story.trace()["unsigned"]
    out = story.ana.home / "look.hvb"
    story.ana.hv("share", kept["id"], "--to", "pharmacy", "--purpose", "treatment", "-o", out, "--yes")
    story.pharmacy.hv("attest", out, "--statement", "as we dispensed it", "-o", "seen.hva")
    story.ana.hv("import", story.pharmacy.home / "seen.hva")
    found = story.trace()
    assert (0, {"attested"}) == (
        found["unsigned"],
        {each["how"] for step in found["steps"] for each in step["signers"]},
    )


def test_what_is_refused(told: Story, nobody: Person) -> None:
    """A malformed event with its file and place, no pack, nothing to trace; never a traceback."""
    broken = deepcopy(legs()[0])
    broken[1]["action"] = "CREATE"
    (nobody.home / "broken.jsonld").write_bytes(document(broken))
    (nobody.home / "good.jsonld").write_bytes(document(legs()[0]))
    refused = nobody.hv("pack", "trace", "good.jsonld", "broken.jsonld", "--json", exit=20)
    assert "bad_event" == refused.error["code"]
    assert "broken.jsonld: event[2]" in refused.error["message"]
    assert not refused.out
    told.ana.hv("pack", "trace", "--pack", "rubbish", exit=1)
    told.ana.hv("pack", "trace", "--pack", "(01)04012345098761(21)404", exit=5)
    nobody.hv("pack", "trace", exit=10)


def test_the_cold_chain(told: Story, nobody: Person) -> None:
    """A logger's file and a document of the vault: totals, gaps and what is not told."""
    times = [f"2026-01-08T{hour:02d}:{minute}:00Z" for hour in range(3) for minute in ("00", "30")]
    rows = ["time,temperature (CEL)", *(f"{time},5.0" for time in times)]
    (nobody.home / "log.csv").write_text("\n".join([*rows, "2026-01-08T03:00:00Z,8.4", "2026-01-08T05:00:00Z,5"]))
    done = nobody.hv("pack", "cold", "log.csv", "--min", "2", "--max", "8", "--json", exit=21)
    check(done.objects, "cold_chain")
    found = done.object
    times = tuple(found[name] // 60_000 for name in ("within_ms", "above_ms", "below_ms", "unknown_ms"))
    assert ((180, 0, 0, 120), "outside") == (times, found["verdict"])
    assert [("above", "8.4 CEL", True)] == [
        (one["side"], one["extreme"], one["open"]) for one in found["excursions"]
    ]
    (nobody.home / "bare.csv").write_text("time,temperature\n2026-01-08 00:00,5\n2026-01-08 00:10,5\n")
    assert (
        2
        == nobody.hv("pack", "cold", "bare.csv", "--min", "2", "--max", "8", "--json", exit=21).object["unplaced"]
    )
    nobody.hv("pack", "cold", "bare.csv", "--min=2", "--max=8", "--unit=CEL", "--zone=+99:99", exit=1)
    known = nobody.hv("pack", "cold", "bare.csv", "--min=2", "--max=8", "--unit=CEL", "--zone=UTC")
    assert "10 min in range, 0 min above" in known.err
    assert "nothing here watches anything as it happens" in known.err
    nobody.hv("pack", "cold", "bare.csv", "--min", "8", "--max", "2", exit=1)
    nobody.hv("pack", "cold", "bare.csv", "--min", "two", "--max", "8", exit=1)

    report = {"type": "Temperature", "minValue": 2.9, "maxValue": 7.4, "uom": "CEL"}
    about = {"startTime": "2026-01-08T10:00:00Z", "endTime": "2026-01-09T08:00:00Z"}
    sensed = {**legs()[2][0], "sensorElementList": [{"sensorMetadata": about, "sensorReport": [report]}]}
    told.ana.hv("import", told.hand_over(told.pharmacy, "sensed.jsonld", [sensed]))
    (kept,) = [row["id"] for row in told.ana.hv("list", "--json").objects if row["name"] == "sensed.jsonld"]
    within = told.ana.hv("pack", "cold", kept, "--min", "2", "--max", "8", "--json").object
    assert ("within", "pharmacy", 22 * 3_600_000) == (within["verdict"], within["signed"], within["within_ms"])
    assert ["https://id.gs1.org/00/095213210000000179"] == within["things"]
    told.ana.hv("retract", kept, "--reason", "a test")
