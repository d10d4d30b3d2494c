# SPDX-License-Identifier: Apache-2.0
"""`hv policy test`: questions and the answers that a file expects, row by row."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.consent_objects import policy_test_object
from healthvault.cli.terminal import Terminal

__all__ = ["test"]

_COLUMNS = ("number", "passed", "who", "what", "expected", "got", "rule", "grant")


@hv_command("hv policy test family.json", "hv policy test family.json --json | jq 'select(.passed | not)'")
@click.argument("file", metavar="FILE")
def test(terminal: Terminal, file: str) -> None:
    """Ask what `hv can` would say to each row of a table, and compare it with what the table expects.

    FILE is JSON (docs/schemas/policy.json): rows of who, what, purpose, action, time and the answer expected:
    {"type": "policy", "schema": 1, "tests": [{"who": "Dr Lee", "what": "d_7k3m", "expect": "allowed"}]}; the other
    answer is "denied". With contacts, documents and grants of its own it needs no vault; else the rows are about
    yours. Nothing is changed. The exit code is 1 if a row is not as expected.
    """
    from healthvault.cli.policies import check_all_passed, outcomes

    found = list(outcomes(terminal, file, now_ms=now_ms()))
    terminal.rows(map(policy_test_object, found), _COLUMNS)
    check_all_passed(found)
