# SPDX-License-Identifier: Apache-2.0
"""What holds for the process of `hv`, seen from a real one."""

import subprocess
import sys
from pathlib import Path

import pytest

PREPARED = "from healthvault.cli.process import prepare_process; prepare_process();"


def said_by(code: str, *before: str) -> str:
    """Return what Python prints in a process of its own."""
    done = subprocess.run(
        [*before, sys.executable, "-c", PREPARED + code], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    """Whatever the shell's umask is."""
    said_by(f"open({str(tmp_path / 'file')!r}, 'w').close(); import os; os.mkdir({str(tmp_path / 'folder')!r})")
    assert 0o600 == (tmp_path / "file").stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "folder").stat().st_mode & 0o777


@pytest.mark.parametrize(("before", "expected"), [((), "1"), (("sh", "-c", 'ulimit -c 0; exec "$@"', "sh"), "0")])
def test_no_core_is_dumped(before: tuple[str, ...], expected: str) -> None:
    """The limit is below what any dump has; one that is lower already stays."""
    assert f"{expected}\n" == said_by(
        "import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])", *before
    )


@pytest.mark.parametrize("number", [1, 2, 15])
def test_a_signal_to_stop_ends_in_order(number: int) -> None:
    """What is under way is cleaned up, also when the signal comes twice."""
    code = f"""
import os, time
try:
    os.kill(os.getpid(), {number})
    time.sleep(60)
except KeyboardInterrupt as err:
    os.kill(os.getpid(), {number})
    print(err.args)
"""
    assert f"({number},)\n" == said_by(code)


def test_what_was_ignored_stays_ignored() -> None:
    """As under nohup."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGHUP); print('still here')"
    assert "still here\n" == said_by(code, "sh", "-c", 'trap "" HUP; exec "$@"', "sh")


@pytest.mark.parametrize(("closing", "number"), [(">&-", 1), ("2>&-", 2), ("<&- >&-", 1)])
def test_a_closed_output_leads_nowhere(tmp_path: Path, closing: str, number: int) -> None:
    """No error, and what is opened later does not get its number."""
    found = tmp_path / "found"
    code = f"""
import os, sys
print("lost")
print("lost", file=sys.stderr)
with open({str(found)!r}, "w") as file:
    file.write(str(os.path.samestat(os.fstat({number}), os.stat(os.devnull))))
"""
    said_by(code, "sh", "-c", f'exec "$@" {closing}', "sh")
    assert "True" == found.read_text()
