# SPDX-License-Identifier: Apache-2.0
"""The story of a prescription: a doctor, a patient, a pharmacist, the list of medicines, a pack, six attacks."""

from importlib.util import find_spec

from healthvault.cli.stage import Attack, Stage, unexpected

__all__ = ["play"]

_DRUG = "Ramipril 5 mg"
_PACK = "(01)09506000134352(21)SN4711(17)280131(10)LOT7"
_RECALLS = """gtin,lot,reason,date,source
09506000134352,LOT7,glass particles,2026-05-04,Synthetic Agency
"""
_TERMS = "--purpose treatment --until 30d --yes"


def play(stage: Stage) -> list[Attack]:
    """Tell the story and return its attacks."""
    stage.say("Ana, a patient, Dr Lee and Kim, a pharmacist, each make a vault and pin each other's cards.")
    stage.enter(ana="Ana Silva", lee="Dr Lee", kim="Kim Pharmacy")
    _meet(stage)
    prescription = _prescribed(stage)
    dispensed = _dispensed(stage)
    _listed(stage)
    return [
        _never_signed(stage),
        _altered(stage),
        _fetched_twice(stage, prescription),
        _after_the_stop(stage, prescription, dispensed),
        *_copied_and_recalled(stage),
    ]


def _meet(stage: Stage) -> None:
    names = {"ana": "Ana", "lee": "Dr Lee", "kim": "Kim Pharmacy"}
    for person in names:
        for other, name in names.items():
            if other != person:
                stage.hv(person, f'contact add "{name}" {other}.hvcard --yes', quietly=True)


def _prescribed(stage: Stage) -> str:
    stage.say("Dr Lee writes a prescription in a vault of his own, and shares it with Ana, who may pass it on.")
    stage.hv(
        "lee",
        f'rx add "{_DRUG}" --patient "Ana Silva" --prescriber "Dr Lee" --dose "1 in the morning" --date 2026-03-01'
        ' --valid-until 2026-08-31 --repeats 1 --quantity "30 tablets" --days 30',
    )
    (id_text,) = stage.ids("lee", "prescription.json")
    stage.hv("lee", f"share {id_text} --to Ana {_TERMS} --action view --action keep --action forward -o rx.hvb")
    stage.hv("ana", "import rx.hvb")
    stage.say("It is known to be his because it came in a bundle that his key signed, not because it says so.")
    stage.hv("ana", "rx list")
    return stage.words("ana", "rx list", "id")[0][:10]


def _dispensed(stage: Stage) -> str:
    (id_text,) = stage.ids("ana", "prescription.json")
    stage.say("Ana hands it on to Kim, who sees that it came from Dr Lee's vault, by way of hers.")
    stage.hv("ana", f'share {id_text} --to "Kim Pharmacy" {_TERMS} -o to-kim.hvb')
    stage.hv("kim", "import to-kim.hvb")
    stage.hv("kim", "rx list")
    stage.say("Kim dispenses, records it with what the scanner read on the pack, and shares the record with Ana.")
    (at_kim,) = stage.ids("kim", "prescription.json")
    stage.hv(
        "kim",
        f'rx dispense {at_kim} --date 2026-03-02 --quantity "30 tablets" --days 30 --by "Kim Pharmacy"'
        f' --pack "{_PACK}"',
    )
    (record,) = stage.ids("kim", "dispense.json")
    stage.hv("kim", f"share {record} --to Ana {_TERMS} -o dispensed.hvb")
    stage.hv("ana", "import dispensed.hvb")
    return record


def _listed(stage: Stage) -> None:
    stage.say("Her list, on a day before, while she takes it, and when the prescription had expired.")
    for day in ("2026-02-01", "2026-03-15", "2026-09-15"):
        stage.hv("ana", f"meds --at {day}")
    if stage.words("ana", "meds --at 2026-03-15", "status") != ["active"]:
        raise unexpected("the medicine is not active while its supply lasts")


def _never_signed(stage: Stage) -> Attack:
    stage.say('Attack 1: somebody types a prescription that says "Dr Lee".')
    stage.hv("ana", 'rx add "Oxycodone 10 mg" --prescriber "Dr Lee" --date 2026-03-03 --repeats 9')
    typed = stage.objects("ana", "rx list")[0]
    if typed["medicine"] != "Oxycodone 10 mg" or typed["prescriber_signed"] or typed["signed_by"]:
        raise unexpected("what was typed is shown as signed")
    return Attack(name="a prescription that only names a doctor", verdict="not signed by anybody you know", exit=0)


def _altered(stage: Stage) -> Attack:
    stage.say("Attack 2: the bundle with the prescription is altered on its way to Kim.")
    data = bytearray((stage.folder / "to-kim.hvb").read_bytes())
    data[-40] ^= 1
    stage.write("altered.hvb", bytes(data))
    stage.hv("kim", "import altered.hvb", expected=20)
    verdict = stage.code("kim", "verify altered.hvb")
    return Attack(name="a prescription altered on the way", verdict=verdict, exit=20)


def _fetched_twice(stage: Stage, prescription: str) -> Attack:
    stage.say("Attack 3: the same supply is fetched again three days later, in another pharmacy.")
    stage.hv("ana", f'rx dispense {prescription} --date 2026-03-05 --days 30 --by "Other Pharmacy"')
    stage.hv("ana", "rx check")
    return _found(stage, "double_dispense", "a supply fetched twice")


def _after_the_stop(stage: Stage, prescription: str, dispensed: str) -> Attack:
    stage.say("Attack 4: Dr Lee stopped it because of a cough; a pack is handed over all the same.")
    stage.hv("ana", f"rx stop {prescription} --on 2026-04-01 --reason cough")
    stage.hv("ana", f'rx dispense {prescription} --date 2026-04-20 --days 30 --by "Kim Pharmacy" --pack "{_PACK}"')
    stage.hv("ana", "meds --at 2026-04-30")
    if "same_pack_twice" not in stage.words("ana", "rx check", "code"):
        raise unexpected(f"the pack of {dispensed} was handed over twice, and nothing says so")
    return _found(stage, "dispensed_after_stop", "a stopped medicine handed over")


def _copied_and_recalled(stage: Stage) -> list[Attack]:
    """Scan the pack, which takes the extra `gs1`."""
    if find_spec("biip") is None:
        stage.say("With `pip install 'healthvault[gs1]'`, Ana would scan her pack too: whether it is recalled.")
        return []
    stage.say("Attack 5: somebody copied the code of Kim's pack onto another box. Nobody can tell from the code.")
    stage.hv("kim", f'pack scan "{_PACK}"')
    stage.hv("ana", f'pack scan "{_PACK}"')
    (verdict,) = stage.words("ana", f'pack scan "{_PACK}"', "verdict")
    stage.say("A list of recalls names the lot: from then on a scan says so, and taking it in says whom it hits.")
    stage.write("recalls.csv", _RECALLS)
    stage.hv("ana", "pack recall recalls.csv")
    stage.hv("ana", f'pack scan "{_PACK}"', expected=20)
    return [
        Attack(name="a copied code on a pack", verdict=verdict, exit=0),
        Attack(name="a pack of a recalled lot", verdict="recalled", exit=20),
    ]


def _found(stage: Stage, code: str, name: str) -> Attack:
    found = [each["code"] for each in stage.objects("ana", "rx check") if each["result"] == "found"]
    if code not in found:
        raise unexpected(f"hv rx check does not say {code}")
    return Attack(name=name, verdict=code, exit=0)
