# SPDX-License-Identifier: Apache-2.0
"""What `hv export context` does once it runs: judge, cut, log, then write. Loads the vault.

Nothing is written before it is known that everything may leave.
"""

from dataclasses import dataclass
from pathlib import Path

from healthvault.areas.context import Context, ContextWish, hand_context, prepare_context
from healthvault.cli.clock import now_ms
from healthvault.cli.context_objects import context_line_object, context_object
from healthvault.cli.context_options import LIMITS
from healthvault.cli.opening import opened
from healthvault.cli.options import is_stdout
from healthvault.cli.outputs import opened_output
from healthvault.cli.terminal import Terminal, json_line
from healthvault.errors import InvalidRequest
from healthvault.feed.fitting import Fitted
from healthvault.feed.redaction import parse_rule
from healthvault.vault.handing import Handed
from healthvault.vault.read import Filter
from healthvault.vault.vault import Vault

__all__ = ["FeedChoice", "write_context"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedChoice:
    """What the options say."""

    grant: str
    max_bytes: int
    rules: tuple[str, ...]
    wanted: Filter
    clock_ok: bool


def write_context(terminal: Terminal, choice: FeedChoice, output: Path | None) -> None:
    """Write the feed, and say what is not in it.

    Raises:
        ConsentRefused, NotFound, InvalidRequest: as `prepare_context` and `hand_context`; nothing is written then.
    """
    rules = tuple(parse_rule(text) for text in choice.rules)
    wish = ContextWish(grant=choice.grant, wanted=choice.wanted, rules=rules)
    with opened(terminal, writing=True, clock_ok=choice.clock_ok) as vault:
        with terminal.progress() as progress:
            context = prepare_context(vault, wish, now_ms=now_ms(), observer=progress)
        with opened_output(output or Path("-")) as write:
            handed, fit, header = _handed(vault, wish, context, choice)
            write("".join((header, *(line.text for line in fit.lines))).encode())
    _tell(terminal, context, fit, handed, output)


def _handed(vault: Vault, wish: ContextWish, context: Context, choice: FeedChoice) -> tuple[Handed, Fitted, str]:
    """Cut and log the feed, and return it with its header, for which room was left."""
    moment = now_ms()
    room = choice.max_bytes - len(_header(context, None, None, choice, moment))
    if room <= 0:
        raise InvalidRequest("too_large", "the header alone does not fit", hint="give a larger --max-bytes")
    handed, fit = hand_context(
        vault,
        wish,
        context,
        room_bytes=room,
        to_text=lambda line: json_line(context_line_object(line)),
        now_ms=moment,
    )
    return handed, fit, _header(context, handed, fit, choice, moment)


def _header(context: Context, handed: Handed | None, fit: Fitted | None, choice: FeedChoice, moment: int) -> str:
    """Return the first line; with None the longest that it can become."""
    return json_line(context_object(context, handed, fit, max_bytes=choice.max_bytes, time_ms=moment))


def _tell(terminal: Terminal, context: Context, fit: Fitted, handed: Handed, output: Path | None) -> None:
    where = "stdout" if is_stdout(output) else str(output)
    terminal.say(f"{len(fit.documents)} documents in {len(fit.lines)} lines to {where}, logged as {handed.id}")
    if fit.left_lines:
        terminal.warn(f"it was cut: {fit.left_lines} lines, and {fit.left_documents} documents, are not in it")
    if context.tally.superseded:
        terminal.say(f"{context.tally.superseded} superseded documents of the grant are left out")
    if context.tally.unread:
        terminal.say(f"{context.tally.unread} documents could not be read, or not whole: hv show says why")
    LIMITS.say(terminal)
