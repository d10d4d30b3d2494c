# SPDX-License-Identifier: Apache-2.0
"""What verify, open and import share once they run: the request, and whether the verdicts allow to go on.

Loads the vault.
"""

from collections.abc import Iterable, Iterator, Sequence

from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.exits import exit_of, worst_exit
from healthvault.cli.inputs import read_argument, stdin_or_file
from healthvault.cli.prompt import secret_answer
from healthvault.cli.reading_options import ReadChoice
from healthvault.cli.settings import Settings
from healthvault.cli.terminal import Terminal
from healthvault.errors import ConsentRefused, NotEstablished
from healthvault.storage.inputs import Failure, InputError, InputFile
from healthvault.vault.delegating import has_lost_powers
from healthvault.vault.issuers import issuers_for_a_run
from healthvault.vault.receive import VerifyOptions, unaccepted, verify_file
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import Document
from healthvault.verify.context import Verification

__all__ = [
    "check_allowed",
    "code_of_bundle",
    "exit_of_verification",
    "say_who_added",
    "verified",
    "verify_options",
]

_CODE_HINT = "the sender told you seven words; give them by --code-file FILE"


def verify_options(settings: Settings, chosen: ReadChoice, accept: tuple[str, ...] = ()) -> VerifyOptions:
    """Return the request that the options describe. Raises AnswerNeeded: `no_terminal`, for the code."""
    now = now_ms()
    max_age = chosen["max_age"]
    return VerifyOptions(
        purpose=chosen["purpose"],
        max_age_ms=now - ms_of(max_age.before(wall_clock(now))) if max_age else None,
        witnesses=chosen["witnesses"],
        accept=accept,
        code=code_of_bundle(settings, chosen["code_file"], asking=chosen["code"]),
        statuses=tuple(map(stdin_or_file, chosen["status"])),
        issuers=issuers_for_a_run([_issuer(each) for each in chosen["issuer"]]),
    )


def _issuer(text: str) -> tuple[str | None, InputFile]:
    """Return the address and the file in `[URL=]FILE`."""
    address, sign, name = text.partition("=")
    is_named = bool(sign) and address.startswith("https://")
    return (address, stdin_or_file(name)) if is_named else (None, stdin_or_file(text))


def code_of_bundle(settings: Settings, code_file: str | None, *, asking: bool) -> str | None:
    """Return the code of a bundle as typed, if one is given. Raises AnswerNeeded: `no_terminal`."""
    if code_file:
        code = read_argument(code_file)
    elif asking:
        code = secret_answer(settings, "the code of the bundle", hint=_CODE_HINT)
    else:
        return None
    return code.decode("utf-8", "replace")


def verified(
    vault: Vault | None, place: Place, files: Iterable[str], options: VerifyOptions
) -> Iterator[tuple[str, Verification | Failure]]:
    """Yield the outcome of each file; one that cannot be read does not stop the others."""
    for name in files:
        try:
            yield name, verify_file(vault, place, stdin_or_file(name), options, now_ms=now_ms())
        except InputError as err:
            yield name, Failure(name=name, error=err)


def exit_of_verification(verification: Verification) -> int:
    """Return the exit code that the problems of a verification lead to."""
    return worst_exit(exit_of(problem) for problem in verification.problems)


def check_allowed(file: str, verification: Verification, accept: tuple[str, ...]) -> None:
    """Check that the verdicts allow to write anything.

    Raises:
        The class of the worst problem that was not accepted, naming the codes of all of them.
    """
    problems = unaccepted(verification, accept)
    if not problems:
        return
    worst = worst_exit(map(exit_of, problems))
    first = next(problem for problem in problems if exit_of(problem) == worst)
    said = "; ".join(f"{problem.code}: {problem.message}" for problem in problems)
    hint = first.hint
    if all(isinstance(problem, NotEstablished | ConsentRefused) for problem in problems):
        codes = dict.fromkeys(problem.code for problem in problems)
        anyway = " ".join(f"--accept {code}" for code in codes)
        hint = (
            f"{first.hint}; or, in spite of it, {anyway}" if first.hint else f"to go on in spite of it: {anyway}"
        )
    raise type(first)(first.code, f"{file}: nothing was written. {said}", hint=hint)


def say_who_added(
    terminal: Terminal, vault: Vault, verification: Verification, documents: Sequence[Document]
) -> None:
    """Say which documents the sender added as a proxy; warn where the sender could once, and cannot any more."""
    for document in documents:
        if document.proxy is not None:
            terminal.say(f"{document.id}: added by your proxy, under {document.proxy}")
    sender = verification.chain.vault_id if verification.chain else b""
    is_kept = any(document.duplicate_of is None for document in documents)
    if is_kept and has_lost_powers(vault, sender, now_ms=now_ms()):
        terminal.warn("kept as received, not as added by your proxy: the sender has no power to add now")
