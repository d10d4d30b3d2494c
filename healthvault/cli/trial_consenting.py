# SPDX-License-Identifier: Apache-2.0
"""What `hv trial consent`, `reconsent`, `withdraw` and `consents` do once they run. Loads the vault."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from healthvault.areas.trial_consents import ConsentWish, read_whole_form, sign_consent, withdraw
from healthvault.areas.trial_histories import histories, own_id
from healthvault.cli.clock import now_ms, wall_clock
from healthvault.cli.inputs import stdin_or_file
from healthvault.cli.objects import JsonObject
from healthvault.cli.opening import opened
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_objects import CONSENT_LIMITS, consent_object, withdrawal_object
from healthvault.cli.trial_consent_options import ConsentChoice
from healthvault.trials.consent import check_options, countersignature, parse_option
from healthvault.trials.consent_history import History, KeptConsent, KeptWithdrawal
from healthvault.vault.attestations import AttestationView, attested
from healthvault.vault.contacts import list_contacts
from healthvault.vault.vault import Vault

__all__ = ["listed_records", "sign_chosen", "today", "warn_of_unusable", "withdraw_chosen"]


def today() -> date:
    """Return the day by the clock on the wall."""
    return wall_clock(now_ms()).date()


def sign_chosen(terminal: Terminal, form: str, chosen: ConsentChoice, *, anew: bool) -> None:
    """Show what is agreed to, ask, and keep it; show what was kept."""
    wish = ConsentWish(
        study=chosen["study"],
        version=chosen["version"],
        language=chosen["language"],
        options=tuple(map(parse_option, chosen["option"])),
        date=chosen["date"] or today(),
        explained_by=chosen["explained_by"],
        anew=anew,
    )
    check_options(wish.options)
    file = stdin_or_file(form)
    data = read_whole_form(file)
    file = replace(file, data=data, path=None)  # what is asked about is what is kept
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        about = [f"  {'yes' if one.answer else 'NO '}  {one.words}" for one in wish.options]
        about.insert(0, f"{file.name}, {len(data)} bytes, version {wish.version}, in {wish.language}:")
        confirm(
            terminal.settings, f"Sign this as your consent to study {wish.study}?", yes=chosen["yes"], about=about
        )
        said, document = sign_consent(vault, wish, file, today=today(), now_ms=now_ms())
        history = histories(vault).of(own_id(vault))
        kept = KeptConsent(consent=said, document=document.id, entry=document.entry, entered_ms=document.added_ms)
        terminal.fields(consent_object(history, kept, today(), None), unsaid=_UNSAID)
    CONSENT_LIMITS.say(terminal)


def withdraw_chosen(terminal: Terminal, wish: tuple[str, date, str | None], *, yes: bool, clock_ok: bool) -> None:
    """Ask, and keep a withdrawal; show it, and say what it does not do."""
    study, begins, reason = wish
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        confirm(terminal.settings, f"End your consent to study {study} from {begins} on?", yes=yes)
        said, document = withdraw(vault, study, begins, reason, now_ms=now_ms())
        kept = KeptWithdrawal(
            withdrawal=said, document=document.id, entry=document.entry, entered_ms=document.added_ms
        )
    terminal.fields(withdrawal_object(kept, today(), None), unsaid=_UNSAID)
    terminal.say(f"Send it, or nobody knows: hv share {document.id[:10]} --to NAME --purpose research -o FILE")
    terminal.say("Grants for the study go on until `hv revoke` ends them. What was handed out stays readable.")


def listed_records(vault: Vault, study: str | None, day: date | None) -> Iterator[JsonObject]:
    """Yield consents and withdrawals of a study, or of all, as they stand on a day; oldest entry first."""
    on, names = day or today(), {contact.vault: contact.name for contact in list_contacts(vault)}
    records: list[tuple[int, JsonObject]] = []
    for subject, whole in histories(vault).by_subject.items():
        history = whole if study is None else whole.of_study(study)
        name = None if subject == own_id(vault) else names.get(subject, subject)
        records += [(one.entry, _consent(vault, history, one, (on, name))) for one in history.consents]
        records += [(one.entry, withdrawal_object(one, on, name)) for one in history.withdrawals]
    yield from (shown for _, shown in sorted(records, key=lambda each: each[0]))


def warn_of_unusable(terminal: Terminal, vault: Vault) -> None:
    """Name the records that nothing is taken from."""
    for each in histories(vault).unusable:
        terminal.warn(f"{each.document.id} does not count: {each.reason}")


def _consent(vault: Vault, history: History, kept: KeptConsent, seen: tuple[date, str | None]) -> JsonObject:
    day, name = seen
    return consent_object(history, kept, day, name, _countersigned(vault, kept))


def _countersigned(vault: Vault, kept: KeptConsent) -> tuple[AttestationView, ...]:
    """Return what is attested of a consent in the very words of a countersignature."""
    statement = countersignature(kept.consent)
    return tuple(each for each in attested(vault, kept.entry) if each.statement == statement)


_UNSAID = ("countersigned_by", "countersignatures_unproved", "proves", "does_not_prove")
