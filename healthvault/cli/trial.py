# SPDX-License-Identifier: Apache-2.0
"""`hv trial`: consent to trials, and what came of it.

One file a command: `trial_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["trial"]

_LINES = {
    "consent": "Agree to take part, on exactly this form.",
    "reconsent": "Agree anew, in the place of the consent in force.",
    "withdraw": "End your consent from a day on.",
    "consents": "List consents and withdrawals, all that ever were.",
    "contribute": "Give documents to a study that your consent covers.",
    "countersign": "Sign that you hold the form that somebody agreed to.",
    "check-consent": "Verify a bundle, and the consent in it.",
    "eligible": "Ask whether you may take part, without telling anybody.",
}


@hv_group(
    "hv trial eligible criteria.json",
    "hv trial consent form.pdf --study NCT04280705 --version 3.1 --language en --option 'data:Use my data:yes'",
    "hv trial check-consent ana.hvb --form form.pdf",
    lines=_LINES,
)
def trial() -> None:
    """Take part in trials: consent that is bound to a form, byte for byte, and that you can end.

    A consent is a document of your vault, signed by your journal; each change of mind is a further one.
    """
