# SPDX-License-Identifier: Apache-2.0
"""All consents and withdrawals of one participant, and what held on a day.

Nothing is ever taken out: a withdrawal ends consents from a day on, a later consent may come in the place of an
older one, and each stays in the history. A withdrawal counts whatever became of its document, because that errs to
the participant's side. Pure. Spec: docs/spec/trial-consent.md section 3.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from healthvault.errors import ConsentRefused
from healthvault.trials.consent import Consent, Withdrawal

__all__ = ["Ended", "History", "KeptConsent", "KeptWithdrawal", "Period", "Standing", "period_of"]

_YEAR_CHARS, _MONTH_CHARS, _DAY_CHARS = 4, 7, 10


class Standing(Enum):
    """What a consent is on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    REPLACED = "replaced"
    """The participant consented anew."""
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    """Its document was retracted, or another put in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConsent:
    """A consent that is known to be its subject's, and the document that holds it."""

    consent: Consent
    document: str
    """Id."""
    entry: int
    entered_ms: int
    """When it was entered, by the clock of the vault that it was read from."""
    is_set_aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWithdrawal:
    """A withdrawal likewise."""

    withdrawal: Withdrawal
    document: str
    entry: int
    entered_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a consent ends."""

    begins: date
    """The first day on which it does not hold any more."""
    standing: Standing
    """`WITHDRAWN` or `REPLACED`."""
    document: str
    """Id of the document that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """When something was, as exactly as is known: first and last day."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Consents and withdrawals of one participant, oldest entry first."""

    consents: tuple[KeptConsent, ...] = ()
    withdrawals: tuple[KeptWithdrawal, ...] = ()

    def of_study(self, study: str) -> "History":
        """Return what is about one study."""
        return History(
            consents=tuple(each for each in self.consents if each.consent.study == study),
            withdrawals=tuple(each for each in self.withdrawals if each.withdrawal.study == study),
        )

    def end_of(self, kept: KeptConsent) -> Ended | None:
        """Return the first end of a consent, None if nothing ends it; a withdrawal goes before a new consent."""
        said = kept.consent
        ends = [
            Ended(begins=each.withdrawal.begins, standing=Standing.WITHDRAWN, document=each.document)
            for each in self.withdrawals
            if said.record in each.withdrawal.ends and each.withdrawal.study == said.study
        ]
        ends += [
            Ended(begins=each.consent.date, standing=Standing.REPLACED, document=each.document)
            for each in self.consents
            if each.consent.replaces == said.record
            and each.consent.study == said.study
            and each.consent.record != said.record
            and not each.is_set_aside
        ]
        return min(ends, key=lambda end: (end.begins, end.standing is Standing.REPLACED), default=None)

    def standing_of(self, kept: KeptConsent, day: date) -> Standing:
        """Return what a consent is on a day."""
        end = self.end_of(kept)
        if end is not None and end.begins <= max(day, kept.consent.date):
            return end.standing
        if kept.is_set_aside:
            return Standing.SET_ASIDE
        return Standing.NOT_YET if day < kept.consent.date else Standing.IN_FORCE

    def in_force(self, study: str, day: date) -> KeptConsent | None:
        """Return the consent to a study in force on a day: of several the one with the newest date."""
        found = [
            kept
            for kept in self.consents
            if kept.consent.study == study and self.standing_of(kept, day) is Standing.IN_FORCE
        ]
        return max(found, key=lambda kept: (kept.consent.date, kept.entry), default=None)

    def open_records(self, study: str, day: date) -> tuple[str, ...]:
        """Return the numbers of all consents to a study that no withdrawal of that day or before has ended."""
        return tuple(
            dict.fromkeys(
                kept.consent.record
                for kept in self.consents
                if kept.consent.study == study and not self._is_withdrawn(kept.consent.record, study, day)
            )
        )

    def check_in_force(self, study: str, option: str, day: date) -> KeptConsent:
        """Return the consent to a study in force on a day, if it answers an option with yes.

        Raises:
            ConsentRefused: `consent_withdrawn`, `no_consent`.
        """
        return self.check_covers(study, option, Period(first=day, last=day))

    def check_covers(self, study: str, option: str, period: Period | None) -> KeptConsent:
        """Return the consent that covers what happened in a period.

        Args:
            study: Id.
            option: Name of the option that must be answered yes.
            period: When it was; None where nobody knows, which no consent covers.

        Raises:
            ConsentRefused: `consent_withdrawn`, the consent had been withdrawn by then, or may have been;
                `no_consent`, there was none, or the answer is no.
        """
        own = self.of_study(study)
        if period is None or period.last < period.first:
            code = "consent_withdrawn" if own.withdrawals else "no_consent"
            raise ConsentRefused(code, "it has no date: nobody can say whether consent covers it")
        days = own.turns(period)
        covering = [own.in_force(study, day) for day in days]
        found = [kept for kept in covering if kept is not None]
        if len(found) < len(days):
            raise own.refusal(study, period.last)
        for kept in found:
            if not kept.consent.answer(option):
                message = f"the consent of {kept.consent.date} does not answer option {option} with yes"
                raise ConsentRefused("no_consent", message, hint="`hv trial consents --json` shows its options")
        return found[-1]

    def turns(self, period: Period) -> list[date]:
        """Return the first day of a period, its last, and each between on which a consent begins or ends."""
        ends = [end.begins for kept in self.consents if (end := self.end_of(kept)) is not None]
        days = {*ends, *(kept.consent.date for kept in self.consents)}
        return sorted({period.first, period.last} | {day for day in days if period.first < day < period.last})

    def refusal(self, study: str, day: date) -> ConsentRefused:
        """Return why there is no consent to a study in force on a day."""
        gone = [
            end
            for kept in self.consents
            if kept.consent.study == study
            and (end := self.end_of(kept)) is not None
            and end.standing is Standing.WITHDRAWN
            and end.begins <= day
        ]
        if not gone:
            return ConsentRefused("no_consent", f"there is no consent to study {study} in force on {day}")
        begins = max(end.begins for end in gone)
        return ConsentRefused(
            "consent_withdrawn", f"consent to study {study} was withdrawn from {begins}; this is of {day}"
        )

    def _is_withdrawn(self, record: str, study: str, day: date) -> bool:
        return any(
            record in each.withdrawal.ends and each.withdrawal.study == study and each.withdrawal.begins <= day
            for each in self.withdrawals
        )


def period_of(text: str | None) -> Period | None:
    """Return the days of a date as documents have it: a day, month, year, or a time, whose day as written counts.

    None where it is none.
    """
    if text is None:
        return None
    try:
        if len(text) == _YEAR_CHARS:
            return Period(first=date(int(text), 1, 1), last=date(int(text), 12, 31))
        if len(text) == _MONTH_CHARS:
            first = date.fromisoformat(f"{text}-01")
            next_month = (first + timedelta(days=31)).replace(day=1)
            return Period(first=first, last=next_month - timedelta(days=1))
        day = date.fromisoformat(text[:_DAY_CHARS])
    except (ValueError, OverflowError):
        return None
    return Period(first=day, last=day)
