# SPDX-License-Identifier: Apache-2.0
"""The story of a trial: participant, sponsor, reviewer; consent, registration, data, lock, and three attacks."""

import json

from healthvault.cli.stage import Attack, Stage

__all__ = ["play"]

_STUDY = "DEMO-1"
_FORM = "Consent to study DEMO-1, version 2. May we use your data? May we keep your blood?\n"
_PROTOCOL = "Protocol of study DEMO-1. Primary endpoint: HbA1c at week 24.\n"
_SCORES = "subject,arm,hba1c\n01,a,6.9\n02,b,7.4\n03,a,6.7\n04,b,7.6\n"
_OPTIONS = "--option 'data:Use my data:yes' --option 'samples:Keep my blood:no'"


def play(stage: Stage) -> list[Attack]:
    """Tell the story and return its attacks."""
    stage.say(
        "Ana takes part in a study of Dr Lee's; Rita reviews it. Each makes a vault, and they exchange cards."
    )
    stage.enter(ana="Ana Silva", lee="Dr Lee", rita="Rita Review")
    for person, name, card in (("ana", "Dr Lee", "lee"), ("lee", "Ana", "ana"), ("rita", "Dr Lee", "lee")):
        stage.hv(person, f'contact add "{name}" {card}.hvcard --yes', quietly=True)
    stage.hv("lee", "contact add Rita rita.hvcard --yes", quietly=True)
    _may_she(stage)
    _consent(stage)
    _data(stage)
    attacks = [_changed_form(stage), _after_withdrawal(stage)]
    _reviewed(stage)
    return [*attacks, _changed_value(stage)]


def _may_she(stage: Stage) -> None:
    stage.say("Ana asks her own documents whether she may take part. Nobody learns that she did.")
    lab = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}], "text": "HbA1c"},
        "effectiveDateTime": "2024-01-15",
        "valueQuantity": {"value": 7.1, "unit": "%"},
    }
    asked = {
        "type": "lab",
        "name": "HbA1c of 6.5 % or more",
        "codes": ["loinc|4548-4"],
        "comparator": ">=",
        "value": "6.5",
        "unit": "%",
        "within_days": 90,
    }
    allergy = {"type": "allergy", "words": ["penicillin"]}
    criteria = [
        {"type": "age", "name": "Adult", "min": 18},
        asked,
        {"type": "not", "name": "No penicillin allergy", "of": allergy},
    ]
    stage.write("criteria.json", json.dumps({"version": 1, "study": _STUDY, "criteria": criteria}))
    stage.hv("ana", f"add {stage.write('hba1c.json', json.dumps(lab))}", quietly=True)
    stage.hv("ana", "id add birth-date 1975-05-01", quietly=True)
    stage.hv("ana", "trial eligible criteria.json --at 2024-02-01")


def _consent(stage: Stage) -> None:
    stage.say("She agrees, on exactly this form, and sends the consent. Dr Lee checks it and countersigns.")
    form = stage.write("form.txt", _FORM)
    about = f"--study {_STUDY} --version 2 --language en --explained-by 'Dr Lee' --date 2024-02-01"
    stage.hv("ana", f"trial consent {form} {about} {_OPTIONS} --yes")
    (consent,) = stage.ids("ana", "trial-consent.json")
    stage.hv("ana", f'share {consent} --to "Dr Lee" --purpose research -o consent.hvb --yes', quietly=True)
    stage.hv("lee", f"trial check-consent consent.hvb --form {form} --option data")
    stage.hv("lee", f"trial countersign consent.hvb --study {_STUDY} --form {form} -o signed.hva", quietly=True)
    stage.hv("lee", "import consent.hvb", quietly=True)
    stage.hv("ana", "import signed.hva", quietly=True)
    stage.hv("ana", "trial consents")


def _data(stage: Stage) -> None:
    stage.say("Dr Lee registers the protocol before there are data. Then Ana gives a record, and he keeps data.")
    protocol = stage.write("protocol.txt", _PROTOCOL)
    stage.hv("lee", f'trial register {_STUDY} {protocol} --title "A demo" --endpoint "HbA1c at week 24"')
    given = stage.write("week-4.csv", "week,hba1c\n4,6.9\n")
    stage.hv("ana", f"add {given} --date 2024-03-01", quietly=True)
    (record,) = stage.ids("ana", given)
    stage.hv("ana", f'trial contribute {_STUDY} {record} --to "Dr Lee" -o given.hvb --yes')
    stage.hv("lee", "open given.hvb -o from-ana", quietly=True)
    stage.hv("lee", f"trial add {_STUDY} from-ana/{given} --participant Ana --subject 01 --date 2024-03-01")
    stage.hv("lee", f"trial add {_STUDY} {stage.write('scores.csv', _SCORES)}")


def _changed_form(stage: Stage) -> Attack:
    stage.say("Attack 1: a form with another sentence is passed off as the one that Ana agreed to.")
    line = f"trial check-consent consent.hvb --form {stage.write('forged.txt', _FORM.replace('use', 'sell'))}"
    stage.hv("lee", line, expected=20)
    return Attack(name="a form that was changed", verdict=stage.code("lee", line), exit=20)


def _after_withdrawal(stage: Stage) -> Attack:
    stage.say("Ana withdraws from 1 June, and sends the withdrawal. Her consent stays in the history.")
    stage.hv("ana", f"trial withdraw {_STUDY} --from 2024-06-01 --yes")
    (withdrawal,) = stage.ids("ana", "trial-withdrawal.json")
    stage.hv("ana", f'share {withdrawal} --to "Dr Lee" --purpose research -o withdrawal.hvb --yes', quietly=True)
    stage.hv("lee", "import withdrawal.hvb", quietly=True)
    stage.hv("ana", "trial consents")
    stage.say("Attack 2: data of hers of a later day are to go into the study, on either side.")
    late = stage.write("week-20.csv", "week,hba1c\n20,6.5\n")
    stage.hv("lee", f"trial add {_STUDY} {late} --participant Ana --subject 01 --date 2024-07-01", expected=22)
    stage.hv("ana", f"add {late} --date 2024-07-01", quietly=True)
    (record,) = stage.ids("ana", late)
    stage.hv("ana", f'trial contribute {_STUDY} {record} --to "Dr Lee" -o late.hvb --yes', expected=22)
    return Attack(name="data of a day after the withdrawal", verdict="consent_withdrawn", exit=22)


def _reviewed(stage: Stage) -> None:
    stage.say(
        "Dr Lee locks the data before the analysis, and sends Rita all of it. She verifies, without trust in him."
    )
    stage.hv("lee", f"trial lock {_STUDY}")
    stage.hv("lee", f"trial bundle {_STUDY} --to Rita -o trial.hvb --yes", quietly=True)
    stage.hv("rita", "trial verify trial.hvb")


def _changed_value(stage: Stage) -> Attack:
    stage.say("Attack 3: after the lock one value is made better, in the files that the analysis is to run on.")
    stage.hv("rita", "open trial.hvb -o opened", quietly=True)
    scores = next((stage.folder / "opened").rglob("scores.csv"))
    scores.write_text(_SCORES.replace("7.4", "6.4"), encoding="utf-8")
    line = "trial verify trial.hvb --inputs opened"
    stage.hv("rita", line, expected=20)
    codes = [code for one in stage.objects("rita", line) for code in one.get("codes", ())]
    return Attack(name="a value changed after the lock", verdict=str(codes[0]), exit=20)
