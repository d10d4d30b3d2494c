# SPDX-License-Identifier: Apache-2.0
"""Which files `hv add` takes in: those of somebody else only if the owner says so. Loads the vault."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from healthvault.cli.prompt import can_ask, confirm
from healthvault.cli.terminal import Terminal
from healthvault.errors import HealthVaultError, InvalidRequest
from healthvault.identity.matching import Judged, Result
from healthvault.storage.inputs import Failure, InputError, InputFile, InputFolder
from healthvault.vault.newcomers import Newcomers, refusal_of

__all__ = ["admitted"]


def admitted(
    terminal: Terminal,
    newcomers: Newcomers | None,
    inputs: Iterable[InputFile | InputFolder | Failure],
    accept: tuple[str, ...],
) -> Iterator[InputFile | InputFolder | Failure]:
    """Yield the inputs, each with whose it is; one that is not to be stored as a failure.

    Args:
        terminal: Where to ask, and to say whose nobody knows.
        newcomers: Judges them; None: nobody does.
        inputs: From `named_inputs`.
        accept: Codes in spite of which a file is stored.
    """
    for item in inputs:
        if newcomers is None or isinstance(item, Failure):
            yield item
        else:
            yield _admitted(terminal, newcomers, item, accept)


def _admitted(
    terminal: Terminal, newcomers: Newcomers, item: InputFile | InputFolder, accept: tuple[str, ...]
) -> InputFile | InputFolder | Failure:
    try:
        verdict = newcomers.judge(item)
    except InputError as err:
        return Failure(name=item.shown, error=err)
    if verdict is None:
        return item
    refusal = refusal_of(verdict, item.shown)
    if refusal is not None and refusal.code not in accept:
        declined = _asked(terminal, item, verdict, refusal)
        if declined is not None:
            return Failure(name=item.shown, error=declined)
    if verdict.result is Result.UNSURE:
        reasons = ", ".join(reason.words for reason in verdict.reasons)
        terminal.say(f"{item.shown}: not known whose it is ({reasons}); `hv id link` says that it is yours")
    return replace(item, identity=verdict)


def _asked(
    terminal: Terminal, item: InputFile | InputFolder, verdict: Judged, refusal: InvalidRequest
) -> HealthVaultError | None:
    """Ask whether to store a file all the same; return the refusal unless a person says yes."""
    if not can_ask(terminal.settings):
        return refusal
    about = [f"{item.shown}: {verdict.result.value}", *(f"  {reason.whole}" for reason in verdict.reasons)]
    try:
        confirm(terminal.settings, "Store it all the same, left out of your views?", yes=False, about=about)
    except InvalidRequest:
        return refusal
    return None
