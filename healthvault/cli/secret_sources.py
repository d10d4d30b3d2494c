# SPDX-License-Identifier: Apache-2.0
"""Secrets that come without asking: from a file descriptor, a file, a program, a key file.

A source that fails stops the command; no other is tried in its place. One newline at the end of a passphrase is
not part of it. A file that others may read is refused, with the command that mends it.
"""

import os
import stat
from collections.abc import Callable

from healthvault.cli.settings import Source
from healthvault.errors import AnswerNeeded, InvalidRequest

__all__ = ["read_source"]

MAX_SECRET_BYTES = 64 * 1024
_OTHERS = 0o077


def read_source(source: Source) -> bytes:
    """Return the secret that a source holds.

    Raises:
        AnswerNeeded: `secret_unavailable`, it cannot be read, is empty or far too long, or the program fails.
        InvalidRequest: `secret_exposed`, other users may read the file.
    """
    try:
        secret = _READERS[source.kind](source)
    except (OSError, ValueError) as err:
        raise _unavailable(source, getattr(err, "strerror", None) or str(err)) from err
    if len(secret) > MAX_SECRET_BYTES:
        raise _unavailable(source, f"it holds more than {MAX_SECRET_BYTES} bytes")
    if not secret:
        raise _unavailable(source, "it is empty")
    return secret


def _from_descriptor(source: Source) -> bytes:
    if not (source.value.isascii() and source.value.isdigit()):
        raise ValueError("it is no number of a file descriptor")
    with os.fdopen(int(source.value), "rb", closefd=False) as stream:
        return _line(stream.read(MAX_SECRET_BYTES + 2))


def _from_passphrase_file(source: Source) -> bytes:
    return _line(_from_key_file(source))


def _from_key_file(source: Source) -> bytes:
    with open(source.value, "rb") as stream:  # noqa: PTH123  `-` and odd names are for the system to judge
        mode = os.fstat(stream.fileno()).st_mode
        if stat.S_ISREG(mode) and mode & _OTHERS:
            from shlex import quote

            raise InvalidRequest(
                "secret_exposed",
                f"{source.value} ({source.origin}) is open to other users of this machine",
                hint=f"chmod 600 {quote(source.value)}",
            )
        return stream.read(MAX_SECRET_BYTES + 2)


def _from_command(source: Source) -> bytes:
    """Run the program without a shell; stdin may be data, so the program does not get it."""
    import shlex
    import subprocess  # neither is worth loading for the other sources

    words = shlex.split(source.value)
    if not words:
        raise ValueError("it is blank")
    done = subprocess.run(  # noqa: S603  the user's own program, split but never handed to a shell
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise ValueError(f"the program ended with status {done.returncode}")
    return _line(done.stdout)


def _line(data: bytes) -> bytes:
    return data.removesuffix(b"\n")


def _unavailable(source: Source, why: str) -> AnswerNeeded:
    place = f"{source.origin} {source.value}" if source.kind.endswith("file") else source.origin
    return AnswerNeeded("secret_unavailable", f"{place}: no secret could be read: {why}")


_READERS: dict[str, Callable[[Source], bytes]] = {
    "passphrase_fd": _from_descriptor,
    "passphrase_file": _from_passphrase_file,
    "passphrase_command": _from_command,
    "key_file": _from_key_file,
}
