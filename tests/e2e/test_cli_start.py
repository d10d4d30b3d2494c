# SPDX-License-Identifier: Apache-2.0
"""Starting up: nothing is loaded that is not needed, nothing is asked that cannot be answered."""

import os
import subprocess
import sys

import pytest
from people import HV, Person

HEAVY = {
    "nacl",
    "rich",
    "msgpack",
    "sqlcipher3",
    "mnemonic",
    "appdirs",
    "zc",
    "keyring",
    "shamir_mnemonic",
    "healthvault.vault",
    "healthvault.crypto",
}


def loaded_by(*arguments: str, **variables: str) -> set[str]:
    """Return every module that one command line loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "healthvault.cli.main", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("--version",), {}),
        ((), {}),
        (("--help",), {}),
        (("add", "--help"), {}),
        (("share", "--help"), {}),
        (("help", "contact", "add"), {}),
        (("key", "--help"), {}),
        (("key", "split", "--help"), {}),
        (("key", "split", "-k", "3", "-n", "2"), {}),
        (("key", "nonsense"), {}),
        (("unlock", "--for", "ever"), {}),
        (("nonsense",), {}),
        (("list", "--since", "nonsense"), {}),
        (("completion", "fish"), {}),
        ((), {"_HV_COMPLETE": "bash_complete", "COMP_WORDS": "hv share --", "COMP_CWORD": "2"}),
    ],
)
def test_help_version_completion_and_usage_errors_load_no_crypto(
    arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    """Neither rich nor the crypto nor the vault is loaded for them."""
    loaded = loaded_by(*arguments, **variables)
    assert "healthvault.cli.commands" in loaded
    assert set() == {name for name in loaded if name in HEAVY or name.split(".", maxsplit=1)[0] in HEAVY}


def test_the_version_loads_no_command() -> None:
    """Of our own only the map is loaded."""
    ours = {name for name in loaded_by("--version") if name.startswith("healthvault")}
    assert {"", ".cli", ".cli.commands", ".cli.global_options", ".cli.lazy_group", ".cli.process"} == {
        name.removeprefix("healthvault") for name in ours
    }


def test_a_command_in_a_pipe_does_without_rich(ana: Person) -> None:
    """Rich is for screens."""
    assert "rich" not in loaded_by("list", **ana.environ)


def test_completion_names_commands_and_options(nobody: Person) -> None:
    """The shell is offered what there is."""
    offered = nobody.hv(_HV_COMPLETE="bash_complete", COMP_WORDS="hv sh", COMP_CWORD="1").out.split()
    assert ["plain,show", "plain,share"] == offered
    offered = nobody.hv(_HV_COMPLETE="bash_complete", COMP_WORDS="hv share --unt", COMP_CWORD="2").out.split()
    assert ["plain,--until"] == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(nobody: Person, shell: str) -> None:
    """The script asks `hv` itself."""
    assert "_HV_COMPLETE" in nobody.hv("completion", shell).out


def test_a_reader_who_stops_is_no_error(ana: Person) -> None:
    """`hv list | head -1` leaves no trace on stderr and exits 0."""
    script = f'"{HV}" list; echo "exit $?" >&2'
    done = subprocess.run(
        ["bash", "-c", f"({script}) | true"], env=ana.environ, capture_output=True, text=True, check=True
    )
    assert "exit 0\n" == done.stderr


def test_adding_goes_on_when_nobody_reads(ana: Person) -> None:
    """A closed pipe does not leave half of the files behind."""
    for number in range(50):
        (ana.home / f"{number}.txt").write_text(f"number {number}")
    subprocess.run(["bash", "-c", f'"{HV}" add [0-9]*.txt | true'], env=ana.environ, cwd=ana.home, check=True)
    assert 53 == len(ana.ids())


def test_a_full_disk_behind_stdout_is_an_error(ana: Person) -> None:
    """What could not be printed is not passed over."""
    done = subprocess.run(
        ["bash", "-c", f'"{HV}" list > /dev/full'], env=ana.environ, capture_output=True, text=True, check=False
    )
    assert (1, "error: No space left on device\n") == (done.returncode, done.stderr)


def test_no_text_of_a_stranger_fails_in_an_old_locale(ana: Person) -> None:
    """Letters that a locale cannot show are spelled out."""
    ana.hv("add", "-", "--name", "日本.txt", "--title", "日本語", stdin=b"x")
    shown = ana.hv("list", "-n", "1", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert "\\u65e5\\u672c" in shown.out
