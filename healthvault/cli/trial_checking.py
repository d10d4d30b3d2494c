# SPDX-License-Identifier: Apache-2.0
"""What `hv trial check-consent` and `countersign` do once they run. Loads the vault."""

from collections.abc import Callable
from pathlib import Path

from healthvault.areas.trial_checking import Checked, Question, check_consent
from healthvault.areas.trial_consents import read_whole_form
from healthvault.bundle.attestation import armour_attestation
from healthvault.cli.attestation_objects import attestation_object
from healthvault.cli.clock import local_text, now_ms, rfc3339
from healthvault.cli.exits import exit_of, worst_exit
from healthvault.cli.inputs import stdin_or_file
from healthvault.cli.objects import Json, JsonObject, new_object
from healthvault.cli.opening import opened, opened_if_there, place_of
from healthvault.cli.prompt import can_ask, show_on_terminal
from healthvault.cli.reading import check_allowed, verify_options
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_objects import CONSENT_LIMITS, consent_fields
from healthvault.cli.trial_consent_options import CheckChoice
from healthvault.cli.trial_consenting import today
from healthvault.cli.verification import hints_of, limits_of
from healthvault.ledger.ids import contact_id_text
from healthvault.trials.consent import countersignature
from healthvault.vault.attesting import attest, in_bundle
from healthvault.verify.verdicts import Question as Asked
from healthvault.verify.verdicts import Result

__all__ = ["check_chosen", "countersign_chosen"]


def check_chosen(terminal: Terminal, bundle: str, chosen: CheckChoice) -> int:
    """Verify a bundle and judge the consent in it; show both, and return the exit code."""
    question = _question(chosen)
    options = verify_options(terminal.settings, chosen)
    place = place_of(terminal.settings)
    with opened_if_there(terminal) as vault:
        checked = check_consent(vault, place, stdin_or_file(bundle), options, question, now_ms=now_ms())
    code = worst_exit(map(exit_of, checked.problems))
    terminal.fields(_checked_object(bundle, checked, question, code), unsaid=("proves", "does_not_prove"))
    terminal.lines("limits", [*limits_of(checked.verification), *_limits(checked)])
    terminal.lines("next", [*hints_of(checked.verification), *(each.hint for each in checked.faults if each.hint)])
    CONSENT_LIMITS.say(terminal)
    return code


def countersign_chosen(
    terminal: Terminal, bundle: str, output: Path, write: Callable[[bytes], object], chosen: CheckChoice
) -> None:
    """Sign that the form is held that was agreed to, once everything about the consent holds.

    Raises:
        The class of the worst problem, naming the codes of all; what `attest` raises.
    """
    question, options = _question(chosen), verify_options(terminal.settings, chosen)
    with opened(terminal, writing=True) as vault:
        checked = check_consent(vault, vault.place, stdin_or_file(bundle), options, question, now_ms=now_ms())
        check_allowed(bundle, checked.verification, ())
        kept = checked.kept
        if checked.faults or kept is None:
            worst = worst_exit(map(exit_of, checked.faults))
            raise next(each for each in checked.faults if exit_of(each) == worst)
        statement = countersignature(kept.consent)
        if can_ask(terminal.settings):
            show_on_terminal([f"signing, about {kept.document}:", f"  {statement}"])
        subject = in_bundle(checked.verification, kept.document, 0)
        raw, view = attest(vault, subject, statement, now_ms=now_ms())
    write(armour_attestation(raw).encode())
    terminal.fields(attestation_object(view, output))
    terminal.say("Send it back: the participant takes it in with `hv import`.")


def _question(chosen: CheckChoice) -> Question:
    return Question(
        form=read_whole_form(stdin_or_file(chosen["form"])),
        day=chosen["day"] or today(),
        study=chosen["study"],
        option=chosen["option"],
    )


def _checked_object(file: str, checked: Checked, question: Question, code: int) -> JsonObject:
    verification, kept, end = checked.verification, checked.kept, checked.ended
    codes: list[Json] = [*dict.fromkeys(problem.code for problem in checked.problems)]
    verdicts: list[Json] = [
        {"name": each.question.value, "result": each.result.value, "detail": each.detail}
        for each in verification.verdicts
    ]
    chain = verification.chain
    shown: JsonObject = {} if kept is None else consent_fields(kept.consent)
    return new_object(
        "consent_check",
        {
            "file": file,
            "ok": code == 0,
            "exit": code,
            "codes": codes,
            "subject": None if chain is None else contact_id_text(chain.vault_id),
            "name": verification.signer_name,
            "id": None if kept is None else kept.document,
            **shown,
            "entered": None if kept is None else rfc3339(kept.entered_ms),
            "at": question.day.isoformat(),
            "standing": None if checked.standing is None else checked.standing.value,
            "until": None if end is None else end.begins.isoformat(),
            "as_of": None if verification.tip_ms is None else rfc3339(verification.tip_ms),
            "form_bound": checked.is_bound,
            "countersigned": checked.countersigned.value,
            "countersigned_by": [each.name for each in checked.countersignatures if each.result is Result.PASS],
            "verdicts": verdicts,
            **CONSENT_LIMITS.fields(),
        },
    )


def _limits(checked: Checked) -> list[str]:
    """Return, in plain words, what is known of withdrawals and of countersignatures."""
    results = {verdict.question: verdict.result for verdict in checked.verification.verdicts}
    if checked.kept is None or results.get(Asked.INCLUSION) is not Result.PASS:
        return []
    tip = checked.verification.tip_ms
    day = local_text(None if tip is None else rfc3339(tip))
    said = [f"Shows no withdrawal known as of {day}; this file cannot know more."]
    if checked.ended is not None:
        said = [f"It ends on {checked.ended.begins} ({checked.ended.standing.value})."]
    if checked.countersigned is not Result.PASS:
        said.append("Nobody whom you know countersigned it.")
    return said
