# SPDX-License-Identifier: Apache-2.0
"""All checks in one command: `python -m tests` runs lint, format, types and the whole suite, in this order."""

import subprocess
import sys
from pathlib import Path

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", "-n", "auto", "--dist", "loadfile"),
)


def main() -> int:
    """Run the checks up to the first that fails, and return its exit code."""
    root = Path(__file__).resolve().parent.parent
    for module, *arguments in CHECKS:
        done = subprocess.run([sys.executable, "-m", module, *arguments, *extra(module)], cwd=root, check=False)
        if done.returncode:
            return done.returncode
    return 0


def extra(module: str) -> list[str]:
    """Return the arguments that the caller gave, which are for pytest."""
    return sys.argv[1:] if module == "pytest" else []


if __name__ == "__main__":
    sys.exit(main())
