# SPDX-License-Identifier: Apache-2.0
"""Libraries that read more, if they are there: each belongs to an extra of the package, and is loaded when needed.

Spec: docs/spec/contents.md section 3.
"""

import struct
import zlib
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from healthvault.errors import InvalidRequest

__all__ = ["EXTRA_MISSING", "STUMBLES", "extra", "is_installed"]

EXTRA_MISSING = "extra_missing"
STUMBLES = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, OSError,
    RecursionError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What libraries raise over a file that is not as it says, besides errors of their own."""
_PACKAGES = {
    "dicom": "pydicom",
    "fit": "fitdecode",
    "pdf": "pypdf",
    "rtf": "striprtf",
    "scan": "zxingcpp",
}
"""Name of each extra, and the package by which one sees that it is installed."""


def extra(name: str, module: str) -> ModuleType:
    """Return a module of a library that belongs to an extra.

    Args:
        name: Of the extra, e.g. `pdf`.
        module: E.g. `pypdf`.

    Raises:
        InvalidRequest: `extra_missing`; the message is the extra's name.
    """
    try:
        return import_module(module)
    except ImportError as err:
        raise InvalidRequest(EXTRA_MISSING, name, hint=f"pip install 'healthvault[{name}]'") from err


def is_installed(name: str) -> bool:
    """Tell whether an extra is there, without loading it."""
    package = _PACKAGES.get(name)
    return package is not None and find_spec(package) is not None
