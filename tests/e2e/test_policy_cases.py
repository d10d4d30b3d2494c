# SPDX-License-Identifier: Apache-2.0
"""`hv can --json` on real vaults against a second evaluator: HV_TEST_CASES questions, fifty a vault."""

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from healthvault.cli.main import run
from tests import reference_consent
from tests.consents import ACTIONS, NAMES, Life, lived
from tests.vaults import NOW_MS

CASES = int(os.environ.get("HV_TEST_CASES", "100"))
A_VAULT = 50
WORDS = {"TREAT": "treatment", "HRESCH": "research", "FAMRQT": "family", "HPAYMT": "payment"}
DAYS = (-3, 0, 1, 3, 6, 89, 91)


def asked(life: Life, rng: random.Random) -> tuple[list[str], dict]:
    """Return the arguments of a question, and the same as the second evaluator takes it."""
    who, document = rng.choice([*NAMES, *NAMES, "code"]), rng.choice(life.documents)
    purpose, action = rng.choice([None, *WORDS]), rng.choice([None, *ACTIONS])
    day = f"{datetime.fromtimestamp(NOW_MS / 1000, UTC) + timedelta(days=rng.choice(DAYS)):%Y-%m-%d}"
    at_ms = int(datetime.fromisoformat(day).timestamp() * 1000)  # a day begins by the clock on the wall
    arguments = ["can", who, document.id, "--at", day, "--json"]
    arguments += ["--purpose", WORDS[purpose]] if purpose else []
    arguments += ["--action", action] if action else []
    words = life.words[document.id]
    ask = {"party": life.party(who), "document": words, "at": at_ms, "purpose": purpose, "action": action}
    return arguments, ask


@pytest.mark.parametrize("number", range(-(-CASES // A_VAULT)))
def test_the_command_decides_as_the_second_evaluator(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Allowed or not, by the same rule and the same grant, with the exit code that says so."""
    life, rng = lived(tmp_path, number), random.Random(number)
    key = tmp_path / "key"
    key.write_bytes(life.ana.secret.value)
    key.chmod(0o600)
    monkeypatch.setenv("HV_HOME", str(life.ana.place.root))
    monkeypatch.setenv("HV_STATE_HOME", str(life.ana.place.state_dir))
    monkeypatch.setenv("HV_KEY_FILE", str(key))
    for _ in range(min(A_VAULT, CASES)):
        arguments, ask = asked(life, rng)
        exit_code = run(arguments)
        answer = json.loads(capsys.readouterr().out)
        expected = reference_consent.decide(life.grants, ask)
        assert (arguments, *expected) == (arguments, answer["allowed"], answer["rule"], answer["grant"])
        assert exit_code == (0 if answer["allowed"] else 22)
