# SPDX-License-Identifier: Apache-2.0
"""The story of claims: a visit that is billed twice, one that never was, a dispute, and two attacks."""

import json

from healthvault.cli.stage import Attack, Stage, unexpected

__all__ = ["play"]

_CLINIC, _INSURER = "Lakeside Family Practice", "Sun Insurance"
_VISITS = ("2026-02-03", "2026-03-10", "2026-04-21")
_BILLED = (("4701", "2026-02-03"), ("4711", "2026-03-10"), ("4712", "2026-03-10"), ("4720", "2026-04-02"))
"""4712 is 4711 again; on 2 April Ana saw nobody."""


def play(stage: Stage) -> list[Attack]:
    """Tell the story and return its attacks."""
    stage.say("Ana has three visits on record, and four explanations of benefits from Sun Insurance.")
    stage.enter(ana="Ana Silva", sun=_INSURER)
    stage.hv("ana", f'contact add "{_INSURER}" sun.hvcard --yes', quietly=True)
    stage.hv("sun", "contact add Ana ana.hvcard --yes", quietly=True)
    visits = [stage.write(f"visit-{day}.json", json.dumps(_visit(day))) for day in _VISITS]
    papers = [stage.write(f"eob-{number}.json", json.dumps(_explanation(number, day))) for number, day in _BILLED]
    stage.hv("ana", f"add {' '.join([*visits, *papers])}", quietly=True)
    stage.hv("ana", "claims list")
    stage.say("What was billed, paid, and left to her: exact, and each claim once.")
    stage.hv("ana", "claims totals --year 2026")
    stage.say("Two of the four are odd: one is billed twice, one tells of a visit that she never made.")
    stage.hv("ana", "claims check")
    found = {(str(row["rule"]), str(row["claim"])) for row in stage.objects("ana", "claims check")}
    if found != {("duplicate", "4712"), ("phantom", "4720")}:
        raise unexpected(f"hv claims check found {sorted(found)}")
    stage.say(
        "She disputes the visit that never was. The bundle holds its explanation and her statement, no more."
    )
    why = "I was abroad that week"
    stage.hv("ana", f'claims dispute 4720 --to "{_INSURER}" --reason "{why}" -o dispute.hvb --yes')
    stage.hv("sun", "verify dispute.hvb")
    stage.hv("sun", "open dispute.hvb -o from-ana")
    names = sorted(path.name for path in (stage.folder / "from-ana").iterdir())
    if names != ["claim-dispute.json", "eob-4720.json"]:
        raise unexpected(f"the bundle holds {names}")
    return [_changed(stage), _forged(stage)]


def _changed(stage: Stage) -> Attack:
    stage.say("Attack 1: an explanation in the bundle is changed on its way.")
    data = bytearray((stage.folder / "dispute.hvb").read_bytes())
    data[-200] ^= 1
    stage.hv("sun", f"verify {stage.write('changed.hvb', bytes(data))}", expected=20)
    return Attack(
        name="an explanation changed in the bundle", verdict=stage.code("sun", "verify changed.hvb"), exit=20
    )


def _forged(stage: Stage) -> Attack:
    stage.say("Attack 2: Ana types an explanation of her own, of a large bill left to her, and disputes that.")
    forged = _explanation("4799", "2026-03-10", billed="999.00", paid="0.00", patient="999.00")
    stage.hv("ana", f"add {stage.write('eob-4799.json', json.dumps(forged))}", quietly=True)
    stage.hv("ana", f'claims dispute 4799 --to "{_INSURER}" --reason "Pay me" -o forged.hvb --yes', quietly=True)
    stage.hv("sun", "verify forged.hvb")
    (verification,) = stage.objects("sun", "verify forged.hvb")
    if any(document["issuer"] for document in verification["documents"]):
        raise unexpected("an explanation that Ana typed is shown as issued")
    stage.say("It is Ana's signature that holds, and hers alone: no document in it is shown as issued by anybody.")
    return Attack(name="an explanation that the patient typed", verdict="issuer: none", exit=0)


def _visit(day: str) -> dict[str, object]:
    return {
        "resourceType": "Encounter",
        "id": f"visit-{day}",
        "status": "finished",
        "class": {"code": "AMB"},
        "period": {"start": f"{day}T10:00:00Z", "end": f"{day}T10:20:00Z"},
        "serviceProvider": {"display": _CLINIC},
    }


def _explanation(
    number: str, day: str, *, billed: str = "120.00", paid: str = "90.00", patient: str = "30.00"
) -> dict[str, object]:
    amounts = {"submitted": billed, "eligible": billed, "benefit": paid, "memberliability": patient}
    told = [
        {"category": {"coding": [{"code": name}]}, "amount": {"value": float(amount), "currency": "EUR"}}
        for name, amount in amounts.items()
    ]
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": number,
        "status": "active",
        "use": "claim",
        "outcome": "complete",
        "created": day,
        "insurer": {"display": _INSURER},
        "provider": {"display": _CLINIC},
        "item": [
            {
                "sequence": 1,
                "servicedDate": day,
                "productOrService": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "99213"}]},
                "net": {"value": float(billed), "currency": "EUR"},
                "adjudication": told[1:],
            }
        ],
        "total": told,
    }
