# SPDX-License-Identifier: Apache-2.0
"""No secret shows in the repr of what holds it: such texts end up in traces and logs."""

from healthvault.crypto.signing import signing_key
from healthvault.storage.inputs import InputFile
from healthvault.storage.slots import SlotKind
from healthvault.vault.create import NewVault
from healthvault.vault.receive import VerifyOptions
from healthvault.vault.transaction import Draft
from healthvault.vault.unlock import Secret
from tests import canary
from tests.canary import WORD


def test_what_holds_a_secret_does_not_show_it() -> None:
    """Passphrases, codes, keys, and bytes that came by stdin."""
    seed = WORD.encode().ljust(32, b"-")
    holders = (
        NewVault(name="Ana", passphrase=WORD),
        VerifyOptions(code=WORD),
        InputFile(name="stdin", data=WORD.encode()),
        Secret(kind=SlotKind.PASSPHRASE, value=WORD.encode()),
        Draft(seq=1, secret=seed),
        signing_key(seed),
    )
    assert [] == [repr(holder) for holder in holders if canary.forms_in(repr(holder).encode())]
