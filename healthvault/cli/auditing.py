# SPDX-License-Identifier: Apache-2.0
"""What `hv audit` does once it runs: from its options to the entries asked for, then an object each.

Loads the vault.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.dates import When
from healthvault.cli.event_objects import event_object, failed_unlocks_object
from healthvault.cli.failures import failures_text
from healthvault.cli.objects import JsonObject
from healthvault.cli.terminal import Terminal
from healthvault.vault.read import find_document
from healthvault.vault.trail import Trail, TrailFilter, find_party
from healthvault.vault.vault import Vault

__all__ = ["say_failures", "trail_filter", "trail_objects"]


def trail_filter(
    vault: Vault, party: str | None, document: str | None, days: tuple[When | None, When | None], limit: int | None
) -> TrailFilter:
    """Return which entries the options ask for; days are whole days by the clock on the wall.

    Raises:
        NotFound: `not_found`, `ambiguous`, the document or the person.
    """
    since, until = days
    return TrailFilter(
        document=None if document is None else find_document(vault, document).entry,
        party=None if party is None else find_party(vault, party),
        since_ms=None if since is None else ms_of(_day(since)),
        until_ms=None if until is None else ms_of(_day(until) + timedelta(days=1)),
        limit=limit,
    )


def say_failures(terminal: Terminal, vault: Vault) -> None:
    """Tell how often unlocking failed: people, unless they were told when the vault was opened; scripts always."""
    if terminal.settings.json:
        terminal.rows([failed_unlocks_object(vault.failures)], ())
    elif vault.failures is None or not vault.failures.count:
        terminal.say(failures_text(vault.failures))


def trail_objects(terminal: Terminal, vault: Vault, wanted: TrailFilter) -> Iterator[JsonObject]:
    """Yield the events, the newest first; people are named for people, by id where they have no name.

    Raises:
        VaultDamaged: `vault_damaged`, an entry cannot be read; what was yielded before stands in the journal.
    """
    events = map(event_object, Trail(vault).events(wanted))
    return events if terminal.settings.json else map(_named, events)


def _day(when: When) -> datetime:
    """Return the beginning of a day; a span counts back from today."""
    return datetime.fromisoformat(when.past_day(wall_clock(now_ms())))


def _named(event: JsonObject) -> JsonObject:
    """Return an event with people by name, or by id where they have none."""
    parties = event["parties"]
    people = [one for one in parties if isinstance(one, dict)] if isinstance(parties, list) else []
    return {**event, "parties": [one["name"] or one["id"] for one in people]}
