# SPDX-License-Identifier: Apache-2.0
"""What holds for the process before any command runs: no core dumps, files for the owner alone, an orderly end.

A standard output that the caller closed leads nowhere, and no file gets its number.

Loaded at every start, so it loads next to nothing. Spec: docs/threat-model.md section 6.
"""

import os
import resource
import signal
import sys
from types import FrameType

__all__ = ["prepare_process"]

_UMASK = 0o077
_CORE_BYTES = 1  # less than any dump has; and Linux, which ignores limits where a program takes dumps, heeds a 1
_OUTPUTS = ((1, "stdout"), (2, "stderr"))
_STOPPING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def prepare_process() -> None:
    """Keep what this process holds to itself; let a signal to stop be a `KeyboardInterrupt` with its number."""
    os.umask(_UMASK)
    _forbid_core_dumps()
    _open_closed_outputs()
    for number in _STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop)


def _forbid_core_dumps() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0 if most == 0 else _CORE_BYTES, most))


def _open_closed_outputs() -> None:
    """Let what is written to a closed output go nowhere; else a file opened later would have its number."""
    for number, name in _OUTPUTS:
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, os.fdopen(number, "w"))


def _stop(number: int, _: FrameType | None) -> None:
    """End in order: temporary files are removed on the way out, and a second signal does not break that off."""
    for each in _STOPPING:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt(number)
