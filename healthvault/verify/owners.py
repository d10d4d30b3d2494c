# SPDX-License-Identifier: Apache-2.0
"""What is known of owners in whose names somebody shared: their grants to the proxy, and status files of these.

A proved act shows an owner's grant, so that a status file of it counts from then on, beside the bundle or alone.
Spec: docs/spec/proxies.md section 3.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from healthvault.errors import HealthVaultError
from healthvault.verify.context import Context, Delegation, ShownStatus
from healthvault.verify.pins import PinBook
from healthvault.verify.status import judge_beside

__all__ = ["Told", "learn_of_owners"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was learnt."""

    pins: PinBook
    """The reader's after it."""
    status_files: Mapping[str, ShownStatus]
    """What the status files that are about these grants show, by their names."""
    problems: tuple[HealthVaultError, ...]


def learn_of_owners(acts: Iterable[Delegation], context: Context) -> Told:
    """Take in the grants that proved acts show, of owners whom the reader pinned, and the status files of them.

    Args:
        acts: Proved.
        context: The reader's, as before the bundle.
    """
    pins, grants = context.pins, dict[bytes, set[bytes]]()
    for act in acts:
        if act.owner in context.contacts:
            pins = pins.updated(pins.of(act.owner).with_status(act.shown))
            grants.setdefault(act.owner, set()).add(act.grant_id)
    problems: list[HealthVaultError] = []
    shown: dict[str, ShownStatus] = {}
    for file in context.statuses:
        for owner, ids in grants.items():
            beside = judge_beside(file, replace(context, pins=pins), owner, ids)
            if beside.is_about:
                problems += beside.problems
                shown.update((one.name, one) for one in beside.shown)
                pins = pins.updated(beside.pins)
    return Told(pins=pins, status_files=shown, problems=tuple(problems))
