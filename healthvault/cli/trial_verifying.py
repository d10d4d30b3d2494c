# SPDX-License-Identifier: Apache-2.0
"""What `hv trial verify` does once it runs. Loads the vault."""

import click

from healthvault.areas.trial_reading import JudgedTrial, TrialRequest, verify_trial
from healthvault.cli.attestation_objects import beside_documents
from healthvault.cli.clock import now_ms, rfc3339
from healthvault.cli.exits import exit_of, worst_exit
from healthvault.cli.inputs import read_argument, stdin_or_file
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, interval_fields, new_object
from healthvault.cli.opening import opened_if_there, place_of
from healthvault.cli.reading import exit_of_verification, verify_options
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_options import VerifyChoice
from healthvault.cli.verification import completeness_of, hints_of, limits_of, verification_object
from healthvault.trials.shown import ShownDocument

__all__ = ["verify_chosen"]

JUDGED = Limits(
    proves="what this vault's journal holds of the study, in which order, and how many protocols it registered",
    does_not_prove="that no data were known before they were entered, that none were left out, that the numbers"
    " are true, or that no other vault holds other protocols",
)


def verify_chosen(terminal: Terminal, file: str, chosen: VerifyChoice) -> int:
    """Verify a bundle and its trial, say both, and return the exit code."""
    if bool(chosen["timestamp"]) != bool(chosen["authority"]):
        raise click.UsageError("--timestamp and --authority go together: whose timestamps do you believe?")
    for folder in (chosen["inputs"], chosen["results"]):
        if folder is not None and not folder.is_dir():
            raise click.UsageError(f"{folder} is no folder")
    accept = chosen["accept"]
    asked = TrialRequest(
        options=verify_options(terminal.settings, chosen, accept),
        study=chosen["study"],
        inputs=chosen["inputs"],
        results=chosen["results"],
        timestamps=tuple(map(read_argument, chosen["timestamp"])),
        authorities=b"" if chosen["authority"] is None else read_argument(chosen["authority"]),
    )
    with opened_if_there(terminal) as vault:
        judged = verify_trial(vault, place_of(terminal.settings), stdin_or_file(file), asked, now_ms=now_ms())
    exit_code = worst_exit(map(exit_of, judged.unaccepted(accept)))
    _say_bundle(terminal, file, judged)
    if judged.fault is not None:
        terminal.failed(file, judged.fault)
    _say_trial(terminal, judged, exit_code)
    return exit_code


def _say_bundle(terminal: Terminal, file: str, judged: JudgedTrial) -> None:
    outcome = judged.verification
    said = verification_object(file, outcome, exit_of_verification(outcome))
    shown = said if terminal.settings.json else beside_documents(said)
    terminal.fields(shown, unsaid=("ok", "exit", "completeness", "documents"))
    terminal.lines("completeness", completeness_of(outcome))
    terminal.lines("limits", limits_of(outcome))
    terminal.lines("next", hints_of(outcome))


def _say_trial(terminal: Terminal, judged: JudgedTrial, exit_code: int) -> None:
    said = trial_verification(judged, exit_code)
    terminal.fields({**said, **JUDGED.fields()}, unsaid=("ok", "exit", "proves", "does_not_prove"))
    hints = [one.hint for answer in judged.answers for one in answer.problems if one.hint]
    terminal.lines("next", [*dict.fromkeys(hints)])
    JUDGED.say(terminal)


def trial_verification(judged: JudgedTrial, exit_code: int) -> JsonObject:
    """Return the answers as a JSON object."""
    trial, counted = judged.trial, judged.counted
    codes: list[Json] = [*dict.fromkeys(one.code for one in judged.problems)]
    answers: list[Json] = [
        {
            "name": answer.asked.value,
            "result": answer.result,
            "codes": [*dict.fromkeys(one.code for one in answer.problems)],
            "detail": answer.detail,
        }
        for answer in judged.answers
    ]
    last = trial.locks[-1] if trial and trial.locks else None
    return new_object(
        "trial_verification",
        {
            "study": trial.study if trial else None,
            "ok": exit_code == 0,
            "exit": exit_code,
            "codes": codes,
            "inputs": len(last.form.inputs) if last else None,
            "inputs_hash": last.form.inputs_hash if last else None,
            "protocols_shown": len(counted.standing) if counted else None,
            "protocols_registered": counted.total if counted else None,
            "answers": answers,
            "events": _events(judged),
        },
    )


def _events(judged: JudgedTrial) -> list[Json]:
    """Return what came when, by entry; of data the first and the last."""
    trial = judged.trial
    if trial is None:
        return []
    data = trial.data()
    events = [(one.form.__class__.__name__.lower(), one.document) for one in trial.registered]
    events += [("first data", each) for each in data[:1]] + [("last data", each) for each in data[-1:]]
    events += [("lock", one.document) for one in trial.locks]
    events += [("results", one.document) for one in trial.results]
    return [_event(name, document) for name, document in sorted(events, key=lambda event: event[1].seq)]


def _event(name: str, document: ShownDocument) -> JsonObject:
    return {
        "event": name,
        "entry": document.seq,
        "id": document.id,
        "entered": rfc3339(document.entered_ms),
        **interval_fields(None, document.not_after_ms),
    }
