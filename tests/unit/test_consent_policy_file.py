# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.policy_file and vault.policies: table tests of consent."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from healthvault.consent.policy_file import parse_policy
from healthvault.errors import InvalidRequest
from healthvault.vault.policies import Outcome, run_policy
from tests import vaults
from tests.vaults import NOW_MS

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "policy.json"
LEE = {"who": "Dr Lee", "what": "blood", "purpose": "treatment"}
FILE = {
    "type": "policy",
    "schema": 1,
    "at": "2026-11-20",
    "contacts": ["Dr Lee", "Rita"],
    "documents": [
        {"id": "blood", "category": "lab"},
        {"id": "mri", "category": "imaging", "type": "dicom", "tags": ["private"]},
        {"id": "gene", "category": "lab", "sensitivity": ["genetics"]},
    ],
    "grants": [
        {
            "id": "visit",
            "to": ["Dr Lee"],
            "records": ["blood", "mri", "gene"],
            "from": "2026-11-01",
            "until": "2026-11-30",
            "deny": ["tag:private"],
        },
        {
            "id": "study",
            "to": ["code"],
            "records": ["gene"],
            "purpose": ["research"],
            "actions": ["view"],
            "sensitivity": ["genetics"],
            "max_shares": 2,
            "shares": 1,
            "needs": 1,
            "approvers": ["Rita"],
            "approved": ["Rita"],
        },
        {"id": "old", "to": ["Rita"], "records": ["blood"], "status": "revoked"},
    ],
    "tests": [
        {**LEE, "expect": "allowed", "rule": "granted", "grant": "visit"},
        {**LEE, "expect": "allowed", "at": "2026-11-30T23:59:59Z"},
        {**LEE, "expect": "denied", "rule": "grant_expired", "at": "2026-12-01"},
        {**LEE, "what": "mri", "expect": "denied", "rule": "denied_by_rule"},
        {**LEE, "what": "gene", "expect": "denied", "rule": "sensitivity_not_named"},
        {"who": "code", "what": "gene", "purpose": "research", "action": "view", "expect": "allowed"},
        {"who": "Rita", "what": "blood", "expect": "denied", "rule": "grant_revoked", "grant": "old"},
        {"who": "Rita", "what": "gene", "expect": "denied", "rule": "no_grant"},
        {"who": "Nobody", "what": "gene", "expect": "denied", "rule": "not_found"},
    ],
}


def outcomes(value: object) -> list[Outcome]:
    """Run a file that has a world of its own."""
    return list(run_policy(parse_policy(value), None, now_ms=0))


def test_a_world_of_its_own() -> None:
    """Each row is as expected, and the file is as the schema says."""
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(FILE)
    assert [] == [(one.row.number, one.got) for one in outcomes(FILE) if not one.passed]


def test_a_row_that_is_not_as_expected_says_so() -> None:
    """With the rule and the grant where the row names them."""
    tests = [
        {**LEE, "expect": "denied"},
        {**LEE, "expect": "allowed", "grant": "study"},
        {**LEE, "what": "mri", "expect": "denied", "rule": "no_grant"},
    ]
    assert [
        (False, "denied", "allowed"),
        (False, "allowed study", "allowed visit"),
        (False, "denied no_grant", "denied denied_by_rule"),
    ] == [(one.passed, one.expected, one.got) for one in outcomes({**FILE, "tests": tests})]


def changed(path: list[str | int], value: object) -> dict:
    """Return the file with a value put at a path."""
    made = copy.deepcopy(FILE)
    place: object = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        changed(["type"], "grant"),
        changed(["schema"], 2),
        changed(["test"], []),
        changed(["tests"], []),
        changed(["tests"], {}),
        changed(["tests", 0, "expect"], "yes"),
        changed(["tests", 0, "expected"], "allowed"),
        changed(["tests", 0, "who"], None),
        changed(["tests", 0, "at"], "soon"),
        changed(["tests", 0, "at"], "2026-11-20T10:00:00"),
        changed(["tests", 0, "at"], "1960-01-01"),
        changed(["tests", 0, "purpose"], "fun"),
        changed(["documents", 0, "tag"], ["x"]),
        changed(["documents", 0, "tags"], ["x", "x"]),
        changed(["grants", 0, "to"], ["Nobody"]),
        changed(["grants", 0, "records"], ["xray"]),
        changed(["grants", 0, "deny"], ["private"]),
        changed(["grants", 0, "sensitivity"], ["all"]),
        changed(["grants", 0, "max_shares"], 0),
        changed(["grants", 0, "shares"], True),
        changed(["grants", 0, "needs"], 1),
        changed(["grants", 0, "approvers"], ["Rita"]),
        changed(["grants", 0, "status"], "ended"),
        changed(["grants", 1, "id"], "visit"),
        changed(["grants", 1], "visit"),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_what_is_no_policy_is_refused(value: object) -> None:
    """A mistyped key, word, name or date never makes a test pass."""
    with pytest.raises(InvalidRequest) as caught:
        outcomes(value)
    assert caught.value.code in {"bad_policy", "bad_selector", "unknown_purpose"}


def test_a_world_has_no_now() -> None:
    """Its answer must not depend on the day on which it is asked."""
    timeless = {key: value for key, value in FILE.items() if key != "at"}
    with pytest.raises(InvalidRequest):
        outcomes(timeless)


def test_rows_about_a_vault(tmp_path: Path) -> None:
    """By names and ids of that vault, also where they do not exist."""
    ana, _ = vaults.pair(tmp_path)
    documents = ana.add(b"one", b"two")
    ana.share(tmp_path / "a.hvb", documents[:1])
    rows = [
        {"who": "Dr Lee", "what": documents[0].id, "expect": "allowed"},
        {"who": "Dr Lee", "what": documents[1].id, "expect": "denied", "rule": "no_grant"},
        {"who": "Nobody", "what": documents[1].id, "expect": "denied", "rule": "not_found"},
    ]
    policy = parse_policy({"type": "policy", "schema": 1, "tests": rows})
    with ana.open() as vault:
        assert [True] * 3 == [one.passed for one in run_policy(policy, vault, now_ms=NOW_MS)]
