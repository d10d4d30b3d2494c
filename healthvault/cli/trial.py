# SPDX-License-Identifier: Apache-2.0
"""`hv trial`: clinical trials: consent to them, what was registered before the data, and what the data were.

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
    "register": "Register a protocol, before there are data.",
    "amend": "Put an amendment in its place.",
    "add": "Add data.",
    "lock": "Say on which data the analysis runs.",
    "result": "Keep what came out of it.",
    "list": "List your trials.",
    "bundle": "Write a bundle of a trial for a reviewer.",
    "verify": "Check such a bundle, and files that an analysis ran on.",
}


@hv_group(
    'hv trial register CDISCPILOT01 protocol.pdf --title "Xanomeline" --endpoint "CIBIC+, week 24"',
    "hv trial consent form.pdf --study CDISCPILOT01 --version 3 --language en --option 'data:Use my data:yes'",
    "hv trial verify trial.hvb --inputs ./opened",
    lines=_LINES,
)
def trial() -> None:
    """Take part in trials, run them, and let a reviewer check what came in which order.

    A participant's consent is bound to a form, byte for byte; she can end it. A sponsor registers the protocol
    before there are data. Everything is a document of a vault, and each change a further one. A reviewer needs
    `hv`, and no vault.
    """
