# SPDX-License-Identifier: Apache-2.0
"""A key file: a random secret as a line of text, which opens a slot instead of a passphrase.

Lines that begin with `#` and empty lines are ignored; exactly one line is the key. A key file says nothing of
the vault that it opens. Spec: docs/spec/keys.md section 2.
"""

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import WrongKey
from healthvault.ledger.ids import base32, from_base32

__all__ = ["MAX_KEY_FILE_BYTES", "new_key_file_text", "parse_key_file"]

MAX_KEY_FILE_BYTES = 4096
SECRET_BYTES = 32
PREFIX = "HEALTHVAULT-KEY-1"


def new_key_file_text() -> str:
    """Return the text of a key file with a fresh secret."""
    return f"# healthvault key file: whoever has it opens the vault\n{_key_line(random_bytes(SECRET_BYTES))}\n"


def parse_key_file(data: bytes) -> bytes:
    """Return the secret (32 bytes) of a key file.

    Args:
        data: Unverified bytes; the caller bounds their length by `MAX_KEY_FILE_BYTES`.

    Raises:
        WrongKey: `wrong_key`, this is not a key file.
    """
    lines = [line.strip() for line in data.decode("ascii", errors="replace").splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    secret = from_base32(keys[0].removeprefix(PREFIX).lower()) if len(keys) == 1 else None
    if (
        len(data) > MAX_KEY_FILE_BYTES
        or secret is None
        or len(secret) != SECRET_BYTES
        or _key_line(secret) != keys[0]
    ):
        raise WrongKey(
            "wrong_key",
            "this is not a key file",
            hint=f"a key file has one line that begins with {PREFIX}; `hv key add --new-key-file FILE` makes one",
        )
    return secret


def _key_line(secret: bytes) -> str:
    return PREFIX + base32(secret).upper()
