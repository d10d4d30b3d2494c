# SPDX-License-Identifier: Apache-2.0
"""Consents, withdrawals, and what came of checking one, as JSON objects; and what they cannot show. Pure."""

from datetime import date
from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from healthvault.trials.consent import Consent
    from healthvault.trials.consent_history import History, KeptConsent, KeptWithdrawal
    from healthvault.vault.attestations import AttestationView

__all__ = ["CONSENT_LIMITS", "consent_fields", "consent_object", "withdrawal_object"]

CONSENT_LIMITS = Limits(
    proves="which answers to exactly which form a vault signed, when it says it did, and what ended them",
    does_not_prove=(
        "that the form was understood, that nobody pressed, who sat at the keyboard, or what was withdrawn and not"
        " sent; dates are their signer's word; what a study already has or has published cannot be recalled"
    ),
)


def consent_fields(said: "Consent") -> JsonObject:
    """Return what a consent says."""
    options: list[Json] = [{"id": one.id, "words": one.words, "answer": one.answer} for one in said.options]
    return {
        "record": said.record,
        "study": said.study,
        "version": said.form.version,
        "language": said.form.language,
        "form": {
            "document": said.form.document,
            "sha256": said.form.sha256,
            "size_bytes": said.form.size_bytes,
        },
        "options": options,
        "date": said.date.isoformat(),
        "explained_by": said.explained_by,
        "replaces": said.replaces,
    }


def consent_object(
    history: "History",
    kept: "KeptConsent",
    day: date,
    contact: str | None,
    countersigned: "tuple[AttestationView, ...]" = (),
) -> JsonObject:
    """Return a consent as it stands on a day; the contact is None for the owner herself.

    Only a countersignature that is verified is told of as one.
    """
    end = history.end_of(kept)
    names: list[Json] = [each.name for each in countersigned if each.is_verified]
    unproved: list[Json] = [
        {"attester": each.attester, "code": each.code} for each in countersigned if not each.is_verified
    ]
    return new_object(
        "trial_consent",
        {
            "id": kept.document,
            "contact": contact,
            **consent_fields(kept.consent),
            "entered": rfc3339(kept.entered_ms),
            "at": day.isoformat(),
            "standing": history.standing_of(kept, day).value,
            "until": None if end is None else end.begins.isoformat(),
            "ended_by": None if end is None else end.document,
            "countersigned_by": names,
            "countersignatures_unproved": unproved,
            **CONSENT_LIMITS.fields(),
        },
    )


def withdrawal_object(kept: "KeptWithdrawal", day: date, contact: str | None) -> JsonObject:
    """Return a withdrawal as it stands on a day."""
    said = kept.withdrawal
    ends: list[Json] = [*said.ends]
    return new_object(
        "trial_withdrawal",
        {
            "id": kept.document,
            "contact": contact,
            "record": said.record,
            "study": said.study,
            "ends": ends,
            "date": said.begins.isoformat(),
            "reason": said.reason,
            "entered": rfc3339(kept.entered_ms),
            "at": day.isoformat(),
            "standing": "withdrawal" if said.begins <= day else "not_yet",
            **CONSENT_LIMITS.fields(),
        },
    )
