# SPDX-License-Identifier: Apache-2.0
"""The story of a visit: a patient, her doctor, three records, consent, and two attacks."""

import shutil

from healthvault.cli.demo_records import write_records
from healthvault.cli.stage import Attack, Stage, unexpected

__all__ = ["play"]


def play(stage: Stage) -> list[Attack]:
    """Tell the story and return its attacks."""
    stage.say("Ana, a patient, and Dr Lee, her doctor, each make a vault and exchange cards.")
    stage.enter(ana="Ana Silva", lee="Dr Lee")
    stage.hv("ana", 'contact add "Dr Lee" lee.hvcard --yes')
    stage.say("Ana keeps three records. They are encrypted, signed and linked in her journal.")
    stage.hv("ana", f"add {' '.join(write_records(stage.folder))} --tag 2026")
    stage.hv("ana", "list")
    shutil.copytree(stage.folder / "ana", stage.folder / "ana-rewritten")
    stage.say("She shares two of them for treatment, for 30 days. Dr Lee has not pinned her card yet: 21.")
    shared = " ".join(stage.ids("ana", "ferritin.json", "letter.txt"))
    stage.hv("ana", f'share {shared} --to "Dr Lee" --purpose treatment --until 30d -o visit.hvb --yes')
    stage.hv("lee", "verify visit.hvb", expected=21)
    stage.say("They compare the 12 words by voice; Dr Lee pins the card, and verifies and opens the bundle.")
    stage.hv("lee", "contact add Ana ana.hvcard --yes")
    stage.hv("lee", "verify visit.hvb")
    stage.hv("lee", "open visit.hvb -o from-ana")
    _check_same(stage, "ferritin.json", "letter.txt")
    stage.say("Ana ends the grant. What Dr Lee holds already stays readable, and hv says so.")
    stage.hv("ana", f"revoke {str(stage.objects('ana', 'grants')[0]['id'])[:10]}")
    return [_changed_on_the_way(stage), _rewritten(stage)]


def _check_same(stage: Stage, *names: str) -> None:
    for name in names:
        if (stage.folder / name).read_bytes() != (stage.folder / "from-ana" / name).read_bytes():
            raise unexpected(f"{name} is not what Ana added")
    stage.say("Both documents are byte for byte what Ana added.")


def _changed_on_the_way(stage: Stage) -> Attack:
    stage.say("Attack 1: somebody changes one byte of the bundle in the mail.")
    data = bytearray((stage.folder / "visit.hvb").read_bytes())
    data[len(data) // 2] ^= 1
    stage.hv("lee", f"verify {stage.write('changed.hvb', bytes(data))}", expected=20)
    return Attack(name="a byte changed on the way", verdict=stage.code("lee", "verify changed.hvb"), exit=20)


def _rewritten(stage: Stage) -> Attack:
    stage.say("Attack 2: the vault is rewritten from an old copy, without the low ferritin, and shared again.")
    (letter,) = stage.ids("ana", "letter.txt")
    stage.hv("ana-rewritten", f'share {letter} --to "Dr Lee" --purpose treatment -o rewritten.hvb --yes')
    stage.hv("lee", "verify rewritten.hvb", expected=23)
    verdict = stage.code("lee", "verify rewritten.hvb")
    return Attack(name="a history rewritten by its owner", verdict=verdict, exit=23)
