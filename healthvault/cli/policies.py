# SPDX-License-Identifier: Apache-2.0
"""What `hv policy test` does once it runs: read the file, open the vault only if the rows are about it.

Loads the vault.
"""

import json
from collections.abc import Iterator, Sequence

from healthvault.cli.inputs import read_argument
from healthvault.cli.opening import opened
from healthvault.cli.terminal import Terminal
from healthvault.consent.policy_file import parse_policy
from healthvault.errors import InvalidRequest
from healthvault.vault.policies import Outcome, run_policy

__all__ = ["check_all_passed", "outcomes"]


def outcomes(terminal: Terminal, file: str, *, now_ms: int) -> Iterator[Outcome]:
    """Yield how each row of a policy file comes out.

    Raises:
        InputError: the file cannot be read. InvalidRequest: `bad_policy`, `unknown_purpose`, `bad_selector`.
    """
    try:
        value = json.loads(read_argument(file))
    except (ValueError, RecursionError) as err:
        raise InvalidRequest(
            "bad_policy", f"{file}: it is not JSON", hint="`hv policy test --help` shows a row"
        ) from err
    policy = parse_policy(value)
    if policy.world is not None:
        yield from run_policy(policy, None, now_ms=now_ms)
        return
    with opened(terminal) as vault:
        yield from run_policy(policy, vault, now_ms=now_ms)


def check_all_passed(found: Sequence[Outcome]) -> None:
    """Check that every row is as expected. Raises InvalidRequest: `policy_failed`."""
    failed = [str(outcome.row.number) for outcome in found if not outcome.passed]
    if failed:
        count = f"{len(failed)} of {len(found)} rows are not as expected"
        raise InvalidRequest("policy_failed", f"{count}: {', '.join(failed)}", hint="compare `expected` and `got`")
